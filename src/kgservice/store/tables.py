"""Answers as tables for people: XLSX, CSV as Excel reads it, and Parquet, with numbers and dates as such."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph

from kgservice.errors import NotAcceptable
from kgservice.locale import say
from kgservice.report import Text
from kgservice.store.interface import Question
from kgservice.store.serialisation import refuse_rows
from kgservice.terms import PREFIXES

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so must never become a formula."""
_LABELS = [
    pyoxigraph.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"), ("dcterms", "title"))
]
_XSD = PREFIXES["xsd"]
_WHOLE = frozenset(
    _XSD + name
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "negativeInteger",
        "nonPositiveInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte", "gYear",
    )
)  # fmt: skip
_INEXACT = frozenset({_XSD + "double", _XSD + "float"})
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_BATCH = 1000  # rows

Value = str | int | float | Decimal | bool | date | datetime


@dataclass(frozen=True, slots=True)
class About:
    """What is said beside the rows: the query, the release by number and time, the language of labels."""

    query: str
    release: str
    created: str
    language: str
    label: Callable[[str], str]
    """Returns the label of an IRI, or an empty text."""
    notices: tuple[str, ...] = ()
    """Warnings about the query, in the language."""


def write(
    question: Question,
    result: object,
    output: IO[bytes],
    store: pyoxigraph.Store | None,
    folder: Path | None,
    notices: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the rows of an answer in the format of its question.

    `store` knows labels and `folder`, where it lies, the release; both are None for what a remote store answered.

    Raises:
        NotAcceptable: the answer is too large or too long-winded for a sheet.
    """
    found = cast("pyoxigraph.QuerySolutions", result)
    columns = [variable.value for variable in found.variables]
    solutions = _within(found, getattr(output, "most_rows", 1 << 62))
    name = question.format
    if name == "xlsx":
        from kgservice.store.workbook import workbook

        manifest = folder.parent / "manifest.json" if folder else None
        body = json.loads(manifest.read_text("utf8")) if manifest and manifest.is_file() else {}
        beside = About(
            question.query,
            str(body.get("id", "")),
            str(body.get("created", "")),
            question.language,
            _labels(store, question.language),
            tuple(say(Text(one["template"], one["params"]), question.language) for one in notices),
        )
        workbook(columns, cast("Iterator[tuple[Any, ...]]", solutions), output, beside)
    elif name == "excel":
        _excel(columns, solutions, output)
    else:
        _parquet(columns, solutions, output)


def _within(solutions: Iterable[pyoxigraph.QuerySolution], most: int) -> Iterator[pyoxigraph.QuerySolution]:
    for number, solution in enumerate(solutions, 1):
        refuse_rows(number, most)
        yield solution


def _labels(store: pyoxigraph.Store | None, language: str) -> Callable[[str], str]:
    """Return what finds the best label in the default graph: in the language, else without one, else in another."""

    def label(iri: str) -> str:
        found = []
        for rank, predicate in enumerate(_LABELS if store else ()):
            subject = pyoxigraph.NamedNode(iri)
            for quad in store.quads_for_pattern(subject, predicate, None, pyoxigraph.DefaultGraph()):  # type: ignore[union-attr]
                if isinstance(quad.object, pyoxigraph.Literal):
                    said = quad.object.language or ""
                    found.append((0 if said == (language or "en") else 1 if not said else 2, rank, quad.object.value))
        return min(found)[2] if found else ""

    return label


def value(term: object) -> Value:
    """Return the value of a term as Python knows it; the text of what has no such value, or too many digits."""
    if not isinstance(term, pyoxigraph.Literal):
        return str(term) if isinstance(term, pyoxigraph.Triple | pyoxigraph.BlankNode) else term.value  # type: ignore[attr-defined]
    text, datatype = term.value, term.datatype.value
    if not datatype.startswith(_XSD) or datatype == _XSD + "string" or "_" in text or not text.isascii():
        return text
    try:
        return _typed(text, datatype)
    except (ValueError, InvalidOperation, OverflowError):
        return text


def _typed(text: str, datatype: str) -> Value:
    if datatype in _WHOLE:
        return int(text)
    if datatype in _INEXACT:
        return float(text)
    if datatype == _XSD + "decimal":
        return Decimal(text) if _DECIMAL.fullmatch(text) else text
    if datatype == _XSD + "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text, text)
    if datatype == _XSD + "date":
        return date.fromisoformat(text)
    if datatype == _XSD + "dateTime":
        return datetime.fromisoformat(text)
    return text


def _excel(columns: list[str], solutions: Iterator[pyoxigraph.QuerySolution], output: IO[bytes]) -> None:
    """Write CSV with a byte order mark and semicolons, decimal commas, and no text that Excel takes for a formula."""
    buffer = io.StringIO()
    rows = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    output.write(b"\xef\xbb\xbf")
    rows.writerow(_harmless(column) for column in columns)
    for number, solution in enumerate(solutions):
        rows.writerow("" if term is None else _plain(term) for term in solution)
        if number % _BATCH == 0:
            output.write(buffer.getvalue().encode())
            buffer.seek(0)
            buffer.truncate()
    output.write(buffer.getvalue().encode())


def _plain(term: object) -> str:
    found = value(term)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, Decimal):
        return format(found, "f").replace(".", ",")
    if isinstance(found, int | float):
        return str(found).replace(".", ",")
    if isinstance(found, date):
        return term.value  # type: ignore[attr-defined,no-any-return]  # a literal
    return _harmless(found)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _parquet(columns: list[str], solutions: Iterator[pyoxigraph.QuerySolution], output: IO[bytes]) -> None:
    """Write Parquet; a column has the type of its values where they share one, else it holds texts."""
    import polars

    if len(set(columns)) < len(columns) or not columns:
        raise NotAcceptable("An answer without columns cannot be written as parquet; ask for json.")
    cells: list[list[object]] = [[] for _ in columns]
    for solution in solutions:
        for column, term in zip(cells, solution, strict=True):
            column.append(term)
    frame = polars.DataFrame([_series(name, column) for name, column in zip(columns, cells, strict=True)])
    packed = io.BytesIO()
    frame.write_parquet(packed, compression="zstd")
    output.write(packed.getvalue())


def _series(name: str, terms: list[object]) -> Any:
    import polars

    values = [None if term is None else value(term) for term in terms]
    kinds = {type(found) for found in values if found is not None}
    if kinds == {int} and all(found is None or -(2**63) <= found < 2**63 for found in values):  # type: ignore[operator]
        return polars.Series(name, values, polars.Int64)
    if kinds == {Decimal} and all(found is None or len(found.as_tuple().digits) <= 30 for found in values):  # type: ignore[union-attr]
        places = max(-int(found.as_tuple().exponent) for found in values if isinstance(found, Decimal))
        if 0 <= places <= 15:
            return polars.Series(name, values, polars.Decimal(38, places))
    simple = {float: polars.Float64, bool: polars.Boolean, date: polars.Date}
    if len(kinds) == 1 and (kind := next(iter(kinds))) in simple:
        return polars.Series(name, values, simple[kind])
    if kinds == {datetime}:
        zones = {found.tzinfo is None for found in values if isinstance(found, datetime)}
        if len(zones) == 1:
            return polars.Series(name, values, polars.Datetime("us", None if zones == {True} else "UTC"))
    return polars.Series(name, [None if term is None else _text(term) for term in terms], polars.String)


def _text(term: object) -> str:
    return str(term.value) if isinstance(term, pyoxigraph.Literal | pyoxigraph.NamedNode) else str(term)
