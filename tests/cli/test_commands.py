"""The commands as a person types them: what they print, in which language, and how they end."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from commands import run
from region import BASE, HEADINGS, write_content

PROGRAM = str(pathlib.Path(sys.executable).with_name("kgservice"))


class Shell:
    """Runs kgservice on a state and a content folder of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.content = write_content(folder / "content")

    def environment(self, **settings: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
        return {
            **kept, "KG_STATE": str(self.folder / "state"), "KG_CONTENT": str(self.content), "KG_BASE": BASE,
            "KG_WORKERS": "1", **settings,
        }  # fmt: skip

    def __call__(self, *arguments: str, code: int = 0, given: str = "", **settings: str) -> str:
        done = run(list(arguments), self.environment(**settings), given)

        assert done.returncode == code, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        self.errors = done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("cli"))
    subprocess.run([PROGRAM, "build"], env=made.environment(), check=True, capture_output=True)  # as it is installed
    return made


@pytest.fixture
def broken(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "places.csv"
    path.write_text(f"{HEADINGS}\na,,A,nowhere,sourced\nb,Б,B,,a rumour\n", "utf-8")
    return str(path)


def test_build_says_what_it_published_and_then_that_nothing_changed(tmp_path: pathlib.Path) -> None:
    shell = Shell(tmp_path)

    assert "Release 1 is published" in shell("build")
    assert "Nothing changed since release 1" in shell("build")
    assert "ничего не изменилось" in shell("build", "--lang", "ru")


def test_releases_are_listed_for_people_and_for_programs(shell: Shell) -> None:
    assert "release  current" in shell("releases")
    (release,) = [entry for entry in json.loads(shell("releases", "--format", "json")) if entry["current"]]
    assert release["id"] == 1
    assert release["base"] == BASE
    assert "added: Town 1" in shell("history", "id/place/town-1", "--lang", "en")
    (past,) = json.loads(shell("history", "id/place/town-1", "--format", "json"))
    assert (past["release"], past["verb"]) == (1, "added")


def test_question_of_the_library_takes_parameters_and_shows_labels(shell: Shell) -> None:
    table = shell("query", "places-within-a-place")

    assert "part" in table
    assert BASE not in table
    assert BASE in shell("query", "places-within-a-place", "--iris")
    assert shell("query", "places-within-a-place", "--format", "csv").startswith("part,label\n")


def test_query_from_standard_input_is_answered_in_every_form(shell: Shell) -> None:
    assert shell("query", "-", given="ASK { ?s ?p ?o }").strip() == "yes"
    assert shell("query", "-", "--lang", "ru", given="ASK { ?s ?p ?o }").strip() == "да"
    assert "No rows." in shell("query", "-", given="SELECT ?s { ?s <http://nobody/says> ?o }")
    assert " a " in shell("query", "-", given="CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 1")


def test_wrong_query_is_named_at_its_place(shell: Shell) -> None:
    shell("query", "-", given="SELECT ?s\nWHERE { ?s ?p }", code=2)

    assert "Line 2, column " in shell.errors


def test_unknown_question_wrong_parameter_and_unknown_setting_are_usage_errors(shell: Shell) -> None:
    shell("query", "no-such-question", code=2)
    assert "no-such-question" in shell.errors
    shell("query", "places-within-a-place", "place", code=2)
    assert "name=value" in shell.errors
    shell("releases", code=2, KG_PROT="1")
    assert "KG_PROT" in shell.errors
    shell("frobnicate", code=2)


def test_import_with_faults_ends_with_1_and_names_each_cell(shell: Shell, broken: str) -> None:
    said = shell("import", "places", broken, "--yes", code=1)
    draft = said.split()[1]

    assert "places.csv:3:evidence" in said
    body = json.loads(shell("report", draft, "--format", "json", code=1))
    cells = {(cell["row"], cell["column"]) for finding in body["findings"] for cell in finding["cells"]}
    assert {(2, "within"), (3, "evidence")} <= cells
    assert shell("report", draft, "--format", "csv", code=1).startswith("\ufeffseverity,rule,file")
    assert "нарушение" in shell("report", draft, "--lang", "ru", code=1)
    shell("publish", draft, code=1)
    assert draft in shell("drafts")
    assert f"{draft} is gone" in shell("discard", draft)
    shell("discard", draft, code=2)


def test_a_wording_that_is_said_is_read_from_then_on(tmp_path: pathlib.Path) -> None:
    shell, path = Shell(tmp_path), tmp_path / "places.csv"
    path.write_text(f"{HEADINGS}\nb,Б,B,,a rumour\n", "utf-8")
    assert "kgservice source wording" in shell("import", "places", str(path), code=1)

    said = shell("source", "wording", "places", "evidence", "a rumour", "sourced", "--lang", "ru")
    assert "«a rumour» — это graph/source/places/sourced" in said
    assert "a rumour" not in shell("import", "places", str(path))
    shell("source", "wording", "places", "evidence", "a rumour", "--take-back")
    shell("source", "wording", "places", "evidence", "a rumour", "--take-back", code=2)


def test_import_that_removes_most_of_a_source_wants_to_be_confirmed(shell: Shell, broken: str) -> None:
    shell("import", "places", broken, code=1)

    assert "--yes" in shell.errors
    assert "No drafts" in shell("drafts")


def test_rollback_moves_readers_back_and_says_how_to_undo(tmp_path: pathlib.Path) -> None:
    shell = Shell(tmp_path)
    shell("build")
    shell("build", "--again")

    assert "kgservice rollback 2" in shell("rollback", "1")
    assert "readers were sent back to release 1" in shell("build")
    shell("rollback", "7", code=2)


def test_nothing_to_serve_is_one_sentence(tmp_path: pathlib.Path) -> None:
    shell = Shell(tmp_path)

    shell("serve", "--port", "0", code=2)

    assert "kgservice build" in shell.errors
    assert len(shell.errors.strip().splitlines()) == 1
