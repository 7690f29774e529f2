"""Reads a file of findings by windows: causes summed up, and few findings at a time however many there are."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kgservice.errors import StateBroken
from kgservice.report.model import Cell, Finding, Report, Severity, Text
from kgservice.report.waivers import Waiver

_WEIGHTS = list(Severity)
_HEAD = 50  # findings of a cause that a head keeps in any case
_FINDING = (
    "f.id, f.old, f.waived, f.file, f.sheet, f.row, f.line, f.place, f.value, f.key, t.body, f.params, f.remedy,"
    " f.expected, f.focus, f.path, f.object, f.component, f.illustrative, f.severity, c.rule, c.source, c.ident"
)
_FROM = "FROM findings f JOIN causes c ON c.id = f.cause JOIN texts t ON t.id = f.text"
_STREAM = 500


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings of one rule in one place of one source, summed up."""

    ident: str
    """12 hexadecimal digits; the same in every delivery."""
    rule: str
    source: str
    place: str
    """Column, path inside a record, or IRI of a property; "" where the rule is about whole rows or files."""
    severity: Severity
    text: Text
    """What the first finding says."""
    remedy: Text | None
    expected: Text | None
    count: int
    """All findings, those included that are counted only."""
    old: int
    """Those that the last delivery of the source had too."""
    fixed: int
    """Those that the last delivery had and this one has no more."""
    waived: int
    rows: int
    """Rows at fault; worked out from those that are kept where `counted` is not 0."""
    share: float | None
    """Rows at fault by rows of the source, 0 to 1; None where that is not known."""
    examples: tuple[tuple[str, int], ...]
    """The most frequent values and how often each stands there."""
    counted: int = 0
    """How many of the findings are counted only: a file keeps a million, and of each cause at least 1,000."""

    @property
    def new(self) -> int:
        """Return how many findings the last delivery did not have."""
        return self.count - self.old


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a file, and how it stands to the last delivery: `new`, `old` or `fixed`."""

    number: int
    finding: Finding
    mark: str
    cause: str
    """Id of its cause."""


class Reader:
    """A finished file of findings, read only; close it, or use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            self.facts: dict[str, str] = dict(self._file.execute("SELECT name, value FROM facts").fetchall())
            self.compared: dict[str, str] = dict(self._file.execute("SELECT source, said FROM baselines").fetchall())
        except sqlite3.Error as error:
            raise StateBroken("{path} cannot be read: {reason}.", path=str(path), reason=str(error)) from None

    def causes(self, sources: Sequence[str] | None = None) -> list[Cause]:
        """Return the causes: what stops a publish first, cells before what shapes say of them, frequent ones first."""
        wanted, values = _among("c.source", sources)
        found = self._file.execute(
            "SELECT c.ident, c.rule, c.source, c.place, c.severity, t.body, c.params, c.remedy, c.expected, c.total,"
            " c.old, c.fixed, c.waived, c.rows, c.examples, c.omitted FROM causes c JOIN texts t ON t.id = c.text"
            f" WHERE c.total > 0{wanted} ORDER BY c.waived >= c.total, c.severity, c.focused, c.total DESC, c.id",
            values,
        )
        return [self._cause(row) for row in found]

    def tally(self, sources: Sequence[str] | None = None) -> dict[str, int]:
        """Return how many findings there are: by severity, and `waived` (not counted before), `old`, `new`, `fixed`."""
        wanted, values = _among("c.source", sources)
        counts = {weight.value: 0 for weight in Severity} | {"waived": 0, "old": 0, "new": 0, "fixed": 0}
        for weight, total, waived, old in self._file.execute(
            f"SELECT severity, SUM(total), SUM(waived), SUM(old) FROM causes c WHERE 1{wanted} GROUP BY 1",
            values,
        ):
            counts[_WEIGHTS[weight].value] += total - waived
            for name, more in (("waived", waived), ("old", old), ("new", total - old)):
                counts[name] += more
        counts["fixed"] = sum(
            int(number)
            for name, number in self.facts.items()
            if name.startswith("fixed:") and (sources is None or name.removeprefix("fixed:") in sources)
        )
        return counts

    def window(
        self,
        start: int = 0,
        count: int = 50,
        *,
        cause: str = "",
        mark: str = "",
        sources: Sequence[str] | None = None,
        waived: bool | None = None,
    ) -> list[Found]:
        """Return `count` findings from `start` on: of a cause, a mark (`new`, `old`, `fixed`), waived ones or not."""
        if mark == "fixed":
            return self._fixed(start, count, cause, sources)
        wanted, values = self._wanted(cause, mark, sources, waived)
        text = f"SELECT {_FINDING} {_FROM} WHERE 1{wanted} ORDER BY f.cause, f.id LIMIT ? OFFSET ?"
        rows = self._file.execute(text, (*values, count, start)).fetchall()
        return self._found(rows)

    def findings(self, sources: Sequence[str] | None = None) -> Iterator[Found]:
        """Yield every finding that is kept, cause by cause, a few hundred in memory."""
        wanted, values = _among("c.source", sources)
        order = self._file.execute(
            f"SELECT id FROM causes c WHERE 1{wanted} ORDER BY severity, focused, total DESC, id", values
        ).fetchall()
        for (number,) in order:
            last = 0
            text = f"SELECT {_FINDING} {_FROM} WHERE f.cause = ? AND f.id > ? ORDER BY f.id LIMIT {_STREAM}"
            while rows := self._file.execute(text, (number, last)).fetchall():
                yield from self._found(rows)
                last = rows[-1][0]

    def of_row(self, file: str, sheet: str, rows: Sequence[int]) -> list[Found]:
        """Return the findings at some rows of a file, also those that name a row only as another place."""
        marks = ",".join("?" * len(rows))
        where = f"(f.file = ? AND f.sheet = ? AND f.row IN ({marks}))"
        other = f"f.id IN (SELECT finding FROM also WHERE file = ? AND sheet = ? AND row IN ({marks}))"
        text = f"SELECT {_FINDING} {_FROM} WHERE {where} OR {other} ORDER BY f.id LIMIT 5000"
        return self._found(self._file.execute(text, (file, sheet, *rows, file, sheet, *rows)).fetchall())

    def unusable(self, file: str, sheet: str, row: int) -> set[str]:
        """Return the columns of a row of which reading or mapping could make nothing; shapes are not asked."""
        text = (
            "SELECT f.place FROM findings f JOIN causes c ON c.id = f.cause"
            " WHERE f.file = ? AND f.sheet = ? AND f.row = ? AND f.severity = 0 AND c.rule GLOB 'map/*'"
        )
        found = self._file.execute(text, (file, sheet, row))
        return {column for (places,) in found for column in (places, *places.split(", "))}

    def rows_at_fault(self, file: str, sheet: str, start: int = 0, count: int = 50, after: int = 0) -> list[int]:
        """Return numbers of rows of a file that a finding names, ascending: those beyond the row `after`."""
        one = "SELECT row FROM {} WHERE file = ? AND sheet = ? AND row > ? GROUP BY row ORDER BY row LIMIT ?"
        parts = f"SELECT * FROM ({one.format('findings')}) UNION SELECT * FROM ({one.format('also')})"
        given = (file, sheet, after, start + count)
        found = self._file.execute(f"{parts} ORDER BY 1 LIMIT ? OFFSET ?", (*given, *given, count, start))
        return [row for (row,) in found]

    def covered(self, waiver: Waiver) -> int:
        """Return how many findings a decision lets stand here."""
        condition, values = waiver.chosen()
        found: int = self._file.execute(f"SELECT COUNT(*) FROM findings WHERE {condition}", values).fetchone()[0]
        return found

    def head(self, cap: int, counts: Mapping[str, int]) -> Report:
        """Return a report that fits in memory: at most about `cap` findings, of every cause the first 50 in any case.

        What stops a publish comes before what is waived, so that the verdict is that of the whole.
        """
        causes = self._file.execute("SELECT id FROM causes WHERE total > 0 ORDER BY severity, id").fetchall()
        kept: list[Finding] = []
        left = dict(counts)
        for (number,) in causes:
            room = max(cap - len(kept), _HEAD)
            text = f"SELECT {_FINDING} {_FROM} WHERE f.cause = ? ORDER BY f.waived <> '', f.severity, f.id LIMIT ?"
            found = [one.finding for one in self._found(self._file.execute(text, (number, room)).fetchall())]
            kept.extend(found)
            rule, total = self._file.execute("SELECT rule, total FROM causes WHERE id = ?", (number,)).fetchone()
            if total > len(found):
                left[f"omitted:{rule}"] = left.get(f"omitted:{rule}", 0) + total - len(found)
        omitted = sum(n for name, n in left.items() if name.startswith("omitted:"))
        return Report(tuple(kept), {**left, **({"omitted": omitted} if omitted else {})})

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wanted(
        self, cause: str, mark: str, sources: Sequence[str] | None, waived: bool | None
    ) -> tuple[str, list[Any]]:
        wanted, values = _among("c.source", sources)
        if cause:
            wanted += " AND f.cause IN (SELECT id FROM causes WHERE ident = ?)"
            values.append(cause)
        if mark:
            wanted += " AND f.old = ?"
            values.append(int(mark == "old"))
        if waived is not None:
            wanted += f" AND f.waived {'<>' if waived else '='} ''"
        return wanted, values

    def _fixed(self, start: int, count: int, cause: str, sources: Sequence[str] | None) -> list[Found]:
        wanted, values = _among("b.source", sources)
        if cause:
            wanted += " AND b.ident = ?"
            values.append(cause)
        rows = self._file.execute(
            "SELECT b.body, b.rule, b.source, b.severity, b.ident FROM before b WHERE b.n > "
            f"(SELECT COUNT(*) FROM findings f WHERE f.print = b.print AND f.old){wanted}"
            " ORDER BY b.severity, b.ident, b.print LIMIT ? OFFSET ?",
            (*values, count, start),
        )
        return [_was(number, *row) for number, row in enumerate(rows, start + 1)]

    def _cause(self, row: Sequence[Any]) -> Cause:
        (
            ident, rule, source, place, weight, text, params, remedy, expected,
            total, old, fixed, waived, rows, said, counted,
        ) = row  # fmt: skip
        records = int(self.facts.get(f"records:{source}", "0"))
        if counted and total > counted:
            rows = round(rows * total / (total - counted))
            rows = min(rows, records) if records else rows
        return Cause(
            ident, rule, source, place, _WEIGHTS[weight], _text(text, params), _whole(remedy), _whole(expected),
            total, old, fixed, waived, rows, min(rows / records, 1.0) if records and rows else None,
            tuple((value, n) for value, n in json.loads(said)), counted,
        )  # fmt: skip

    def _found(self, rows: Sequence[Sequence[Any]]) -> list[Found]:
        also: dict[int, list[Cell]] = {}
        for start in range(0, len(rows), _STREAM):
            some = [row[0] for row in rows[start : start + _STREAM]]
            text = f"SELECT * FROM also WHERE finding IN ({','.join('?' * len(some))}) ORDER BY rowid"
            for finding, file, sheet, row, line, column, value, key in self._file.execute(text, some):
                also.setdefault(finding, []).append(Cell(file, sheet, row, column, value, line, key))
        return [_one(row, also.get(row[0], [])) for row in rows]


def _one(values: Sequence[Any], also: list[Cell]) -> Found:
    (
        number, old, waived, file, sheet, row, line, column, value, key, text, params, remedy, expected,
        focus, path, said, component, illustrative, weight, rule, source, ident,
    ) = values  # fmt: skip
    first = [Cell(file, sheet, row, column, value, line, key)] if file or row else []
    finding = Finding(
        rule, _WEIGHTS[weight], _text(text, params), _whole(remedy), (*first, *also), source, focus, path, said,
        bool(illustrative), component, _whole(expected), waived,
    )  # fmt: skip
    return Found(number, finding, "old" if old else "new", ident)


def _was(number: int, body: str, rule: str, source: str, weight: int, ident: str) -> Found:
    said = json.loads(body)
    cell = Cell(said["file"], said["sheet"], said["row"], said["place"], said["value"], 0, said["key"])
    cells = (cell,) if said["file"] else ()
    text = _text(said["text"], said["params"])
    finding = Finding(rule, _WEIGHTS[weight], text, None, cells, source, said["focus"], said["path"])
    return Found(number, finding, "fixed", ident)


def _text(body: str, params: str) -> Text:
    template, translations = json.loads(body)
    return Text(template, json.loads(params) if params else {}, translations)


def _whole(body: str) -> Text | None:
    return Text(*json.loads(body)) if body else None


def _among(column: str, sources: Sequence[str] | None) -> tuple[str, list[Any]]:
    if sources is None:
        return "", []
    return f" AND {column} IN ({','.join('?' * len(sources))})", list(sources)
