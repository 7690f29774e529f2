"""From which rows and columns the two sides of a comparison have their statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kgservice.actions.sameness import SOURCE
from kgservice.intake import predicates
from kgservice.intake.index import Facts, facts, rows_by_place
from kgservice.releases import Release, Statements
from kgservice.releases.statements import lines
from kgservice.report import Cell
from kgservice.terms import PREFIXES, iri

_REPLACED = iri(PREFIXES["dcterms"] + "isReplacedBy")
_MAIN_NAMES = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel")
"""What a thing that is kept has of its own; the names of others become other names of it."""
_CELLS = 3
"""Of one statement; a value that stands in more rows is told by its first ones."""

Lineages = Mapping[str, Sequence[Path]]
"""By source, the folders of its conversions."""


@dataclass(slots=True)
class Origins:
    """The lineages of one side; what was read once is kept."""

    lineages: Lineages
    merged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By thing that is kept, those that it stands for by decisions of people: their rows are its rows."""
    _known: dict[Path, tuple[Facts, predicates.Columns]] = field(default_factory=dict)

    def rows(self, source: str, iris: Iterable[str]) -> dict[str, list[tuple[Path, int, int]]]:
        """Return for each of these things that a source speaks of: conversion, place and row."""
        found: dict[str, list[tuple[Path, int, int]]] = {}
        wanted = {name: name for name in iris}
        wanted |= {old: name for name in list(wanted) for old in self.merged.get(name, ())}
        for folder in self.lineages.get(source, ()):
            if folder.is_dir():
                for place, rows in rows_by_place(folder, wanted).items():
                    for row, nodes in rows.items():
                        for node in nodes:
                            found.setdefault(wanted[node], []).append((folder, place, row))
        return found

    def cells(
        self, rows: Sequence[tuple[Path, int, int]], predicate: str, language: str = "", keyed: bool = False
    ) -> tuple[Cell, ...]:
        """Return the cells of a property in these rows; rows only where the mapping does not say which columns.

        `keyed`: of a property that comes from no column, those of the key.
        """
        exact, rough = [], []
        for folder, at, row in rows:
            if folder not in self._known:
                self._known[folder] = (facts(folder), predicates.known(folder))
            found, columns = self._known[folder]
            place = found.places[at]
            rough.append(Cell(place.file, place.sheet, row))
            of = columns.get(place.table, {})
            named = of.get(f"{predicate}@{language}") or of.get(predicate, [])
            if not named and not language:
                named = [c for name, columns in of.items() if name.startswith(f"{predicate}@") for c in columns]
            for column in named or (of.get(predicates.KEY, []) if keyed else []):
                exact.append(Cell(place.file, place.sheet, row, column))
        return tuple(dict.fromkeys(exact or rough))[:_CELLS]


def lineages(
    imports: Mapping[str, Sequence[Mapping[str, object]]], folder: Path, parent: Release | None = None
) -> Lineages:
    """Return the lineages of a release or draft, whose folder of lineages this is; what it lacks, the parent has."""
    there = parent.lineage if parent else folder
    return {
        source: [(folder if (folder / str(r["lineage"])).is_dir() else there) / str(r["lineage"]) for r in records]
        for source, records in imports.items()
    }


def merged_from(graphs: Mapping[str, Statements]) -> dict[str, tuple[str, ...]]:
    """Return by thing that is kept those that it stands for, as the graphs of a release (or draft) say."""
    found: dict[str, tuple[str, ...]] = {}
    for graph, statements in graphs.items():
        for line in lines(Path(statements.file)) if f"/source/{SOURCE}/" in graph else ():
            subject, predicate, value = line.decode().rstrip("\n").removesuffix(" .").split(" ", 2)
            if predicate == _REPLACED:
                found[value[1:-1]] = (*found.get(value[1:-1], ()), subject[1:-1])
    return found


def spoken(predicate: str) -> tuple[str, ...]:
    """Return the predicates (IRIs) that a thing which is not kept may have had instead of one of the kept thing."""
    return (predicate, *_MAIN_NAMES) if predicate == PREFIXES["skos"] + "altLabel" else (predicate,)
