"""What goes wrong with deliveries: each defect spoils some cells and says which; or spoils a whole file."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from messy.forms import Row

Place = tuple[int, str]
"""Number of a record from 0, and the column that a finding must name ("" = the row)."""
Spoil = Callable[[list[Row], random.Random], set[Place]]


@dataclass(frozen=True)
class Defect:
    """A way to spoil cells, the formats that it can stand in (names that begin so), and how a finding is called."""

    name: str
    spoil: Spoil
    rule: str
    forms: tuple[str, ...] = ("csv", "tsv", "xlsx", "ods", "json", "xml", "sqlite")


def _put(column: str, *values: str) -> Spoil:
    def spoil(rows: list[Row], draw: random.Random) -> set[Place]:
        places = draw.sample(range(len(rows)), min(3, len(rows)))
        for place in places:
            rows[place][column] = draw.choice(values)
        return {(place, column) for place in places}

    return spoil


def _inside(column: str, sign: str) -> Spoil:
    def spoil(rows: list[Row], draw: random.Random) -> set[Place]:
        places = draw.sample(range(len(rows)), 3)
        for place in places:
            value = rows[place][column]
            at = draw.randrange(1, len(value))
            rows[place][column] = value[:at] + sign + value[at:]
        return {(place, column) for place in places}

    return spoil


def _twins(rows: list[Row], draw: random.Random) -> set[Place]:
    first, second = draw.sample(range(len(rows)), 2)
    rows[second]["id"] = f" {rows[first]['id']} "
    return {(first, "id"), (second, "id")}


UNICODE = ("csv zip", "tsv", "xlsx", "ods", "json", "xml", "sqlite", "csv utf-16")
NO_XML = ("csv zip", "tsv", "json", "sqlite", "csv utf-16")
DEFECTS = (
    Defect("no such day", _put("born", "31.02.2010", "2011-13-01", "29.02.2023"), "map/date"),
    Defect("no date at all", _put("born", "вчера", "19990", "XX век", "########", "0000-00-00"), "map/date"),
    Defect("a day of another country", _put("born", "03/15/2010", "03.02.10", "3 марта 2010 г.", "40250"), "map/date"),
    Defect("no whole number", _put("size", "сто", "12,5", "1 2 3", "1e3", "(120)", "100-120", "ИСТИНА"), "map/integer"),
    Defect("an error kept as text", _put("size", "#REF!", "#Н/Д", "#DIV/0!"), "map/integer"),
    Defect("no number", _put("share", "1.2.3", "1.234,56", "около 5", "1,2E+05"), "map/decimal"),
    Defect("a number with its unit", _put("share", "12,5 %", "1250 руб.", "5 тыс."), "map/decimal"),
    Defect("unknown wording", _put("kind", "каледж", "вуз?", "-", "колледж.", "вyз"), "map/lookup"),
    Defect("no address", _put("site", "javascript:alert(1)", "www пример рф", "https://", "www.k.ru"), "map/iri"),
    Defect("two addresses", _put("site", "https://a.ru; https://b.ru", "https://a.ru https://b.ru"), "map/iri"),
    Defect("unknown evidence", _put("evidence", "слух", "rumour"), "map/lookup"),
    Defect("no evidence", _put("evidence", ""), "map/no-graph"),
    Defect("no name", _put("name", "", "  ", "\u00a0"), "table/required-empty"),
    Defect("no key", _put("id", ""), "table/key-empty"),
    Defect("a key twice", _twins, "table/key-repeated"),
    Defect("zero width", _inside("name", "\u200b"), "read/invisible-character", UNICODE),
    Defect("right to left", _inside("name", "\u202e"), "read/invisible-character", UNICODE),
    Defect("bell", _inside("name", "\x07"), "read/control-character", NO_XML),
    Defect("lost letter", _inside("name", "\ufffd"), "read/character-lost", UNICODE),
    Defect("zero width in a key", _inside("id", "\u200b"), "read/invisible-character", UNICODE),
)
