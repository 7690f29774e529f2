"""Workbooks that go back to the owner: marks at the very cells, texts that stay texts, and what a copy loses."""

import io
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

import messages
from kgservice.report import Cell, Finding, Severity, Text, finishing
from kgservice.report.reading import Reader
from kgservice.report.writing import Writer
from kgservice.reports import annotated, faulty, summary
from kgservice.reports.summary import About

RED, YELLOW, GREY = "00FFC7CE", "00FFEB9C", "00E7E6E6"
ABOUT = About("People", ("people.xlsx",), "d1", "2026-11-25T10:00:00Z", "Anna", "en", False)


def finding(rule, severity, *cells, waived=""):
    text = Text("“{value}” is wrong", {"value": cells[0].value if cells else ""})
    return Finding(rule, severity, text, Text("Mend {columns}.", {"columns": "it"}), cells, "people", waived=waived)


def at(row, column, value="", sheet="Люди", file="people.xlsx"):
    return Cell(file, sheet, row, column, value)


@pytest.fixture
def reader(tmp_path):
    """Opens a finished file of findings."""
    opened = []

    def make(*findings):
        with Writer(tmp_path / f"findings-{len(opened)}") as writer:
            for one in findings:
                writer.add(one)
            writer.note({"records:people": 10})
        finishing.settle(writer.path)
        opened.append(Reader(writer.path))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def owners(tmp_path):
    """An owner's workbook: title row, headings, merged cells, a formula, a chart, a comment, a text like a formula."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Люди"
    for row in (["Наши люди"], ["id", " name ", "born"], ["1", "Анна", "1990"], ["2", "=1+1", "soon"], ["3", "Ян"]):
        sheet.append(row)
    sheet["B4"].data_type = "s"
    sheet["D3"] = "=C3*1"
    sheet["C3"].comment = Comment("owner's own", "Anna")
    sheet.merge_cells("A5:A6")
    sheet["B6"] = "Ева"
    sheet.add_chart(BarChart(), "F2")
    sheet["F1"] = "x"
    sheet._charts[0].add_data(Reference(sheet, min_col=3, min_row=2, max_row=4))
    path = tmp_path / "people.xlsx"
    book.save(path)
    return path


def copy(owners, reader, tmp_path, language="en"):
    target = tmp_path / "copy.xlsx"
    page = annotated.Page("Люди", ("id", "name", "born"), 2)
    about = About("People", ("people.xlsx",), "d1", "", "Anna", language, False)
    with target.open("wb") as output:
        annotated.write(output, owners, "people.xlsx", reader, about, [page], ["people"])
    return target


FINDINGS = (
    finding("map/date", Severity.VIOLATION, at(4, "born", "soon")),
    finding("table/key-repeated", Severity.WARNING, at(3, "id, name", "1"), at(6, "id", "3")),
    finding("read/row", Severity.INFO, at(5, "")),
    finding("map/own", Severity.VIOLATION, at(3, "born", "1990"), waived="w1"),
    finding("shape", Severity.VIOLATION, at(4, "born", "soon")),
)


def test_marks_stand_at_the_very_cells(owners, reader, tmp_path):
    book = openpyxl.load_workbook(copy(owners, reader(*FINDINGS), tmp_path))
    sheet = book["Люди"]

    marked = {cell.coordinate: cell.fill.fgColor.rgb for row in sheet for cell in row if cell.comment}
    assert marked == {"C4": RED, "A3": YELLOW, "B3": YELLOW, "A5": YELLOW, "C3": GREY}
    assert sheet["C4"].comment.text.count("→ Mend it.") == 1
    assert sheet["C3"].comment.text.startswith("owner's own\n")
    assert "waived" in sheet["C3"].comment.text


def test_owners_cells_stay_what_they_are(owners, reader, tmp_path):
    sheet = openpyxl.load_workbook(copy(owners, reader(*FINDINGS), tmp_path))["Люди"]

    assert (sheet["B4"].value, sheet["B4"].data_type) == ("=1+1", "s")
    assert (sheet["D3"].value, sheet["D3"].data_type) == ("=C3*1", "f")
    assert str(sheet.merged_cells.ranges[0] if isinstance(sheet.merged_cells.ranges, list)
               else next(iter(sheet.merged_cells.ranges))) == "A5:A6"  # fmt: skip


def test_summary_comes_first_and_says_what_the_copy_loses(owners, reader, tmp_path):
    hostile = finding("map/x", Severity.VIOLATION, at(4, "name", "=1+1"))
    book = openpyxl.load_workbook(copy(owners, reader(*FINDINGS, hostile), tmp_path))
    first = book.worksheets[0]

    assert book.sheetnames[0] == summary.name("en")
    texts = [cell.value for row in first for cell in row if cell.value is not None]
    assert "Charts (1) are drawn anew in this copy and may look different." in texts
    assert "Formulas are kept; their results are calculated when the copy is opened." in texts
    assert "=1+1 (1)" in texts
    assert all(cell.data_type != "f" for row in first for cell in row)
    links = {cell.hyperlink.location for row in first for cell in row if cell.hyperlink}
    assert "'Люди'!C4" in links


def test_words_of_the_copy_are_russian_where_that_is_asked(owners, reader, tmp_path):
    book = openpyxl.load_workbook(copy(owners, reader(*FINDINGS), tmp_path, "ru"))

    assert book.worksheets[0]["A1"].value == "Что не так в присланном файле"


def test_owner_is_told_what_an_owner_can_do(owners, reader, tmp_path):
    remedy = Text("Fill the cell: source.toml requires a value in this column.")
    empty = Finding("table/required-empty", Severity.VIOLATION, Text("Empty"), remedy, (at(4, "born"),), "people")
    book = openpyxl.load_workbook(copy(owners, reader(empty), tmp_path))

    said = [str(cell.value) for row in book.worksheets[0] for cell in row] + [book.worksheets[1]["C4"].comment.text]
    assert sum("Fill the cell: this column must not be empty." in text for text in said) == 2
    assert not any("source.toml" in text for text in said)


def test_every_remedy_that_is_put_otherwise_for_owners_is_one_that_is_said():
    said = {message for message, place in messages.of_python() if not place.startswith("reports/summary")}

    # what functions and rules of a mapping say is put together there
    rest = {
        "the row says nothing of its evidence in {columns}, so its statements have no graph",
        "“{value}” is not a wording of the code table {table}",
    }
    assert set(summary.OWNERS) - rest <= said


def rows_of(count):
    return {row: [str(row), "=HYPERLINK(1)" if row == 5 else f"name {row}", "-1"] for row in range(2, count + 2)}


def written(reader, count, columns=("id", "name", "born"), target=None):
    there = rows_of(count)
    table = faulty.Source(
        "people", "people.csv", "", columns, lambda numbers: ((n, there[n]) for n in numbers if n in there)
    )
    output = target or io.BytesIO()
    faulty.write(output, reader, ABOUT, [table], ["people"])
    return output


def test_new_workbook_holds_the_rows_in_question_only(reader):
    cells = [at(row, column, sheet="", file="people.csv") for row, column in ((3, "born"), (5, "name"), (9, ""))]
    output = written(reader(*(finding("r", Severity.VIOLATION, cell) for cell in cells)), 20)
    book = openpyxl.load_workbook(output)
    sheet = book.worksheets[1]

    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [3, 5, 9]
    marked = {cell.coordinate: cell.fill.fgColor.rgb[2:] for row in sheet for cell in row if cell.comment}
    assert marked == {"D2": "FFC7CE", "C3": "FFC7CE"}
    assert sheet["A4"].fill.fgColor.rgb[2:] == "FFC7CE"
    assert (sheet["C3"].value, sheet["C3"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet["E2"].value == "“” is wrong"
    output.seek(0)  # as another reader sees it
    assert CalamineWorkbook.from_filelike(output).get_sheet_by_name("people").to_python()[1][:2] == [3, "3"]


def test_signs_that_xml_forbids_do_not_break_a_workbook(reader):
    bad = finding("r", Severity.VIOLATION, at(3, "born", "a\x00b\ufffe_x0041_<&", sheet="", file="people.csv"))

    book = openpyxl.load_workbook(written(reader(bad), 5))

    # spreadsheets read _x005F_ as the sign _ (ECMA-376 part 1, 22.9.2.19); openpyxl does not
    assert "a�b�_x005F_x0041_<&" in str([cell.value for row in book.worksheets[0] for cell in row])


@pytest.mark.soak
def test_libreoffice_opens_both_kinds_with_marks_at_the_very_cells(owners, reader, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not there (apt install libreoffice-calc): workbooks were not opened in it")
    copied = copy(owners, reader(*FINDINGS), tmp_path)
    fresh = tmp_path / "fresh.xlsx"
    cell = at(5, "name", "=HYPERLINK(1)", sheet="", file="people.csv")
    with fresh.open("wb") as output:
        written(reader(finding("r", Severity.VIOLATION, cell)), 20, target=output)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "fods", "--outdir",
         str(tmp_path), str(copied), str(fresh)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip

    again = tmp_path / "again"
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "xlsx", "--outdir",
         str(again), str(tmp_path / "copy.fods"), str(tmp_path / "fresh.fods")],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    sheet = openpyxl.load_workbook(again / "copy.xlsx")["Люди"]
    marked = {cell.coordinate: cell.fill.fgColor.rgb[2:] for row in sheet for cell in row if cell.comment}
    assert marked == {"C4": "FFC7CE", "A3": "FFEB9C", "B3": "FFEB9C", "A5": "FFEB9C", "C3": "E7E6E6"}
    assert sheet["B4"].value in ("=1+1", "'=1+1")
    assert sheet["B4"].data_type == "s"
    sheet = openpyxl.load_workbook(again / "fresh.xlsx").worksheets[1]
    assert {cell.coordinate for row in sheet for cell in row if cell.comment} == {"C2"}
    assert sheet["C2"].data_type == "s"


@pytest.mark.soak
def test_memory_of_a_big_workbook_does_not_grow_with_its_rows(tmp_path):
    program = (
        "import resource, sys; sys.path[:0] = ['tests', 'tests/reports']\n"
        "import test_workbooks as t\n"
        "from kgservice.report.writing import Writer\n"
        "from kgservice.report import finishing\n"
        "from kgservice.report.reading import Reader\n"
        "from pathlib import Path\n"
        "path, count = Path(sys.argv[1]), int(sys.argv[2])\n"
        "with Writer(path) as writer:\n"
        "    for row in range(2, count + 2):\n"
        "        writer.add(t.finding('r', t.Severity.VIOLATION, t.at(row, 'born', 'x', '', 'people.csv')))\n"
        "finishing.settle(path)\n"
        "class Rows(dict):\n"
        "    def __contains__(self, row): return True\n"
        "    def __getitem__(self, row): return [str(row), 'name', '-1']\n"
        "t.rows_of = lambda count: Rows()\n"
        "with Reader(path) as reader, open(sys.argv[1] + '.xlsx', 'wb') as output:\n"
        "    t.written(reader, count, target=output)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    import sys

    def peak(count):
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path / str(count)), str(count)],
                              capture_output=True, text=True, check=True)  # fmt: skip
        return int(done.stdout)

    small, large = peak(10_000), peak(100_000)

    assert large < small + 40_000, "kB"
    with zipfile.ZipFile(tmp_path / "100000.xlsx") as package:
        assert package.testzip() is None
