"""Reads JSON and JSON Lines: records at a JSONPath, or one a line; broken text is named with line and column."""

import json
from pathlib import Path
from typing import Any

from kgservice import rml
from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.decoding import decoded
from kgservice.intake.readers.reading import Sheet, of_records
from kgservice.report import Cell, Text

JSONPATH = "JSONPath"


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of a JSON document.

    Raises:
        SourceUnreadable: when it is not JSON (line and column).
    """
    text = decoded(path.read_bytes(), table, name, collector)
    document = _parsed(text, name, 0, table.nulls, collector)
    return of_records(table, name, JSONPATH, rml.iterate(document, JSONPATH, table.iterator))


def read_lines(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return a record per line that is not blank; its row is the line.

    Raises:
        SourceUnreadable: when a line is not JSON (line and column).
    """
    text = decoded(path.read_bytes(), table, name, collector)
    records = (
        rml.Record(number, _parsed(line, name, number - 1, table.nulls, collector))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    )
    return of_records(table, name, JSONPATH, records)


def _parsed(text: str, name: str, above: int, nulls: tuple[str, ...], collector: Collector) -> Any:
    try:
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, name, collector),
            parse_constant=lambda word: _no_number(word, name),
        )
        return _emptied(value, frozenset(["", *nulls]))
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


def _emptied(value: Any, empty: frozenset[str]) -> Any:
    """Return the value with null for texts of nothing but space or a null word."""
    if isinstance(value, str):
        return None if value.strip() in empty else value
    if isinstance(value, list):
        return [_emptied(inner, empty) for inner in value]
    if isinstance(value, dict):
        return {key: _emptied(inner, empty) for key, inner in value.items()}
    return value


def _object(pairs: list[tuple[str, Any]], name: str, collector: Collector) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        collector.violation(
            "read/name-repeated",
            Text("An object has the name {column} twice; only the last value was read.", {"column": twice}),
            Text("Give each value its own name, or make them a list."),
            Cell(name, column=twice, value=str(found[twice])[:200]),
        )
    return found


def _no_number(word: str, name: str) -> Any:
    raise SourceUnreadable("{file} is not JSON: {word} is no number of JSON.", file=name, word=word)
