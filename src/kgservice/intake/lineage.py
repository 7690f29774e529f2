"""Leads a statement back to the cells it came from, by reading the kept file and mapping its rows again."""

from pathlib import Path

from kgservice.report import Cell


def locate(folder: Path, focus: str, predicate: str = "", value: str = "", kept: Path | None = None) -> list[Cell]:
    """Return every cell behind a node, or behind its statements of one predicate (IRI) and value (N-Triples term).

    `folder` is `Conversion.lineage` wherever it was moved; `kept` the folder of deliveries, where it moved too.
    """
    raise NotImplementedError


def rows_of(folder: Path, focus: str) -> list[Cell]:
    """Return the row cells (no column) of a node; several rows behind one node are all named."""
    raise NotImplementedError
