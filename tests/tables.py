"""The delivered tables of the repository's sources as plain rows, read without our readers and mappings."""

import csv
import io
import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

SOURCES = Path(__file__).parents[1] / "data" / "sources"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Row = dict[str, str]


@cache
def table(source: str, name: str = "") -> tuple[Row, ...]:
    """Rows of a CSV delivery; empty cells are empty texts."""
    path = SOURCES / source / "deliveries" / f"{name or source}.csv"
    data = path.read_bytes()
    text = data.decode("utf-8-sig") if source != "professions" else data.decode("cp1251")
    delimiter = ";" if source == "professions" else ","
    return tuple(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@cache
def professions() -> tuple[Row, ...]:
    """Professions under the names of the researcher's table."""
    names = [
        *("code", "name_ru", "name_en", "kind", "code_system", "status", "superseded_by", "sector", "isco08"),
        *("isco08_label", "isco_uri", "esco_uri", "esco_label", "mapping_relation", "mapping_evidence", "evidence"),
    ]
    return tuple(dict(zip(names, row.values(), strict=False)) for row in table("professions"))


@cache
def partnerships() -> dict[str, Row]:
    """Partnerships by id, both sheets joined; dates as the cells say."""
    book = openpyxl.load_workbook(SOURCES / "partnerships" / "deliveries" / "partnerships.xlsx")
    first = ["id", "name_ru", "name_en", "name_kind", "form", "form_evidence", "sector", "evidence", "note", "sources"]
    second = ["id", "start", "start_evidence", "end", "legal_basis"]
    found: dict[str, Row] = {}
    for title, top, names in (("Партнёрства", 4, first), ("Сроки и основания", 2, second)):
        for cells in book[title].iter_rows(min_row=top + 1, values_only=True):
            if cells[0]:
                row = dict(zip(names, map(_text, cells), strict=False))
                found.setdefault(row["id"], {}).update(row)
    return found


@cache
def programmes() -> tuple[Row, ...]:
    """Programmes of the XML delivery; providers joined by spaces."""
    root = ElementTree.parse(SOURCES / "programmes" / "deliveries" / "programmes.xml").getroot()
    found = []
    for one in root.iter("programme"):
        profession, partnership = one.find("profession"), one.find("partnership")
        found.append(
            {
                "id": one.get("id", ""),
                "kind": one.get("kind", ""),
                "name": one.findtext("name", ""),
                "profession": profession.get("code", "") if profession is not None else "",
                "partnership": partnership.get("id", "") if partnership is not None else "",
                "providers": " ".join(each.get("organization", "") for each in one.iter("provider")),
                "start": one.findtext("start", ""),
                "evidence": one.findtext("evidence", ""),
            }
        )
    return tuple(found)


@cache
def competencies() -> tuple[Row, ...]:
    """Competencies of the JSON delivery with the framework of their list."""
    body = json.loads((SOURCES / "competencies" / "deliveries" / "competencies.json").read_text(encoding="utf-8"))
    return tuple(
        {**one, "ru": one["name"].get("ru") or "", "en": one["name"].get("en") or "", "framework": each["framework"]}
        for each in body["lists"]
        for one in each["competencies"]
    )


@cache
def memberships() -> tuple[Row, ...]:
    """Parties that are not invented."""
    return tuple(row for row in table("parties") if row["evidence"] != "illustrative")


def period(text: str) -> tuple[date, date] | None:
    """First and last day of a year, a span of years, a month or a day as a source writes it; None when it says none."""
    parts = text.split("-")
    if not all(part.isdigit() for part in parts) or not text:
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
    if len(numbers) == 2 and numbers[1] > 12:
        return date(numbers[0], 1, 1), date(numbers[1], 12, 31)
    if len(numbers) == 2:
        year, month = numbers
        following = date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, 1), date.fromordinal(following.toordinal() - 1)
    return date(*numbers), date(*numbers)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)
