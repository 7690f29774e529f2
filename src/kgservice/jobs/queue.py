"""The queue of jobs in the desk: put in by pages, taken out in order by the curation worker, watched by anybody."""

import json
import math
import statistics
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kgservice.desk import Desk, now, written
from kgservice.errors import JobNotFound, ParameterInvalid, Refused
from kgservice.jobs.job import CANCELLED, FAILED, KINDS, RUNNING, WAITING, Failure, Job, read

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, params TEXT NOT NULL,
    actor TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL,
    started TEXT NOT NULL DEFAULT '', ended TEXT NOT NULL DEFAULT '', step TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
    result TEXT NOT NULL DEFAULT '{}', failure TEXT NOT NULL DEFAULT '{}', again INTEGER NOT NULL DEFAULT 0,
    cancelling INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, id);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, time TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_job ON events (job, id);
"""
_KEPT = 20  # events of a job that has ended
_OVERHEAD = 2_000_000  # bytes whose reading takes as long as what a job does anyway
_NEAREST = 3  # jobs of the likest size that an estimate is made of


class Queue:
    """The jobs of one state folder; any number of processes may use it at once."""

    def __init__(self, state: Path) -> None:
        self._desk = Desk(state, _SCHEMA)

    def add(
        self, kind: str, params: Mapping[str, Any], actor: str, source: str = "", size: int = 0, again: int = 0
    ) -> Job:
        """Put a job at the end and return it.

        Raises:
            ParameterInvalid: there is no such kind.
            StateBroken: the state folder cannot be written.
        """
        if kind not in KINDS:
            raise ParameterInvalid(
                "There is no job of the kind {kind}; there are: {kinds}.", kind=kind, kinds=", ".join(KINDS)
            )
        row = (kind, json.dumps(params, ensure_ascii=False), actor, source, WAITING, written(now()), size, again)
        columns = "kind, params, actor, source, state, created, size, again"
        with self._desk.open(writing=True) as desk:
            statement = f"INSERT INTO jobs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
            number = desk.execute(statement, row).lastrowid or 0
            _happened(desk, number)
            return read(desk.execute("SELECT * FROM jobs WHERE id = ?", (number,)).fetchone())

    def job(self, number: int) -> Job:
        """Return a job.

        Raises:
            JobNotFound: there is none of that number.
        """
        if self._desk.there:
            with self._desk.open() as desk:
                row = desk.execute("SELECT * FROM jobs WHERE id = ?", (number,)).fetchone()
            if row:
                return read(row)
        raise JobNotFound("There is no job {id}; /curate/jobs lists them.", id=number)

    def waiting(self) -> list[Job]:
        """Return the jobs that have not ended, in the order in which they are done."""
        return self._list("state IN ('queued', 'running') ORDER BY state = 'queued', id", ())

    def latest(self, count: int, start: int = 0) -> list[Job]:
        """Return a window of the jobs that have ended, newest first."""
        return self._list("state NOT IN ('queued', 'running') ORDER BY id DESC LIMIT ? OFFSET ?", (count, start))

    def of(self, source: str) -> Job | None:
        """Return the newest job on a source."""
        found = self._list("source = ? ORDER BY id DESC LIMIT 1", (source,))
        return found[0] if found else None

    def take(self) -> Job | None:
        """Take the first job that waits, for the worker; None when there is none."""
        if not self._desk.there or not self._list("state = 'queued' LIMIT 1", ()):
            return None
        with self._desk.open(writing=True) as desk:
            row = desk.execute("SELECT id FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1").fetchone()
            if row is None:
                return None
            desk.execute(
                "UPDATE jobs SET state = 'running', started = ?, tries = tries + 1 WHERE id = ?",
                (written(now()), row["id"]),
            )
            _happened(desk, row["id"])
        return self.job(row["id"])

    def tell(self, number: int, step: str, done: int = 0, total: int = 0) -> None:
        """Note how far a running job is."""
        with self._desk.open(writing=True) as desk:
            update = "UPDATE jobs SET step = ?, done = ?, total = ? WHERE id = ? AND state = 'running'"
            desk.execute(update, (step, done, total, number))
            _happened(desk, number)

    def end(
        self, number: int, state: str, result: Mapping[str, Any] | None = None, failure: Failure | None = None
    ) -> None:
        """Note how a job ended; one that has ended stays as it is."""
        texts = (json.dumps(result or {}, ensure_ascii=False), _failure(failure))
        with self._desk.open(writing=True) as desk:
            desk.execute(
                "UPDATE jobs SET state = ?, ended = ?, result = ?, failure = ?, cancelling = 0 "
                "WHERE id = ? AND state IN ('queued', 'running')",
                (state, written(now()), *texts, number),
            )
            _happened(desk, number)
            newest = "SELECT id FROM events WHERE job = ? ORDER BY id DESC LIMIT ?"
            desk.execute(f"DELETE FROM events WHERE job = ? AND id NOT IN ({newest})", (number, number, _KEPT))  # noqa: S608

    def put_back(self, number: int, step: str = "") -> None:
        """Let a running job wait again at its place, as when the service is stopped."""
        with self._desk.open(writing=True) as desk:
            statement = "UPDATE jobs SET state = 'queued', started = '', step = ?, done = 0, total = 0 WHERE id = ?"
            desk.execute(f"{statement} AND state = 'running'", (step, number))
            _happened(desk, number)

    def cancel(self, number: int) -> Job:
        """Cancel a job: one that waits at once, a running one as soon as the worker sees it.

        Raises:
            JobNotFound: there is none of that number.
            Refused: it has ended.
        """
        job = self.job(number)
        if job.over:
            raise Refused("Job {id} has ended; there is nothing to cancel.", id=number)
        with self._desk.open(writing=True) as desk:
            desk.execute("UPDATE jobs SET cancelling = 1 WHERE id = ? AND state = 'running'", (number,))
            ended = "UPDATE jobs SET state = ?, ended = ? WHERE id = ? AND state = 'queued'"
            desk.execute(ended, (CANCELLED, written(now()), number))
            _happened(desk, number)
        return self.job(number)

    def again(self, number: int, actor: str, **changes: object) -> Job:
        """Put a job that failed or was cancelled in once more, with some parameters changed, and return the new one.

        Raises:
            JobNotFound: there is none of that number.
            Refused: it is not over, or was done.
        """
        job = self.job(number)
        if job.state not in (FAILED, CANCELLED):
            raise Refused("Job {id} did not fail; there is nothing to try again.", id=number)
        return self.add(job.kind, {**job.params, **changes}, actor, job.source, job.size, number)

    def orphans(self) -> list[Job]:
        """Return the jobs that run according to the desk; without a worker, nobody does them."""
        return self._list("state = ? ORDER BY id", (RUNNING,))

    def events(self, number: int, after: int = 0) -> list[int]:
        """Return the ids of what happened to a job after an event, oldest first."""
        if not self._desk.there:
            return []
        with self._desk.open() as desk:
            rows = desk.execute("SELECT id FROM events WHERE job = ? AND id > ? ORDER BY id", (number, after))
            return [row["id"] for row in rows]

    def seconds_left(self, job: Job) -> float | None:
        """Return how many seconds a job is expected to go on, after jobs of its kind; None when unknown or late."""
        if job.over or not self._desk.there:
            return None
        query = "SELECT started, ended, size FROM jobs WHERE kind = ? AND state = 'done' ORDER BY id DESC LIMIT 50"
        with self._desk.open() as desk:
            rows = desk.execute(query, (job.kind,)).fetchall()
        rows.sort(key=lambda row: abs(math.log((row["size"] + _OVERHEAD) / (job.size + _OVERHEAD))))
        rates = [_seconds(row["started"], row["ended"]) / (row["size"] + _OVERHEAD) for row in rows[:_NEAREST]]
        if not rates:
            return None
        passed = _seconds(job.started, written(now())) if job.started else 0.0
        expected: float = statistics.median(rates) * (job.size + _OVERHEAD)
        return expected - passed if passed < expected else None

    def _list(self, condition: str, values: tuple[object, ...]) -> list[Job]:
        if not self._desk.there:
            return []
        with self._desk.open() as desk:
            return [read(row) for row in desk.execute(f"SELECT * FROM jobs WHERE {condition}", values)]  # noqa: S608


def _happened(desk: Any, number: int) -> None:
    desk.execute("INSERT INTO events (job, time) VALUES (?, ?)", (number, written(now())))


def _failure(failure: Failure | None) -> str:
    if failure is None:
        return "{}"
    params = {name: value if isinstance(value, int | float) else str(value) for name, value in failure.params.items()}
    return json.dumps({"slug": failure.slug, "template": failure.template, "params": params}, ensure_ascii=False)


def _seconds(start: str, end: str) -> float:
    return max((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds(), 0.5)
