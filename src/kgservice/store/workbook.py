"""An answer as XLSX, streamed row by row: a worker may write no file, so the package is made as it leaves.

ECMA-376 part 1: a sheet of rows with labels beside IRIs, and a sheet that says which query, release and date made it.
"""

import itertools
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

import pyoxigraph

from kgservice.errors import NotAcceptable
from kgservice.store.tables import FORMULA, About, value

_LOOK_AHEAD = 1000  # rows that tell which columns hold IRIs and how wide they are
_ROWS = 1_048_576
_COLUMNS = 16_384
_LONGEST = 32_767  # characters of a cell
_MOST = (1 << 31) - (1 << 24)  # bytes of a sheet; beyond it a package needs ZIP64, which Excel does not read in streams
_LABELS = 50_000  # remembered
_TOGETHER = 200  # pieces of rows that are written at once, of 32 KiB at most each
_EPOCH = date(1899, 12, 30)
_FIRST = date(1900, 3, 1)  # Excel counts a day before it that never was
_DATE, _TIME, _UTC, _QUOTED = 2, 3, 4, 5  # cell formats of _STYLES
_WORDS = {
    "en": ("Answer", "About", "label", ("Query", "Release", "Published", "Rows", "Warning")),
    "ru": ("Ответ", "О запросе", "название", ("Запрос", "Выпуск", "Опубликован", "Строк", "Замечание")),
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/>'
    '<numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd hh:mm:ss&quot;Z&quot;"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in (164, 165, 166)
    )
    + '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_MARKED = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x")
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x(?=[0-9A-Fa-f]{4}_)")


def workbook(columns: list[str], rows: Iterator[tuple[Any, ...]], output: IO[bytes], beside: About) -> None:
    """Write the package; memory does not grow with the rows.

    Raises:
        NotAcceptable: more rows, columns or characters in a cell than a sheet holds.
    """
    words = _WORDS.get(beside.language, _WORDS["en"])
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as package:
        for name, text in _frame(words[0], words[1]).items():
            with package.open(_entry(name), "w") as part:
                part.write((_HEAD + text).encode())
        with package.open(_entry("xl/worksheets/sheet1.xml"), "w") as part:
            count = _Sheet(part).rows(columns, rows, beside, words[2])
        with package.open(_entry("xl/worksheets/sheet2.xml"), "w") as part:
            lines = beside.query.splitlines() or [""]
            facts = [*zip(words[3][1:4], (beside.release, beside.created, str(count)), strict=True)]
            facts += [(words[3][4], notice) for notice in beside.notices]
            facts += zip(itertools.chain([words[3][0]], itertools.repeat("")), lines, strict=False)
            _Sheet(part).facts(facts)


class _Sheet:
    """Writes one sheet, a row at a time."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self._row = 0
        self._size = 0
        self._letters: list[str] = []
        self._texts: list[str] = []  # not written yet

    def rows(self, columns: list[str], rows: Iterator[tuple[Any, ...]], beside: About, word: str) -> int:
        """Write the answer and return the number of its rows."""
        ahead = list(itertools.islice(rows, _LOOK_AHEAD))
        labelled = [any(isinstance(row[at], pyoxigraph.NamedNode) for row in ahead) for at in range(len(columns))]
        headings = [
            heading
            for column, has in zip(columns, labelled, strict=True)
            for heading in ((column, f"{column} ({word})") if has else (column,))
        ]
        if len(headings) > _COLUMNS:
            raise NotAcceptable("A sheet holds {limit} columns, the answer has more; ask for csv.", limit=_COLUMNS)
        label = _remembering(beside.label)
        self._begin(_widths(headings, (_cells(row, labelled, label) for row in ahead[:100])), frozen=True)
        self._line(headings, 1)
        for row in itertools.chain(ahead, rows):
            if self._row == _ROWS:
                raise NotAcceptable("A sheet holds {limit} rows, the answer has more; ask for csv.", limit=_ROWS)
            self._line(_cells(row, labelled, label))
        self._end()
        return self._row - 1

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Write names and texts."""
        self._begin([14, 90])
        for pair in pairs:
            self._line(pair)
        self._end()

    def _begin(self, widths: list[int], frozen: bool = False) -> None:
        pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ""
        cols = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
        )
        self._write(
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView>'
            f"</sheetViews>{f'<cols>{cols}</cols>' if cols else ''}<sheetData>"
        )

    def _line(self, values: Iterable[Any], style: int = 0) -> None:
        self._row += 1
        row, letters, texts = str(self._row), self._letters, self._texts
        texts.append(f'<row r="{row}">')
        for at, found in enumerate(values):
            if at == len(letters):
                letters.append(_letters(at))
            if found is not None:
                texts.append(_cell(letters[at] + row, found, style))
        texts.append("</row>")
        if len(texts) > _TOGETHER:
            self._flush()

    def _end(self) -> None:
        self._flush()
        self._write("</sheetData></worksheet>")

    def _flush(self) -> None:
        self._write("".join(self._texts))
        self._texts.clear()

    def _write(self, text: str) -> None:
        data = text.encode()
        self._size += len(data)
        if self._size > _MOST:
            raise NotAcceptable("The answer is too large for a workbook; ask for csv.")
        self._part.write(data)


def _cells(row: tuple[Any, ...], labelled: list[bool], label: Callable[[str], str]) -> Iterator[Any]:
    for term, has in zip(row, labelled, strict=True):
        yield None if term is None else value(term)
        if has:
            yield (label(term.value) or None) if isinstance(term, pyoxigraph.NamedNode) else None


def _cell(place: str, found: Any, style: int) -> str:
    if isinstance(found, str):
        return _text(place, found, style)
    if isinstance(found, bool):
        return f'<c r="{place}" t="b"><v>{int(found)}</v></c>'
    if isinstance(found, int | float | Decimal):
        return _number(place, found)
    return _day(place, found)


def _text(place: str, text: str, style: int) -> str:
    if len(text) > _LONGEST:
        raise NotAcceptable(
            "A cell of a sheet holds {limit} characters, and a text of the answer is longer; ask for csv.",
            limit=_LONGEST,
        )
    style = style or (_QUOTED if text.startswith(FORMULA) else 0)
    marked = f' s="{style}"' if style else ""
    return f'<c r="{place}"{marked} t="inlineStr"><is><t xml:space="preserve">{_spoken(text)}</t></is></c>'


def _number(place: str, found: float | Decimal) -> str:
    """Return the cell of a number, as a text where Excel's 15 digits would not hold it."""
    if isinstance(found, float):
        exact = found == found and abs(found) < 1e308
        text = repr(found)
    else:
        text = format(found, "f") if isinstance(found, Decimal) else str(found)
        exact = len(text.strip("-").replace(".", "").strip("0")) <= 15 and len(text) < 300
    if not exact:
        return f'<c r="{place}" s="{_QUOTED}" t="inlineStr"><is><t>{text}</t></is></c>'
    return f'<c r="{place}"><v>{text}</v></c>'


def _day(place: str, found: date) -> str:
    """Return the cell of a date or time; as a text where it lies before 1900 or far from Greenwich."""
    day = found.date() if isinstance(found, datetime) else found
    zone = found.utcoffset() if isinstance(found, datetime) else None
    if day < _FIRST or zone:
        return f'<c r="{place}" t="inlineStr"><is><t>{found.isoformat()}</t></is></c>'
    number: float = (day - _EPOCH).days
    style = _DATE
    if isinstance(found, datetime):
        since = timedelta(hours=found.hour, minutes=found.minute, seconds=found.second, microseconds=found.microsecond)
        number += since / timedelta(days=1)
        style = _TIME if zone is None else _UTC
    return f'<c r="{place}" s="{style}"><v>{number}</v></c>'


def _spoken(text: str) -> str:
    if not _MARKED.search(text):
        return text
    if _UNSPEAKABLE.search(text):
        text = _UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0][0]):04X}_" + found[0][1:], text)
    return escape(text)


def _letters(at: int) -> str:
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def _widths(headings: list[str], sample: Iterable[Iterable[Any]]) -> list[int]:
    widths = [len(heading) + 2 for heading in headings]
    for row in sample:
        widths = [max(width, len(str(v)) + 2) if v is not None else width for width, v in zip(widths, row, strict=True)]
    return [min(60, max(9, width)) for width in widths]


def _remembering(label: Callable[[str], str]) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def of(iri: str) -> str:
        if iri not in known:
            if len(known) >= _LABELS:
                known.clear()
            known[iri] = label(iri)
        return known[iri]

    return of


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same answer has the same bytes
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _frame(answer: str, about: str) -> dict[str, str]:
    sheets = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in ((1, answer), (2, about)))
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, kind, target in (
            (1, "worksheet", "worksheets/sheet1.xml"),
            (2, "worksheet", "worksheets/sheet2.xml"),
            (3, "styles", "styles.xml"),
        )
    )
    parts = (
        ("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("worksheets/sheet2", "worksheet"),
        ("styles", "styles"),
    )  # fmt: skip
    types = "".join(f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{default}{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "xl/styles.xml": _STYLES,
    }
