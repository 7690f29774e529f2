"""The program itself: its help names every command whole, a command loads what it needs, a mistyped one is guessed."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from kgservice.cli.main import program

PROGRAM = str(Path(sys.executable).with_name("kgservice"))
CONTEXT = click.Context(program)


def printed(*arguments: str) -> str:
    done = subprocess.run([PROGRAM, *arguments], check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_help_names_every_command_with_its_whole_title_under_one_heading() -> None:
    shown = " ".join(printed("--help").split())

    for name in program.list_commands(CONTEXT):
        command = program.get_command(CONTEXT, name)
        assert command is not None
        assert shown.count(f" {name} {command.get_short_help_str(1000)}") == 1


@pytest.mark.parametrize(("typed", "meant"), [("impot", "import"), ("wave", "waive"), ("send_back", "send-back")])
def test_mistyped_command_is_told_what_it_may_have_been(typed: str, meant: str) -> None:
    assert f"No such command '{typed}'. Did you mean '{meant}'?" in printed(typed)


def test_what_is_like_no_command_is_only_refused() -> None:
    assert printed("frobnicate").strip().endswith("No such command 'frobnicate'.")


def test_program_starts_without_loading_what_its_commands_need() -> None:
    text = "import sys, kgservice.cli; print(sorted(m for m in sys.modules if m.startswith('kgservice.actions')))"

    assert subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout == "[]\n"
