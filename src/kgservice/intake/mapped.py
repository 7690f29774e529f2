"""Hands a sheet to the mapping the way its format needs: tables as columns, JSON and XML as records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl
from polars.selectors import by_name

from kgservice import rml
from kgservice.intake.interface import Source, Table
from kgservice.intake.readers.rdf import RDF, RELATIVE
from kgservice.intake.readers.reading import ROW, Sheet

Others = Mapping[str, "pl.DataFrame | rml.Records | list[rml.Record]"]
"""All records of the tables that joins lead to."""


def mapped(mapping: rml.Mapping, table: Table, sheet: Sheet, base: str, others: Others) -> Iterator[rml.Produced]:
    """Yield what the mapping makes of a sheet; rows without any key are left out, `keys` has told them."""
    frame = sheet.frame
    if table.key:
        keyed = frame.select(pl.any_horizontal(by_name(table.key).is_not_null())).to_series()
        frame = frame if keyed.all() else frame.filter(keyed)
    if sheet.formulation == RDF:
        yield rml.Produced(_resolved(frame, base), [])
        return
    if sheet.formulation in ("CSV", "SQL"):
        yield from rml.map_table(mapping, table.name, frame, base, others=others)
        return
    kept = set(frame[ROW].to_list())
    records = [record for record in sheet.records if record.row in kept]
    yield from rml.map_records(mapping, table.name, records, base, iterator=table.iterator, others=others)


def rules(source: Source) -> rml.Mapping:
    """Return the mapping of a source; an empty one where all its tables are RDF and it has none.

    Raises:
        MappingInvalid: for every fault that needs no data; names file and line.
    """
    if not source.mapped and not source.mapping.is_file():
        return rml.Mapping(source.mapping, ())
    lookups = source.lookups if source.lookups.is_dir() else None
    return rml.load(source.mapping, lookups=lookups, spoken=source.spoken)


def _resolved(frame: pl.DataFrame, base: str) -> pl.DataFrame:
    """Return statements with the base of the installation in their relative IRIs."""
    opening, ours = f"<{RELATIVE}", f"<{base}"
    names = ("graph", "subject", "predicate", "object")
    return frame.select(
        *(
            pl.when(pl.col(name).str.starts_with(opening))
            .then(pl.col(name).str.replace(opening, ours, literal=True))
            .otherwise(pl.col(name))
            .alias(name)
            for name in names
        ),
        pl.col(ROW).alias("row"),
    )


def joined(mapping: rml.Mapping, table: str) -> set[str]:
    """Return the tables that the joins of a table lead to, itself where its rows are joined with one another."""
    by_iri = {one.iri: one for one in mapping.triples_maps}
    found = set()
    for one in mapping.of(table):
        for term in one.parents():
            parent = by_iri[term.parent]
            if term.joins or (parent.source, parent.iterator) != (table, one.iterator):
                found.add(parent.source)
    return found


def together(table: Table, sheets: Sequence[Sheet]) -> "pl.DataFrame | rml.Records | list[rml.Record]":
    """Return the records of all sheets of a table, for joins."""
    if sheets and sheets[0].formulation not in ("CSV", "SQL"):
        records = [record for sheet in sheets for record in sheet.records]
        return rml.Records(records, table.iterator) if table.iterator else records
    return pl.concat([sheet.frame for sheet in sheets], how="diagonal")


def with_iterator(table: Table, mapping: rml.Mapping) -> Table:
    """Return the table with the iterator that its triples maps share, where source.toml names none."""
    if table.iterator or table.format not in ("json", "xml", "sqlite"):
        return table
    if table.format == "sqlite":
        asked = {one.iterator for one in mapping.of(table.name)} - {""}
        return replace(table, iterator=min(asked)) if asked else table
    iterators = sorted({triples_map.iterator for triples_map in mapping.of(table.name)}, key=len)
    shared = iterators and all(iterator.startswith(iterators[0]) for iterator in iterators)
    return replace(table, iterator=iterators[0]) if shared else table
