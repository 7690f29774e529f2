"""One question on one worker: its deadline, its spool, what it died of, and the stream past the spool."""

import json
import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from kgservice.errors import EngineCrash, KgError, QueryMemory, QueryStopped, QueryTimeout, ResultTooLarge
from kgservice.report import Text
from kgservice.store import frames
from kgservice.store.fairness import LONG
from kgservice.store.interface import Answer, Notice, Question
from kgservice.store.spool import Spool, SpoolRoom
from kgservice.store.starter import Worker
from kgservice.store.unspooling import SMALL, SpooledFile

_SLOW = 1.0  # CPU seconds after which it makes way for short ones, at the price of a new worker afterwards
_FIELDS = tuple(field.name for field in fields(Question))
_OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate memory")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use: bytes before it streams, bytes at all, bytes of memory (to name it), room on disk."""

    spool_bytes: int
    result_bytes: int
    memory: int
    room: SpoolRoom
    lengthen: Callable[[Worker, float], None] | None = None
    """Asked when a query turns out to be long, with the seconds it has left; may pause it, or raise `Busy`."""
    deadline: str = "KG_QUERY_SECONDS"
    """The setting that limits the seconds of a run."""
    seconds: float = 30.0
    """Its value."""


class Run:
    """Carries a question through a worker; `give` takes the worker back, with True when it is dead.

    `request` is the frame to send where it is not the question itself.
    """

    def __init__(
        self,
        worker: Worker,
        question: Question,
        limits: Limits,
        give: Callable[[Worker, bool], None],
        tally: Counter[str],
        request: bytes = b"",
    ) -> None:
        self._worker: Worker | None = worker
        self._question = question
        self._request = request or frames.frame(frames.ASKED, _asked(question))
        self._limits = limits
        self._give = give
        self._tally = tally
        self._spool = Spool(limits.room)
        self._budget = question.seconds
        self._begun = time.monotonic()
        self._stages = [LONG, _SLOW]
        self._look = self._begun + LONG
        self._rows: int | None = None
        self._engine = 0.0
        self._store = worker.store
        self._draining = False

    def answer(self, queued: float) -> Answer:
        """Return the answer, whole if it fits the spool; `queued` are the milliseconds spent waiting.

        Raises:
            KgError: whatever ended the query; see `Store.answer`.
        """
        assert self._worker  # noqa: S101  (a fresh run has one)
        self._worker.send(self._request)
        begin = self._next()
        head: dict[str, Any] = json.loads(begin) if begin else {"kind": "bindings"}
        whole = True
        while (piece := self._next()) is not None:
            self._spool.write(piece)
            if self._spool.size > self._limits.spool_bytes:
                whole = False
                break
        if whole:
            self._spool.finish()
        else:
            self._draining = True
            threading.Thread(target=self._drain, name="kgservice-drain", daemon=True).start()
        size = self._spool.size if whole else None
        timings = {"queue": round(queued, 3), "engine": self._engine}
        told = notices(head.get("notices", ()))
        chunks = _Chunks(self, self._spool.read())
        big = size is not None and size > SMALL
        file = SpooledFile(self._spool.read(), self._spool.size, self.close) if big else None
        return Answer(head["kind"], chunks, size, whole, self._rows, timings, told, file, self._store)

    def close(self) -> None:
        """Forget the answer, and end the worker if it is still at work."""
        self._spool.close()
        worker = self._worker
        if worker and self._draining:
            worker.stopped = True
            worker.kill()  # the draining thread finds it dead and buries it
        elif worker:
            self._worker = None
            self._tally["stopped"] += 1
            worker.bury()
            self._give(worker, True)

    def _drain(self) -> None:
        """Take the rest from the worker at its own pace, so that a slow reader does not hold it."""
        try:
            while (piece := self._next()) is not None:
                self._spool.write(piece, patient=True)
            self._spool.finish()
        except KgError as error:
            worker, self._worker = self._worker, None
            if worker:
                worker.bury()
                self._give(worker, True)
            self._spool.finish(error)

    def _next(self) -> bytes | None:
        """Return the next payload, or None when the answer is whole."""
        worker = self._worker
        if worker is None:
            return None
        if self._spool.size > self._limits.result_bytes:
            raise ResultTooLarge(
                "The answer is larger than {bytes} bytes (KG_RESULT_BYTES); ask for less, or use LIMIT and OFFSET.",
                bytes=self._limits.result_bytes,
            )
        begun = time.monotonic()
        try:
            kind, payload = self._receive(worker, begun + self._budget)
        except frames.Late:
            raise self._died(worker, late=True) from None
        except frames.Ended:
            raise self._died(worker, late=False) from None
        # only the time the engine takes counts: a slow reader of a stream does not use up its own deadline
        self._budget -= time.monotonic() - begun
        if kind == frames.FAILED:
            error = frames.raised(payload)
            self._worker = None
            gone = isinstance(error, QueryMemory)
            if gone:
                worker.bury()
                self._tally["memory"] += 1
            self._give(worker, gone)
            raise error
        if kind == frames.ROWS:
            worker.rows = int(payload)
            return self._next()
        if kind == frames.END:
            end = json.loads(payload)
            self._rows, self._engine = end["rows"], end["engine"]
            worker.charge(end["cpu"])
            self._worker = None
            self._tally["answered"] += 1
            if worker.slowed:
                worker.bury()
            self._give(worker, worker.slowed)
            return None
        return payload

    def _receive(self, worker: Worker, deadline: float) -> tuple[bytes, bytes]:
        """Return the next frame; on the way a query that takes long asks for leave, then makes way for short ones."""
        while self._limits.lengthen and self._stages:
            try:
                return worker.frames.next(min(deadline, self._look))
            except frames.Late:
                if time.monotonic() >= deadline:
                    raise
            # CPU counts, not the clock: on a crowded machine a short query takes long too
            missing = self._stages[0] - worker.used(self._begun)
            if missing > 0:
                self._look = time.monotonic() + max(missing, 0.02)
            elif self._stages.pop(0) == LONG:
                self._limits.lengthen(worker, deadline - time.monotonic())
                self._look = time.monotonic() + _SLOW - LONG
            else:
                worker.slow_down()
        return worker.frames.next(deadline)

    def _died(self, worker: Worker, late: bool) -> KgError:
        """Bury the worker, start another, and return what ended the query."""
        self._worker = None
        status, words = worker.bury()
        self._give(worker, True)
        error: KgError
        if worker.stopped:
            self._tally["stopped"] += 1
            return QueryStopped("The query was stopped.")
        if late:
            name = "timeout"
            error = self._late()
        elif any(sign in words for sign in _OUT_OF_MEMORY):
            name = "memory"
            error = QueryMemory(frames.MEMORY, bytes=self._limits.memory)
        else:
            name = "crash"
            cause = signal.Signals(-status).name if status is not None and status < 0 else f"exit {status}"
            error = EngineCrash("The engine died on this query ({cause}); no other query was touched.", cause=cause)
        self._tally[name] += 1
        logging.getLogger("kgservice.store").warning(
            "query ended: %s; query %r; last words %r", error, self._question.query[:2000], words[-500:]
        )
        return error

    def _late(self) -> QueryTimeout:
        seconds, most = self._question.seconds, self._limits.seconds
        if self._question.lowered:
            return QueryTimeout(
                "The query was ended after {seconds:g} s, as the parameter timeout of its request says; raise it or "
                "leave it out: {setting} allows {most:g} s.",
                seconds=seconds,
                setting=self._limits.deadline,
                most=most,
            )
        return QueryTimeout(
            "The query was ended at its limit of {seconds:g} s ({setting}); narrow it, or ask for less.",
            seconds=seconds,
            setting=self._limits.deadline,
        )


def notices(told: Sequence[Mapping[str, Any]]) -> tuple[Notice, ...]:
    """Return the warnings that a worker sent before its answer."""
    return tuple(
        Notice(one["name"], Text(one["template"], one["params"]), one["line"], one["column"], one["iri"], one["near"])
        for one in told
    )


def _asked(question: Question) -> bytes:
    body = {name: getattr(question, name) for name in _FIELDS}
    return json.dumps(body).encode()


class _Chunks:
    """The chunks of an answer; closing them early ends the run."""

    def __init__(self, run: Run, pieces: Iterator[bytes]) -> None:
        self._run = run
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        self._run.close()
