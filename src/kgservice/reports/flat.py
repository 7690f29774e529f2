"""Findings as CSV and JSON, a piece at a time: a row per finding and cell, or causes and findings with their words."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from kgservice.locale import say
from kgservice.report import Cell, Finding, Text
from kgservice.report.reading import Cause, Found, Reader
from kgservice.terms import shortened

_COLUMNS = (
    *("severity", "rule", "file", "sheet", "row", "line", "column", "value", "focus", "message", "remedy"),
    *("expected", "source", "mark", "waived", "cause"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OF_FINDING, _OF_CELL = ([one.name for one in fields(kind)] for kind in (Finding, Cell))
_TEXTS = ("text", "remedy", "expected")
_PIECE = 500
_SHOWN = 5


def as_csv(reader: Reader, language: str, sources: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield CSV (RFC 4180, UTF-8 with byte order mark, as spreadsheets want it): a row per finding and cell."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _COLUMNS)
    target.write("\ufeff")
    writer.writeheader()
    for number, found in enumerate(reader.findings(sources), 1):
        for row in rows(found, language):
            # a cell that begins like a formula would run in the reader's spreadsheet
            writer.writerow({name: f"'{value}" if value.startswith(_FORMULA) else value for name, value in row.items()})
        if number % _PIECE == 0:
            yield target.getvalue().encode()
            target.seek(0)
            target.truncate()
    yield target.getvalue().encode()


def as_json(
    reader: Reader, language: str, head: dict[str, Any], sources: Sequence[str] | None = None
) -> Iterator[bytes]:
    """Yield a JSON object: `head`, the causes, then every finding, each with its message and remedy in words."""
    body = {**head, "causes": [cause_to_json(cause, language) for cause in reader.causes(sources)]}
    yield json.dumps(body, ensure_ascii=False, indent=1, default=str).encode()[:-2]
    yield b',\n "findings": ['
    pieces: list[str] = []
    comma = ""
    for number, found in enumerate(reader.findings(sources), 1):
        pieces.append(f"{comma}\n  {json.dumps(finding_to_json(found, language), ensure_ascii=False, default=str)}")
        comma = ","
        if number % _PIECE == 0:
            yield "".join(pieces).encode()
            pieces.clear()
    yield "".join(pieces).encode() + b"\n ]\n}\n"


def rows(found: Found, language: str) -> Iterator[dict[str, str]]:
    """Yield a row per cell of a finding, by the names of the CSV's columns; one where it has no cell."""
    finding = found.finding
    said = {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "focus": finding.focus,
        "message": say(finding.text, language),
        "remedy": _say(finding.remedy, language),
        "expected": _say(finding.expected, language),
        "source": finding.source,
        "mark": found.mark,
        "waived": finding.waived,
        "cause": found.cause,
    }
    for cell in finding.cells or (Cell(""),):
        yield {
            **said,
            "file": cell.file,
            "sheet": cell.sheet,
            "row": str(cell.row or ""),
            "line": str(cell.line or ""),
            "column": cell.column or (shortened(finding.path) if finding.path and not cell.file else ""),
            "value": cell.value or finding.value,
        }


def finding_to_json(found: Found, language: str) -> dict[str, Any]:
    """Return a finding as the machine keeps it, with its message and remedy in words."""
    finding = found.finding
    return {
        **_plain(finding),
        "message": say(finding.text, language),
        "mend": _say(finding.remedy, language),
        "mark": found.mark,
        "cause": found.cause,
    }


def cause_to_json(cause: Cause, language: str) -> dict[str, Any]:
    """Return a cause as JSON-ready values, in words."""
    return {
        "cause": cause.ident,
        "severity": cause.severity.value,
        "rule": cause.rule,
        "source": cause.source,
        "column": cause.place,
        "message": say(cause.text, language),
        "mend": _say(cause.remedy, language),
        "expected": _say(cause.expected, language),
        "count": cause.count,
        "new": cause.new,
        "old": cause.old,
        "fixed": cause.fixed,
        "waived": cause.waived,
        "rows": cause.rows,
        "share": cause.share,
        "counted": cause.counted,
        "examples": [{"value": value, "count": number} for value, number in cause.examples[:_SHOWN]],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    """Return what `asdict` does, which would be more than half of the work of a report."""
    body = {name: getattr(finding, name) for name in _OF_FINDING}
    for name in _TEXTS:
        if text := body[name]:
            body[name] = {"template": text.template, "params": text.params, "translations": text.translations}
    body["cells"] = [{name: getattr(cell, name) for name in _OF_CELL} for cell in finding.cells]
    return body


def _say(text: Text | None, language: str) -> str:
    return say(text, language) if text else ""
