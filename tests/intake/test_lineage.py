"""Lineage: a node or a statement leads back to every cell it came from, also after the release was moved."""

import shutil
from pathlib import Path

import pytest

from kgservice.errors import StateBroken
from kgservice.intake.lineage import locate, locate_all, rows_of
from kgservice.report import Cell
from sourcefolders import BASE, MAPPING, converted, folder

PEOPLE = (
    "id,name,born,friend,evidence,note\n"
    '1,"Анна\nМария",03.02.1990,2,seen,x\n'
    "2,Борис,31.02.2000,1,made up,\n"
    "2,Борис Петрович,,,seen,\n"
)
NAME = f"{BASE}word#name"
ANNA, BORIS = f"{BASE}id/organization/1", f"{BASE}id/organization/2"


@pytest.fixture
def lineage(tmp_path: Path) -> Path:
    return converted(folder(tmp_path), tmp_path, people__csv=PEOPLE).lineage


def test_all_rows_behind_a_node_are_named(lineage: Path) -> None:
    assert rows_of(lineage, BORIS) == [Cell("people.csv", row=3), Cell("people.csv", row=4)]
    assert rows_of(lineage, f"{BASE}id/organization/9") == []


def test_statement_leads_to_its_cell(lineage: Path) -> None:
    assert locate(lineage, ANNA, NAME, '"Анна\\nМария"@ru') == [
        Cell("people.csv", row=2, column="name", value="Анна\nМария")
    ]
    assert locate(lineage, BORIS, NAME, '"Борис Петрович"@ru') == [
        Cell("people.csv", row=4, column="name", value="Борис Петрович", line=5)
    ]
    assert locate(lineage, ANNA, f"{BASE}word#knows", f"<{BORIS}>") == [
        Cell("people.csv", row=2, column="friend", value="2")
    ]
    assert locate(lineage, ANNA, NAME, '"Вера"@ru') == []


def test_every_value_of_a_predicate_is_named(lineage: Path) -> None:
    assert [(cell.row, cell.value) for cell in locate(lineage, BORIS, NAME)] == [(3, "Борис"), (4, "Борис Петрович")]


def test_missing_value_leads_to_the_cell_that_should_hold_it(lineage: Path) -> None:
    assert [(cell.row, cell.column, cell.value) for cell in locate(lineage, BORIS, f"{BASE}word#born")] == [
        (3, "born", "31.02.2000"),
        (4, "born", ""),
    ]


def test_predicate_that_the_source_does_not_map_leads_to_the_key(lineage: Path) -> None:
    assert locate(lineage, ANNA, f"{BASE}word#licence") == [Cell("people.csv", row=2, column="id", value="1")]


def test_many_questions_are_answered_in_order(lineage: Path) -> None:
    answers = locate_all(lineage, [(BORIS, NAME, '"Борис"@ru'), (f"{BASE}x", "", ""), (ANNA, "", "")])

    assert [[cell.row for cell in cells] for cells in answers] == [[3], [], [2]]


def test_lineage_that_was_moved_finds_the_kept_file(lineage: Path, tmp_path: Path) -> None:
    state = tmp_path / "elsewhere"
    moved = state / "releases" / "1" / "lineage" / "people"
    shutil.copytree(lineage, moved)
    shutil.move(tmp_path / "deliveries", state / "deliveries")

    assert locate(moved, ANNA, f"{BASE}word#knows")[0].value == "2"
    shutil.move(state / "deliveries", tmp_path / "kept")
    assert locate(moved, ANNA, f"{BASE}word#knows", kept=tmp_path / "kept")[0].value == "2"
    with pytest.raises(StateBroken, match=r"people\.csv .* is not kept any more"):
        locate(moved, ANNA, f"{BASE}word#knows")


def test_mapping_of_the_conversion_is_used_not_todays(lineage: Path, tmp_path: Path) -> None:
    (tmp_path / "people" / "mapping.rml.ttl").write_text("broken")

    assert locate(lineage, ANNA, f"{BASE}word#knows")[0].value == "2"


def test_record_of_json_is_found_by_its_number(tmp_path: Path) -> None:
    source = folder(
        tmp_path,
        table='file = "*.json"\nformat = "json"\niterator = "$.people[*]"\nkey = ["id"]',
        mapping=MAPPING % {"formulation": "JSONPath"},
    )
    text = '{"people": [{"id": 7, "name": "Вера", "evidence": "seen"}, {"id": 1, "name": "Анна", "evidence": "seen"}]}'

    lineage = converted(source, tmp_path, people__json=text).lineage

    assert locate(lineage, ANNA, NAME) == [Cell("people.json", row=2, column="name", value="Анна")]


def test_folder_without_lineage_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateBroken, match="holds no lineage"):
        rows_of(tmp_path, ANNA)
