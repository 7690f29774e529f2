"""Maps the rows behind a node again, one rule at a time, to learn which cells a statement came from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from kgservice import rml
from kgservice.errors import StateBroken
from kgservice.intake.findings import Collector
from kgservice.intake.index import Facts, Place, facts, rows_by_place
from kgservice.intake.interface import Source, Table
from kgservice.intake.mapped import Others, joined, mapped, rules, together, with_iterator
from kgservice.intake.readers import read
from kgservice.intake.readers.rdf import RDF
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.intake.sources import load_source, overridden
from kgservice.report import Cell
from kgservice.rml.expressions import Constant, references
from kgservice.rml.model import ParentMap, Rule, TermMap, TriplesMap
from kgservice.terms import shortened

Question = tuple[str, str, str]


def trace(folder: Path, questions: Sequence[Question], kept: Path | None) -> list[list[Cell]]:
    """Return the cells for each (focus, predicate, value), reading and mapping every file once.

    Raises:
        StateBroken: when the lineage or a kept file is missing.
    """
    known = facts(folder)
    source = overridden(load_source(folder / known.source), known.reading)
    mapping = rules(source)
    answers: list[list[Cell]] = [[] for _ in questions]
    asked: dict[str, list[int]] = defaultdict(list)
    for number, (focus, _, _) in enumerate(questions):
        asked[focus].append(number)
    wanted = {predicate for _, predicate, _ in questions}
    for at, rows in rows_by_place(folder, asked).items():
        again = _Again(source, mapping, known, folder, kept, known.places[at], sorted(rows), wanted)
        for row, focuses in rows.items():
            for focus in focuses:
                for number in asked[focus]:
                    answers[number].extend(again.cells(row, *questions[number]))
    return [list(dict.fromkeys(cells)) for cells in answers]


@dataclass(frozen=True, slots=True)
class _Origin:
    """What one rule made of one row for one subject."""

    value: str
    columns: tuple[str, ...]


class _Again:
    """Some rows of a place, read and mapped again."""

    def __init__(
        self,
        source: Source,
        mapping: rml.Mapping,
        known: Facts,
        folder: Path,
        kept: Path | None,
        place: Place,
        rows: Sequence[int],
        wanted: Collection[str],
    ) -> None:
        self.mapping = mapping
        self.table = _table(source, mapping, place.table)
        whole = _read(self.table, folder, known, kept, place)
        self.sheet = replace(
            whole,
            frame=whole.frame.filter(pl.col(ROW).is_in(rows)),
            records=[record for record in whole.records if record.row in set(rows)],
        )
        self.made: dict[tuple[int, str, str], list[_Origin]] = defaultdict(list)
        self.keys: dict[tuple[int, str], tuple[str, ...]] = {}
        others = _others(source, mapping, folder, known, kept, place)
        for triples_map, whole_of_it in _triples_maps(mapping, place.table):
            for subject, row in self._produced(whole_of_it, known.base, others, "subject", "row"):
                self.keys.setdefault((row, subject), triples_map.subject.references())
        for one, columns in _rules(mapping, place.table, wanted):
            for subject, predicate, value, row in self._produced(
                one, known.base, others, "subject", "predicate", "object", "row"
            ):
                self.made[row, subject, predicate].append(_Origin(value, columns))

    def _produced(self, mapping: rml.Mapping, base: str, others: Others, *names: str) -> Iterator[tuple[Any, ...]]:
        for produced in mapped(mapping, self.table, self.sheet, base, others):
            yield from produced.statements.select(names).unique(maintain_order=True).iter_rows()

    def cells(self, row: int, focus: str, predicate: str, value: str) -> list[Cell]:
        """Return the cells of a row that made a statement, should have made one, or are the key of the thing."""
        subject = f"<{focus}>"
        if self.sheet.formulation == RDF:
            return [self.sheet.cell(row, shortened(predicate), value)]
        key = self.keys.get((row, subject), ())
        if not predicate:
            return self._named(row, key)
        origins = self.made.get((row, subject, f"<{predicate}>"), [])
        if value:
            origins = [origin for origin in origins if origin.value == value]
            return [cell for origin in origins for cell in self._named(row, origin.columns or key)]
        columns = [origin.columns for origin in origins] or list(self._unfilled(predicate)) or [key]
        return [cell for names in columns for cell in self._named(row, names or key)]

    def _unfilled(self, predicate: str) -> Iterator[tuple[str, ...]]:
        """Yield the columns of rules that make this predicate where the row filled none of them."""
        for triples_map in self.mapping.of(self.table.name):
            for rule in triples_map.rules:
                if any(_is(term, predicate) for term in rule.predicates):
                    yield tuple(name for term in rule.objects for name in _columns(term, self.mapping))

    def _named(self, row: int, names: Sequence[str]) -> list[Cell]:
        return [self.sheet.cell(row, name, self._text(row, name)) for name in names] or [self.sheet.cell(row)]

    def _text(self, row: int, name: str) -> str:
        if self.sheet.records:
            found = [record for record in self.sheet.records if record.row == row]
            return "; ".join(text for record in found for text in rml.texts(record, self.sheet.formulation, name))
        if name not in self.sheet.frame.columns:
            return ""
        return self.sheet.frame.filter(pl.col(ROW) == row)[name].to_list()[0] or ""


def _triples_maps(mapping: rml.Mapping, table: str) -> Iterator[tuple[TriplesMap, rml.Mapping]]:
    """Yield each triples map of a table, and a mapping in which it alone has rules."""
    silent = tuple(replace(one, rules=()) for one in mapping.triples_maps)
    for at, triples_map in enumerate(mapping.triples_maps):
        if triples_map.source == table:
            yield triples_map, replace(mapping, triples_maps=(*silent[:at], triples_map, *silent[at + 1 :]))


def _rules(mapping: rml.Mapping, table: str, wanted: Collection[str]) -> Iterator[tuple[rml.Mapping, tuple[str, ...]]]:
    """Yield a mapping for every single pair of predicate and object that may make these, with the columns it reads."""
    for triples_map, alone in _triples_maps(mapping, table):
        for rule in triples_map.rules:
            for predicate in rule.predicates:
                if isinstance(predicate.expression, Constant) and predicate.expression.text not in wanted:
                    continue
                for term in rule.objects:
                    single = replace(triples_map, rules=(Rule((predicate,), (term,), rule.graphs, rule.line),))
                    maps = tuple(single if one is triples_map else one for one in alone.triples_maps)
                    columns = dict.fromkeys([*_columns(term, mapping), *predicate.references()])
                    yield replace(mapping, triples_maps=maps), tuple(columns)


def _columns(term: TermMap | ParentMap, mapping: rml.Mapping) -> tuple[str, ...]:
    if isinstance(term, TermMap):
        return term.references()
    joined = tuple(name for child, _ in term.joins for name in references(child))
    parent = next(one for one in mapping.triples_maps if one.iri == term.parent)
    return joined or parent.subject.references()


def _is(term: TermMap, predicate: str) -> bool:
    return isinstance(term.expression, Constant) and term.expression.text == predicate


def _table(source: Source, mapping: rml.Mapping, name: str) -> Table:
    return with_iterator(next(table for table in source.tables if table.name == name), mapping)


def _read(table: Table, folder: Path, known: Facts, kept: Path | None, place: Place) -> Sheet:
    homes = [
        *([kept] if kept else []),
        Path(known.kept),
        *(parent / "deliveries" for parent in folder.absolute().parents),
    ]
    for home in homes:
        path = home / place.sha256 / place.file
        if path.is_file():
            return read(table, path, place.member, place.name, Collector(known.source, 0))
    raise StateBroken(
        "The delivered file {file} ({sha256}) is not kept any more.", file=place.file, sha256=place.sha256
    )


def _others(
    source: Source,
    mapping: rml.Mapping,
    folder: Path,
    known: Facts,
    kept: Path | None,
    place: Place,
) -> Others:
    """Return the tables that joins of this place lead to; none where it joins nothing."""
    found: dict[str, list[Sheet]] = {name: [] for name in joined(mapping, place.table)}
    tables = {name: _table(source, mapping, name) for name in found}
    for other in known.places:
        if other.table in found:
            found[other.table].append(_read(tables[other.table], folder, known, kept, other))
    return {name: together(tables[name], sheets) for name, sheets in found.items() if sheets}
