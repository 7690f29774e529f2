"""Text files whose rows are broken, with the truth about them."""

import random
from collections.abc import Callable

from messy.forms import COLUMNS, Row, text

Truth = set[tuple[int, str]]


def _line(change: Callable[[str], str]) -> Callable[[list[Row], random.Random], tuple[bytes, Truth]]:
    def spoil(rows: list[Row], draw: random.Random) -> tuple[bytes, Truth]:
        lines = text(rows).split("\r\n")
        places = sorted(draw.sample(range(1, len(rows)), 3))
        for place in places:
            lines[place] = change(lines[place])
        return "\r\n".join(lines).encode(), {(place + 1, "") for place in places}

    return spoil


def _more(rows: list[Row], draw: random.Random) -> tuple[bytes, Truth]:
    for one in rows:
        one["extra"] = "" if one is rows[0] else "x"
    return text(rows, columns=(*COLUMNS, "extra")).encode(), {(1, "extra")}


def _nameless(rows: list[Row], draw: random.Random) -> tuple[bytes, Truth]:
    lines = text(rows).split("\r\n")
    lines[0] = lines[0].replace("name,", "name,,", 1)
    lines[1:-1] = [_after_second(line) for line in lines[1:-1]]
    return "\r\n".join(lines).encode(), {(2, "C")}


def _after_second(line: str) -> str:
    first, second, rest = line.split(",", 2)
    return f"{first},{second},x,{rest}"


def _beyond(rows: list[Row], draw: random.Random) -> tuple[bytes, Truth]:
    lines = text(rows).split("\r\n")
    lines[0] += ","
    lines[1] += ",x"
    return "\r\n".join(lines).encode(), {(2, "")}


def _footnote(rows: list[Row], draw: random.Random) -> tuple[bytes, Truth]:
    return text(rows).encode() + "\r\n* по данным на 1 мая\r\n".encode(), {(len(rows) + 3, "")}


TEXTS = (
    ("a row too short", "read/row-short", _line(lambda line: line.rsplit(",", 2)[0])),
    ("a row too long", "read/row-long", _line(lambda line: line + ",one,more")),
    ("a row with other separators", "read/row-short", _line(lambda line: line.replace(",", ";"))),
    ("a footnote", "read/row-short", _footnote),
    ("a quote not closed", "read/quote-broken", _line(lambda line: line.replace(",", ',"', 1))),
    ("a quote inside a cell", "read/quote-broken", _line(lambda line: line.replace(",", ',"a"b', 1))),
    ("a column that nothing maps", "read/column-unmapped", _more),
    ("values without a heading", "read/heading-empty", _nameless),
    ("values beyond the headings", "read/row-long", _beyond),
)
