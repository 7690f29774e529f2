"""The deliveries of data/sources as plain rows, read without any of our code: what answers are computed from."""

import calendar
import csv
import datetime
import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cached_property
from pathlib import Path

import openpyxl

SOURCES = Path(__file__).parents[2] / "data" / "sources"
CLASSES = {
    "professional_educational_organization": "kg:College",
    "vocational_school": "kg:VocationalSchool",
    "college_of_university": "kg:UniversityCollege",
    "university": "kg:University",
    "higher_education_branch": "kg:UniversityBranch",
    "general_school": "kg:GeneralSchool",
    "advanced_training_centre": "kg:AdvancedTrainingCentre",
    "methodical_centre": "kg:MethodicalCentre",
    "enterprise": "kg:Enterprise",
    "holding": "kg:Holding",
    "authority": "kg:PublicAuthority",
    "ngo": "kg:NonProfitOrganization",
    "research_organization": "kg:ResearchOrganization",
}
PROFESSION_COLUMNS = {
    "Код": "code", "Наименование": "name_ru", "Наименование (англ.)": "name_en", "Вид": "kind", "Перечень": "system",
    "Состояние": "status", "Заменён на": "successor", "Отрасль": "sector", "Адрес МСКЗ": "isco", "Адрес ESCO": "esco",
    "Занятие ESCO": "esco_label", "Вид соответствия": "match", "Свидетельство": "evidence",
}  # fmt: skip
PARTNERSHIP_COLUMNS = {
    "Код": "id", "Форма": "form", "Отрасль": "sector", "Свидетельство": "evidence", "Начало": "start",
    "Окончание": "end", "Правовое основание": "legal_basis",
}  # fmt: skip


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def words(text):
    return text.split()


def span(text):
    """Return (first day, last day) of a date known to the year, month or day, or of a range of years; else Nones."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text)
    if match:
        year, month, day = match[1], match[2], match[3]
        first = f"{year}-{month or '01'}-{day or '01'}"
        last_day = calendar.monthrange(int(year), int(month or 12))[1]
        return first, f"{year}-{month or '12'}-{day or last_day:0>2}"
    if match := re.fullmatch(r"(\d{4})-(\d{4})", text):
        return f"{match[1]}-01-01", f"{match[2]}-12-31"
    return None, None


def delivered(source, file=None, encoding="utf-8", separator=","):
    folder = SOURCES / source / "deliveries"
    path = folder / file if file else next(folder.iterdir())
    with path.open(encoding=encoding, newline="") as opened:
        return list(csv.DictReader(opened, delimiter=separator))


class Tables:
    """All rows of one subject together, whichever source they stand in; `invented` brings in the illustrative ones."""

    def __init__(self, invented):
        self.invented = invented

    def _kept(self, rows):
        return [row for row in rows if self.invented or row.get("evidence") != "illustrative"]

    def rows(self, source, file=None):
        return self._kept(delivered(source, file))

    @cached_property
    def organizations(self):
        rows = self.rows("organizations") + self.rows("ppp-illustrative", "organizations.csv")
        return {
            row["org_id"]: {**dict.fromkeys(("region_id", "legal_form", "city_evidence"), ""), **row} for row in rows
        }

    def of(self, *classes):
        return {name for name, row in self.organizations.items() if CLASSES[row["kind"]] in classes}

    @property
    def colleges(self):
        return self.of("kg:College")

    @property
    def employers(self):
        return self.of("kg:Enterprise", "kg:Holding")

    @property
    def authorities(self):
        return self.of("kg:PublicAuthority")

    @cached_property
    def partnerships(self):
        book = openpyxl.load_workbook(SOURCES / "partnerships" / "deliveries" / "partnerships.xlsx")
        found = {}
        for sheet, heading in zip(book, (4, 2), strict=True):
            names, *rows = sheet.iter_rows(min_row=heading, values_only=True)
            for cells in rows:
                row = {
                    PARTNERSHIP_COLUMNS.get(name, name): _text(cell) for name, cell in zip(names, cells, strict=True)
                }
                if row["id"]:
                    found.setdefault(row["id"], {}).update(row)
        invented = {row["partnership_id"]: row for row in self.rows("ppp-illustrative", "partnerships.csv")}
        return {name: row for name, row in found.items() if self._kept([row])} | invented

    def of_form(self, *forms):
        return {name for name, row in self.partnerships.items() if row["form"] in forms}

    @property
    def clusters(self):
        return self.of_form("educational_production_cluster", "educational_cluster")

    @cached_property
    def parties(self):
        rows = self.rows("parties") + self.rows("ppp-illustrative", "parties.csv")
        return [{"start": "", "end": "", **row} for row in rows]

    def members(self, partnership, role=None):
        return {
            row["org_id"]
            for row in self.parties
            if row["partnership_id"] == partnership and (role is None or row["role"] == role)
        }

    @cached_property
    def partnerships_of(self):
        found = {}
        for row in self.parties:
            found.setdefault(row["org_id"], set()).add(row["partnership_id"])
        return found

    @cached_property
    def contributions(self):
        return self.rows("contributions") + self.rows("ppp-illustrative", "contributions.csv")

    @cached_property
    def programmes(self):
        tree = ElementTree.parse(SOURCES / "programmes" / "deliveries" / "programmes.xml")
        found = []
        for node in tree.getroot():
            profession, partnership = node.find("profession"), node.find("partnership")
            found.append(
                {
                    "id": node.get("id"),
                    "kind": node.get("kind"),
                    "name": node.findtext("name"),
                    "profession": profession.get("code") if profession is not None else "",
                    "providers": [provider.get("organization") for provider in node.findall("provider")],
                    "partnership": partnership.get("id") if partnership is not None else "",
                    "start": node.findtext("start") or "",
                    "hours": "",
                    "evidence": node.findtext("evidence"),
                }
            )
        for row in delivered("programmes-illustrative"):
            found.append(
                {
                    "id": row["programme_id"],
                    "profession": row["profession_code"],
                    "providers": words(row["provider_org_ids"]),
                    "partnership": row["partnership_id"],
                    **{name: row[name] for name in ("kind", "name", "start", "hours", "evidence")},
                }
            )
        return {row["id"]: row for row in self._kept(found)}

    @cached_property
    def offerings(self):
        """Every programme row is an offering too; invented ones have more, with dates and a mode."""
        found = [{**row, "programme": row["id"], "mode": ""} for row in self.programmes.values()]
        for row in self.rows("offerings-illustrative"):
            found.append(
                {
                    "id": row["offering_id"],
                    "programme": row["programme_id"],
                    "providers": words(row["provider_org_ids"]),
                    "partnership": row["partnership_id"],
                    "start": row["start"],
                    "mode": row["mode"],
                }
            )
        return found

    @cached_property
    def programme_develops(self):
        return {(r["programme_id"], r["competency_id"]) for r in self.rows("programme-competencies-illustrative")}

    @cached_property
    def developed(self):
        """What a programme or one of its modules develops."""
        modules = self.rows("provisions-illustrative", "modules.csv")
        return {c for _, c in self.programme_develops} | {c for row in modules for c in words(row["competency_ids"])}

    @cached_property
    def professions(self):
        rows = delivered("professions", encoding="cp1251", separator=";")
        named = [{PROFESSION_COLUMNS.get(name, name): cell for name, cell in row.items()} for row in rows]
        return {row["code"]: row for row in self._kept(named)}

    @cached_property
    def competencies(self):
        body = json.loads((SOURCES / "competencies" / "deliveries" / "competencies.json").read_text("utf-8"))
        rows = [{**row, "framework": one["framework"]} for one in body["lists"] for row in one["competencies"]]
        return {row["competency_id"]: row for row in self._kept(rows)}

    @cached_property
    def demand(self):
        found = [
            {
                **row,
                "id": row["obs_id"],
                "first": span(row["period_read"])[0],
                "last": span(row["period_read"])[1] or span(row["period_until"])[1],
                "issued": "",
            }
            for row in self.rows("demand")
        ]
        for row in self.rows("forecasts-illustrative"):
            first, last = span(row["target"])
            times = {"period": row["target"], "first": first, "last": last, "issued": row["issued"]}
            found.append({**row, **times, "id": row["obs_id"], "kind": "forecast"})
        return found

    @cached_property
    def indicators(self):
        found = []
        for row in self.rows("indicators"):
            first, last = span(row["period_read"])
            found.append({**row, "first": first, "last": last})
        return found

    @cached_property
    def provisions(self):
        return self.rows("provisions-illustrative", "provisions.csv")


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return str(cell)
