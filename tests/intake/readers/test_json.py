"""JSON and JSON Lines: what is broken is named at its line, and costs no other record."""

from pathlib import Path

import pytest

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers import json as reader
from kgservice.report import Finding

LINES = Table("people", "*", "jsonl", key=("id",))
DOCUMENT = Table("people", "*", "json", key=("id",), iterator="$[*]")


def read(path: Path, text: str, table: Table = DOCUMENT) -> tuple[list[tuple[int, object]], tuple[Finding, ...]]:
    path.write_text(text, "utf-8")
    collector = Collector("people", 1000)
    sheet = (reader.read_lines if table.format == "jsonl" else reader.read)(table, path, path.name, collector)
    return [(record.row, record.value) for record in sheet.records], collector.report().findings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.json"


def test_a_broken_line_is_a_finding_and_the_others_are_read(path: Path) -> None:
    records, findings = read(path, '{"id": 1}\n\n{"id": 2,}\n{"id": NaN}\n{"id": 3}\n', LINES)

    assert records == [(1, {"id": 1}), (5, {"id": 3})]
    assert [(one.rule, one.cells[0].row, one.text.params["column"]) for one in findings] == [
        ("read/line-broken", 3, 10),
        ("read/line-broken", 4, 8),
    ]


def test_a_file_of_broken_lines_is_refused_at_the_first(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="line 2, column 2"):
        read(path, "\n" + "{\n" * 3, LINES)
    with pytest.raises(SourceUnreadable, match="line 2, column 2"):
        read(path, '{"id": 1}\n' + "{\n" * 200, LINES)


def test_a_name_that_stands_twice_is_told_at_its_record(path: Path) -> None:
    _, findings = read(path, '[{"id": 1}, {"id": 2, "at": [{"x": 1, "x": 2}]}]')

    assert [(one.cells[0].row, one.cells[0].column, one.cells[0].value) for one in findings] == [(2, "x", "2")]


def test_half_a_letter_becomes_the_sign_of_a_lost_one_and_a_pair_its_letter(path: Path) -> None:
    records, _ = read(path, r'[{"id": "a\ud800b", "x\udc00": ["\ud83d\ude00"], "y": "\\ud800"}]')

    assert records == [(1, {"id": "a\ufffdb", "x\ufffd": ["😀"], "y": r"\ud800"})]


def test_words_of_python_are_refused_at_their_place(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"line 2, column 10 \(-Infinity is no number"):
        read(path, '[{"id": "NaN \\" NaN",\n "size": -Infinity}]')


@pytest.mark.parametrize("opening", ['{"a":', "[", '[{"a":'])
def test_deep_nesting_is_refused_before_anybody_falls_into_it(path: Path, opening: str) -> None:
    closing = {"{": "}", "[": "]"}
    for count in (210, 900, 100_000):
        text = opening * count + "1" + "".join(closing[one] for one in reversed(opening) if one in closing) * count
        with pytest.raises(SourceUnreadable, match="nested too deep"):
            read(path, text)
