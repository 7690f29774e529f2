"""Sources: source.toml is read strictly, and what is wrong is named with file and key."""

from pathlib import Path

import pytest

from kgservice.errors import SourceInvalid, SourceNotFound
from kgservice.intake.interface import FORMATS, Table
from kgservice.intake.readers import READERS
from kgservice.intake.sources import fingerprint, load_source, load_sources, newest_delivery

GOOD = """
publisher = "kgservice project"
steward = "Curators"
licence = "https://creativecommons.org/licenses/by/4.0/"
origin = "Open publications"
key = ["id"]

[title]
ru = "Люди"
en = "People"

[[table]]
name = "people"
file = "*.csv"
format = "csv"
required = ["name"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "source.toml").write_text(GOOD, "utf-8")
    return folder


def test_source_is_read_with_its_defaults(folder: Path) -> None:
    source = load_source(folder)

    assert (source.name, source.delivery, source.deliveries) == ("people", "whole", "deliveries/*")
    assert source.title == {"ru": "Люди", "en": "People"}
    assert source.tables == (Table("people", "*.csv", "csv", key=("id",), required=("name",)),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('steward = "Curators"', 'stewart = "Curators"', "unknown key stewart"),
        ('steward = "Curators"', "", "the key steward is missing"),
        ('steward = "Curators"', "steward = 7", "steward must be text in quotes"),
        ('format = "csv"', 'format = "doc"', "table people: format must be csv or"),
        ('format = "csv"', 'format = "csv"\nseperator = ";"', "unknown key table people: seperator"),
        ('format = "csv"', 'format = "csv"\nseparator = ";;"', "table people: separator must be one character"),
        ('format = "csv"', 'format = "csv"\nheader_row = -1', "table people: header_row must be 0"),
        ('format = "csv"', 'format = "csv"\nheader_row = true', "table people: header_row must be a whole number"),
        ('format = "csv"', 'format = "csv"\nencoding = "klingon"', "table people: encoding must be"),
        ('required = ["name"]', "required = [1]", "table people: required must be a list of texts"),
        ('file = "*.csv"', "", "the key table people: file is missing"),
        ('licence = "https', 'licence = "see https', "licence must be an IRI"),
        ('ru = "Люди"', 'de = "Leute"', "title must be texts by language"),
        ("[title]", "[title", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "source.toml").write_text(GOOD.replace(old, new), "utf-8")

    with pytest.raises(SourceInvalid) as caught:
        load_source(folder)

    assert message in str(caught.value)
    assert str(folder / "source.toml") in str(caught.value)


def test_two_tables_of_one_name_are_refused(folder: Path) -> None:
    (folder / "source.toml").write_text(GOOD + '[[table]]\nname = "people"\nfile = "*"\nformat = "csv"\n', "utf-8")

    with pytest.raises(SourceInvalid, match="two tables are named people"):
        load_source(folder)


def test_folder_without_a_description_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"source\.toml does not exist"):
        load_source(tmp_path)


def test_name_that_cannot_stand_in_an_iri_is_refused(folder: Path) -> None:
    other = folder.rename(folder.with_name("Люди и места"))

    with pytest.raises(SourceInvalid, match="small Latin letters"):
        load_source(other)


def test_later_folder_replaces_a_source_of_the_same_name(folder: Path, tmp_path: Path) -> None:
    later = tmp_path / "later" / "people"
    later.mkdir(parents=True)
    (later / "source.toml").write_text(GOOD.replace('en = "People"', 'en = "Persons"'), "utf-8")

    found = load_sources([folder.parent, later.parent])

    assert {name: source.title["en"] for name, source in found.items()} == {"people": "Persons"}


def test_newest_delivery_is_the_last_folder_or_all_files(folder: Path) -> None:
    assert newest_delivery(load_source(folder)) == []
    deliveries = folder / "deliveries"
    for name in ("b.csv", "a.csv", ".hidden"):
        deliveries.mkdir(exist_ok=True)
        (deliveries / name).write_text("x")
    assert [path.name for path in newest_delivery(load_source(folder))] == ["a.csv", "b.csv"]
    for name in ("2024-05", "2023-01"):
        (deliveries / name).mkdir()
        (deliveries / name / f"{name}.csv").write_text("x")
    assert [path.name for path in newest_delivery(load_source(folder))] == ["2024-05.csv"]


def test_fingerprint_changes_with_mapping_and_lookups_only(folder: Path) -> None:
    source = load_source(folder)
    before = fingerprint(source)
    source.mapping.write_text("# mapping")
    after = fingerprint(source)
    source.lookups.mkdir()
    (source.lookups / "kinds.csv").write_text("from,to\n")

    assert len({before, after, fingerprint(source)}) == 3
    (folder / "notes.txt").write_text("x")
    assert fingerprint(source) == fingerprint(load_source(folder))


def test_every_format_has_a_reader() -> None:
    assert set(FORMATS) == set(READERS)
