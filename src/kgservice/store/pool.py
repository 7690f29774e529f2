"""The pool: one question, one worker; and a switch of release that fails no question."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgservice.errors import EngineCrash
from kgservice.settings import Settings
from kgservice.store.crashes import Crashes
from kgservice.store.interface import Answer, Question
from kgservice.store.run import Limits, Run
from kgservice.store.slots import Slots
from kgservice.store.spool import SpoolRoom
from kgservice.store.starter import Starter
from kgservice.store.tickets import Running
from kgservice.terms import Graphs

_CRASHES = 2  # of one query on one release; then it is refused
_ITS_OWN_FAULT = frozenset({"SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE"})  # and not a kill from outside


def limits(settings: Settings) -> dict[str, Any]:
    """Return what every worker is told of its limits when it starts."""
    bounds = [settings.query_bytes, settings.query_depth, settings.query_repeats, settings.merge_statements]
    return {"memory": settings.query_memory, "rows": settings.result_rows, "bounds": bounds}


def _release(order: Mapping[str, Any]) -> str:
    """Return the name under which crashes are kept: the release's number, or nothing for a preview of a draft."""
    store = Path(order.get("store", "/releases/remote/store"))
    return store.parent.name if store.parent.parent.name == "releases" else ""


class Workers:
    """Worker processes of a kind (`embedded`, `remote`) behind the methods of a `Store`."""

    def __init__(self, kind: str, order: Mapping[str, Any], settings: Settings) -> None:
        self._seconds = settings.query_seconds
        self._queue_seconds = settings.queue_seconds
        folder = settings.state if settings.state.is_dir() else None
        self._room = SpoolRoom(settings.spool_total, folder)
        self._tally: Counter[str] = Counter(answered=0, timeout=0, memory=0, crash=0, stopped=0)
        self._kept = folder / "crashes" if folder else None
        self._crashes = Crashes(self._kept, _release(order))
        self._starter = Starter(kind)
        try:
            self._slots = Slots(self._starter, order, settings.workers, settings.queue, settings.client_queries)
        except BaseException:
            self._starter.close()
            raise
        self._limits = Limits(
            settings.spool_bytes, settings.result_bytes, settings.query_memory, self._room, self._slots.lengthen,
            seconds=self._seconds,
        )  # fmt: skip

    def answer(self, question: Question) -> Answer:
        """Answer a question; see `Store.answer`."""
        begun = time.monotonic()
        question = replace(question, seconds=min(question.seconds, self._seconds))
        if self._crashes.of(question.query) >= _CRASHES:
            raise EngineCrash(
                "This query has ended the engine {count} times on this release and is not run again before an operator "
                "allows it (DELETE /-/crashes); change it.",
                count=_CRASHES,
            )
        worker = self._slots.take(question, self._queue_seconds)
        run = Run(worker, question, self._limits, self._slots.give, self._tally)
        try:
            return run.answer((time.monotonic() - begun) * 1000)
        except BaseException as error:
            run.close()
            if isinstance(error, EngineCrash) and error.params.get("cause") in _ITS_OWN_FAULT:
                self._crashes.note(question.query)
            raise

    def crashed(self) -> dict[str, int]:
        """Return which queries ended the engine on this release, and how often."""
        return self._crashes.all()

    def forgive(self) -> None:
        """Forget which queries ended the engine, on any release, so that they are run again."""
        self._crashes.forgive()

    def stop(self, query_id: str) -> bool:
        """Stop a waiting or running query by its id; tell whether there was one."""
        return bool(query_id) and self._slots.stop(query_id)

    def status(self) -> dict[str, int]:
        """Count workers (`busy`, `paused`, `idle`, `starting`), `waiting` questions, bytes `spooled` on disk, and since
        the start the questions that were `answered` or ended by `timeout`, `memory`, `crash`, or `stopped`.
        """  # noqa: D205  (one sentence)
        return self._slots.counts() | {"spooled": self._room.taken} | self._tally

    def running(self) -> list[Running]:
        """List the questions that wait or run, oldest first."""
        return self._slots.running()

    def missing(self) -> list[str]:
        """Name the protections that this system lacks, in English; empty on Linux."""
        return list(self._slots.missing)

    def close(self) -> None:
        """End all workers."""
        self._slots.close()
        self._starter.close()


class Pool(Workers):
    """Answers questions on a release (a `Store`): `store_path` is its store folder, `lease_path` its lease file.

    Raises:
        StoreUnavailable: the store cannot be opened.
    """

    def __init__(self, store_path: Path, lease_path: Path | None, settings: Settings) -> None:
        self._common = limits(settings)
        self._known = Graphs(settings.base).known
        super().__init__("embedded", self._order(store_path, lease_path), settings)

    def adopt(self, store_path: Path, lease_path: Path | None) -> None:
        """Answer from another release from now on; questions that run finish on theirs.

        Raises:
            StoreUnavailable: it cannot be opened; the former release stays.
        """
        order = self._order(store_path, lease_path)
        self._slots.adopt(order)
        self._crashes = Crashes(self._kept, _release(order))

    def _order(self, store_path: Path, lease_path: Path | None) -> dict[str, Any]:
        lease = str(lease_path.absolute()) if lease_path else ""
        return self._common | {"store": str(store_path.absolute()), "lease": lease, "known": self._known}
