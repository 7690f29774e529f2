"""Workers of drafts: one process for each draft in use, started on demand, ended when idle; one request at a time."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kgservice.errors import Busy, KgError, QueryIdTaken, StoreUnavailable
from kgservice.settings import Settings
from kgservice.store import frames
from kgservice.store.interface import Answer, Question
from kgservice.store.pool import limits
from kgservice.store.run import Limits, Run
from kgservice.store.spool import SpoolRoom
from kgservice.store.starter import Starter, Worker
from kgservice.store.tickets import Running, Ticket

_READY_SECONDS = 300.0  # the store is built from statement files when it is first opened
_IDLE_SECONDS = 60.0
_LOOK = 5.0  # seconds between two looks for idle ones
_ROOM = 1 << 30  # bytes of answers on disk


@dataclass(slots=True)
class _Seat:
    """A draft in use: the lock is held by the request that its worker serves."""

    folder: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    worker: Worker | None = None
    used: float = 0.0


class DraftWorkers:
    """Carries questions and changes to the worker of a draft; see `kgservice.store.draft_worker`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        room = SpoolRoom(_ROOM, settings.state if settings.state.is_dir() else None)
        self._limits = Limits(
            settings.spool_bytes, settings.result_bytes, settings.query_memory, room, seconds=settings.query_seconds
        )
        # a document may be as long as a delivery, so it has the time of an import
        self._long = replace(self._limits, deadline="KG_IMPORT_SECONDS", seconds=settings.import_seconds)
        self._seats: dict[Path, _Seat] = {}
        self._running: dict[str, Ticket] = {}
        self._changed = threading.Condition()
        self._living = 0
        self._starter: Starter | None = None
        self._closing = threading.Event()
        self._tally: Counter[str] = Counter()

    def answer(self, folder: Path, question: Question, change: Mapping[str, Any] | None = None) -> Answer:
        """Answer a question on the draft in a folder, or do a change, which `question` then only stands for in logs.

        Raises:
            Busy: its worker, or a free place for one, could not be had in KG_QUEUE_SECONDS.
            StoreUnavailable: its store cannot be opened.
            KgError: as `Store.answer` and `draft_worker.Desk.change` say.
        """
        begun = time.monotonic()
        held = self._long if change and "documents" in change else self._limits
        question = replace(question, seconds=min(question.seconds, held.seconds))
        with self._changed:
            seat = self._seats.setdefault(folder, _Seat(folder))
        if not seat.lock.acquire(timeout=self._settings.queue_seconds):
            seconds = self._settings.queue_seconds
            raise Busy("The draft is busy with other requests for {seconds} s (KG_QUEUE_SECONDS).", seconds=seconds)
        try:
            worker = self._worker(seat)
        except BaseException:
            seat.lock.release()
            raise
        ticket = Ticket(question, worker=worker)
        worker.rows = 0
        with self._changed:
            if question.id in self._running:
                seat.lock.release()
                raise QueryIdTaken("A query with the id {id} waits or runs already; choose another id.", id=question.id)
            self._running[question.id] = ticket

        def give(_: Worker, dead: bool) -> None:
            self._running.pop(question.id, None)
            self._give(seat, dead)

        request = frames.document(frames.CHANGE, change) if change else b""
        run = Run(worker, question, held, give, self._tally, request)
        try:
            return run.answer((time.monotonic() - begun) * 1000)
        except BaseException:
            run.close()
            raise

    def stop(self, query_id: str) -> bool:
        """Stop a running request by its id; tell whether there was one."""
        ticket = self._running.get(query_id) if query_id else None
        if ticket and ticket.worker:
            ticket.worker.stopped = True
            ticket.worker.kill()
        return ticket is not None

    def running(self) -> list[Running]:
        """List the requests that run."""
        with self._changed:
            tickets = list(self._running.values())
        return [ticket.running(ticket.worker.pid) for ticket in tickets if ticket.worker]

    def living(self) -> int:
        """Count the worker processes."""
        return self._living

    def close(self) -> None:
        """End all workers; a running change is rolled back."""
        self._closing.set()
        with self._changed:
            seats = list(self._seats.values())
        for seat in seats:
            if seat.worker and seat.lock.acquire(blocking=False):
                self._retire(seat)
                seat.lock.release()
        if self._starter:
            self._starter.close()

    def _worker(self, seat: _Seat) -> Worker:
        """Return the living worker of a draft, started if need be. The seat's lock is held."""
        if seat.worker and seat.worker.alive():
            return seat.worker
        if seat.worker:
            self._retire(seat)
        self._reserve(time.monotonic() + self._settings.queue_seconds)
        try:
            worker = self._start(seat.folder)
        except KgError:
            self._leave()
            raise
        seat.worker, seat.used = worker, time.monotonic()
        return worker

    def _start(self, folder: Path) -> Worker:
        with self._changed:
            if self._closing.is_set():
                raise StoreUnavailable("The service is shutting down; ask again in a moment.")
            if self._starter is None:
                self._starter = Starter("draft")
                threading.Thread(target=self._tidy, name="kgservice-drafts", daemon=True).start()
        order = {"folder": str(folder), "base": self._settings.base} | limits(self._settings)
        worker = self._starter.start(order)
        worker.wait_ready(_READY_SECONDS)
        return worker

    def _reserve(self, deadline: float) -> None:
        """Count one more worker, ending the one that idles longest where there are too many."""
        while True:
            with self._changed:
                if self._living < self._settings.draft_workers:
                    self._living += 1
                    return
            if not self._evict(0.0):
                with self._changed:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise Busy(
                            "{count} drafts are in use at once (KG_DRAFT_WORKERS); ask again later.",
                            count=self._settings.draft_workers,
                        )
                    self._changed.wait(min(left, 0.2))

    def _evict(self, idle: float) -> bool:
        """End the worker that idles longest, if it does so for so many seconds; tell whether one was ended."""
        with self._changed:
            seats = sorted((seat for seat in self._seats.values() if seat.worker), key=lambda seat: seat.used)
        for seat in seats:
            if time.monotonic() - seat.used >= idle and seat.lock.acquire(blocking=False):
                try:
                    if seat.worker:
                        self._retire(seat)
                        return True
                finally:
                    seat.lock.release()
        return False

    def _retire(self, seat: _Seat) -> None:
        if seat.worker:
            seat.worker.retire()
            seat.worker = None
            self._leave()

    def _leave(self) -> None:
        with self._changed:
            self._living -= 1
            self._changed.notify_all()

    def _give(self, seat: _Seat, dead: bool) -> None:
        seat.used = time.monotonic()
        if dead:
            seat.worker = None
            self._leave()
        seat.lock.release()
        with self._changed:
            self._changed.notify_all()

    def _tidy(self) -> None:
        while not self._closing.wait(_LOOK):
            while self._evict(_IDLE_SECONDS):
                pass
