"""SQLite: tables, views and SELECTs with their natural datatypes; the file untouched, nothing else allowed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers import sqlite
from kgservice.intake.readers.reading import TYPE, Sheet
from kgservice.terms import PREFIXES

XSD = PREFIXES["xsd"]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "people.sqlite"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(
            """
            CREATE TABLE people (id INTEGER, name TEXT, share REAL, photo BLOB);
            INSERT INTO people VALUES (1, 'Анна', 0.5, x'CAFE'), (2, NULL, 12.0, NULL), (3, ' ', NULL, NULL);
            CREATE VIEW named AS SELECT id FROM people WHERE name IS NOT NULL;
            """
        )
    return path


def read(path: Path, **keys: object) -> tuple[Sheet, Collector]:
    collector = Collector("people", 100)
    return sqlite.read(Table("people", "*", "sqlite", **keys), path, path.name, collector), collector  # type: ignore[arg-type]


def test_a_table_is_texts_with_natural_datatypes(base: Path) -> None:
    sheet, collector = read(base, sheet="people")

    assert sheet.columns == ["id", "name", "share", "photo"]
    assert sheet.frame.select(sheet.columns).rows() == [
        ("1", "Анна", "0.5", "CAFE"), ("2", None, "12", None), ("3", None, None, None),
    ]  # fmt: skip
    assert sheet.frame[f"{TYPE}id"].to_list() == [f"{XSD}integer"] * 3
    assert sheet.frame[f"{TYPE}share"].to_list()[0] == f"{XSD}double"
    assert collector.report().findings == ()


def test_a_view_and_a_select_are_tables_too(base: Path) -> None:
    assert read(base, sheet="named")[0].frame["id"].to_list() == ["1", "3"]
    assert read(base, iterator="SELECT id AS n FROM people WHERE share > 1")[0].frame["n"].to_list() == ["2"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM people",
        "ATTACH '/etc/passwd' AS a",
        "PRAGMA journal_mode",
        "WITH x AS (SELECT 1) DELETE FROM people",
        "SELECT load_extension('/tmp/x.so')",
        "SELECT 1; DROP TABLE people",
    ],
)
def test_nothing_but_one_select_is_allowed(base: Path, statement: str) -> None:
    before = base.read_bytes()

    with pytest.raises(SourceUnreadable):
        read(base, iterator=statement)
    assert base.read_bytes() == before
    assert sorted(path.name for path in base.parent.iterdir()) == ["people.sqlite"]


def test_a_select_that_never_ends_is_stopped(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_SECONDS", 0.3)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) AS c FROM n"

    with pytest.raises(SourceUnreadable, match="no end of rows"):
        read(base, iterator=endless)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: b"id,name\n1,x\n", "not a SQLite database"),
        (lambda data: data[:4096] + b"\xff" * 4096, "cannot be read as a SQLite database"),
    ],
)
def test_a_broken_database_is_refused(base: Path, spoil: Callable[[bytes], bytes], message: str) -> None:
    base.write_bytes(spoil(base.read_bytes()))

    with pytest.raises(SourceUnreadable, match=message):
        read(base, sheet="people")


def test_a_missing_table_is_named_with_those_there_are(base: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no table staff; it has named, people"):
        read(base, sheet="staff")


def test_a_database_in_wal_mode_may_lack_what_was_written_last(base: Path) -> None:
    data = bytearray(base.read_bytes())
    data[18:20] = b"\x02\x02"
    base.write_bytes(bytes(data))

    assert [finding.rule for finding in read(base, sheet="people")[1].report().findings] == ["read/database-open"]


def test_a_database_that_does_not_hang_together_or_is_empty_is_told(base: Path) -> None:
    with closing(sqlite3.connect(base)) as made:
        made.executescript("CREATE INDEX by_name ON people (name); INSERT INTO people VALUES (4, 'Г', 1, NULL)")
        page = made.execute("SELECT rootpage FROM sqlite_master WHERE name = 'by_name'").fetchone()[0] - 1
    data = bytearray(base.read_bytes())
    data[page * 4096 : page * 4096 + 5] = b"\x0a\0\0\0\1"
    base.write_bytes(data)
    with pytest.raises(SourceUnreadable, match="cannot be read as a SQLite database"):
        read(base, sheet="people")

    with closing(sqlite3.connect(base.with_name("none.sqlite"))) as made:
        made.executescript("CREATE TABLE a (b); DROP TABLE a")
    with pytest.raises(SourceUnreadable, match="holds no table"):
        read(base.with_name("none.sqlite"))
