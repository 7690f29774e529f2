"""Finds rows that the joins of a mapping pass over because their key is empty, so that no link is lost in silence."""

from collections.abc import Mapping, Sequence

import polars as pl
from polars.selectors import by_name

from kgservice import rml
from kgservice.intake.findings import Collector
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.report import Cell, Text
from kgservice.rml.expressions import references

Tables = Mapping[str, Sequence[Sheet]]
"""The sheets of each table."""
_NAMED = 20


def check(mapping: rml.Mapping, tables: Tables, collector: Collector) -> None:
    """Add a finding for rows that cannot be joined: a warning where part of a key is empty or a parent has none.

    Rows whose whole key is empty say nothing of a link: they are counted in a hint.
    """
    by_iri = {one.iri: one for one in mapping.triples_maps}
    seen: set[tuple[str, tuple[str, ...], str]] = set()
    for child in mapping.triples_maps:
        for term in child.parents():
            if not term.joins:
                continue
            parent = by_iri[term.parent]
            ours = tuple(dict.fromkeys(name for one, _ in term.joins for name in references(one)))
            theirs = tuple(dict.fromkeys(name for _, one in term.joins for name in references(one)))
            for table, names, side in ((child.source, ours, "child"), (parent.source, theirs, "parent")):
                if (table, names, side) not in seen:
                    seen.add((table, names, side))
                    for sheet in tables.get(table, ()):
                        _look(sheet, names, side, collector)


def _look(sheet: Sheet, names: tuple[str, ...], side: str, collector: Collector) -> None:
    filled = _filled(sheet, names)
    if filled is None:
        return
    count = filled.select(pl.sum_horizontal(by_name(names).cast(pl.UInt32))).to_series()
    rows = filled[ROW]
    partly, none = rows.filter((count > 0) & (count < len(names))), rows.filter(count == 0)
    columns = ", ".join(names)
    if len(partly):
        collector.warning(
            "map/join-key-part",
            Text("The key {columns} of a link is filled in part only, so that nothing is linked: rows {rows}.",
                 {"columns": columns, "rows": _listed(partly)}),
            Text("Fill all of its cells, or none."),
            *_cells(sheet, partly, columns),
        )  # fmt: skip
    if len(none) and side == "parent":
        collector.warning(
            "map/join-key-empty",
            Text("{columns} is empty, so that nothing can be linked to these rows: {rows}.",
                 {"columns": columns, "rows": _listed(none)}),
            Text("Fill the cells, or take the rows out."),
            *_cells(sheet, none, columns),
        )  # fmt: skip
    elif len(none):
        collector.info(
            "map/join-key-none",
            Text("{columns} is empty in {count} rows, which are linked to nothing.",
                 {"columns": columns, "count": len(none)}),
            Text("Nothing is to be done, if these rows have no such link."),
            *_cells(sheet, none, columns),
        )  # fmt: skip


def _filled(sheet: Sheet, names: tuple[str, ...]) -> pl.DataFrame | None:
    """Return which of the names each row has a value for; None where the sheet does not have them all."""
    if sheet.records:
        values = {
            name: [bool(rml.texts(record, sheet.formulation, name)) for record in sheet.records] for name in names
        }
        return pl.DataFrame({**values, ROW: pl.Series([record.row for record in sheet.records], dtype=pl.UInt32)})
    if not set(names) <= set(sheet.frame.columns):
        return None
    return sheet.frame.select(ROW, *(by_name(name).is_not_null().alias(name) for name in names))


def _cells(sheet: Sheet, rows: pl.Series, columns: str) -> list[Cell]:
    return [sheet.cell(row, columns) for row in rows.head(200).to_list()]


def _listed(rows: pl.Series) -> str:
    return ", ".join(str(row) for row in rows.head(_NAMED).to_list()) + (", …" if len(rows) > _NAMED else "")
