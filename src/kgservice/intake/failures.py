"""Turns a failure of a mapping rule into a finding at its cell, with what to do about it."""

import csv
import difflib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kgservice import rml
from kgservice.intake.findings import Collector
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Text
from kgservice.terms import PREFIXES

_REMEDIES = {
    "map/empty-key": "Fill the cell; without it nothing of this row is taken.",
    "map/no-graph": "Say how the row is known (its evidence), in a wording that the lookup of the source holds.",
    "map/not-an-iri": "Write a whole address such as https://example.org/page, without spaces and quotes.",
    "map/not-of-datatype": "Write the value in the form that the datatype has, or change the rule in the mapping.",
    "map/no-parent": "Correct the identifier, or deliver the row that it names.",
    "map/lookup": "Correct the wording; if it is right, say what it means: on the page of the draft, or by kgservice "
    "source wording (code table {table}).",
}
_ELSE = "Correct the cell; if it is right as it stands, change the rule for {columns} in the mapping."


_FORMS = {
    "integer": "a whole number, such as 15",
    "decimal": "a number, such as 12.5",
    "double": "a number, such as 12.5",
    "date": "a day, such as 2026-11-25",
    "dateTime": "a day and a time, such as 2026-11-25T10:30:00",
    "gYear": "a year, such as 2026",
    "gYearMonth": "a year and a month, such as 2026-11",
    "boolean": "true or false",
}
_WORDINGS = 8
_REMEMBERED = 1000
_SPOTS = 200_000


class Expectations:
    """Says what would be right in a cell: wordings of a code table, the likeliest first, or the form of a datatype."""

    def __init__(self, *lookups: Path) -> None:
        self._lookups = lookups
        self._tables: dict[str, list[str]] = {}
        self._said: dict[tuple[str, str], Text] = {}

    def of(self, failure: rml.Failure) -> Text | None:
        """Return what the rule of a failure would take, None where that takes more than a few words."""
        if failure.rule == "map/lookup" and failure.detail:
            return self._wording(failure.detail.partition(", ")[0], failure.value)
        form = (
            _FORMS.get(failure.detail.removeprefix(PREFIXES["xsd"])) if failure.rule == "map/not-of-datatype" else None
        )
        return Text(form) if form else None

    def _wording(self, table: str, value: str) -> Text | None:
        if table not in self._tables:
            self._tables[table] = [word for one in self._lookups for word in _wordings(one / f"{table}.csv")]
        words = self._tables[table]
        if not words:
            return None
        said = self._said.get((table, value))
        if said is None:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            close = difflib.get_close_matches(value[:80], words[:500], n=3)
            first = list(dict.fromkeys([*close, *words]))[:_WORDINGS]
            params = {"wordings": ", ".join(first)}
            more = len(words) > len(first)
            said = Text("one of: {wordings}, …", params) if more else Text("one of: {wordings}", params)
            self._said[table, value] = said
        return said


def tell(failure: rml.Failure, sheet: Sheet, collector: Collector, expectations: Expectations) -> None:
    """Add the failure to the findings."""
    if not collector.wants(failure.rule):
        collector.omit(failure.rule)
        return
    columns = ", ".join(failure.columns)
    remedy = Text(_REMEDIES.get(failure.rule, _ELSE), {"columns": columns, "table": failure.detail})
    cell = sheet.cell(failure.row, columns, failure.value)
    collector.violation(failure.rule, rml.explain(failure), remedy, cell, expected=expectations.of(failure))


class Once:
    """Leaves out failures that say of a cell what was said already: a cell that several rules read has one cause."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._seen: set[int] = set()

    def of(self, failures: Iterable[rml.Failure], place: int = 0) -> list[rml.Failure]:
        """Return the failures of rows of a place, each cell's once; where code tables lack it, with all their names."""
        found: dict[object, rml.Failure] = {}
        for one in failures:
            spot = self._spot(one)
            known = found.setdefault(spot or len(found), one)
            if spot and one.detail not in known.detail.split(", "):
                found[spot] = replace(known, detail=f"{known.detail}, {one.detail}")
        return [one for one in found.values() if self._new(one, place)]

    def _spot(self, one: rml.Failure) -> tuple[object, ...]:
        if not one.function:
            return ()
        if one.function not in self._said:
            self._said[one.function] = rml.explain(one).template
        return one.row, one.columns, one.value, self._said[one.function]

    def _new(self, one: rml.Failure, place: int) -> bool:
        if not one.function:
            return True
        spot = hash((place, one.detail, self._spot(one)))
        if spot in self._seen:
            return False
        if len(self._seen) < _SPOTS:
            self._seen.add(spot)
        return True


def _wordings(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["from"] for row in csv.DictReader(file) if row.get("from")]
