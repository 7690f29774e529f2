"""Bad input as people really send it: one clear sentence, the right exit code, and a state that stays as it was."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import openpyxl
import pytest

from commands import Command, Ended
from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, HEADINGS, write_content, write_source

ROOT = Path(__file__).parents[2]
REAL = ("organizations", "organization-changes", "professions", "partnerships", "competencies", "programmes",
        "programmes-illustrative")  # fmt: skip
COMMAND = Path(sys.executable).with_name("kgservice")

HOURS = """\
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/kgservice/shapes#> .

shape:Programme a sh:NodeShape ;
    sh:targetClass kg:Programme ;
    sh:property shape:Programme-hours-range .

shape:Programme-hours-range a sh:PropertyShape ;
    sh:path kg:hours ;
    sh:maxInclusive 10000 ;
    sh:message "The hours of a programme are between 1 and 10000."@en,
        "Часы программы лежат между 1 и 10000."@ru .
"""


def ended(command: Command) -> Ended:
    """Wait for a command; whatever it was told, it never shows a traceback."""
    seen = command.ended()
    assert "Traceback" not in seen.stderr, seen.stderr
    return seen


@dataclass
class Desk:
    """A content folder, a state folder and the real command over them."""

    content: Path
    state: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {"KG_CONTENT": str(self.content), "KG_STATE": str(self.state), "PATH": os.environ["PATH"], **more}

    def start(self, *arguments: str | Path, lang: str = "en", **more: str) -> Command:
        """Start `kgservice …` in a process of its own."""
        return Command([*map(str, arguments), "--lang", lang], self.environment(**more))

    def run(self, *arguments: str | Path, lang: str = "en", **more: str) -> Ended:
        """Run `kgservice …` to its end."""
        return ended(self.start(*arguments, lang=lang, **more))

    def print(self) -> dict[str, str]:
        """Return the hash of every file of the state but locks, the desk, which logs refusals, and what checks saw."""
        return {
            str(path.relative_to(self.state)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            for path in sorted(self.state.rglob("*"))
            if path.suffix != ".lock" and not path.name.startswith(("desk.sqlite", "logic.json"))
        }

    def refused(self, code: int, english: str, russian: str, *arguments: str | Path, **more: str) -> None:
        """Check that a command ends with a code and one sentence in each language, and changes nothing."""
        before = self.print()
        started = {lang: self.start(*arguments, lang=lang, **more) for lang in ("en", "ru")}
        for lang, wanted in (("en", english), ("ru", russian)):
            seen = ended(started[lang])
            last = seen.stderr.splitlines()[-1]

            assert seen.returncode == code, seen.stderr
            assert seen.stdout == ""
            assert last.startswith("kgservice: ")
            assert re.search(wanted, last), last
        assert self.print() == before

    def edit(self, path: str, old: str, new: str) -> None:
        """Break an authored file by hand."""
        text = (self.content / path).read_text("utf8")
        assert old in text
        (self.content / path).write_text(text.replace(old, new, 1), "utf8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A small content folder with real sources beside its own, and a state with one release, made by `build`."""
    folder = tmp_path_factory.mktemp("whole")
    desk = Desk(write_content(folder / "content"), folder / "state")
    assert desk.run("build").returncode == 0
    for name in REAL:
        shutil.copytree(ROOT / "data" / "sources" / name, desk.content / "data" / "sources" / name)
    (desk.content / "shapes" / "programmes.ttl").write_text(HOURS, "utf8")
    return desk


@pytest.fixture
def desk(whole: Desk, tmp_path: Path) -> Desk:
    """A copy of it, to be broken."""
    shutil.copytree(whole.content, tmp_path / "content")
    shutil.copytree(whole.state, tmp_path / "state")
    return Desk(tmp_path / "content", tmp_path / "state")


def delivery(name: str) -> Path:
    (path,) = (ROOT / "data" / "sources" / name / "deliveries").iterdir()
    return path


def text(name: str, encoding: str = "utf8") -> str:
    return delivery(name).read_bytes().decode(encoding)


def organizations(row: int, change: Callable[[str], str]) -> str:
    """Return the real delivery with one row changed; rows count as a spreadsheet shows them."""
    lines = text("organizations").splitlines(keepends=True)
    lines[row - 1] = change(lines[row - 1].rstrip("\n")) + "\n"
    return "".join(lines)


def workbook(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> bytes:
    book = openpyxl.load_workbook(delivery("partnerships"))
    change(book.worksheets[0])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bomb() -> bytes:
    """Return the real workbook with a sheet of 300 MB of spaces."""
    stream = io.BytesIO()
    with zipfile.ZipFile(delivery("partnerships")) as real, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in real.namelist():
            made.writestr(name, b"<worksheet>" + b" " * (300 << 20) if "sheet1" in name else real.read(name))
    return stream.getvalue()


DOCTYPE = '<!DOCTYPE programmes [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<programmes'
REFUSED: dict[str, tuple[str, Callable[[], str | bytes], str, str]] = {
    "an empty file": ("organizations", lambda: "", r"organizations\.csv is empty", r"Файл organizations\.csv пуст"),
    "a header only": (
        "organizations",
        lambda: text("organizations").splitlines(keepends=True)[0],
        r"organizations\.csv has headings but no rows",
        r"organizations\.csv есть заголовки, но нет строк",
    ),
    "a wrong separator": (
        "professions",
        lambda: text("professions", "cp1251").replace(";", "\t").encode("cp1251"),
        r"professions\.csv: row 1 reads as one single cell.*the columns Код, .*separator in source\.toml",
        r"professions\.csv: строка 1 прочитана как одна ячейка.*не хватает столбцов Код, .*разделитель",
    ),
    "another encoding than source.toml says": (
        "professions",
        lambda: text("professions", "cp1251"),
        r"professions\.csv is UTF-8, but source\.toml says its encoding is cp1251",
        r"professions\.csv в UTF-8, а source\.toml называет кодировку cp1251",
    ),
    "bytes of no encoding": (
        "organizations",
        lambda: organizations(5, lambda row: row).encode().replace("Кемеровский".encode(), b"\x98", 1),
        r"organizations\.csv is neither UTF-8 \(line 5 holds the byte 0x98\) nor cp1251",
        r"organizations\.csv не в UTF-8 \(в строке 5 байт 0x98\) и не в cp1251",
    ),
    "a duplicate header": (
        "organizations",
        lambda: organizations(1, lambda row: row.replace("name_en,", "name_ru,")),
        r"organizations\.csv has two columns named name_ru in row 1: B, C; rename one",
        r"organizations\.csv два столбца с именем name_ru в строке 1: B, C; переименуйте один",
    ),
    "a zip bomb": (
        "partnerships",
        bomb,
        r"partnerships\.xlsx is refused: xl/worksheets/sheet1\.xml in it inflates to more than 100 times",
        r"partnerships\.xlsx не принят: xl/worksheets/sheet1\.xml внутри него распаковывается более чем в 100 раз",
    ),
    "XML with a DOCTYPE": (
        "programmes",
        lambda: text("programmes").replace("<programmes", DOCTYPE, 1),
        r"programmes\.xml has a DOCTYPE.*deliver it without one",
        r"programmes\.xml есть DOCTYPE.*Пришлите файл без него",
    ),
    "XML that is cut off": (
        "programmes",
        lambda: text("programmes")[:4000],
        r"programmes\.xml is not whole XML: reading stops at line \d+, column \d+ .*Save it again",
        r"programmes\.xml — не целый XML: чтение обрывается в строке \d+, столбце \d+ .*Сохраните",
    ),
    "JSON broken in the middle": (
        "competencies",
        lambda: text("competencies")[:40_000] + "@" + text("competencies")[40_000:],
        r"competencies\.json is not whole JSON: reading stops at line \d+, column \d+ .*Save it again",
        r"competencies\.json — не целый JSON: чтение обрывается в строке \d+, столбце \d+ .*Сохраните",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_delivery_that_cannot_be_read_is_refused_in_one_sentence(whole: Desk, tmp_path: Path, case: str) -> None:
    source, make, english, russian = REFUSED[case]
    made = make()
    path = tmp_path / delivery(source).name
    path.write_bytes(made if isinstance(made, bytes) else made.encode())

    whole.refused(2, english, russian, "import", source, path)


def test_a_missing_file_is_named(whole: Desk, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.csv"

    whole.refused(2, f"{path} does not exist", f"Файла {path} нет", "import", "organizations", path)


def repeated(row: int) -> str:
    return text("organizations") + text("organizations").splitlines(keepends=True)[row - 1]


FOUND: dict[str, tuple[str, Callable[[], str | bytes], str, str]] = {
    "broken quotes": (
        "organizations",
        lambda: organizations(6, lambda row: row.replace(",", ',"', 1)),
        r"read/quote-broken.*\n  organizations\.csv:6: The quotes of the row that begins in line 6 do not match",
        r"organizations\.csv:6: .*[Кк]авычки",
    ),
    "a short row": (
        "organizations",
        lambda: organizations(7, lambda _: "abc,Имя"),
        r"organizations\.csv:7 «abc \| Имя»: Row 7 has too few cells: 2 of 19",
        r"organizations\.csv:7 «abc \| Имя»: В строке 7 мало ячеек: 2 из 19",
    ),
    "a long row": (
        "organizations",
        lambda: organizations(7, lambda row: row + ",x,y"),
        r"organizations\.csv:7 .*: Row 7 has too many cells: 21 where the headings are 19",
        r"organizations\.csv:7 .*: В строке 7 лишние ячейки: 21",
    ),
    "a duplicate key": (
        "organizations",
        lambda: repeated(4),
        r"organizations\.csv:4:org_id «copp42med»: The key copp42med \(org_id\) stands in several rows: 4, 82",
        r"Ключ copp42med \(org_id\) стоит в нескольких строках: 4, 82",
    ),
    "merged cells": (
        "partnerships",
        lambda: workbook(lambda sheet: sheet.merge_cells("D6:D8")),
        r"partnerships\.xlsx:\[Партнёрства\]:6:.*: The cells D6:D8 are merged",
        r"Ячейки D6:D8 объединены",
    ),
    "a formula without a value": (
        "partnerships",
        lambda: workbook(lambda sheet: sheet.__setitem__("B6", "=A6&A7")),
        r"partnerships\.xlsx:\[Партнёрства\]:6:Наименование: The formula in B6 has no stored result",
        r"У формулы в B6 нет сохранённого результата",
    ),
    "a date of 31.02": (
        "organization-changes",
        lambda: text("organization-changes").replace(",2011-07,", ",31.02.2011,"),
        r"organization-changes\.csv:2:date «31\.02\.2011»: .* is not a time such as",
        r"organization-changes\.csv:2:date «31\.02\.2011»: .* — не время",
    ),
    "a number that no programme has": (
        "programmes-illustrative",
        lambda: text("programmes-illustrative").replace(",144,", ",12345678901234567890,", 1),
        r"programmes-illustrative\.csv:2:hours «12345678901234567890»: .*between 1 and 10000",
        r"programmes-illustrative\.csv:2:hours «12345678901234567890»: .*между 1 и 10000",
    ),
    "an IRI with a space": (
        "organizations",
        lambda: organizations(4, lambda row: re.sub(r"https://[^,]*$", "https://edu .ruobr.ru/news/7263", row)),
        r"organizations\.csv:4:source_url «https://edu \.ruobr\.ru/news/7263»: .*web address without spaces",
        r"organizations\.csv:4:source_url .*без пробелов",
    ),
    "javascript: as a web address": (
        "organizations",
        lambda: organizations(4, lambda row: re.sub(r"https://[^,]*$", "javascript:alert(1)", row)),
        r"organizations\.csv:4:source_url «javascript:alert\(1\)»: .*that begins with http:// or https://",
        r"organizations\.csv:4:source_url «javascript:alert\(1\)»: .*начинается с http:// или https://",
    ),
}


LONG = {
    "a short row", "a long row", "a duplicate key", "a formula without a value", "an IRI with a space", "merged cells",
    "a date of 31.02", "a number that no programme has",
}  # fmt: skip
"""Cases whose like stands in the messy pack (tests/messy) too: walked to the end in the soak."""


@pytest.mark.parametrize("case", [pytest.param(case, marks=[pytest.mark.soak] * (case in LONG)) for case in FOUND])
def test_a_bad_cell_is_found_at_its_place_and_only_a_draft_is_made(desk: Desk, tmp_path: Path, case: str) -> None:
    source, make, english, russian = FOUND[case]
    made = make()
    path = tmp_path / delivery(source).name
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    before = desk.print()
    told = desk.run("import", source, path)

    assert told.returncode == 1, told.stderr
    draft = re.match(r"Draft (d\d+)\n", told.stdout)[1]
    assert re.search(english, told.stdout), told.stdout
    in_russian = desk.run("report", draft, lang="ru")
    assert in_russian.returncode == 1
    assert re.search(russian, in_russian.stdout), in_russian.stdout

    blocked = desk.run("publish", draft)
    assert (blocked.returncode, blocked.stdout) == (1, "")
    assert f"Draft {draft} has violations" in blocked.stderr
    after = desk.print()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {name.split("/")[0] for name in changed} <= {"drafts", "deliveries", "state.json"}


def test_a_large_whole_number_is_read_back_as_it_was(desk: Desk, tmp_path: Path) -> None:
    (desk.content / "shapes" / "programmes.ttl").unlink()
    path = tmp_path / "programmes-illustrative.csv"
    path.write_text(text("programmes-illustrative").replace(",144,", ",12345678901234567890,", 1), "utf8")
    told = desk.run("import", "programmes-illustrative", path)
    assert told.returncode == 0, told.stdout
    draft = told.stdout.split()[1]
    assert desk.run("publish", draft).returncode == 0
    query = tmp_path / "hours.rq"
    query.write_text(
        "PREFIX kg: <https://w3id.org/kgservice/ontology#> "
        "SELECT DISTINCT ?h { GRAPH ?g { ?s kg:hours ?h } FILTER(STRLEN(STR(?h)) > 9) }"
    )

    answered = desk.run("query", query, "--format", "csv")

    assert answered.stdout.split() == ["h", "12345678901234567890"]


MAPPING = "data/sources/organizations/mapping.rml.ttl"
AUTHORED: dict[str, tuple[str, str, str, str, str]] = {
    "a mapping that names a missing column": (
        MAPPING, 'rml:reference "name_ru"', 'rml:reference "nam_ru"',
        r"organizations\.csv has no column nam_ru; its headings in row 1 are org_id, .*the mapping",
        r"organizations\.csv нет столбца nam_ru; заголовки в строке 1: org_id, .*отображение",
    ),
    "a mapping with an unknown function": (
        MAPPING, "fn:iri", "fn:iry",
        r"mapping\.rml\.ttl, line \d+: there is no function fn:iry; the functions are concat, ",
        r"mapping\.rml\.ttl, строка \d+: функции fn:iry нет; есть функции: concat, ",
    ),
    "a mapping that does not parse": (
        MAPPING, "a rml:TriplesMap ;", "a rml:TriplesMap ; [",
        r"mapping\.rml\.ttl, line \d+: this is not Turtle",
        r"mapping\.rml\.ttl, строка \d+: это не Turtle",
    ),
    "a shape file that does not parse": (
        "shapes/places.ttl", "sh:targetClass kg:Place", "sh:targetClass ] kg:Place",
        r"shapes/places\.ttl, line 7: this is not Turtle .*Mend the line",
        r"shapes/places\.ttl, строка 7: это не Turtle .*Исправьте эту строку",
    ),
    "an ontology that does not parse": (
        "ontology/kg.ttl", "kg:Place a owl:Class ;", "kg:Place a owl:Class ",
        r"ontology/kg\.ttl, line \d+: this is not Turtle .*Mend the line",
        r"ontology/kg\.ttl, строка \d+: это не Turtle .*Исправьте эту строку",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", AUTHORED)
def test_a_broken_authored_file_is_named_and_nothing_is_built(desk: Desk, case: str) -> None:
    path, old, new, english, russian = AUTHORED[case]
    desk.edit(path, old, new)

    # what the check of authored files tells is refused, what a delivery tells is wrong input
    code = 2 if case == "a mapping that names a missing column" else 1
    desk.refused(code, english, russian, "build")
    if path == MAPPING:
        desk.refused(2, english, russian, "import", "organizations")


def test_a_folder_without_authored_files_never_empties_the_graph(whole: Desk, tmp_path: Path) -> None:
    elsewhere = {"KG_CONTENT": str(tmp_path)}
    english = rf"The folder {tmp_path} has no ontology/, shapes/, data/sources/: set KG_CONTENT"
    russian = rf"В папке {tmp_path} нет ontology/, shapes/, data/sources/: укажите в KG_CONTENT"

    whole.refused(2, english, russian, "build", **elsewhere)
    whole.refused(2, english, russian, "check", "--quick", **elsewhere)


COMMANDS = (("build",), ("import", "places"), ("drafts",), ("rollback", "1"), ("serve", "--port", "0"))


def test_a_state_of_a_newer_version_is_left_alone_by_every_command(desk: Desk) -> None:
    path = desk.state / "state.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 99').replace('"version":1', '"version":99'))
    assert "99" in path.read_text()

    for command in COMMANDS:
        desk.refused(3, r"made by a newer kgservice .*KG_STATE", r"создана более новой версией.*KG_STATE", *command)


def test_a_state_of_another_base_is_left_alone_by_every_command(whole: Desk) -> None:
    other = {"KG_BASE": "https://other.example/"}

    for command in COMMANDS:
        whole.refused(
            3,
            rf"made under KG_BASE={BASE}, and now KG_BASE is https://other\.example/; set KG_BASE={BASE}",
            rf"создана при KG_BASE={BASE}, а сейчас KG_BASE=https://other\.example/; задайте",
            *command,
            **other,
        )


def test_a_second_writer_is_refused_and_told_who_the_first_is(desk: Desk) -> None:
    held = Settings.read({**desk.environment(), "KG_WORKERS": "1"})
    with build(held) as first, first.shelf.lock("writer", actor="os:anna", job="build"):
        desk.refused(3, rf"process {os.getpid()}", rf"процесс {os.getpid()}", "build")


def test_javascript_is_never_a_link(tmp_path: Path) -> None:
    """Even where a mapping takes any IRI for an address, pages show it as text."""
    desk = Desk(write_content(tmp_path / "content"), tmp_path / "state")
    write_source(desk.content, "places", f"{HEADINGS}\nregion,Кузбасс,javascript:alert(1),,sourced\n")
    desk.edit(
        "data/sources/places/mapping.rml.ttl",
        "rml:predicate kg:within ;",
        'rml:predicate rdfs:seeAlso ; rml:objectMap [ rml:reference "name_en" ; rml:termType rml:IRI ] ] ;'
        " rml:predicateObjectMap [ rml:predicate kg:within ;",
    )
    assert desk.run("build").returncode == 0
    query = urlencode(
        {"query": "SELECT * { ?s ?p ?o FILTER(isIRI(?o) && STRSTARTS(STR(?o), 'javascript'))}", "lang": "en"}
    )
    pages = []
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], env=desk.environment(), stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            address = re.search(r"http://\S+/", server.stdout.readline())[0]
            for path in ("page/place/region?lang=en", f"sparql?{query}"):
                with urlopen(Request(address + path, headers={"Accept": "text/html"})) as answer:
                    pages.append(answer.read().decode())
        finally:
            server.terminate()

    for page in pages:
        assert "javascript:alert(1)" in page
        assert not re.search(r"(?:href|src|action)=[\"']?\s*javascript:", page, re.IGNORECASE)
