"""Functions over dates: one day, a year, and the first and last day of a time that is known less exactly."""

import calendar
import datetime
import re

import polars as pl

from kgservice.rml.functions.function import by_column, by_value
from kgservice.terms import PREFIXES

_DAY = PREFIXES["xsd"] + "date"


@by_column("a date such as 2021-09-01 or 01.09.2021", datatype=_DAY, text="cell")
def date(text: pl.Series) -> pl.Series:
    """Return an xsd:date of an ISO date (a time after it is dropped) or of day.month.year."""
    trimmed = text.str.strip_chars()
    iso = trimmed.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$", 1)
    if iso.null_count():
        dotted = trimmed.str.replace(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*г\.?)?$", "$3-0$2-0$1")
        dotted = dotted.str.replace(r"-0(\d{2})-", "-$1-").str.replace(r"-0(\d{2})$", "-$1")
        iso = iso.zip_with(iso.is_not_null(), dotted)
    days = iso.str.to_date("%Y-%m-%d", strict=False)
    return days.dt.to_string("iso:strict").set(days.dt.year() < 1, None)


@by_column("a year such as 2019", datatype=PREFIXES["xsd"] + "gYear", text="cell")
def year(text: pl.Series) -> pl.Series:
    """Return an xsd:gYear; years before 1000 get the noughts that it needs."""
    digits = text.str.strip_chars().str.extract(r"^(\d{1,4})(?:\s*(?:г\.?|год))?$", 1).str.zfill(4)
    return digits.set(digits == "0000", None)


@by_value("a time such as 2019, 2021-04, 2022-09-01 or 2024-2025", datatype=_DAY, text="cell")
def earliest(text: str) -> str | None:
    """Return the first day of a day, month, year or span of them."""
    span = _span(text)
    return span[0].isoformat() if span else None


@by_value("a time such as 2019, 2021-04, 2022-09-01 or 2024-2025", datatype=_DAY, text="cell")
def latest(text: str) -> str | None:
    """Return the last day of a day, month, year or span of them."""
    span = _span(text)
    return span[1].isoformat() if span else None


_YEAR_SUFFIX = r"\s*(?:гг?\.?|год[аы]?|years?)?"
_FORMS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})" + _YEAR_SUFFIX),
    re.compile(r"(?P<y>\d{4})[-.](?P<m>\d{2})"),
    re.compile(r"(?P<m>\d{1,2})[./](?P<y>\d{4})" + _YEAR_SUFFIX),
    re.compile(r"(?P<y>\d{4})" + _YEAR_SUFFIX),
    re.compile(r"(?P<name>[A-Za-zА-Яа-яё]{3,})\.?\s+(?P<y>\d{4})" + _YEAR_SUFFIX),
    re.compile(r"(?P<y>\d{4})-?Q(?P<q>[1-4])"),
)
_SPAN = re.compile(r"\s*(?:\.\.\.?|[–—/]| - |\bto\b|\bпо\b)\s*|(?<=\d{4})\s*-\s*(?=\d{4}(?!\d))")
_MONTHS = ("янв jan", "фев feb", "мар mar", "апр apr", "май мая may", "июн jun", "июл jul", "авг aug", "сен sep",
           "окт oct", "ноя nov", "дек dec")  # fmt: skip


def _span(text: str) -> tuple[datetime.date, datetime.date] | None:
    """Return first and last day; None where it is no time, or one that ends before it begins."""
    whole = _period(text.strip())
    if whole:
        return whole
    ends = _SPAN.split(text.strip())
    if len(ends) != 2:
        return None
    first, last = _period(re.sub(r"^(?:с|from)\s+", "", ends[0])), _period(ends[1])
    if not first or not last or first[0] > last[1]:
        return None
    return first[0], last[1]


def _period(text: str) -> tuple[datetime.date, datetime.date] | None:
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _days(found.groupdict())
    return None


def _days(parts: dict[str, str | None]) -> tuple[datetime.date, datetime.date] | None:
    year, first, last = int(parts["y"] or 0), 1, 12
    if parts.get("q"):
        last = int(parts["q"] or 0) * 3
        first = last - 2
    elif parts.get("m"):
        first = last = int(parts["m"] or 0)
    elif parts.get("name"):
        stem = (parts["name"] or "")[:3].lower()
        first = last = next((number for number, stems in enumerate(_MONTHS, 1) if stem in stems.split()), 0)
    if not 1 <= year <= 9999 or not 1 <= first <= 12:
        return None
    end = calendar.monthrange(year, last)[1]
    day = int(parts.get("d") or 0)
    if parts.get("d") and not 1 <= day <= end:
        return None
    return datetime.date(year, first, day or 1), datetime.date(year, last, day or end)
