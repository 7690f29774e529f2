"""Who gets a worker: first come, first served, but who asks much after who asks little; and always of this release.

Half of the slots may be held by long queries, so that short ones always find one: a query that turns out to be long
beyond that is paused until a long one ends, and one that was long before waits for such a place from the start.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgservice.errors import Busy, KgError, QueryStopped, StoreUnavailable
from kgservice.store import tickets
from kgservice.store.fairness import LONG, NEWCOMER, Lengths, Usage
from kgservice.store.interface import Question
from kgservice.store.starter import Starter, Worker
from kgservice.store.tickets import Generation, Running, Ticket

_SPARE = 1  # workers kept warm beyond the slots, so that a killed one is replaced at once
_READY_SECONDS = 30.0
_RETRY_SECONDS = 1.0
_LONG_ONES = (
    "{count} long queries are running already (half of KG_WORKERS), and this one would be long too; ask again later."
)


class Slots:
    """Hands out at most `limit` workers at once; at most `queue` askers wait for one."""

    def __init__(
        self, starter: Starter, order: Mapping[str, Any], limit: int, queue: int, of_one: int = 1 << 30
    ) -> None:
        self._starter = starter
        self._limit = limit
        self._long_limit = max(1, limit // 2)
        self._queue = queue
        self._of_one = of_one
        self._lock = threading.Lock()
        self._adopting = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._busy: dict[Worker, Ticket] = {}
        self._paused: deque[Ticket] = deque()
        self._usage = Usage()
        self._lengths = Lengths()
        self._taken = 0
        self._closed = False
        self._now = Generation(0, order)
        self.missing: list[str] = []
        self.adopt(order)

    def take(self, question: Question, seconds: float) -> Worker:
        """Return a worker of the current release for a question, waiting at most `seconds` for it.

        Where all places in the queue are taken, whoever has most of them gives one up to an asker with fewer.

        Raises:
            Busy: too many wait already, or none became free in time.
            TooManyQueries, QueryIdTaken: the client has as many as it may, or its id is one that waits or runs.
            QueryStopped: somebody stopped the query while it waited.
            StoreUnavailable: no worker can open the store.
        """
        ticket = Ticket(question)
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The service is shutting down; ask again in a moment.")
            if gives_way := tickets.place(question, self._waiting, self._busy.values(), self._queue, self._of_one):
                self._waiting.remove(gives_way)
                self._dismiss(gives_way, tickets.full(self._queue))
            self._waiting.append(ticket)
            self._call()
            self._fill(self._now)
        if not ticket.called.wait(seconds):
            with self._lock:
                if not ticket.called.is_set():
                    self._waiting.remove(ticket)
                    message = "No query worker became free within {seconds:g} s (KG_QUEUE_SECONDS); ask again later."
                    raise Busy(message, seconds=seconds)
        if ticket.error:
            raise ticket.error
        assert ticket.worker  # noqa: S101  (a called ticket has one or the other)
        return ticket.worker

    def give(self, worker: Worker, dead: bool = False) -> None:
        """Take a worker back, or note that it is dead and start another."""
        with self._lock:
            ticket = self._busy.pop(worker)
            spent = worker.spent(ticket.began)
            self._usage.add(ticket.question.client, spent)
            if ticket.long and not dead and spent < LONG:
                self._lengths.forget(ticket.question.query)
            if ticket.paused:
                with contextlib.suppress(ValueError):
                    self._paused.remove(ticket)
            else:
                self._taken -= 1
            if ticket.long:
                self._resume()
            now = self._now
            fits = worker.generation == now.number and not self._closed
            if worker.generation == now.number:
                now.running -= 1
            if fits and not dead:
                now.idle.append(worker)
            self._call()
            self._fill(now)
        if not dead and not fits:
            worker.retire()

    def lengthen(self, worker: Worker, seconds: float) -> None:
        """Let a worker's query be long, when need be after a pause of at most `seconds`.

        Raises:
            Busy: the long queries that run already did not end in time, or too many are paused.
        """
        with self._lock:
            ticket = self._busy[worker]
            self._lengths.note(ticket.question.query)
            if self._waiting or self._paused:
                worker.slow_down()
            if ticket.long or self._long() < self._long_limit:
                ticket.long = True
                return
            worker.slow_down()
            if len(self._paused) >= self._limit:
                raise Busy(_LONG_ONES, count=self._long_limit)
            worker.pause()
            ticket.paused = True
            ticket.called.clear()
            self._paused.append(ticket)
            self._taken -= 1
            self._call()
            self._fill(self._now)
        called = ticket.called.wait(seconds)
        if ticket.error or not called:
            raise ticket.error or Busy(_LONG_ONES, count=self._long_limit)

    def stop(self, query_id: str) -> bool:
        """Stop the waiting or running query of an id; tell whether there was one."""
        with self._lock:
            for worker, ticket in self._busy.items():
                if ticket.question.id == query_id:
                    worker.stopped = True
                    worker.kill()
                    if ticket.paused:
                        self._dismiss(ticket, QueryStopped("The query was stopped."))
                    return True
            for ticket in self._waiting:
                if ticket.question.id == query_id:
                    self._waiting.remove(ticket)
                    self._dismiss(ticket, QueryStopped("The query was stopped while it waited for a worker."))
                    return True
        return False

    def adopt(self, order: Mapping[str, Any]) -> None:
        """Let all later askers have workers of another release; returns when one of them is ready.

        Raises:
            StoreUnavailable: it cannot be opened; the former release stays.
        """
        with self._adopting:
            coming = Generation(self._now.number + 1, order)
            coming.starting = 1
            first = self._begin(coming)
            with self._lock:
                former, self._now = self._now, coming
                self._lengths.clear()
                coming.starting -= 1
                coming.idle.append(first)
                leaving, former.idle = former.idle, []
                self._call()
                self._fill(coming)
            for worker in leaving:
                worker.retire()

    def counts(self) -> dict[str, int]:
        """Count workers (`busy`, `paused`, `idle`, `starting`) and waiting askers (`waiting`)."""
        with self._lock:
            idle = {"idle": len(self._now.idle), "starting": self._now.starting, "waiting": len(self._waiting)}
            return {"busy": self._taken, "paused": len(self._paused)} | idle

    def running(self) -> list[Running]:
        """List what runs or waits, oldest first."""
        with self._lock:
            tickets = [(ticket, worker.pid) for worker, ticket in self._busy.items()]
            tickets += [(ticket, 0) for ticket in self._waiting]
        return [ticket.running(pid) for ticket, pid in sorted(tickets, key=lambda pair: pair[0].came)]

    def close(self) -> None:
        """Refuse whoever waits and let all idle workers go; busy ones end with the starter."""
        with self._lock:
            self._closed = True
            leaving, self._now.idle = self._now.idle, []
            busy = list(self._busy)
            self._refuse(StoreUnavailable("The service is shutting down; ask again in a moment."))
        for worker in leaving:
            worker.retire()
        for worker in busy:
            worker.stopped = True
            worker.kill()

    def _call(self) -> None:
        """Hand idle workers to those whose turn it is. The lock is held."""
        now = self._now
        while self._taken < self._limit and now.idle and (ticket := self._next()):
            worker = now.idle.pop()
            if not worker.alive():  # killed by somebody while it idled
                worker.retire()
                continue
            self._waiting.remove(ticket)
            self._taken += 1
            now.running += 1
            self._busy[worker] = ticket
            worker.rows = 0
            ticket.worker = worker
            ticket.long = ticket.question.query in self._lengths
            ticket.began = time.monotonic()
            ticket.called.set()

    def _next(self) -> Ticket | None:
        """Return who is next: who came first, counting a handicap; the last slot is for who asks little."""
        now = time.monotonic()
        last = self._limit > 1 and self._taken >= self._limit - 1
        bound = (0.0 if self._limit > 3 else NEWCOMER) if last else float("inf")
        best: tuple[float, Ticket] | None = None
        full = self._long() >= self._long_limit
        for ticket in self._waiting:
            if full and ticket.question.query in self._lengths:
                continue
            running = sum(
                now - busy.began for busy in self._busy.values() if busy.question.client == ticket.question.client
            )
            handicap = self._usage.handicap(ticket.question.client, running) if ticket.question.client else 0.0
            turn = ticket.came + handicap
            if handicap <= bound and (best is None or turn < best[0]):
                best = turn, ticket
        return best[1] if best else None

    def _long(self) -> int:
        return sum(ticket.long for ticket in self._busy.values())

    def _resume(self) -> None:
        """Let the query that was paused first go on, now that a long one has ended. The lock is held."""
        if self._paused:
            ticket = self._paused.popleft()
            ticket.long, ticket.paused = True, False
            self._taken += 1
            if ticket.worker:
                ticket.worker.resume()
            ticket.called.set()

    def _dismiss(self, ticket: Ticket, error: KgError) -> None:
        ticket.error = error
        ticket.called.set()

    def _fill(self, generation: Generation) -> None:
        """Start workers until the slots and the spare are there. The lock is held."""
        if self._closed or time.monotonic() - generation.failed < _RETRY_SECONDS:
            if generation.failure and not generation.starting and not generation.running:
                self._refuse(generation.failure)
            return
        alive = len(generation.idle) + generation.starting + generation.running
        for _ in range(self._limit + _SPARE + len(self._paused) - alive):
            generation.starting += 1
            threading.Thread(target=self._welcome, args=(generation,), daemon=True).start()

    def _begin(self, generation: Generation) -> Worker:
        worker = self._starter.start(generation.order)
        worker.generation = generation.number
        worker.metered = "store" in generation.order
        worker.store = Path(generation.order["store"]) if "store" in generation.order else None
        worker.wait_ready(_READY_SECONDS)
        self.missing = worker.missing
        return worker

    def _welcome(self, generation: Generation) -> None:
        try:
            worker = self._begin(generation)
        except KgError as error:
            with self._lock:
                generation.starting -= 1
                generation.failure, generation.failed = error, time.monotonic()
                if generation is self._now and not (generation.idle or generation.running or generation.starting):
                    self._refuse(error)
            return
        with self._lock:
            generation.starting -= 1
            fits = generation is self._now and not self._closed
            if fits:
                generation.idle.append(worker)
                self._call()
        if not fits:
            worker.retire()

    def _refuse(self, error: KgError) -> None:
        for ticket in self._waiting:
            self._dismiss(ticket, error)
        self._waiting.clear()
