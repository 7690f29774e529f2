"""Leads a statement back to the cells it came from, by reading the kept file and mapping its rows again."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from kgservice.intake.index import facts, rows_by_place
from kgservice.report import Cell


def rows_of(folder: Path, focus: str) -> list[Cell]:
    """Return the row cells (no column) of a node (IRI); several rows behind one node are all named."""
    return rows_of_all(folder, [focus]).get(focus, [])


def rows_of_all(folder: Path, focuses: Iterable[str]) -> dict[str, list[Cell]]:
    """Return the row cells of each of these nodes that the conversion made, as `rows_of` does, with one look."""
    places = facts(folder).places
    found: dict[str, list[Cell]] = {}
    for place, rows in rows_by_place(folder, focuses).items():
        for row, nodes in rows.items():
            for node in nodes:
                found.setdefault(node, []).append(Cell(places[place].name, places[place].sheet, row))
    return found


def locate(folder: Path, focus: str, predicate: str = "", value: str = "", kept: Path | None = None) -> list[Cell]:
    """Return every cell behind a node, or behind its statements of one predicate (IRI) and value (N-Triples term).

    `folder` is `Conversion.lineage` wherever it was moved; `kept` the folder of deliveries, where it moved too.
    """
    return locate_all(folder, [(focus, predicate, value)], kept)[0]


def locate_all(folder: Path, questions: Sequence[tuple[str, str, str]], kept: Path | None = None) -> list[list[Cell]]:
    """Return the cells for each (focus, predicate, value) as `locate` does, reading every file once."""
    # the pages load this room and never map; polars and rdflib come with the mapping
    from kgservice.intake.tracing import trace

    return trace(folder, questions, kept)
