"""Runs a mapping over a source: a table as columns, JSON and XML as records, both through the same generator."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from contextlib import contextmanager

import polars as pl

from kgservice.errors import MappingInvalid
from kgservice.rml.batches import Batch, TableBatch
from kgservice.rml.bounds import TooManyError
from kgservice.rml.generation import Generator, Parents
from kgservice.rml.joins import JoinedParents, SameRecord
from kgservice.rml.model import Mapping, TriplesMap
from kgservice.rml.produced import Produced
from kgservice.rml.records import Record, RecordBatch, Records, batches, cut

ROWS = 50_000
"""Rows of a table that are mapped together."""
RECORDS = 5_000
"""Records that are mapped together."""
Others = Table[str, "pl.DataFrame | Records | list[Record]"]
"""Tables and records of other sources; a plain list holds records as the parent triples map cuts them."""


def map_table(
    mapping: Mapping, source: str, table: pl.DataFrame, base: str, *, others: Others | None = None
) -> Iterator[Produced]:
    """Yield what the triples maps of one source make of its table.

    The table has texts (null = empty) and the row numbers in `__row` (UInt32). Relative IRIs are resolved against
    `base`; `others` holds the tables or records of other sources that joins lead to.

    Raises:
        MappingInvalid: when the mapping reads a column that the table does not have, or joins a source not in `others`.
    """
    for name in mapping.references().get(source, ()):
        if name not in table.columns:
            raise MappingInvalid(
                "{file}, line {line}: the table {table} has no column {column}; it has {columns}",
                file=str(mapping.path), line=mapping.lines.get(name, 0), table=source, column=name,
                columns=", ".join(column for column in table.columns if column != "__row"),
            )  # fmt: skip
    data: Others = {source: table, **(others or {})}
    for triples_map in mapping.of(source):
        generator = Generator(triples_map, base, _parents(mapping, triples_map, base, data))
        for start in range(0, table.height, ROWS):
            with _told(mapping, triples_map.line):
                produced = generator.produce(TableBatch(table.slice(start, ROWS)))
            yield produced


def map_records(
    mapping: Mapping,
    source: str,
    records: Iterable[Record],
    base: str,
    *,
    iterator: str = "",
    nulls: Collection[str] = (),
    others: Others | None = None,
) -> Iterator[Produced]:
    """Yield what the triples maps of one source make of its records.

    `iterator` is the path that the records were cut with. A triples map with the same iterator, or with none, maps each
    record; one whose iterator goes deeper maps what it finds inside each record. `nulls` are words that mean nothing.

    Raises:
        MappingInvalid: when an iterator of the mapping does not begin with `iterator`, or a join leads to a source not
            in `others`.
    """
    triples_maps = mapping.of(source)
    inner = {triples_map.iri: _inside(mapping, triples_map, iterator) for triples_map in triples_maps}
    if any(True for item in triples_maps for _ in item.parents()):
        records = list(records)
    own = Records(records if isinstance(records, list) else [], iterator, nulls)
    data: Others = {source: own, **(others or {})}
    generators = [Generator(item, base, _parents(mapping, item, base, data)) for item in triples_maps]
    for batch in batches(records, RECORDS):
        for generator in generators:
            item = generator.triples_map
            chosen = _cut(batch, item, inner[item.iri])
            if chosen:
                with _told(mapping, item.line):
                    produced = generator.produce(RecordBatch(chosen, item.formulation, nulls))
                yield produced


@contextmanager
def _told(mapping: Mapping, line: int) -> Iterator[None]:
    """Tell the file and the line of a rule that combines too much; `line` = where the rule does not know its own."""
    try:
        yield
    except TooManyError as error:
        raise MappingInvalid(
            "{file}, line {line}: a rule combines the values of its records {pairs} times, more than {most}: "
            "does a join lack a condition, or a template two lists?",
            file=str(mapping.path), line=error.line or line, pairs=error.pairs, most=error.most,
        ) from None  # fmt: skip


def _cut(records: Sequence[Record], triples_map: TriplesMap, iterator: str) -> Sequence[Record]:
    if not iterator:
        return records
    return [found for record in records for found in cut(record, triples_map.formulation, iterator)]


def _inside(mapping: Mapping, triples_map: TriplesMap, iterator: str) -> str:
    """Return the part of a triples map's iterator that is left inside records cut with another."""
    own = triples_map.iterator
    if own in ("", iterator) or not iterator:
        return own if not iterator else ""
    rest = own.removeprefix(iterator)
    if rest == own or not rest.startswith((".", "[") if triples_map.formulation == "JSONPath" else "/"):
        raise MappingInvalid(
            "{file}, line {line}: the iterator {own} does not begin with {iterator}, which cuts the records",
            file=str(mapping.path), line=triples_map.line, own=own, iterator=iterator,
        )  # fmt: skip
    return f"${rest}" if triples_map.formulation == "JSONPath" else f".{rest}"


def _parents(mapping: Mapping, triples_map: TriplesMap, base: str, data: Others) -> dict[int, Parents]:
    found: dict[int, Parents] = {}
    by_iri = {item.iri: item for item in mapping.triples_maps}
    for term in triples_map.parents():
        parent = by_iri[term.parent]
        if parent.source not in data:
            raise MappingInvalid(
                "{file}, line {line}: the join needs the table {table}, which is not at hand",
                file=str(mapping.path), line=term.line, table=parent.source,
            )  # fmt: skip
        same = (parent.source, parent.iterator) == (triples_map.source, triples_map.iterator)
        if same and not term.joins:
            found[id(term)] = SameRecord(Generator(parent, base))
        else:
            batch = _batch(mapping, data[parent.source], parent)
            with _told(mapping, term.line):
                found[id(term)] = JoinedParents(term, Generator(parent, base), batch)
    return found


def _batch(mapping: Mapping, data: "pl.DataFrame | Records | list[Record]", parent: TriplesMap) -> Batch:
    if isinstance(data, pl.DataFrame):
        return TableBatch(data)
    if isinstance(data, list):
        return RecordBatch(data, parent.formulation)
    inside = _inside(mapping, parent, data.iterator)
    return RecordBatch(_cut(data.records, parent, inside), parent.formulation, data.nulls)
