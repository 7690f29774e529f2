"""Lexical forms of XSD datatypes: which texts are values, and their canonical form as the engine stores it."""

import datetime
import decimal
import math
import re
from collections.abc import Callable

import polars as pl

from kgservice.terms import PREFIXES

XSD = PREFIXES["xsd"]
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_ZONE = r"(?:Z|[+\-](?:0\d|1[0-3]):[0-5]\d|[+\-]14:00)?"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?"
_PATTERNS = {
    "decimal": r"[+\-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "double": r"[+\-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?|[+\-]?INF|NaN",
    "float": r"[+\-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?|[+\-]?INF|NaN",
    "boolean": r"true|false|1|0",
    "date": rf"(-?\d{{4,}}-\d\d-\d\d){_ZONE}",
    "dateTime": rf"(-?\d{{4,}}-\d\d-\d\d)T{_TIME}{_ZONE}",
    "dateTimeStamp": rf"(-?\d{{4,}}-\d\d-\d\d)T{_TIME}{_ZONE}(?<=[Z\d])",
    "time": rf"{_TIME}{_ZONE}",
    "gYear": rf"-?\d{{4,}}{_ZONE}",
    "gYearMonth": rf"-?\d{{4,}}-(?:0[1-9]|1[0-2]){_ZONE}",
    "duration": r"-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
}
_UNCHECKED = (
    "string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "anyURI", "QName", "base64Binary",
    "hexBinary", "gMonth", "gDay", "gMonthDay", "dayTimeDuration", "yearMonthDuration",
)  # fmt: skip
"""Datatypes of XSD whose texts we do not check."""


def is_datatype(iri: str) -> bool:
    """Tell whether `rml:datatype` may name this: a datatype of XSD, or one of elsewhere but rdf:langString."""
    name = iri.removeprefix(XSD)
    if name != iri:
        return name in _RANGES or name in _PATTERNS or name in _UNCHECKED
    return iri not in (PREFIXES["rdf"] + "langString", PREFIXES["rdf"] + "dirLangString")


def wrong_column(texts: pl.Series, datatype: str) -> pl.Series:
    """Return a mask of the texts that are no lexical form of the datatype; datatypes we do not know hold any text."""
    name = datatype.removeprefix(XSD)
    if name == datatype or (name not in _RANGES and name not in _PATTERNS):
        return pl.repeat(False, len(texts), eager=True)
    if name == "integer":
        return ~texts.str.contains(r"^[+\-]?[0-9]+$")
    if name == "date":
        plain = texts.str.to_date("%Y-%m-%d", strict=False).is_not_null() & texts.str.contains(
            r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        )
        texts = texts.set(plain, None)
    wrong = [text for text in texts.unique().drop_nulls().to_list() if not _is_value(text, name)]
    return texts.is_in(wrong).fill_null(False) if wrong else pl.repeat(False, len(texts), eager=True)


def canonical_column(texts: pl.Series, datatype: str) -> pl.Series:
    """Return valid texts as the engine would store them: `007` becomes 7, `1.50` becomes 1.5, `1` of boolean true."""
    name = datatype.removeprefix(XSD)
    if name == datatype:
        return texts
    if name in _RANGES or name == "decimal":
        return (
            texts if not texts.str.contains(r"^\+|^-?0\d|^-?0*\.|^-0|\.\d*0$|\.$").any() else _canonical_number(texts)
        )
    if name == "boolean":
        return texts.replace({"1": "true", "0": "false"})
    if name in _CANONICAL:
        distinct = texts.unique()
        written = [_CANONICAL[name](text) for text in distinct.to_list()]
        return texts.replace(distinct, pl.Series(written, dtype=pl.String))
    return texts


def _canonical_number(texts: pl.Series) -> pl.Series:
    number = texts.str.replace(r"^\+", "").str.replace(r"^(-?)\.", "${1}0.")
    number = number.str.replace(r"^(-?)0+(\d)", "${1}${2}").str.replace(r"(\.\d*?)0+$", "${1}").str.replace(r"\.$", "")
    return number.str.replace(r"^-0$", "0")


def _canonical_double(text: str) -> str:
    value = float(text)
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "INF", "-inf": "-INF"}[str(value)]
    digits = format(decimal.Decimal(repr(value)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _canonical_time(text: str) -> str:
    shorter = re.sub(r"(:\d\d\.\d*?)0+(?=\D|$)", r"\1", text)
    return re.sub(r"[+\-]00:00$", "Z", re.sub(r"\.(?=\D|$)", "", shorter))


_CANONICAL: dict[str, Callable[[str], str]] = {
    "double": _canonical_double,
    "dateTime": _canonical_time,
    "dateTimeStamp": _canonical_time,
    "time": _canonical_time,
    "date": _canonical_time,
    "gYear": _canonical_time,
    "gYearMonth": _canonical_time,
}


def _is_value(text: str, name: str) -> bool:
    if name in _RANGES:
        low, high = _RANGES[name]
        if not re.fullmatch(r"[+\-]?[0-9]+", text) or len(text) > 4000:
            return False
        return (low is None or int(text) >= low) and (high is None or int(text) <= high)
    found = re.fullmatch(_PATTERNS[name], text, re.ASCII)
    if found is None:
        return False
    return not found.re.groups or _is_day(found[1])


def _is_day(text: str) -> bool:
    year, month, day = text.lstrip("-").split("-")
    if len(year) > 4 and year.startswith("0"):
        return False
    leap = 2000 + int(year) % 400  # the calendar repeats, and Python knows the years to 9999
    try:
        datetime.date(leap, int(month), int(day))
    except ValueError:
        return False
    return True
