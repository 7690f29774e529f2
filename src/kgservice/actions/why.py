"""Say why a statement stands in a release: which cells of which delivery, who brought it in, accepted and published."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.actions import sameness
from kgservice.actions.ask import Ask
from kgservice.actions.origins import Origins, spoken
from kgservice.errors import ParameterInvalid, ReleaseNotFound, ThingNotFound
from kgservice.intake import lineage, windows
from kgservice.releases import Release, Shelf
from kgservice.releases.statements import lines
from kgservice.report import Cell
from kgservice.terms import PREFIXES, Evidence, Graphs, Term, iri, is_iri, literal

_RELEASES = 1000
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^<>]+)>)?')


@dataclass(frozen=True, slots=True)
class Delivered:
    """The delivery that says something, and how it came into the graph."""

    files: tuple[str, ...]
    sha256: str
    received: str
    imported: str
    actor: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One graph that says a statement."""

    graph: str
    source: str
    """"" for what we write ourselves: ontology, vocabularies, catalogue, measures."""
    evidence: str
    statement: tuple[str, str, str]
    """N-Triples terms."""
    deliveries: tuple[Delivered, ...]
    release: int
    """The first release that has it so, as far back as releases are kept."""
    published: str
    """When, UTC."""
    publisher: str
    origin: str
    """`build`, or the draft that was published."""
    accepted: tuple[str, ...]
    """Who accepted the draft."""


class Why:
    """Looks statements of the current release up."""

    def __init__(self, ask: Ask, shelf: Shelf, base: str, kept: Path) -> None:
        self._ask = ask
        self._shelf = shelf
        self._names = Graphs(base)
        self._base = base
        self._kept = kept

    def of(self, subject: str, predicate: str, value: str, exact: bool = True) -> list[Reason]:
        """Return who says a statement; terms as IRI, `prefix:name`, N-Triples, or a plain text for any literal of it.

        `exact` reads the delivered rows again and maps them (loads polars); else columns are those of the mapping.

        Raises:
            ParameterInvalid: subject or predicate is no IRI.
            ThingNotFound: no graph says so.
            ReleaseNotFound: there is no release yet.
        """
        release = self._ask.current()
        if release is None:
            raise ReleaseNotFound("There is no release yet; `kgservice build` makes the first.")
        thing, property_ = self._iri(subject, "SUBJECT"), self._iri(predicate, "PREDICATE")
        found = self._graphs(thing, property_, value)
        if not found:
            raise ThingNotFound(
                "No graph of release {release} says {subject} {predicate} {value}.",
                release=release.id, subject=subject, predicate=predicate, value=value,
            )  # fmt: skip
        return [self._reason(release, graph, (iri(thing), iri(property_), said), exact) for graph, said in found]

    def _graphs(self, thing: str, predicate: str, value: str) -> list[tuple[str, str]]:
        left_out = ", ".join(iri(graph) for graph in (self._names.illustrative, self._names.known))
        rows = self._ask.rows(
            f"SELECT ?g ?o {{ GRAPH ?g {{ {iri(thing)} {iri(predicate)} ?o }} FILTER(?g NOT IN ({left_out})) }}"
        )
        wanted = self._meant(value)
        found = [(row["g"].value, term(row["o"])) for row in rows if wanted(row["o"])]
        return sorted(found)

    def _meant(self, value: str) -> Any:
        """Return a function that tells whether a term is what was asked for; an empty text means any."""
        if not value:
            return lambda one: True
        if value.startswith("<") and value.endswith(">"):
            return lambda one: one.kind == "uri" and one.value == value[1:-1]
        if match := _QUOTED.fullmatch(value):
            return lambda one: term(one) == value or (not match[2] and not match[3] and one.value == match[1])
        expanded = self._expanded(value)
        return lambda one: one.value in (value, expanded)

    def _iri(self, text: str, name: str) -> str:
        expanded = self._expanded(text[1:-1] if text.startswith("<") and text.endswith(">") else text)
        if not is_iri(expanded):
            raise ParameterInvalid("{name} is an IRI or prefix:name; {text} is neither.", name=name, text=text)
        return expanded

    def _expanded(self, text: str) -> str:
        if text.startswith("id/"):
            return self._base + text
        prefix, colon, local = text.partition(":")
        return PREFIXES[prefix] + local if colon and prefix in PREFIXES and not local.startswith("//") else text

    def _reason(self, release: Release, graph: str, statement: tuple[str, str, str], exact: bool) -> Reason:
        source, evidence = self._names.split(graph) or ("", "")
        deliveries = self._deliveries(release, source, statement, exact)
        first = self._first(release, graph, source, statement, bool(deliveries))
        review: Mapping[str, Any] = first.manifest.review
        return Reason(
            graph, source, evidence, statement, tuple(deliveries), first.id, first.manifest.created,
            first.manifest.actor, first.manifest.origin,
            tuple(str(one["actor"]) for one in review.get("accepted", ())),
        )  # fmt: skip

    def _deliveries(
        self, release: Release, source: str, statement: tuple[str, str, str], exact: bool
    ) -> list[Delivered]:
        found = []
        thing, predicate = statement[0][1:-1], statement[1][1:-1]
        for record in release.manifest.imports.get(source, ()):
            folder = release.lineage / record["lineage"]
            cells: list[Cell] = []
            if exact:
                asked = self._delivered(thing, predicate, statement[2])
                for located in lineage.locate_all(folder, asked, self._kept):
                    cells += located
            else:
                origins = Origins({source: [folder]}, {thing: self._merged(thing)})
                rows = origins.rows(source, [thing]).get(thing, [])
                cells = _with_values(folder, origins.cells(rows, predicate, _language(statement[2]))) if rows else []
            if cells:
                names = tuple(file["name"] for file in record["files"])
                found.append(
                    Delivered(
                        names,
                        record["delivery"],
                        record["received"],
                        record["imported"],
                        record["actor"],
                        tuple(dict.fromkeys(cells)),
                    )
                )
        return found

    def _delivered(self, thing: str, predicate: str, value: str) -> list[tuple[str, str, str]]:
        """Return what a delivery may have said for a statement: of the thing, or of one that it stands for."""
        values = [value]
        if value.startswith("<"):
            values += [iri(old) for old in self._merged(value[1:-1])]
        others = [(old, name) for old in self._merged(thing) for name in spoken(predicate)]
        return [(one, name, said) for one, name in ((thing, predicate), *others) for said in values]

    def _merged(self, thing: str) -> list[str]:
        """Return the things that a thing stands for, by decisions of people."""
        if not is_iri(thing):
            return []
        graph = self._names.source(sameness.SOURCE, Evidence.SOURCED)
        said = f"?o {iri(PREFIXES['dcterms'] + 'isReplacedBy')} {iri(thing)}"
        query = f"SELECT ?o WHERE {{ GRAPH {iri(graph)} {{ {said} }} }}"
        return sorted(row["o"].value for row in self._ask.rows(query) if row["o"].kind == "uri")

    def _first(
        self, release: Release, graph: str, source: str, statement: tuple[str, str, str], imported: bool
    ) -> Release:
        """Return the oldest release, back in the line, that has the statement by the same import or the same hand."""
        first = release
        imports = {record["lineage"] for record in release.manifest.imports.get(source, ())}
        line = f"{' '.join(statement)} .\n".encode()
        checked = release.manifest.graphs[graph].sha256 if graph in release.manifest.graphs else ""
        step = release.manifest.parent
        for _ in range(_RELEASES):
            if step is None:
                return first
            try:
                before = self._shelf.release(step)
            except ReleaseNotFound:
                return first
            there = before.manifest.graphs.get(graph)
            if there is None:
                return first
            if imported:
                if not imports & {record["lineage"] for record in before.manifest.imports.get(source, ())}:
                    return first
            elif there.sha256 != checked:
                if line not in lines(before.statements(graph)):
                    return first
                checked = there.sha256
            first, step = before, before.manifest.parent
        return first


def term(one: Term) -> str:
    """Return a term of an answer in N-Triples."""
    return iri(one.value) if one.kind == "uri" else literal(one.value, one.datatype, one.language)


def _language(value: str) -> str:
    match = _QUOTED.fullmatch(value)
    return (match[2] or "") if match else ""


def _with_values(folder: Path, cells: tuple[Cell, ...]) -> list[Cell]:
    """Return cells with what stands in them, where the tables of the delivery were kept."""
    if not windows.has(folder):
        return list(cells)
    found = []
    with windows.Windows(folder) as kept:
        tables = {(table.file, table.sheet): table for table in kept.tables()}
        for cell in cells:
            table = tables.get((cell.file, cell.sheet))
            value = ""
            if table and cell.column in table.columns:
                for _, texts in kept.numbered(table, [cell.row]):
                    value = texts[table.columns.index(cell.column)]
            found.append(Cell(cell.file, cell.sheet, cell.row, cell.column, value, cell.line))
    return found
