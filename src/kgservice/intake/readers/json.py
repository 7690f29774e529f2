"""Reads JSON and JSON Lines: records at a JSONPath, or one a line; broken text is named with line and column."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgservice import rml
from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.outline import json_names
from kgservice.intake.readers.decoding import decoded
from kgservice.intake.readers.reading import Sheet, of_records
from kgservice.report import Cell, Text

JSONPATH = "JSONPath"
_HOLLOW = frozenset([str, list])
"""Kinds of values that may be empty inside."""
_BROKEN = 100
_DEEP = 200
"""Levels of lists and objects in each other; those who look into a record go down one call a level."""
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*+"|(NaN|-?Infinity)', re.S)
"""Texts, and words of Python that are no JSON."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")
"""Halves of a letter, which JSON can say and no text holds."""


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of a JSON document.

    Raises:
        SourceUnreadable: when it is not JSON (line and column).
    """
    text = decoded(path.read_bytes(), table, name, collector)
    decoder = _Decoder(name, table.nulls)
    try:
        document = decoder.document(text)
    except json.JSONDecodeError as error:
        raise _cut(error, name, error.lineno) from None
    sheet = of_records(table, name, JSONPATH, rml.iterate(document, JSONPATH, table.iterator))
    decoder.tell(sheet.records, collector)
    return sheet if sheet.records else replace(sheet, there=json_names(document, table.iterator))


def read_lines(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return a record per line that is not blank; its row is the line; lines that are broken are findings.

    Raises:
        SourceUnreadable: when no line, or not the first hundred that are broken, is JSON (line and column).
    """
    text = decoded(path.read_bytes(), table, name, collector)
    decoder = _Decoder(name, table.nulls)
    sheet = of_records(table, name, JSONPATH, _lines(text, name, decoder, collector))
    decoder.tell(sheet.records, collector)
    return sheet


def _lines(text: str, name: str, decoder: "_Decoder", collector: Collector) -> Iterator[rml.Record]:
    good, broken, first = 0, 0, None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = rml.Record(number, decoder.document(line))
        except json.JSONDecodeError as error:
            broken += 1
            first = first or _cut(error, name, number)
            if broken == _BROKEN:
                raise first from None
            collector.violation(
                "read/line-broken",
                Text("Line {line} is not whole JSON: reading stops at column {column} ({reason}).",
                     {"line": number, "column": error.colno, "reason": error.msg}),
                Text("Mend the line: each holds one whole record. It was left out."),
                Cell(name, row=number, value=line.strip()[:200]),
            )  # fmt: skip
        else:
            good += 1
            yield record
    if first and not good:
        raise first


class _NoNumberError(ValueError):
    """NaN or Infinity stands where a number should."""


class _Decoder(json.JSONDecoder):
    """Reads JSON with null for texts of nothing but space or a null word, and keeps what a document says twice."""

    def __init__(self, name: str, nulls: tuple[str, ...]) -> None:
        super().__init__(object_pairs_hook=self._object, parse_constant=_no_number)
        self._name = name
        self._empty = frozenset(["", *nulls])
        self._twice: list[tuple[dict[str, Any], str]] = []

    def document(self, text: str) -> Any:
        """Return the value of a JSON text. Raises JSONDecodeError, and SourceUnreadable where it is nested too deep."""
        try:
            value = self.decode(text)
            _check_depth(value)
            value = self._emptied(value)
            return _whole(value) if _HALF.search(text) else value
        except json.JSONDecodeError:
            raise
        except _NoNumberError as error:
            word = next(match for match in _WORDS.finditer(text) if match[1])
            raise json.JSONDecodeError(f"{error} is no number of JSON", text, word.start()) from None
        except RecursionError:
            raise SourceUnreadable("{file} cannot be read as JSON: it is nested too deep.", file=self._name) from None
        except ValueError as error:
            template = "{file} cannot be read as JSON: {reason}."
            raise SourceUnreadable(template, file=self._name, reason=str(error)) from None

    def tell(self, records: Sequence[rml.Record], collector: Collector) -> None:
        """Add a finding for every name that an object has twice, at its record."""
        places = {id(one): 0 for one, _ in self._twice}
        for record in records if places else ():
            for inner in _objects(record.value):
                if id(inner) in places:
                    places[id(inner)] = record.row
        for one, name in self._twice:
            collector.violation(
                "read/name-repeated",
                Text("An object has the name {column} twice; only the last value was read.", {"column": name}),
                Text("Give each value its own name, or make them a list."),
                Cell(self._name, row=places[id(one)], column=name, value=str(one[name])[:200]),
            )

    def _emptied(self, value: Any) -> Any:
        """Return a value with null for empty texts; objects have that behind them."""
        if isinstance(value, str):
            return None if value in self._empty or value.strip() in self._empty else value
        if isinstance(value, list):
            return [self._emptied(inner) for inner in value]
        return value

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {key: self._emptied(value) if type(value) in _HOLLOW else value for key, value in pairs}
        if len(found) < len(pairs):
            names = [key for key, _ in pairs]
            self._twice.append((found, next(key for key in names if names.count(key) > 1)))
        return found


def _check_depth(value: Any) -> None:
    level, depth = [value] if isinstance(value, dict | list) else [], 0
    while level:
        inner = [each for one in level for each in (one.values() if one.__class__ is dict else one)]
        level = [each for each in inner if each.__class__ is dict or each.__class__ is list]
        depth += 1
        if depth > _DEEP:
            raise RecursionError


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object inside a value, itself too."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _whole(value: Any) -> Any:
    """Return a value with the sign of a lost letter for every half of one, in place where it can be."""
    if isinstance(value, str):
        return _LONE.sub("\ufffd", value)
    if isinstance(value, list):
        value[:] = [_whole(inner) for inner in value]
    elif isinstance(value, dict):
        pairs = [(_whole(name), _whole(inner)) for name, inner in value.items()]
        value.clear()
        value.update(pairs)
    return value


def _cut(error: json.JSONDecodeError, name: str, line: int) -> SourceUnreadable:
    return SourceUnreadable(
        "{file} is not whole JSON: reading stops at line {line}, column {column} ({reason}). "
        "Save it again and deliver it.",
        file=name,
        reason=error.msg,
        line=line,
        column=error.colno,
    )


def _no_number(word: str) -> Any:
    raise _NoNumberError(word)
