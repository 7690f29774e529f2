"""Writes findings to a file as they are found, so that a million of them need no memory and hide no cause."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kgservice.report import layout
from kgservice.report.model import Finding, Severity, Text
from kgservice.report.prints import cause, fingerprint, place

MOST = 1_000_000
"""Findings that a file keeps; of every cause the first 1,000 stand in it whatever came before."""
_OF_EACH = 1000
_PLACES = 5000  # causes of a rule; a delivery with a fault in each of 16,384 columns has enough of them
_BATCH = 2000
_TEXTS = 20_000
WEIGHTS = list(Severity)


class Writer:
    """A new file of findings; `close` (or the end of a `with` block) makes it whole."""

    def __init__(self, path: Path, most: int = MOST) -> None:
        self.path = path
        self._most = most
        path.unlink(missing_ok=True)
        self._into = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rwc", uri=True, isolation_level=None)
        for name in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -20000"):
            self._into.execute(f"PRAGMA {name}")
        self._into.executescript(layout.TABLES)
        self._into.execute("BEGIN")
        marks = ", ".join("?" * (len(layout.COLUMNS) + 1))
        self._insert = f"INSERT INTO findings (id, {', '.join(layout.COLUMNS)}) VALUES ({marks})"
        self._causes: dict[tuple[str, str, str], int] = {}
        self._places: Counter[str] = Counter()
        self._kept: Counter[int] = Counter()
        self._omitted: Counter[int] = Counter()
        self._texts: dict[tuple[str, ...], int] = {}
        self._bodies: dict[tuple[object, ...], str] = {}
        self._text_count = 0
        self._rows: list[tuple[Any, ...]] = []
        self._also: list[tuple[Any, ...]] = []
        self._count = 0

    def add(self, finding: Finding) -> None:
        """Keep a finding, or count it with its cause where there are more than the file keeps."""
        about = place(finding)
        number = self._cause(finding, about)
        if self._count >= self._most and self._kept[number] >= _OF_EACH:
            self._omitted[number] += 1
            return
        self._kept[number] += 1
        self._count += 1
        cell = finding.cells[0] if finding.cells else None
        where = (cell.file, cell.sheet, cell.row, cell.line, cell.column, cell.value, cell.key) if cell else _NOWHERE
        for other in finding.cells[1:]:
            self._also.append(
                (self._count, other.file, other.sheet, other.row, other.line, other.column, other.value, other.key)
            )
        self._rows.append(
            (
                *(self._count, number, fingerprint(finding, about), finding.waived, *where),
                *(
                    self._text(finding.text),
                    _json(finding.text.params),
                    self._body(finding.remedy),
                    self._body(finding.expected),
                ),
                *(finding.focus, finding.path, finding.value, finding.component, int(finding.illustrative)),
                WEIGHTS.index(finding.severity),
            )
        )
        if len(self._rows) >= _BATCH:
            self._flush()

    def take(self, path: Path) -> None:
        """Take all findings of another file that is finished, without reading them one by one."""
        self._flush()
        self._into.execute("COMMIT")
        self._into.execute("ATTACH ? AS other", (f"{path.absolute().as_uri()}?mode=ro&immutable=1",))
        self._into.execute("BEGIN")
        offset, texts, room = self._count, self._text_count, max(self._most - self._count, 0)
        self._into.execute("CREATE TEMP TABLE known (theirs INTEGER PRIMARY KEY, ours INTEGER)")
        for theirs, rule, source, about, *rest, omitted in self._into.execute(_CAUSES).fetchall():
            ours = self._numbered((rule, source, about), rest, texts)
            self._omitted[ours] += omitted
            self._into.execute("INSERT INTO known VALUES (?, ?)", (theirs, ours))
        # counts by source: a source with several deliveries has those of all
        self._into.execute(
            "INSERT INTO facts SELECT name, value FROM other.facts WHERE name GLOB '*:*' AND value NOT GLOB '*[^0-9]*'"
            f" AND name NOT GLOB '{layout.EARLIER}*'"
            " ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + CAST(excluded.value AS INTEGER)"
        )
        self._into.execute("INSERT INTO texts SELECT id + ?, body FROM other.texts", (texts,))
        names = [name for name in layout.COLUMNS if name not in ("cause", "text")]
        self._into.execute(
            f"INSERT INTO findings (id, cause, text, {', '.join(names)})"
            f" SELECT f.id + ?, k.ours, f.text + ?, {', '.join('f.' + name for name in names)}"
            " FROM other.findings f JOIN known k ON k.theirs = f.cause WHERE f.id <= ? ORDER BY f.id",
            (offset, texts, room),
        )
        self._into.execute(
            "INSERT INTO also SELECT finding + ?, file, sheet, row, line, place, value, key FROM other.also"
            " WHERE finding <= ?",
            (offset, room),
        )
        counted = "SELECT k.ours, COUNT(*), SUM(f.id > ?) FROM other.findings f JOIN known k ON k.theirs = f.cause"
        for ours, number, over in self._into.execute(counted + " GROUP BY 1", (room,)).fetchall():
            self._kept[ours] += number - over
            self._omitted[ours] += over
            self._count += number - over
        self._text_count += self._into.execute("SELECT COALESCE(MAX(id), 0) FROM other.texts").fetchone()[0]
        self._into.execute("DROP TABLE known")
        self._into.execute("COMMIT")
        self._into.execute("DETACH other")
        self._into.execute("BEGIN")

    def omit(self, rule: str, source: str, more: int) -> None:
        """Count findings of a rule that were not built, with the first cause of that rule and source."""
        for (known, of, _), number in self._causes.items():
            if known == rule and of == source:
                self._omitted[number] += more
                return
        for (known, _, _), number in self._causes.items():
            if known == rule:
                self._omitted[number] += more
                return
        text = Text("There are more findings of this rule than are kept.")
        self._omitted[self._cause(Finding(rule, Severity.VIOLATION, text, source=source), "")] += more

    def note(self, facts: Mapping[str, int | str]) -> None:
        """Keep facts about the whole, as how many rows a source has."""
        self._into.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", [(k, str(v)) for k, v in facts.items()])

    def close(self) -> None:
        """Write what is left and make the indexes."""
        self._flush()
        self._into.executemany(
            "UPDATE causes SET omitted = omitted + ? WHERE id = ?", [(n, number) for number, n in self._omitted.items()]
        )
        self.note({"version": layout.VERSION})
        self._into.execute("COMMIT")
        self._into.executescript(layout.INDEXES)
        self._into.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._into.close()

    def _cause(self, finding: Finding, about: str) -> int:
        key = (finding.rule, finding.source, about)
        number = self._causes.get(key)
        if number is None and self._places[finding.rule] >= _PLACES:
            about = ""
            key = (finding.rule, finding.source, "")
            number = self._causes.get(key)
        if number is None:
            weight, focused = WEIGHTS.index(finding.severity), int(bool(finding.focus))
            said = (_json(finding.text.params), self._body(finding.remedy), self._body(finding.expected))
            number = self._numbered(key, [weight, focused, self._text(finding.text), *said])
        return number

    def _numbered(self, key: tuple[str, str, str], rest: Sequence[Any], texts: int = 0) -> int:
        """Return the number of a cause, a new one where there is none; `texts` is added to the number of its text."""
        if key not in self._causes:
            self._causes[key] = len(self._causes) + 1
            self._places[key[0]] += 1
            weight, focused, text, *said = rest
            self._into.execute(
                "INSERT INTO causes (id, ident, rule, source, place, severity, focused, text, params, remedy, expected)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self._causes[key], cause(*key), *key, weight, focused, text + texts, *said),
            )
        return self._causes[key]

    def _text(self, text: Text) -> int:
        known = (text.template, *text.translations.values()) if text.translations else (text.template,)
        number = self._texts.get(known)
        if number is None:
            if len(self._texts) >= _TEXTS:
                self._texts.clear()
            self._text_count += 1
            number = self._texts[known] = self._text_count
            body = _SPEAK([text.template, dict(text.translations)])
            self._into.execute("INSERT INTO texts VALUES (?, ?)", (number, body))
        return number

    def _body(self, text: Text | None) -> str:
        if text is None:
            return ""
        # the same remedy stands at very many findings
        known = (text.template, *map(str, text.params.values()), *text.translations.values())
        body = self._bodies.get(known)
        if body is None:
            if len(self._bodies) >= _TEXTS:
                self._bodies.clear()
            body = self._bodies[known] = _SPEAK([text.template, dict(text.params), dict(text.translations)])
        return body

    def _flush(self) -> None:
        self._into.executemany(self._insert, self._rows)
        self._into.executemany("INSERT INTO also VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._also)
        self._rows.clear()
        self._also.clear()


def write(path: Path, findings: Iterable[Finding], most: int = MOST) -> Path:
    """Write findings into a new file and return its path."""
    with Writer(path, most) as writer:
        for finding in findings:
            writer.add(finding)
    return path


_CAUSES = "SELECT id, rule, source, place, severity, focused, text, params, remedy, expected, omitted FROM other.causes"
_NOWHERE = ("", "", 0, 0, "", "", "")


_SPEAK = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _json(params: Mapping[str, object]) -> str:
    return _SPEAK(dict(params)) if params else ""
