"""The curation worker: takes jobs from the desk, one at a time, each in a child with limits; started by `serve`."""

import os
import select
import signal
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING

from kgservice.cli import doors, job
from kgservice.cli.chores import WORK, finished
from kgservice.errors import JobKilled, KgError, StateLocked
from kgservice.jobs import Failure, Job, Queue
from kgservice.releases import locks
from kgservice.settings import Settings
from kgservice.store.sandbox import die_with_parent

if TYPE_CHECKING:
    from kgservice.wiring import Service

_LOOK = 0.25  # seconds between two looks at the desk
_TELL = 0.2  # seconds between two notes of a step
_BUSY = 75  # exit status of a child that somebody else's lock kept from beginning
_ELSEWHERE = "Waiting: another command is at work"
_WAIT = 1.0  # seconds before such a job is tried again


class Worker:
    """Does the jobs of one state folder until its standard input closes or it is told to stop."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._settings = settings
        self._queue = queue
        self._stopping = False

    def run(self) -> None:
        """Work until told to stop; a job that is being done then waits for the next worker."""
        signal.signal(signal.SIGTERM, self._stop)
        for orphan in self._queue.orphans():
            self._settle(
                orphan, JobKilled("The worker was ended while it did this; nothing of it was kept. Try again.")
            )
        while not self._told_to_stop(_LOOK):
            taken = self._queue.take()
            if taken is None:
                continue
            if locks.holder(self._settings.state / "writer.lock"):
                self._queue.put_back(taken.id, _ELSEWHERE)
                self._told_to_stop(_WAIT)
            else:
                self._do(taken)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _told_to_stop(self, seconds: float) -> bool:
        if not self._stopping:
            ready, _, _ = select.select([sys.stdin], [], [], seconds)
            self._stopping = self._stopping or (bool(ready) and not os.read(sys.stdin.fileno(), 1))
        return self._stopping

    def _do(self, taken: Job) -> None:
        parent = os.getpid()
        child = job.begin(self._settings, lambda: _child(self._queue, taken, parent))
        deadline = time.monotonic() + self._settings.import_seconds
        while True:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                break
            stopped, late = self._told_to_stop(0.05), time.monotonic() > deadline
            cancelled = not stopped and self._queue.job(taken.id).cancelling
            if stopped or late or cancelled:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                self._broken_off(taken, stopped, cancelled)
                return
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _BUSY:
            self._told_to_stop(_WAIT)
            return
        try:
            job.judge(self._settings, status)
            if not self._queue.job(taken.id).over:  # a fault of the program; its trace stands in the log
                raise JobKilled(
                    "The job broke off through a fault of the program, which its log has; nothing was kept."
                )
        except KgError as error:
            self._settle(taken, error)

    def _broken_off(self, taken: Job, stopped: bool, cancelled: bool) -> None:
        """Note what becomes of a job whose child was ended by us."""
        if stopped and self._result(taken) is None:
            self._queue.put_back(taken.id)
        elif cancelled and self._result(taken) is None:
            self._queue.end(taken.id, "cancelled")
        else:
            self._settle(taken, job.late(self._settings))

    def _settle(self, taken: Job, error: KgError) -> None:
        """End a job whose child did not: it is done if its work is, and has failed else."""
        result = self._result(taken)
        if result is not None:
            self._queue.end(taken.id, "done", result)
        else:
            self._queue.end(taken.id, "failed", failure=Failure(error.slug, error.template, error.params))

    def _result(self, taken: Job) -> dict[str, object] | None:
        try:
            return finished(_service(), taken)
        except KgError:
            return None


def _child(queue: Queue, taken: Job, parent: int) -> int:
    die_with_parent(parent)
    shown = ("", 0.0)

    def tell(step: str, done: int, total: int) -> None:
        nonlocal shown
        moment = time.monotonic()
        if step != shown[0] or moment - shown[1] > _TELL:
            shown = (step, moment)
            queue.tell(taken.id, step, done, total)

    try:
        result = WORK[taken.kind](_service(), taken, tell)
    except StateLocked as error:
        queue.put_back(taken.id, _ELSEWHERE)
        sys.stderr.write(f"job {taken.id} waits: {error}\n")
        return _BUSY
    except KgError as error:
        queue.end(taken.id, "failed", failure=Failure(error.slug, error.template, error.params))
        return 0
    queue.end(taken.id, "done", result)
    return 0


def _service() -> "Service":
    return doors.service()


def main() -> int:
    """Run the worker; a second one on the same state folder is refused."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; `serve` tells us when to stop
    settings = doors.settings()
    settings.state.mkdir(parents=True, exist_ok=True)
    with locks.exclusive(settings.state / "curation.lock", "kgservice serve", "curation", 10.0):
        Worker(settings, Queue(settings.state)).run()
    return 0


if __name__ == "__main__":
    from kgservice.cli.endings import finish

    sys.exit(finish(main))
