"""The threads of the HTTP server: the one that rested last works next, and no more are made than were ever needed."""

import ctypes
import logging
import threading
import time
from collections import deque
from typing import Protocol

_LOG = logging.getLogger("kgservice.web")

_ARENAS = 2
_M_ARENA_MAX = -8  # of glibc's mallopt


def share_memory() -> None:
    """Let all threads take memory from two arenas of glibc, where that is the C library; before threads are made.

    By default each thread may get one of its own, eight for each core, and what a stream gave back stays with one of
    them: 64 readers of streams made the process 300 MB large, and 120 with this. Threads of Python seldom allocate at
    the same moment, so that they do not wait for each other (mallopt(3)).
    """
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
    except (AttributeError, OSError):
        _LOG.debug("The C library has no arenas to choose.")


class Task(Protocol):
    """What waitress gives to a thread."""

    def service(self) -> None:
        """Do it."""

    def cancel(self) -> None:
        """Give it up."""


class Dispatcher:
    """Gives tasks to threads, in the place of waitress' ThreadedTaskDispatcher, which wakes who rested longest.

    The last to rest still has its stack and its memory in the caches; with 96 threads in turn none has, and each of
    them keeps memory that a few would share.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._waiting: deque[Task] = deque()
        self._resting: list[_Thread] = []
        self._threads: set[_Thread] = set()
        self._closed = False

    def add_task(self, task: Task) -> None:
        """Have a task done: at once where a thread rests or can be made, else when the first is free."""
        with self._guard:
            if self._resting:
                self._resting.pop().give(task)
            elif len(self._threads) == self._most or not self._made(task):
                self._waiting.append(task)

    def _made(self, task: Task) -> bool:
        """Make a thread for a task; tell whether the system let us. Raises RuntimeError where there is no other."""
        thread = _Thread(self, task, f"http-{len(self._threads)}")
        try:
            thread.start()
        except RuntimeError:  # the system's own limit of threads, or of memory
            if not self._threads:
                raise
            _LOG.warning("No more than %d threads can be made.", len(self._threads))
            return False
        self._threads.add(thread)
        return True

    def next(self, thread: "_Thread") -> Task | None:
        """Return what waits longest; with nothing to do the thread is at rest until it is given something."""
        with self._guard:
            if self._waiting:
                return self._waiting.popleft()
            if self._closed:
                thread.give(None)
            else:
                self._resting.append(thread)
        return None

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End the threads, waiting at most `timeout` seconds; tell whether pending tasks were given up."""
        with self._guard:
            self._closed = True
            pending, self._waiting = list(self._waiting), deque()
            for thread in self._resting:
                thread.give(None)
            self._resting.clear()
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        if alive := sum(thread.is_alive() for thread in self._threads):
            _LOG.warning("%d requests were still being answered.", alive)
        for task in pending:
            task.cancel()
        return bool(pending)


class _Thread(threading.Thread):
    """Does one task after the other; None ends it."""

    def __init__(self, house: Dispatcher, task: Task, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._house = house
        self._task: Task | None = task
        self._given = threading.Lock()
        self._given.acquire()

    def give(self, task: Task | None) -> None:
        """Wake it from its rest with something to do."""
        self._task = task
        self._given.release()

    def run(self) -> None:
        """Work until the house closes."""
        while (task := self._task) is not None:
            self._task = None
            try:
                task.service()
            except BaseException:
                _LOG.exception("A task of the HTTP server failed")
            if (following := self._house.next(self)) is None:
                self._given.acquire()
            else:
                self._task = following
