"""Who may write, who may serve, who still reads: locks that the kernel gives back when their holder dies."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kgservice.errors import StateLocked
from kgservice.releases.files import guarded

_PAUSE = 0.05


@contextmanager
def exclusive(path: Path, actor: str, job: str, seconds: float) -> Iterator[None]:
    """Hold a lock file alone for the length of a `with` block; wait up to `seconds` for it.

    Raises:
        StateLocked: somebody else holds it; names process, actor and job.
        StateBroken: the file cannot be written.
    """
    with guarded(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _patiently(lambda: _try(descriptor, fcntl.LOCK_EX), seconds):
            raise _locked(path)
        with guarded(path):
            note = json.dumps({"pid": os.getpid(), "actor": actor, "job": job})
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, note.encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold a lease as one of many readers: what it stands for is not removed meanwhile."""
    with guarded(path):
        descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def visited(path: Path) -> Iterator[bool]:
    """Hold a lock file as one of many, if nobody holds it alone (gives False then); never wait."""
    with guarded(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


@contextmanager
def unread(path: Path) -> Iterator[bool]:
    """Give True, and keep new readers out, when nobody holds the lease; never wait."""
    with guarded(path):
        descriptor = os.open(path, os.O_RDONLY)
    try:
        yield _try(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _patiently(attempt: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not attempt():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _locked(path: Path) -> StateLocked:
    try:
        holder = json.loads(path.read_text("utf8"))
    except (OSError, ValueError):
        holder = {}
    return StateLocked(
        "{actor} is busy with {job} here (process {pid}, lock {path}); wait for it or stop it, then repeat.",
        actor=holder.get("actor", "?"),
        job=holder.get("job", "?"),
        pid=holder.get("pid", "?"),
        path=str(path),
    )


def holder(path: Path) -> dict[str, object] | None:
    """Return who holds a lock file alone (`actor`, `job`, `pid`), or None when nobody does; never waits."""
    if not path.exists():
        return None
    with guarded(path):
        descriptor = os.open(path, os.O_RDONLY)
    try:
        if _try(descriptor, fcntl.LOCK_SH):
            return None
        try:
            note = json.loads(path.read_text("utf8"))
        except (OSError, ValueError):
            note = {}
        return {name: note.get(name, "?") for name in ("actor", "job", "pid")}
    finally:
        os.close(descriptor)
