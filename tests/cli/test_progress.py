"""Progress: plain lines when piped, nothing for what is quick, a bar on a terminal."""

import io

import pytest

from kgservice.cli import progress
from kgservice.cli.progress import Teller


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_piped_progress_is_one_line_a_step() -> None:
    out = io.StringIO()
    tell = Teller("en", out)

    for done in range(100):
        tell("Reading", done, 100)
    tell("Checking", 0, 0)
    tell.close()

    assert out.getvalue() == "Reading\nChecking\n"


def test_terminal_shows_nothing_within_the_first_second() -> None:
    out = Terminal()
    tell = Teller("en", out)

    tell("Reading", 1, 2)
    tell.close()

    assert out.getvalue() == ""


def test_terminal_shows_a_bar_afterwards_and_removes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", -1.0)
    out = Terminal()
    tell = Teller("en", out)

    tell("Reading", 1, 2)
    tell.close()

    assert "Reading [############............] 1/2" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")
