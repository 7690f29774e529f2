"""Packed deliveries: .gz and .zip are read as if they were not packed; what is hidden in them is refused or told."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from kgservice.errors import SourceUnreadable
from kgservice.intake.lineage import locate
from sourcefolders import BASE, converted, folder

PEOPLE = "id,name,born,friend,evidence,note\n1,Анна,03.02.1990,2,seen,x\n2,Борис,31.02.1991,,seen,\n"
TABLE = 'file = "*.csv"\nformat = "csv"\nkey = ["id"]\nrequired = ["name"]\nunused = ["note"]\n'


def zipped(**members: str | bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", ".").replace("_IN_", "/"), data)
    return target.getvalue()


def test_gz_and_zip_give_what_the_plain_file_gives(tmp_path: Path) -> None:
    made = {
        "plain": converted(folder(tmp_path / "1"), tmp_path / "1", people__csv=PEOPLE),
        "gz": converted(folder(tmp_path / "2"), tmp_path / "2", people__csv__gz=gzip.compress(PEOPLE.encode())),
        "zip": converted(folder(tmp_path / "3"), tmp_path / "3", all__zip=zipped(in_IN_people__csv=PEOPLE)),
    }

    assert len({str({g: s.sha256 for g, s in one.graphs.items()}) for one in made.values()}) == 1
    assert [one.report.findings[0].cells[0].file for one in made.values()] == [
        "people.csv", "people.csv.gz", "all.zip/in/people.csv",
    ]  # fmt: skip
    cells = locate(made["zip"].lineage, f"{BASE}id/organization/1", "https://example.org/word#name")
    assert [(cell.file, cell.row, cell.column) for cell in cells] == [("all.zip/in/people.csv", 2, "name")]


def test_members_are_chosen_by_pattern_and_the_rest_is_told(tmp_path: Path) -> None:
    source = folder(tmp_path, table=TABLE + 'member = "people_*.csv"')
    made = converted(
        source,
        tmp_path,
        all__zip=zipped(
            people_a__csv=PEOPLE, people_b__csv=PEOPLE.replace("2,Б", "3,Б").replace("1,А", "4,А"), other__csv="x\n"
        ),
    )

    assert [f.rule for f in made.report.findings] == ["read/members-unread", "map/date", "map/date"]
    assert made.report.findings[0].text.params["members"] == "other.csv"


def test_a_russian_name_in_an_old_zip_is_read(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("XXXX.csv", PEOPLE)
    data = target.getvalue().replace(b"XXXX.csv", "люди.csv".encode("cp866"))
    made = converted(folder(tmp_path), tmp_path, all__zip=data)

    assert made.report.findings[0].cells[0].file == "all.zip/люди.csv"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a__zip", zipped(a__zip=zipped(people__csv=PEOPLE)), "archive inside an archive"),
        ("a__zip", zipped(people__csv__gz=gzip.compress(gzip.compress(PEOPLE.encode()))), "archive inside an archive"),
        ("a__csv__gz", gzip.compress(zipped(people__csv=PEOPLE)), "archive inside an archive"),
        ("a__csv__gz", gzip.compress(PEOPLE.encode())[:-20], "not a whole .gz file"),
        ("a__csv__gz", gzip.compress(b"a" * 30_000_000), "as zip bombs do"),
        ("a__zip", zipped(people__csv="a" * 30_000_000), "as zip bombs do"),
        ("a__zip", zipped(**{".._IN_people__csv": PEOPLE}), "leads out of it"),
        ("a__zip", zipped(), "holds no file"),
        ("a__zip", zipped(people__csv=b"MZ\x90\x00\x03"), "is a program"),
        ("a__zip", zipped(people__csv=PEOPLE)[:-10], "not a whole spreadsheet or zip file"),
        ("a__xlsx", b"MZ\x90\x00\x03", "is a program"),
        ("a__xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old .xls or a workbook locked"),
        ("a__csv", b"%PDF-1.7", "is PDF, not a table"),
        ("a__csv", b" <!DOCTYPE html><html>", "is HTML, not a table"),
        ("a__csv", b"Rar!\x1a\x07\x01", "kind that is not unpacked"),
    ],
)  # fmt: skip
def test_what_harms_or_hides_is_refused(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(SourceUnreadable, match=message):
        converted(folder(tmp_path), tmp_path, **{name: data})


def test_a_table_whose_heading_looks_like_a_program_is_read(tmp_path: Path) -> None:
    source = folder(tmp_path, table=TABLE + "header_row = 2")

    assert converted(source, tmp_path, people__csv="MZ,x\n" + PEOPLE).report.counts["records"] == 2


def test_a_workbook_where_text_is_expected_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("People")
        for number, line in enumerate(csv.reader(PEOPLE.splitlines())):
            sheet.write_row(number, 0, line)
    made = converted(folder(tmp_path / "book"), tmp_path / "book", list__xlsx=path.read_bytes())
    text = converted(folder(tmp_path / "text"), tmp_path / "text", people__csv=PEOPLE)

    assert {g: s.sha256 for g, s in made.graphs.items()} == {g: s.sha256 for g, s in text.graphs.items()}
    assert {f.rule for f in made.report.findings} - {f.rule for f in text.report.findings} == {"read/workbook"}
