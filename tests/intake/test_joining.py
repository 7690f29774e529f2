"""Joins whose keys are empty are told, and a mapping that makes too much is refused before the disk is full."""

import gzip
from pathlib import Path

import pytest

from kgservice.errors import MappingInvalid
from kgservice.intake.conversion import convert
from kgservice.intake.interface import Source
from kgservice.intake.lineage import locate_all
from kgservice.intake.sources import load_source
from sourcefolders import BASE, HEAD, converted, delivered

TABLES = '\n[[table]]\nname = "people"\nfile = "people.csv"\nformat = "csv"\nkey = ["id"]\n'
TABLES += '\n[[table]]\nname = "places"\nfile = "places.csv"\nformat = "csv"\nkey = ["code"]\n'
MAPPING = """
prefixes: {ex: "https://example.org/word#"}
mappings:
  person:
    sources: people
    s: id/organization/$(id)
    po:
      - p: ex:place
        o: {mapping: place, join: {town: town, street: street}}
  place:
    sources: places
    s: id/place/$(code)
    po: [[a, ex:Place]]
"""


def source(folder: Path, mapping: str = MAPPING) -> Source:
    path = folder / "people"
    path.mkdir()
    (path / "source.toml").write_text(HEAD + TABLES, "utf-8")
    (path / "mapping.yaml").write_text(mapping, "utf-8")
    return load_source(path)


PEOPLE = "id,town,street\n1,a,x\n2,a,\n3,,\n4,b,y\n"
PLACES = "code,town,street\np,a,x\nq,,\n"


def test_rows_that_a_join_passes_over_are_told(tmp_path: Path) -> None:
    made = converted(source(tmp_path), tmp_path, people__csv=PEOPLE, places__csv=PLACES)
    found = {
        (f.rule, f.severity.value, f.cells[0].file, f.cells[0].row, f.cells[0].column) for f in made.report.findings
    }

    assert found == {
        ("map/join-key-part", "warning", "people.csv", 3, "town, street"),
        ("map/join-key-none", "info", "people.csv", 4, "town, street"),
        ("map/join-key-empty", "warning", "places.csv", 3, "town, street"),
        ("map/no-parent", "violation", "people.csv", 5, "town, street"),
    }
    assert made.report.counts["triples"] == 3


def test_a_mapping_that_makes_too_much_is_refused(tmp_path: Path) -> None:
    crossed = source(
        tmp_path, MAPPING.replace("{mapping: place, join: {town: town, street: street}}", "{mapping: place}")
    )
    people = "id,town,street\n" + "".join(f"{n},a,x\n" for n in range(300))
    places = "code,town,street\n" + "".join(f"{n},a,x\n" for n in range(300))
    delivery = delivered(crossed, tmp_path, people__csv=people, places__csv=places)

    with pytest.raises(MappingInvalid, match="more than 1000 statements"):
        convert(crossed, delivery, BASE, tmp_path / "out", 100, most=1000)


def test_a_mapping_that_would_make_a_thousand_million_is_refused_at_once(tmp_path: Path) -> None:
    crossed = source(
        tmp_path, MAPPING.replace("{mapping: place, join: {town: town, street: street}}", "{mapping: place}")
    )
    rows = "".join(f"{n},a,x\n" for n in range(32_000))
    delivery = delivered(
        crossed, tmp_path, people__csv="id,town,street\n" + rows, places__csv="code,town,street\n" + rows
    )

    with pytest.raises(
        MappingInvalid, match=r"mapping\.yaml, line \d+: a rule combines the values of its records 1024000000 times"
    ):
        convert(crossed, delivery, BASE, tmp_path / "out", 100)


KIN = """
prefixes: {ex: "https://example.org/word#"}
mappings:
  unit:
    sources: [[units~SOURCE]]
    s: id/organization/$(id)
    po:
      - p: ex:within
        o: {mapping: unit, join: {above: code}}
"""


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [
        ("csv", "id,code,above\na,1,3\nb,2,1\n", "id,code,above\nc,3,\nd,4,2\n"),
        (
            "json",
            '{"u": [{"id": "a", "code": 1, "above": 3}, {"id": "b", "code": 2, "above": 1}]}',
            '{"u": [{"id": "c", "code": 3}, {"id": "d", "code": 4, "above": 2}]}',
        ),
    ],
)
def test_rows_of_a_table_are_joined_with_one_another_over_all_its_files(
    tmp_path: Path, form: str, first: str, second: str
) -> None:
    path = tmp_path / "units"
    path.mkdir()
    table = f'\n[[table]]\nname = "units"\nfile = "*.{form}"\nformat = "{form}"\nkey = ["id"]\n'
    (path / "source.toml").write_text(HEAD + table, "utf-8")
    kind = "csv" if form == "csv" else 'jsonpath, "$.u[*]"'
    (path / "mapping.yaml").write_text(KIN.replace("SOURCE", kind), "utf-8")
    made = converted(load_source(path), tmp_path, **{f"x__{form}": first, f"y__{form}": second})
    (statements,) = made.graphs.values()
    subject, within = f"{BASE}id/organization/", "https://example.org/word#within"

    assert {finding.rule for finding in made.report.findings} == {"map/join-key-none"}
    assert gzip.decompress(statements.path.read_bytes()).decode().splitlines() == [
        f"<{subject}{child}> <{within}> <{subject}{parent}> ." for child, parent in ("ac", "ba", "db")
    ]
    cells = locate_all(made.lineage, [(f"{subject}b", within, f"<{subject}a>")], tmp_path / "kept")
    assert [(cell.file, cell.column) for cell in cells[0]] == [(f"x.{form}", "above")]
