"""Workbooks with what only workbooks have: formulas, errors, merged cells, numbers beyond 15 digits, early dates."""

import random
from typing import Any

from messy.forms import COLUMNS, Row, workbook
from messy.texts import Truth
from odsbooks import book, cell, row

Files = dict[str, bytes]


def _three(rows: list[Row], draw: random.Random) -> list[int]:
    return sorted(draw.sample(range(1, len(rows) - 2), 3))


def _failed(rows: list[Row], draw: random.Random) -> tuple[Files, Truth]:
    places = _three(rows, draw)

    def spoil(sheet: Any, made: Any) -> None:
        for place in places:
            sheet.write_formula(place + 1, 3, "=1/0", None, draw.choice(["#DIV/0!", "#N/A", "#REF!"]))

    return {"people.xlsx": workbook(rows, spoil)}, {(place + 2, "size") for place in places}


def _uncalculated(rows: list[Row], draw: random.Random) -> tuple[Files, Truth]:
    places = _three(rows, draw)

    def spoil(sheet: Any, made: Any) -> None:
        for place in places:
            sheet.write_formula(place + 1, 3, "=1+1", None, "")

    return {"people.xlsx": workbook(rows, spoil)}, {(place + 2, "size") for place in places}


def _merged(rows: list[Row], draw: random.Random) -> tuple[Files, Truth]:
    place = _three(rows, draw)[0]
    rows[place + 1]["note"] = ""

    def spoil(sheet: Any, made: Any) -> None:
        sheet.merge_range(place + 1, 8, place + 2, 8, "для обоих")

    return {"people.xlsx": workbook(rows, spoil)}, {(place + 2, "note")}


def _digits(rows: list[Row], draw: random.Random) -> tuple[Files, Truth]:
    places = _three(rows, draw)
    for place in places:
        rows[place]["size"] = "12345678901234567890"
    return {"people.xlsx": workbook(rows)}, {(place + 2, "size") for place in places}


def _early(rows: list[Row], draw: random.Random) -> tuple[Files, Truth]:
    places = _three(rows, draw)

    def spoil(sheet: Any, made: Any) -> None:
        form = made.add_format({"num_format": "dd.mm.yyyy"})
        for place in places:
            sheet.write_number(place + 1, 2, -draw.randrange(1, 20_000), form)

    return {"people.xlsx": workbook(rows, spoil)}, {(place + 2, "born") for place in places}


def _open_document(rows: list[Row], draw: random.Random) -> tuple[Files, Truth]:
    places = _three(rows, draw)
    lines = [row(*COLUMNS)]
    for at, one in enumerate(rows):
        made = [cell(one.get(column, "")) for column in COLUMNS]
        if at in places:
            made[3] = cell("#DIV/0!", 'table:formula="of:=1/0"')
        lines.append(row(*made))
    return {"people.ods": book({"Люди": lines})}, {(place + 2, "size") for place in places}


BOOKS = (
    ("an error of a formula", "read/formula-error", "xlsx", _failed),
    ("a formula without a result", "read/formula-empty", "xlsx", _uncalculated),
    ("merged cells", "read/merged", "xlsx", _merged),
    ("a number of 20 digits", "read/number-imprecise", "xlsx", _digits),
    ("a date before 1900 as a number", "read/date-before-1900", "xlsx", _early),
    ("an error of a formula", "read/formula-error", "ods", _open_document),
)
