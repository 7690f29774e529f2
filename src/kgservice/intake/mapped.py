"""Hands a sheet to the mapping the way its format needs: tables as columns, JSON and XML as records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from kgservice import rml
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import ROW, Sheet

Others = Mapping[str, "pl.DataFrame | list[rml.Record]"]


def mapped(mapping: rml.Mapping, table: Table, sheet: Sheet, base: str, others: Others) -> Iterator[rml.Produced]:
    """Yield what the mapping makes of a sheet; rows without any key are left out, `keys` has told them."""
    frame = sheet.frame
    if table.key:
        frame = frame.filter(pl.any_horizontal(pl.col(table.key).is_not_null()))
    if sheet.formulation == "CSV":
        yield from rml.map_table(mapping, table.name, frame, base, others=others)
        return
    keyed = set(frame[ROW].to_list())
    records = [record for record in sheet.records if record.row in keyed]
    yield from rml.map_records(mapping, table.name, records, base, iterator=table.iterator, others=others)


def together(sheets: Sequence[Sheet]) -> "pl.DataFrame | list[rml.Record]":
    """Return the records of all sheets of a table, for joins."""
    if sheets and sheets[0].formulation != "CSV":
        return [record for sheet in sheets for record in sheet.records]
    return pl.concat([sheet.frame for sheet in sheets], how="diagonal")


def with_iterator(table: Table, mapping: rml.Mapping) -> Table:
    """Return the table with the iterator that its triples maps share, where source.toml names none."""
    if table.iterator or table.format in ("csv", "xlsx", "jsonl"):
        return table
    iterators = sorted({triples_map.iterator for triples_map in mapping.of(table.name)}, key=len)
    shared = iterators and all(iterator.startswith(iterators[0]) for iterator in iterators)
    return replace(table, iterator=iterators[0]) if shared else table
