"""Workbooks: every cell at the address that a spreadsheet shows, and what the reader would lose is named."""

import datetime
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guess import guess
from kgservice.intake.interface import Table
from kgservice.intake.readers import xlsx as reader
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Finding


def read(path: Path, table: Table) -> tuple[Sheet, tuple[Finding, ...]]:
    collector = Collector("people", 1000)
    sheet = reader.read(table, path, path.name, collector)
    return sheet, collector.report().findings


def table(**values: object) -> Table:
    return Table("people", "*.xlsx", "xlsx", **values)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook with an empty row and column first, a title, headings in row 3, and a second sheet."""
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        first = book.add_worksheet("People")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        first.write(1, 1, "List of people")
        first.write_row(2, 1, ["id", "born", "seen", "size", "known"])
        first.write_row(3, 1, [7, "", "", 1.5, True])
        first.write_datetime(3, 2, datetime.datetime(1990, 2, 3), day)
        first.write_datetime(3, 3, datetime.datetime(2020, 1, 2, 3, 4), moment)
        first.write_row(5, 1, ["007", "", "", 120.0, False])
        book.add_worksheet("Places").write_row(0, 0, ["place"])
    return path


def test_cells_become_text_at_the_rows_that_a_spreadsheet_shows(path: Path) -> None:
    sheet, findings = read(path, table(sheet="People", header_row=3))

    assert sheet.columns == ["id", "born", "seen", "size", "known"]
    assert sheet.frame.rows() == [
        ("7", "1990-02-03", "2020-01-02T03:04:00", "1.5", "true", 4),
        ("007", None, None, "120", "false", 6),
    ]
    assert findings == ()


def test_first_sheet_is_read_and_the_others_are_named(path: Path) -> None:
    sheet, findings = read(path, table(header_row=3))

    assert sheet.sheet == "People"
    assert [(f.rule, f.text.params["sheets"]) for f in findings] == [("read/sheets-unread", "Places")]


def test_missing_sheet_is_refused_with_those_there_are(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no sheet Firms; it has People, Places"):
        read(path, table(sheet="Firms"))


def test_missing_heading_row_is_refused(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no headings in row 1"):
        read(path, table(sheet="People"))
    with pytest.raises(SourceUnreadable, match="no row 40"):
        read(path, table(sheet="People", header_row=40))


def test_formula_without_a_result_and_errors_are_findings_at_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "sum", "ratio", "left out"])
        sheet.write_row(1, 0, ["a"])
        sheet.write_formula(1, 1, "=1+1", None, "")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 3, "=1+1", None, "")
        sheet.write_row(2, 0, ["b"])
        sheet.write_formula(2, 1, "=1+1", None, 2)

    sheet_read, findings = read(path, table(unused=("left out",)))

    assert sheet_read.frame.rows()[1] == ("b", "2", None, None, 3)
    assert [(f.rule, f.cells[0].row, f.cells[0].column, f.cells[0].value) for f in findings] == [
        ("read/formula-empty", 2, "sum", ""),
        ("read/formula-error", 2, "ratio", "#DIV/0!"),
    ]


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "Title")
        sheet.write_row(1, 0, ["firm", "person"])
        sheet.merge_range(2, 0, 3, 0, "Works")
        sheet.write_column(2, 1, ["Anna", "Boris", "Vera"])
    return path


def test_merged_cells_are_a_finding(merged: Path) -> None:
    sheet, findings = read(merged, table(header_row=2))

    assert sheet.frame.rows() == [("Works", "Anna", 3), (None, "Boris", 4), (None, "Vera", 5)]
    assert [(f.rule, f.text.params["area"], f.cells[0].row, f.cells[0].column) for f in findings] == [
        ("read/merged", "A3:A4", 3, "firm")
    ]


def test_merged_cells_are_filled_where_the_source_says_so(merged: Path) -> None:
    sheet, findings = read(merged, table(header_row=2, merged="fill"))

    assert sheet.frame.rows() == [("Works", "Anna", 3), ("Works", "Boris", 4), (None, "Vera", 5)]
    assert findings == ()


def test_number_that_the_spreadsheet_has_cut_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "number"])
        sheet.write_row(1, 0, ["a", 12345678901234567890])

    _, findings = read(path, table())

    assert [(f.rule, f.cells[0].row, f.cells[0].column) for f in findings] == [("read/number-imprecise", 2, "number")]


def test_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"MZ\x90\x00" + b"\0" * 200)

    with pytest.raises(SourceUnreadable, match=r"people\.xlsx is not a whole spreadsheet"):
        read(path, table())


def test_text_that_is_named_as_a_workbook_is_told_as_text(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_text("id,name\n1,Анна\n", "utf8")

    with pytest.raises(SourceUnreadable, match=r"people\.xlsx is text, not a spreadsheet"):
        read(path, table())


def test_zip_without_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")

    with pytest.raises(SourceUnreadable, match=r"people\.xlsx cannot be read as a workbook"):
        read(path, table())


def test_sheet_that_spans_too_much_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "far")

    with pytest.raises(SourceUnreadable, match="spans 1048576 rows and 16384 columns"):
        read(path, table())


@pytest.mark.soak
def test_a_sheet_as_wide_as_a_sheet_can_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Wide")
        for column in range(16_384):
            sheet.write(0, column, f"h{column}")
        sheet.write(1, 0, "x" * 32_767)
        sheet.write(1, 16_383, "last")
    wide, findings = read(path, table())

    assert len(wide.columns) == 16_384
    assert wide.frame["h16383"].to_list() == ["last"]
    assert len(wide.frame["h0"][0]) == 32_767
    assert findings == ()


def test_dates_before_1900_and_lengths_of_time_are_no_times_of_day(tmp_path: Path) -> None:
    path = tmp_path / "early.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet("Early"), book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["id", "day", "length"])
        sheet.write_number(1, 1, -1000, day)
        sheet.write_number(1, 2, 1.5, book.add_format({"num_format": "[h]:mm"}))
        sheet.write_number(1, 0, -3)
    early, findings = read(path, table())

    assert early.frame.select("id", "day", "length").rows() == [("-3", None, "PT36H")]
    assert [(found.rule, found.cells[0].row, found.cells[0].column) for found in findings] == [
        ("read/date-before-1900", 2, "day")
    ]
    assert findings[0].text.params["day"] == "1897-04-04"


def test_a_date_cell_that_holds_nought_is_no_time_of_day(tmp_path: Path) -> None:
    path = tmp_path / "noughts.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet("Noughts"), book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["id", "day", "time"])
        for row, (number, part) in enumerate([(45000, 0.25), (0, 0)], 1):
            sheet.write_number(row, 0, row)
            sheet.write_number(row, 1, number, day)
            sheet.write_number(row, 2, part, book.add_format({"num_format": "hh:mm"}))
    noughts, findings = read(path, table())

    assert noughts.frame.select("day", "time").rows() == [("2023-03-15", "06:00:00"), (None, "00:00:00")]
    assert [(found.rule, found.cells[0].row, found.cells[0].column) for found in findings] == [
        ("read/date-without-day", 3, "day")
    ]


def test_a_cell_far_right_of_the_headings_is_found_at_once(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Far")
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write_row(1, 0, ["1", "А"])
        sheet.write(1, 16383, "край")
    begun = time.process_time()
    _, findings = read(path, table())

    assert [(found.rule, found.cells[0].column) for found in findings] == [("read/heading-empty", "XFD")]
    assert time.process_time() - begun < 10  # each of 16,381 columns was filtered for: minutes


def test_headings_over_two_rows_are_one_heading_each(tmp_path):
    """A group and its column are joined where cells are merged down; a title that is merged above is no heading."""
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Реестр")
        for area, text in (
            ("A1:D1", "На 2026 год"), ("A2:A3", "№"), ("B2:C2", "Реквизиты"), ("D2:D3", "Город"), ("D4:D5", "Тайга")
        ):  # fmt: skip
            sheet.merge_range(area, text)
        for row, texts in enumerate((["ИНН", "ОГРН"], ["4200000018", "1"], ["4200000025", "2"]), 2):
            sheet.write_row(row, 1, texts)
    found = guess(path)
    shown, _ = read(path, table(header_row=3, merged="fill"))
    _, told = read(path, table(header_row=3))

    assert (found.header_row, found.columns) == (3, ("№", "Реквизиты: ИНН", "Реквизиты: ОГРН", "Город"))
    assert shown.frame["Город"].to_list() == ["Тайга", "Тайга"]
    assert shown.frame["Реквизиты: ИНН"].to_list() == ["4200000018", "4200000025"]
    assert [finding.rule for finding in told] == ["read/merged"]


def test_the_first_sheet_is_one_with_cells_that_people_see(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Codes").hide()
        book.add_chartsheet("Chart")
        shown = book.add_worksheet("People")
        shown.activate()
        shown.write_column(0, 0, ["id", "1"])
    sheet, findings = read(path, table())

    assert (sheet.sheet, sheet.frame.height, findings[0].text.params["sheets"]) == ("People", 1, "Codes")
    with pytest.raises(SourceUnreadable, match=r"\[Codes\] has no row 1"):
        read(path, table(sheet="Codes"))
