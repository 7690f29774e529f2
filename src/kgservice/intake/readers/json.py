"""Reads JSON and JSON Lines: records at a JSONPath, or one a line; broken text is named with line and column."""

import json
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


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of a JSON document.

    Raises:
        SourceUnreadable: when it is not JSON (line and column).
    """
    text = decoded(path.read_bytes(), table, name, collector)
    document = _parsed(text, name, 0, _Decoder(name, table.nulls, collector))
    sheet = of_records(table, name, JSONPATH, rml.iterate(document, JSONPATH, table.iterator))
    return sheet if sheet.records else replace(sheet, there=json_names(document, table.iterator))


def read_lines(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return a record per line that is not blank; its row is the line.

    Raises:
        SourceUnreadable: when a line is not JSON (line and column).
    """
    text = decoded(path.read_bytes(), table, name, collector)
    decoder = _Decoder(name, table.nulls, collector)
    records = (
        rml.Record(number, _parsed(line, name, number - 1, decoder))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    )
    return of_records(table, name, JSONPATH, records)


class _Decoder(json.JSONDecoder):
    """Reads JSON with null for texts of nothing but space or a null word."""

    def __init__(self, name: str, nulls: tuple[str, ...], collector: Collector) -> None:
        super().__init__(object_pairs_hook=self._object, parse_constant=lambda word: _no_number(word, name))
        self._name = name
        self._empty = frozenset(["", *nulls])
        self._collector = collector

    def emptied(self, value: Any) -> Any:
        """Return a value with null for empty texts; objects have that behind them."""
        if isinstance(value, str):
            return None if value in self._empty or value.strip() in self._empty else value
        if isinstance(value, list):
            return [self.emptied(inner) for inner in value]
        return value

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {key: self.emptied(value) if type(value) in _HOLLOW else value for key, value in pairs}
        if len(found) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in names if names.count(key) > 1)
            self._collector.violation(
                "read/name-repeated",
                Text("An object has the name {column} twice; only the last value was read.", {"column": twice}),
                Text("Give each value its own name, or make them a list."),
                Cell(self._name, column=twice, value=str(dict(pairs)[twice])[:200]),
            )
        return found


def _parsed(text: str, name: str, above: int, decoder: _Decoder) -> Any:
    try:
        return decoder.emptied(decoder.decode(text))
    except json.JSONDecodeError as error:
        raise SourceUnreadable(
            "{file} is not whole JSON: reading stops at line {line}, column {column} ({reason}). "
            "Save it again and deliver it.",
            file=name,
            reason=error.msg,
            line=above + error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise SourceUnreadable("{file} cannot be read as JSON: it is nested too deep.", file=name) from None
    except ValueError as error:
        raise SourceUnreadable("{file} cannot be read as JSON: {reason}.", file=name, reason=str(error)) from None


def _no_number(word: str, name: str) -> Any:
    raise SourceUnreadable("{file} is not JSON: {word} is no number of JSON.", file=name, word=word)
