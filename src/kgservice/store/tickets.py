"""What waits for a worker and what runs on one, and the workers of one release."""

import os
import threading
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kgservice.errors import Busy, KgError, QueryIdTaken, TooManyQueries
from kgservice.store.interface import Question
from kgservice.store.starter import Worker


@dataclass(frozen=True, slots=True)
class Running:
    """A question on its way, for operators."""

    question: Question
    state: str
    """`waiting`, `running` or `paused`."""
    seconds: float
    """Since it came."""
    memory: int
    """Bytes of its worker; 0 while it waits, or where they cannot be seen."""
    rows: int = 0
    """Rows that the worker has sent so far; 0 where nobody counts them."""
    store: Path | None = None
    """The store folder that it runs on; None while it waits, and for a remote store."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A question between its coming and its worker's return."""

    question: Question
    called: threading.Event = field(default_factory=threading.Event)
    worker: Worker | None = None
    error: KgError | None = None
    came: float = field(default_factory=time.monotonic)
    began: float = 0.0
    long: bool = False
    paused: bool = False

    def running(self, pid: int) -> Running:
        """Return what an operator sees; `pid` is its worker's, 0 while it waits."""
        state = "waiting" if not pid else "paused" if self.paused else "running"
        worker = self.worker
        return Running(
            self.question, state, time.monotonic() - self.came, _memory(pid) if pid else 0,
            worker.rows if worker else 0, worker.store if worker else None,
        )  # fmt: skip


@dataclass(slots=True)
class Generation:
    """The workers of one release."""

    number: int
    order: Mapping[str, Any]
    idle: list[Worker] = field(default_factory=list)
    starting: int = 0
    running: int = 0
    failure: KgError | None = None
    failed: float = 0.0


def full(queue: int) -> Busy:
    """Return the error of an asker for whom the queue has no place."""
    return Busy("{count} queries are waiting already (KG_QUEUE); ask again later.", count=queue)


def place(
    question: Question, waiting: Collection[Ticket], busy: Collection[Ticket], queue: int, of_one: int
) -> Ticket | None:
    """Let a question wait; return the ticket that gives up its place for it: of whoever has most of a full queue.

    Raises:
        QueryIdTaken: a question of that id waits or runs.
        TooManyQueries: its client has `of_one` there already.
        Busy: the queue is full, and nobody has more places than its client would.
    """
    there = [ticket.question for ticket in (*waiting, *busy)]
    if question.id and any(other.id == question.id for other in there):
        raise QueryIdTaken("A query with the id {id} waits or runs already; choose another id.", id=question.id)
    if question.client and sum(other.client == question.client for other in there) >= of_one:
        message = "You have {count} queries waiting or running (KG_CLIENT_QUERIES); ask again when one has ended."
        raise TooManyQueries(message, count=of_one)
    if len(waiting) < queue:
        return None
    by_client = Counter(ticket.question.client for ticket in waiting)
    greedy, most = by_client.most_common(1)[0]
    if not greedy or most <= by_client[question.client] + 1:
        raise full(queue)
    return [ticket for ticket in waiting if ticket.question.client == greedy][-1]


def _memory(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
