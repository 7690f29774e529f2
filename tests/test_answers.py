"""The competency questions, answered by the library over a release and computed from the rows in plain Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

from answers import anticipation, curation, gaps, network, simple  # noqa: F401  (they register what they compute)
from answers.asked import Asked, same
from answers.computed import COMPUTED
from answers.tables import Tables
from kgservice.settings import Settings
from kgservice.wiring import build

KG = rdflib.Namespace("https://w3id.org/kgservice/ontology#")
CHECKOUT = Path(__file__).parents[1]
BASE = "http://localhost:8080/"
COLUMNS_LEFT_OUT = {"who-asserted-it": {"import"}}
"""Columns that no delivery knows: hashes and times of the import."""
ELSEWHERE = {"features-of-the-forms"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """One release of the real deliveries, built by the command itself."""
    state = tmp_path_factory.mktemp("answers") / "state"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    subprocess.run(
        [sys.executable, "-c", "from kgservice.cli import main; main()", "build"],
        env={**environment, "KG_STATE": str(state), "KG_CONTENT": str(CHECKOUT), "KG_BASE": BASE},
        check=True,
        capture_output=True,
    )
    settings = Settings.read({"KG_STATE": str(state), "KG_CONTENT": str(CHECKOUT), "KG_BASE": BASE, "KG_WORKERS": "1"})
    with build(settings) as service:
        yield Asked(service)


def answered(asked, name, invented):
    left_out = [at for at, column in enumerate(asked.columns(name)) if column in COLUMNS_LEFT_OUT.get(name, ())]
    return [
        tuple(cell for at, cell in enumerate(row) if at not in left_out) for row in asked.rows(name, invented=invented)
    ]


@pytest.mark.parametrize("name", sorted(set(COMPUTED) - ELSEWHERE))
def test_answer_is_what_the_rows_say(asked, name):
    _, computed, _ = COMPUTED[name]

    only_answered, only_computed = same(answered(asked, name, False), computed(Tables(invented=False)))

    assert (only_answered, only_computed) == ([], [])


@pytest.mark.parametrize("name", sorted(name for name, found in COMPUTED.items() if found[2] and name not in ELSEWHERE))
def test_answer_with_invented_rows_is_what_all_rows_say(asked, name):
    _, computed, _ = COMPUTED[name]

    only_answered, only_computed = same(answered(asked, name, True), computed(Tables(invented=True)))

    assert (only_answered, only_computed) == ([], [])


@pytest.mark.parametrize("name", sorted(set(COMPUTED) - ELSEWHERE))
def test_empty_answer_over_real_rows_says_why(asked, name):
    empty = asked.service.ask.library.query(name).empty

    assert bool(empty) == (not asked.rows(name))
