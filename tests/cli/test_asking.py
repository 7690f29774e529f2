"""The questions of a new source at a terminal: one by one, back again, and kept when somebody stops."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kgservice.actions.newsource import UNUSED, Proposal, Question
from kgservice.cli import asking
from kgservice.report import Text


def question(name: str, choices: tuple[tuple[str, str], ...] = (), proposed: str = "") -> Question:
    return Question(name, Text("What is {heading}?", {"heading": name, "examples": ""}), choices, proposed, sure=False)


CLASS = question("class", (("kg:A", "firm"), ("kg:B", "school"), ("kg:C", "high school")))
COLUMN = question("column:x", (("kg:p", "name"), (UNUSED, ""), ("kg:q", "code")), "kg:p")
OTHERS = [question(f"column:{name}", ((UNUSED, ""), ("kg:p", "name")), UNUSED) for name in ("y", "z")]


def asked(typed: str) -> tuple[dict[str, str], str, int]:
    """Return the answers that typed lines make, what was shown, and the exit code."""
    answers: dict[str, str] = {}
    made = Proposal("n", "f", {}, {}, "", "", (), "", False, (), {}, (), (CLASS, COLUMN, *OTHERS), 0)

    @click.command()
    def run() -> None:
        asking.interview(made, answers, False, lambda: made, lambda text, **params: text.format(**params))

    result = CliRunner().invoke(run, input=typed)
    return answers, result.output, result.exit_code


@pytest.mark.parametrize(
    ("typed", "answers"),
    [
        ("firm\n\n\n", {"class": "kg:A", "column:x": "kg:p"}),
        ("1\n-\n\n", {"class": "kg:A", "column:x": UNUSED}),
        ("\nnonsense\n?\nhigh\ncode\n\n", {"class": "kg:C", "column:x": "kg:q"}),
        ("1\n<\n2\n\n\n", {"class": "kg:B", "column:x": "kg:p"}),
        ("1\n\n<\n3\n\n", {"class": "kg:A", "column:x": "kg:q"}),
        ("1\n\nz\n2\n\n", {"class": "kg:A", "column:x": "kg:p", "column:z": "kg:p"}),
        ("<\n1\n\n\n", {"class": "kg:A", "column:x": "kg:p"}),
    ],
)
def test_answers_are_numbers_names_and_parts_of_names_and_can_be_taken_back(typed, answers):
    found, shown, code = asked(typed)

    assert (found, code) == (answers, 0), shown


def test_who_stops_finds_the_answers_again(tmp_path: Path):
    found, _, code = asked("2\n")
    path = tmp_path / "answers" / "n.json"
    asking.keep(path, found)

    assert (code, asking.kept(path)) == (1, {"class": "kg:B"})
    asking.keep(path, {})
    assert (asking.kept(path), path.exists()) == ({}, False)
