"""Records of nested JSON and XML, and a batch of them: references are JSONPath or XPath inside each record."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from jsonpath import JSONPathMatch
from lxml import etree

from kgservice.rml.paths import evaluate, json_path, plain_steps
from kgservice.rml.values import Values
from kgservice.terms import PREFIXES

XSD = PREFIXES["xsd"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number as the reader counts, and its value: parsed JSON, or an lxml element."""

    row: int
    value: Any
    parent: "Record | None" = None
    """The record it was cut from, or the JSON object that encloses it: where `^` in a reference begins."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a source, with the path they were cut with and the words that mean nothing."""

    records: Sequence[Record]
    iterator: str = ""
    nulls: Collection[str] = ()


def cut(record: Record, formulation: str, iterator: str) -> Iterator[Record]:
    """Yield the records that an iterator finds inside a record, with its row."""
    if formulation == "JSONPath":
        steps = plain_steps(iterator)
        if steps is not None:
            yield from _walked(record, steps)
            return
        for match in json_path(iterator).finditer(record.value):
            yield Record(record.row, match.obj, _enclosing(match, record.row, record.parent))
        return
    for value in evaluate(iterator, formulation, record.value):
        yield Record(record.row, value, record)


def _walked(record: Record, steps: tuple[str | None, ...]) -> Iterator[Record]:
    """Yield what plain steps lead to; around each is the innermost object that holds it."""
    found = [record]
    for step in steps:
        inner: list[Record] = []
        for one in found:
            value = one.value
            around = one if isinstance(value, dict) else one.parent
            if step is None:
                many = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
                inner.extend(Record(record.row, item, around) for item in many)
            elif isinstance(value, dict) and step in value:
                inner.append(Record(record.row, value[step], around))
        found = inner
    yield from found


def iterate(document: Any, formulation: str, iterator: str) -> Iterator[Record]:
    """Yield the records of a whole parsed document (JSON value or root element), numbered from 1."""
    if formulation == "XPath" and isinstance(document, etree._ElementTree):
        document = document.getroot()
    if iterator and formulation == "JSONPath":
        for row, match in enumerate(json_path(iterator).finditer(document), 1):
            yield Record(row, match.obj, _enclosing(match, row, None))
        return
    values = evaluate(iterator, formulation, document) if iterator else [document]
    for row, value in enumerate(values, 1):
        yield Record(row, value)


def _enclosing(match: JSONPathMatch, row: int, outer: Record | None) -> Record | None:
    """Return the objects around a match, innermost first, then the outer ones; lists are passed over."""
    above = match.parent
    while above is not None and not isinstance(above.obj, dict):
        above = above.parent
    return Record(row, above.obj, _enclosing(above, row, outer)) if above is not None else outer


def texts(record: Record, formulation: str, reference: str) -> list[str]:
    """Return the texts that a record has at a reference; lists and objects are left out."""
    found = (_value(value) for value in _found(record, formulation, reference))
    return [item[0] for item in found if item is not None and item[1] != "*"]


class RecordBatch:
    """Records that are mapped together; texts of nothing but space, and the words in `nulls`, are nothing."""

    def __init__(self, records: Sequence[Record], formulation: str, nulls: Collection[str] = ()) -> None:
        self.records = records
        self.nulls = nulls
        self.formulation = formulation
        self.numbers = pl.Series([record.row for record in records], dtype=pl.UInt32)
        self.problems: list[tuple[int, str, str, str]] = []
        self._known: dict[str, Values] = {}

    def values(self, reference: str) -> Values:
        """Return the texts of each record at a JSONPath or XPath, with the datatypes that JSON gives them."""
        if reference not in self._known:
            self._known[reference] = self._evaluated(reference)
        return self._known[reference]

    def chosen(self, rows: pl.Series) -> "RecordBatch":
        """Return a batch of the records at these positions."""
        return RecordBatch([self.records[row] for row in rows.to_list()], self.formulation, self.nulls)

    def _evaluated(self, reference: str) -> Values:
        rows: list[int] = []
        values: list[str] = []
        datatypes: list[str | None] = []
        for position, record in enumerate(self.records):
            for found in _found(record, self.formulation, reference):
                item = (found, None) if type(found) is str else _value(found)
                if item is None:
                    continue
                text, datatype = item
                if datatype == "*":
                    self.problems.append((position, reference, text, "map/not-a-value"))
                elif not text.isascii() and not _storable(text):
                    self.problems.append((position, reference, ascii(text), "map/not-text"))
                elif (bare := text.strip()) and bare not in self.nulls:
                    rows.append(position)
                    values.append(text)
                    datatypes.append(datatype)
        whole = rows == list(range(len(self.records)))
        typed = pl.Series(datatypes, dtype=pl.String) if any(datatypes) else None
        return Values(pl.Series(rows, dtype=pl.UInt32), pl.Series(values, dtype=pl.String), whole, typed)


def batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Yield records in lists of at most that many."""
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _found(record: Record, formulation: str, reference: str) -> list[Any]:
    while formulation == "JSONPath" and reference.startswith("^"):
        reference = reference[1:]
        record = record.parent or Record(record.row, {})
    return evaluate(reference, formulation, record.value)


def _value(value: Any) -> tuple[str, str | None] | None:
    """Return text and natural datatype (RML io, JSON: datatype `*` = no value at all), or None for nothing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return ("true" if value else "false", XSD + "boolean")
    if isinstance(value, int):
        return (str(value), XSD + "integer")
    if isinstance(value, float):
        return (_plain(value), XSD + "double")
    if isinstance(value, str):
        return (str(value), None)
    if isinstance(value, etree._Element):
        return ("".join(str(part) for part in value.itertext()), None)
    if isinstance(value, dict | list):
        return (json.dumps(value, ensure_ascii=False, default=str)[:200], "*")
    return (str(value), XSD + "decimal")


def _plain(value: float) -> str:
    """Return a number as people write it, which functions read: 120, 5.5; its literal gets the canonical form."""
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "INF", "-inf": "-INF"}[str(value)]
    digits = format(Decimal(repr(value)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
