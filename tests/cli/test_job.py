"""Jobs run in a child: its exit code comes back, its limits end it with a sentence, nothing else is touched."""

import os
import signal
import time

import pytest

from kgservice.cli import job
from kgservice.errors import JobKilled, PublishBlocked
from kgservice.settings import Settings


def limits(**changes: str) -> Settings:
    return Settings.read({f"KG_IMPORT_{name.upper()}": value for name, value in changes.items()})


def test_exit_code_of_the_work_comes_back() -> None:
    assert job.run(limits(), lambda: 1) == 1


def test_error_of_the_work_is_told_by_the_child(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise PublishBlocked("Draft {draft} has violations.", draft="d1")

    assert job.run(limits(), work) == 1
    assert "Draft d1 has violations." in capfd.readouterr().err


def test_work_past_its_time_is_killed() -> None:
    def work() -> int:
        time.sleep(60)
        return 0

    with pytest.raises(JobKilled) as caught:
        job.run(limits(seconds="0.2"), work)

    assert "KG_IMPORT_SECONDS" in str(caught.value)


def test_work_past_its_memory_is_told_apart() -> None:
    def work() -> int:
        return len(bytearray(3_000_000_000)) and 0

    with pytest.raises(JobKilled) as caught:
        job.run(limits(memory="1000000000"), work)

    assert "KG_IMPORT_MEMORY" in str(caught.value)


def test_killed_work_is_named_by_its_signal() -> None:
    def work() -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    with pytest.raises(JobKilled) as caught:
        job.run(limits(), work)

    assert "SIGKILL" in str(caught.value)
