"""What the values of a column are like: numbers, dates, addresses, codes, words of a list; in which language."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_INTEGER = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*|[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d[\d \u00a0\u202f]*(?:[.,]\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}\.\d{1,2}\.\d{4}")
_TIME = re.compile(r"(?:1[5-9]|20)\d{2}(?:-\d{2})?|(?:1[5-9]|20)\d{2}\s*[-–/]\s*(?:1[5-9]|20)\d{2}")
_MOMENT = re.compile(f"{_DATE.pattern}|{_TIME.pattern}")
_LEADING = re.compile(r"0\d")
_IRI = re.compile(r"https?://\S+")
_CODE = re.compile(r"[A-Za-zА-Яа-яЁё]{0,4}[\d][\d.\-/]*[A-Za-zА-Яа-я\d]*")
_SAFE = re.compile(r"[\w.\-]+")
_MOST = 0.97  # share of values that must fit a kind
_SEPARATORS = ("; ", ";", "\n", "|", ", ")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sample: what its filled cells are like."""

    heading: str
    examples: tuple[str, ...]
    filled: float
    """Share of rows with a value."""
    distinct: int
    values: tuple[str, ...]
    """Different values, most frequent first, at most 200."""
    all: frozenset[str]
    """Every value of the sample."""
    kind: str
    """integer, decimal, date, time, iri, code or text."""
    language: str
    """ru or en for texts, by their letters; empty for all else."""
    separator: str
    """What parts the values of a list; empty where a cell holds one."""
    unique: bool
    """True when every row has a value of its own."""
    distinctive: bool
    """True when no two rows have the same value; some may have none."""
    safe: bool
    """True when the values can stand in an address as they are."""


def column(heading: str, cells: Sequence[str | None]) -> Column:
    """Return what a column is like."""
    values = [cell.strip() for cell in cells if cell and cell.strip()]
    counted = Counter(values)
    separator = _separator(values)
    parts = [part.strip() for value in values for part in value.split(separator)] if separator else values
    kind = _kind([part for part in parts if part])
    return Column(
        heading,
        tuple(dict.fromkeys(values))[:3],
        len(values) / len(cells) if cells else 0.0,
        len(counted),
        tuple(value for value, _ in Counter(part for part in parts if part).most_common(200)),
        frozenset(counted),
        kind,
        _language(values) if kind == "text" else "",
        separator,
        bool(values) and len(counted) == len(values) == len(cells),
        bool(values) and len(counted) == len(values),
        bool(values) and all(_SAFE.fullmatch(value) for value in counted),
    )


def _kind(values: Sequence[str]) -> str:
    if not values:
        return "text"

    # one faulty cell does not make another kind of a small table's column: it is told when the table is imported
    misfits = max(1 if len(values) > 2 else 0, len(values) - _MOST * len(values))

    def mostly(pattern: re.Pattern[str]) -> bool:
        return sum(1 for value in values if not pattern.fullmatch(value)) <= misfits

    leading = any(_LEADING.match(value) for value in values)
    if mostly(_IRI):
        return "iri"
    if mostly(_DATE):
        return "date"
    if mostly(_TIME) or mostly(_MOMENT):
        return "time"
    long = sum(1 for value in values if not (value.isdigit() and len(value) >= 9)) <= misfits
    if leading or long:
        return "code"
    if mostly(_INTEGER):
        return "integer"
    dotted = sum(1 for value in values if value.count(".") > 1) > 0.2 * len(values)
    if mostly(_DECIMAL) and not dotted:
        return "decimal"
    return "code" if mostly(_CODE) else "text"


def _language(values: Sequence[str]) -> str:
    text = "".join(values[:200]).lower()
    russian = sum("а" <= letter <= "я" or letter == "ё" for letter in text)
    latin = sum("a" <= letter <= "z" for letter in text)
    return "" if not russian + latin else "ru" if russian >= latin else "en"


def _separator(values: Sequence[str]) -> str:
    """Return what parts lists: only where many cells have it and the parts come again in other cells."""
    for sign in _SEPARATORS:
        many = [value for value in values if sign in value]
        if len(many) < max(2, 0.2 * len(values)):
            continue
        parts = Counter(part.strip() for value in values for part in value.split(sign))
        again = sum(1 for count in parts.values() if count > 1)
        short = sum(len(part) <= 60 for part in parts) >= 0.9 * len(parts)
        brief = sum(map(len, parts)) <= 80 * len(parts)  # long parts are paragraphs of one text
        if brief and (sign != ", " or (again >= 0.3 * len(parts) and short)):
            return sign
    return ""


def of_every_row(columns: Sequence[Column]) -> list[str]:
    """Return what all rows say of themselves: the words of a column with one value, and what addresses begin with."""
    found = []
    for column in columns:
        if column.filled < 1 or len(column.values) < 1:
            continue
        if column.distinct == 1 and column.kind == "text" and len(column.values[0]) <= 40:
            found.append(column.values[0])
        elif column.kind == "iri" and column.distinctive:
            first, last = min(column.all), max(column.all)
            shared = first[
                : next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), 0)
            ]
            shared = shared.rpartition("/")[0]
            found.append(shared.partition("://")[2].partition("/")[2].replace("/", " "))
    return [text for text in found if text]
