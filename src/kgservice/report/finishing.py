"""Finishes a file of findings: compared with the last delivery, what is waived, and every cause summed up."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from kgservice.report.layout import EARLIER
from kgservice.report.waivers import Waiver

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """A finished file with the findings of the last delivery of a source."""

    path: Path
    said: str
    """Which import it speaks of."""
    carried: bool = False
    """True: it speaks of the same delivery, and what it was compared with itself is meant."""


def compare(path: Path, baselines: Mapping[str, Baseline]) -> None:
    """Mark each finding as old where the last delivery of its source ("" = of none) had it too; keep what is fixed."""
    with closing(_opened(path)) as into:
        into.execute("DELETE FROM before")
        into.execute("DELETE FROM baselines")
        into.execute("DELETE FROM facts WHERE name GLOB ?", (f"{EARLIER}*",))
        into.execute("UPDATE findings SET old = 0 WHERE old")
        for source, baseline in baselines.items():
            _adopt(into, source, baseline)
        into.execute(
            "UPDATE findings SET old = 1 WHERE id IN (SELECT id FROM (SELECT f.id, b.n,"
            " ROW_NUMBER() OVER (PARTITION BY f.print ORDER BY f.id) AS at"
            " FROM findings f JOIN before b ON b.print = f.print) WHERE at <= n)"
        )


def waive(path: Path, waivers: Iterable[Waiver]) -> None:
    """Mark what the decisions let stand, and nothing else."""
    waivers = list(waivers)
    with closing(_opened(path)) as into:
        into.execute("INSERT OR REPLACE INTO facts VALUES ('waivers', ?)", (record(waivers),))
        into.execute("UPDATE findings SET waived = '' WHERE waived <> ''")
        into.execute("UPDATE causes SET waiver = '' WHERE waiver <> ''")
        for one in waivers:
            chosen, values = one.chosen()
            into.execute(f"UPDATE findings SET waived = ? WHERE waived = '' AND {chosen}", (one.name, *values))
            if not one.focus:
                which = "(ident = ? OR ? = '') AND (rule = ? OR ? = '') AND (source = ? OR ? = '')"
                given = (one.cause, one.cause, one.rule, one.rule, one.source, one.source)
                into.execute(f"UPDATE causes SET waiver = ? WHERE waiver = '' AND {which}", (one.name, *given))


def record(waivers: Iterable[Waiver]) -> str:
    """Return decisions as JSON, as the file keeps them beside its findings."""
    return json.dumps([asdict(one) for one in waivers], ensure_ascii=False, default=str)


def settle(path: Path) -> None:
    """Sum up every cause: how many, how many old and waived, in how many rows, and its most frequent values."""
    with closing(_opened(path)) as into:
        into.execute("CREATE TEMP TABLE sums (cause INTEGER PRIMARY KEY, n, old, waived, weight, rows)")
        into.execute(
            "INSERT INTO sums SELECT cause, COUNT(*), SUM(old), SUM(waived <> ''), MIN(severity), 0"
            " FROM findings GROUP BY cause"
        )
        into.execute(
            "UPDATE sums SET rows = c.n FROM (SELECT cause, COUNT(*) AS n FROM"
            " (SELECT DISTINCT cause, file, sheet, row FROM findings WHERE row > 0) GROUP BY cause) c"
            " WHERE c.cause = sums.cause"
        )
        into.execute(
            "UPDATE causes SET total = s.n + omitted, old = s.old, waived = s.waived, severity = s.weight,"
            " rows = s.rows FROM sums s WHERE s.cause = causes.id"
        )
        into.execute("UPDATE causes SET total = omitted WHERE id NOT IN (SELECT cause FROM sums)")
        # a cause that is waived as a whole takes along what is counted only
        into.execute("UPDATE causes SET waived = total WHERE waiver <> '' AND waived = total - omitted")
        _fixed(into)
        examples: dict[int, list[tuple[str, int]]] = {}
        often = (
            "SELECT cause, said, n FROM (SELECT cause, said, n, ROW_NUMBER() OVER (PARTITION BY cause ORDER BY n DESC,"
            " said) AS at FROM (SELECT cause, COALESCE(NULLIF(value, ''), object) AS said, COUNT(*) AS n"
            " FROM findings GROUP BY 1, 2) WHERE said <> '') WHERE at <= ?"
        )
        for cause, said, number in into.execute(often, (_EXAMPLES,)):
            examples.setdefault(cause, []).append((said, number))
        into.executemany(
            "UPDATE causes SET examples = ? WHERE id = ?",
            [(json.dumps(found, ensure_ascii=False), cause) for cause, found in examples.items()],
        )


def _fixed(into: sqlite3.Connection) -> None:
    """Count what the last delivery had and this one has no more, by cause and by source."""
    gone = (
        "SELECT b.source, b.ident, SUM(b.n - MIN(b.n, COALESCE(f.n, 0))) FROM before b LEFT JOIN"
        " (SELECT print, COUNT(*) AS n FROM findings WHERE old GROUP BY print) f ON f.print = b.print GROUP BY 1, 2"
    )
    into.execute("UPDATE causes SET fixed = 0")
    into.execute("DELETE FROM facts WHERE name GLOB 'fixed:*'")
    found = {(source, ident): number for source, ident, number in into.execute(gone)} | _by_number(into)
    into.executemany("UPDATE causes SET fixed = ? WHERE ident = ?", [(n, ident) for (_, ident), n in found.items()])
    for source in {source for source, _ in found}:
        number = sum(n for (of, _), n in found.items() if of == source)
        into.execute("INSERT INTO facts VALUES (?, ?)", (f"fixed:{source}", str(number)))


def _by_number(into: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """Compare causes by number where this delivery or the last one had more findings than a file keeps.

    Returns by source and id of such a cause how many are fixed.
    """
    had: dict[tuple[str, str], int] = {}
    for name, number in into.execute("SELECT name, value FROM facts WHERE name GLOB ?", (f"{EARLIER}*",)):
        source, _, ident = name.removeprefix(EARLIER).rpartition(":")
        had[source, ident] = int(number)
    fixed = dict(had)
    some = into.execute(
        "SELECT c.id, c.source, c.ident, c.total, c.omitted, c.old, (SELECT COALESCE(SUM(b.n), 0) FROM before b"
        " WHERE b.ident = c.ident) FROM causes c JOIN baselines l ON l.source = c.source WHERE c.total > 0"
    ).fetchall()
    for number, source, ident, total, omitted, old, kept in some:
        before = had.get((source, ident), kept)
        if (source, ident) in had:  # which of them were kept is chance: as many as there were are old
            old = min(total, before)
        elif omitted:
            old = min(round(total * old / (total - omitted)) if total > omitted else total, before)
        else:
            continue
        into.execute("UPDATE causes SET old = ? WHERE id = ?", (old, number))
        fixed[source, ident] = before - old
    return fixed


def _adopt(into: sqlite3.Connection, source: str, baseline: Baseline) -> None:
    """Take what stood in another file for a source as what was before."""
    into.execute("ATTACH ? AS other", (f"{baseline.path.absolute().as_uri()}?mode=ro&immutable=1",))
    if baseline.carried:
        into.execute("INSERT OR IGNORE INTO before SELECT * FROM other.before WHERE source = ?", (source,))
        into.execute("INSERT OR REPLACE INTO baselines SELECT * FROM other.baselines WHERE source = ?", (source,))
        into.execute(
            "INSERT OR REPLACE INTO facts SELECT * FROM other.facts WHERE name GLOB ?", (f"{EARLIER}{source}:*",)
        )
    else:
        into.execute("INSERT OR REPLACE INTO baselines VALUES (?, ?)", (source, baseline.said))
        into.execute(
            "INSERT OR IGNORE INTO before SELECT f.print, COUNT(*), c.source, c.ident, c.rule, MIN(f.severity),"
            " json_object('file', f.file, 'sheet', f.sheet, 'row', f.row, 'place', f.place, 'value', f.value,"
            " 'key', f.key, 'focus', f.focus, 'path', f.path, 'text', t.body, 'params', f.params)"
            " FROM other.findings f JOIN other.causes c ON c.id = f.cause JOIN other.texts t ON t.id = f.text"
            " WHERE c.source = ? GROUP BY f.print",
            (source,),
        )
        into.execute(
            "INSERT OR REPLACE INTO facts SELECT ? || source || ':' || ident, total FROM other.causes"
            " WHERE source = ? AND omitted > 0",
            (EARLIER, source),
        )
    into.execute("DETACH other")


def _opened(path: Path) -> sqlite3.Connection:
    into = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    for name in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -50000"):
        into.execute(f"PRAGMA {name}")
    return into
