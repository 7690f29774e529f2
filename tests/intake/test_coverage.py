"""Coverage: a value of JSON or XML that nothing uses is named, and what is used is not."""

from pathlib import Path

import pytest

from kgservice.report import Severity
from sourcefolders import MAPPING, converted, folder

JSON = 'file = "*.json"\nformat = "json"\niterator = "$.groups[*].people[*]"\nkey = ["id"]'
PERSON = '"id": 1, "evidence": "seen", "born": "2000-01-02", "friend": 2'


def unmapped(parent: Path, table: str, mapping: str, **files: str) -> list[tuple[str, str]]:
    report = converted(folder(parent, table=table, mapping=mapping), parent, **files).report
    return [(f.cells[0].column, f.cells[0].value) for f in report.findings if f.rule == "read/column-unmapped"]


def json_mapping(name: str) -> str:
    return (MAPPING % {"formulation": "JSONPath"}).replace('rml:reference "name"', f'rml:reference "{name}"')


@pytest.mark.parametrize(
    ("reference", "person", "expected"),
    [
        ("name", '"name": "A"', []),
        ("name.ru", '"name": {"ru": "A", "en": "B"}', [("name.en", "B")]),
        ("$.names[*].text", '"names": [{"text": "A", "lang": "ru"}]', [("names[].lang", "ru")]),
        ("['full name']", '"full name": "A", "age": 7', [("age", "7")]),
        ("^.title", '"hobby": "", "nothing": null', []),
        ("^.title", '"id2": ""', []),
        ("$..name", '"name": "A", "age": 7', []),
    ],
)
def test_json_values_that_nothing_uses_are_named(
    tmp_path: Path, reference: str, person: str, expected: list[tuple[str, str]]
) -> None:
    text = f'{{"groups": [{{"title": "T", "people": [{{{PERSON}, {person}}}]}}]}}'

    assert unmapped(tmp_path, JSON, json_mapping(reference), people__json=text) == expected


def test_json_value_that_is_left_out_knowingly_is_not_named(tmp_path: Path) -> None:
    text = f'{{"groups": [{{"people": [{{{PERSON}, "name": "A", "age": 7}}]}}]}}'

    assert unmapped(tmp_path, JSON + '\nunused = ["age"]', json_mapping("name"), people__json=text) == []


XML = 'file = "*.xml"\nformat = "xml"\niterator = "/people/person"\nkey = ["@id"]'


@pytest.mark.parametrize(
    ("reference", "person", "expected"),
    [
        ("name", "<name>A</name>", []),
        ("name/text()", '<name lang="ru">A</name>', [("name/@lang", "ru")]),
        ("name[@lang='ru']", '<name lang="ru">A</name><age>7</age>', [("age", "7")]),
        ("full/name", "<full><name>A</name>and more</full>", [("full", "and more")]),
        ("../@title", "<name/>", []),
        ("//name", "<name>A</name><age>7</age>", []),
    ],
)
def test_xml_values_that_nothing_uses_are_named(
    tmp_path: Path, reference: str, person: str, expected: list[tuple[str, str]]
) -> None:
    mapping = (MAPPING % {"formulation": "XPath"}).replace("{id}", "{@id}")
    mapping = mapping.replace('rml:reference "name"', f'rml:reference "{reference}"')
    text = f'<people title="T"><person id="1"><evidence>seen</evidence>{person}</person></people>'

    assert unmapped(tmp_path, XML, mapping, people__xml=text) == expected


def test_path_that_finds_nothing_is_told_with_the_name_that_may_be_meant(tmp_path: Path) -> None:
    source = folder(tmp_path, table=JSON, mapping=json_mapping("naem"))
    text = f'{{"groups": [{{"people": [{{{PERSON}, "name": "A"}}]}}]}}'

    found = [f for f in converted(source, tmp_path, people__json=text).report.findings if f.rule == "map/path-empty"]

    assert [(f.severity, f.text.params, f.remedy and f.remedy.params) for f in found] == [
        (Severity.WARNING, {"column": "naem", "count": 1}, {"near": "name"})
    ]


def test_path_that_these_records_have_not_is_a_hint(tmp_path: Path) -> None:
    source = folder(tmp_path, table=XML, mapping=MAPPING % {"formulation": "XPath"})
    text = "<people><person id='1'><evidence>seen</evidence><name>A</name><friend>1</friend></person></people>"

    found = [f for f in converted(source, tmp_path, people__xml=text).report.findings if f.rule == "map/path-empty"]

    assert {(f.severity, f.cells[0].column) for f in found} >= {(Severity.INFO, "born")}
