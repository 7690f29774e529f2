"""Run an import, build or publish in a child of its own, with limits of time and memory."""

import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable

from kgservice.cli.endings import finish
from kgservice.errors import JobKilled
from kgservice.settings import Settings

_COLLECTED = 50_000  # objects made between rounds of the collector: a job makes millions that stay, and ends
_OUT_OF_MEMORY = 86  # exit status of a child whose allocation was refused


def run(settings: Settings, work: Callable[[], int]) -> int:
    """Do the work in a forked child under KG_IMPORT_SECONDS and KG_IMPORT_MEMORY; return its exit code.

    The child inherits the terminal, so what it prints is seen as it is printed. Errors of ours are
    told by the child. Raises JobKilled when the child passed a limit or was killed: whatever it was building is thrown
    away by the next command, as after any SIGKILL.
    """
    return judge(settings, _wait(settings, begin(settings, work)))


def begin(settings: Settings, work: Callable[[], int]) -> int:
    """Start the work in a forked child under KG_IMPORT_MEMORY and return its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os._exit(_child(settings, work))
    return child


def judge(settings: Settings, status: int) -> int:
    """Return the exit code of a child from its wait status. Raises JobKilled as `run` does."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise JobKilled(
            "The job was ended by {signal} and nothing of it was kept; call the command again.",
            signal=signal.Signals(number).name,
        )
    code = os.WEXITSTATUS(status)
    if code == _OUT_OF_MEMORY:
        raise JobKilled(
            "The job needed more than KG_IMPORT_MEMORY={limit} bytes and nothing of it was kept; "
            "raise the setting or split the delivery.",
            limit=settings.import_memory,
        )
    return code


def late(settings: Settings) -> JobKilled:
    """Return the error of a job that passed KG_IMPORT_SECONDS."""
    return JobKilled(
        "The job took longer than KG_IMPORT_SECONDS={limit} and nothing of it was kept; raise the setting.",
        limit=settings.import_seconds,
    )


def _child(settings: Settings, work: Callable[[], int]) -> int:
    limit = settings.import_memory
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.set_threshold(_COLLECTED, 20)
    try:
        code = finish(work)
    except MemoryError:
        code = _OUT_OF_MEMORY
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _wait(settings: Settings, child: int) -> int:
    deadline = time.monotonic() + settings.import_seconds
    pause = 0.002
    while True:
        try:
            pid, status = os.waitpid(child, os.WNOHANG)
        except KeyboardInterrupt:
            os.kill(child, signal.SIGINT)
            continue
        if pid:
            return status
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise late(settings)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
