"""A text per RDF term such that sorting the texts by code point sorts the terms as SPARQL wants (Query 15.1).

Unbound comes first by itself, then blank nodes (all equal), IRIs, literals, triple terms. Literals of one kind stand
together: numbers by value whatever their datatype, plain and language texts in one alphabet, dates by instant,
durations by length; then ill-typed and unknown ones by datatype and text.
"""

import re
import struct
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(
    _XSD + name
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
        "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_TIMES = {
    _XSD + name: letter
    for name, letter in {
        "dateTime": "0", "dateTimeStamp": "0", "date": "1", "time": "2", "gYear": "3", "gYearMonth": "4",
        "gMonthDay": "5", "gDay": "6", "gMonth": "7",
    }.items()
}  # fmt: skip
_DURATIONS = frozenset(_XSD + name for name in ("duration", "dayTimeDuration", "yearMonthDuration"))
_NUMBER = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?")
_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d)?"
_DAY = r"(?P<year>-?\d{4,})-(?P<month>\d\d)-(?P<day>\d\d)"
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d(?:\.\d+)?)"
_FORMS = {
    "0": re.compile(_DAY + "T" + _CLOCK + _ZONE, re.ASCII),
    "1": re.compile(_DAY + _ZONE, re.ASCII),
    "2": re.compile(_CLOCK + _ZONE, re.ASCII),
    "3": re.compile(r"(?P<year>-?\d{4,})" + _ZONE, re.ASCII),
    "4": re.compile(r"(?P<year>-?\d{4,})-(?P<month>\d\d)" + _ZONE, re.ASCII),
    "5": re.compile(r"--(?P<month>\d\d)-(?P<day>\d\d)" + _ZONE, re.ASCII),
    "6": re.compile(r"---(?P<day>\d\d)" + _ZONE, re.ASCII),
    "7": re.compile(r"--(?P<month>\d\d)" + _ZONE, re.ASCII),
}
_DEFAULTS = {"year": "1972", "month": "12", "day": "31", "hour": "0", "minute": "0", "second": "0"}  # as XPath F&O 10.4
_DURATION = re.compile(
    r"(-)?P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
_MONTH = Decimal("2629746")  # seconds of a mean month
_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_CACHED = 64
"""Characters of the longest value whose key is remembered."""

_OFFSET = 5_000_000
"""Added to a decimal exponent so that it is positive and has seven digits."""


def key(kind: str, value: str, datatype: str = "", language: str = "") -> str:
    """Return the sort key of a term; `kind` is `uri`, `bnode` or `literal` as in SPARQL results JSON. Never raises."""
    if kind == "bnode":
        return "0"
    if kind != "literal":
        return "1" + value
    if language:
        return f"2S{value}\x01{language}"
    if not datatype or datatype == _XSD + "string":
        return "2S" + value
    return _typed(value, datatype) if len(value) <= _CACHED else _typed.__wrapped__(value, datatype)


def triple(keys: Iterable[str]) -> str:
    """Return the sort key of a triple term from the keys of its subject, predicate and object."""
    return "3" + "\x01".join(keys)


@lru_cache(maxsize=8192)
def _typed(value: str, datatype: str) -> str:
    try:
        found = _valued(value, datatype)
    except (ValueError, ArithmeticError):  # more digits than Python converts, or a month of 99
        found = ""
    return found or f"2Z{datatype}\x01{value}"


def _valued(value: str, datatype: str) -> str:
    """Return the key of a literal that has a value, or an empty text."""
    if datatype in _INTEGERS or datatype == _XSD + "decimal":
        return "2N" + found if (found := _number(value)) and "e" not in value.lower() else ""
    if datatype in (_XSD + "double", _XSD + "float"):
        return "2N" + _floating(value, single=datatype.endswith("float"))
    if datatype == _XSD + "boolean":
        return {"true": "2B1", "1": "2B1", "false": "2B0", "0": "2B0"}.get(value, "")
    if datatype in _TIMES:
        found = _instant(value, _TIMES[datatype])
        return f"2E{_TIMES[datatype]}{found}" if found else ""
    if datatype in _DURATIONS:
        return "2H" + found if (found := _length(value)) else ""
    return ""


def _number(value: str) -> str:
    """Return a key of a decimal text of any length: sign, exponent, digits; complemented when negative."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        return ""
    sign, whole, fraction, exponent = match.groups()
    written = whole + (fraction or "")
    digits = written.lstrip("0")
    if not digits:
        return "5"
    power = len(whole) - (len(written) - len(digits)) + int(exponent or 0)
    shown = f"{min(max(power + _OFFSET, 0), 9_999_999):07d}{digits.rstrip('0')}"
    return "4" + shown.translate(_COMPLEMENT) + "~" if sign == "-" else "6" + shown


def _floating(value: str, *, single: bool) -> str:
    if value in ("INF", "+INF", "-INF", "NaN"):
        return {"-INF": "3", "NaN": "8"}.get(value, "7")
    if not _NUMBER.fullmatch(value):
        raise ValueError(value)
    number = float(value)
    if single:
        try:
            number = struct.unpack("f", struct.pack("f", number))[0]
        except OverflowError:
            number = number * float("inf")
    if number in (float("inf"), float("-inf")):
        return "7" if number > 0 else "3"
    return _number(repr(number))


def _instant(value: str, form: str) -> str:
    """Return the key of a date or time as seconds; a missing zone counts as Z, a missing part as in XPath."""
    match = _FORMS[form].fullmatch(value)
    if match is None:
        return ""
    parts = _DEFAULTS | {name: part for name, part in match.groupdict().items() if part is not None}
    year, month, day = int(parts["year"]), int(parts["month"]), int(parts["day"])
    if form in ("3", "4"):
        month, day = (1 if form == "3" else month), 1
    elif form == "7":
        day = 1
    zone = parts.get("zone", "Z")
    shift = 0 if zone == "Z" else (int(zone[1:3]) * 60 + int(zone[4:])) * (-1 if zone[0] == "-" else 1)
    minutes = (_days(year, month, day) * 24 + int(parts["hour"])) * 60 + int(parts["minute"]) - shift
    return _number(f"{minutes * 60 + Decimal(parts['second']):f}")


def _days(year: int, month: int, day: int) -> int:
    """Return the number of a day in the proleptic Gregorian calendar, for any year."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year


def _length(value: str) -> str:
    match = _DURATION.fullmatch(value)
    if match is None:
        return ""
    years, months, days, hours, minutes, seconds = (Decimal(part or 0) for part in match.groups()[1:])
    total = (years * 12 + months) * _MONTH + days * 86400 + hours * 3600 + minutes * 60 + seconds
    return _number(f"{-total if match[1] else total:f}")
