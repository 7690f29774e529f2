"""An import that is killed, or whose disk is full, at random moments leaves the state as it was; then it works."""

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from kgservice.settings import Settings
from kgservice.wiring import build
from messy.forms import zipped
from region import table

PROGRAM = str(Path(sys.executable).with_name("kgservice"))
MOMENTS = 6


def environment(settings: Settings) -> dict[str, str]:
    return {"KG_STATE": str(settings.state), "KG_CONTENT": str(settings.content), "PATH": os.environ["PATH"]}


@dataclass(frozen=True)
class Seen:
    """All that people see: releases and their bytes, the current one, drafts and their content."""

    releases: list[tuple[int, str]]
    current: int
    drafts: list[tuple[str, str, str]]


def seen(settings: Settings) -> Seen:
    """Return what people see now."""
    with build(settings) as service:
        releases = [(one.id, _hash(one.path / "manifest.json")) for one in service.shelf.releases()]
        current = service.shelf.current()
        drafts = [(one.id, one.state, one.content_hash) for one in service.review.drafts()]
        return Seen(releases, current.id if current else 0, drafts)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def imported(settings: Settings, path: Path, after: float | None = None, size: int = 0) -> int:
    """Import a delivery in a process; kill it after some seconds, or let no file grow beyond some bytes."""

    def small_files() -> None:
        if size:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [PROGRAM, "import", "places", str(path), "--yes"]
    with subprocess.Popen(
        command, env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=small_files, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            return process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()


def held(before: Seen, after: Seen, moment: str) -> Seen:
    """Return what is seen after a moment: what was before, or one whole draft more that was just being told."""
    assert (after.releases, after.current) == (before.releases, before.current), moment
    assert after.drafts[: len(before.drafts)] == before.drafts, moment
    assert [draft[1:] for draft in after.drafts[len(before.drafts) :]] in ([], [before.drafts[0][1:]]), moment
    return after


@pytest.mark.soak
def test_an_import_is_whole_or_leaves_no_trace(service, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    service.publish.build()
    path = tmp_path / "places.zip"
    path.write_bytes(zipped("places.csv", table(400).encode()))
    begun = time.monotonic()
    assert imported(settings, path) == 0
    whole = time.monotonic() - begun
    before = seen(settings)
    draw = random.Random(6)

    for number in range(MOMENTS):
        imported(settings, path, after=whole * (number + draw.random()) / MOMENTS)
        before = held(before, seen(settings), f"killed at moment {number}")
    for size in (1_000, 4_000, 20_000, 60_000):
        assert imported(settings, path, size=size) in (0, 3)
        before = held(before, seen(settings), f"no file may have more than {size} bytes")

    assert imported(settings, path) == 0
    assert len(seen(settings).drafts) == len(before.drafts) + 1
