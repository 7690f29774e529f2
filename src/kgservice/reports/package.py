"""Writes a workbook a row at a time in constant memory: texts that are never formulas, colours, comments, links.

ECMA-376 part 1: worksheets with inline strings; comments and their boxes wait in temporary files until a sheet ends.
"""

import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self
from xml.sax.saxutils import escape, quoteattr

STYLES = ("plain", "head", "violation", "warning", "info", "waived", "title", "faint", "link", "wrapped", "number")
"""Names of the looks of a cell."""
_FILLS = {"head": "FFD9E1EC", "violation": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7", "waived": "FFE7E6E6"}
_LONGEST = 32_767
ROWS = 1_048_576
COLUMNS = 16_384
_COMMENT = 2000  # characters that a comment shows well
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell to write: a text or number, its look, a comment, and the cell of this workbook that it links to."""

    value: str | int | float = ""
    style: str = "plain"
    comment: str = ""
    link: str = ""


class Workbook:
    """A package while it is written; sheets come one after the other. Use it in a `with` block."""

    def __init__(self, output: IO[bytes]) -> None:
        self._package = zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._sheets: list[tuple[str, bool]] = []

    def sheet(self, name: str, widths: Sequence[float], frozen: int = 0) -> "Sheet":
        """Begin a sheet, the one before must have ended; `frozen` rows stay in sight."""
        taken = [taken for taken, _ in self._sheets]
        name = unused(name, taken)
        self._sheets.append((name, False))
        return Sheet(self, self._package, len(self._sheets), name, widths, frozen)

    def commented(self, number: int) -> None:
        """Note that a sheet has comments."""
        self._sheets[number - 1] = (self._sheets[number - 1][0], True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for name, text in _frame(self._sheets).items():
                self._package.writestr(name, _HEAD + text)
        self._package.close()


class Sheet:
    """One sheet while it is written. Use it in a `with` block."""

    def __init__(
        self, book: Workbook, package: zipfile.ZipFile, number: int, name: str, widths: Sequence[float], frozen: int
    ) -> None:
        self.name = name
        self.row = 0
        """Number of the last row."""
        self._book, self._package, self._number = book, package, number
        self._out = package.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True)
        self._comments: IO[str] | None = None
        self._boxes: IO[str] | None = None
        self._links: list[str] = []
        pane = f'<pane ySplit="{frozen}" topLeftCell="A{frozen + 1}" activePane="bottomLeft" state="frozen"/>'
        view = f'<sheetView workbookViewId="0"{"" if number > 1 else " tabSelected=" + chr(34) + "1" + chr(34)}>'
        cols = "".join(
            f'<col min="{at}" max="{at}" width="{width:g}" customWidth="1"/>' for at, width in enumerate(widths, 1)
        )
        self._write(
            f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>{view}{pane if frozen else ""}'
            f"</sheetView></sheetViews>{f'<cols>{cols}</cols>' if cols else ''}<sheetData>"
        )

    def write(self, slots: Sequence[Slot | str | int | float], height: float = 0) -> int:
        """Write a row and return its number; `height` in points, 0 = as the program finds it."""
        self.row += 1
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        parts = [f'<row r="{self.row}"{tall}>']
        for at, slot in enumerate(slots[:COLUMNS]):
            style, value = 0, slot
            if isinstance(slot, Slot):
                style, value = STYLES.index(slot.style), slot.value
                if slot.comment:
                    self._comment(at, slot.comment)
                if slot.link:
                    ref = f"{letters(at)}{self.row}"
                    self._links.append(f"<hyperlink ref={quoteattr(ref)} location={quoteattr(slot.link)}/>")
            if isinstance(value, str):
                if value:
                    parts.append(
                        f'<c r="{letters(at)}{self.row}" s="{style}" t="inlineStr"><is>'
                        f'<t xml:space="preserve">{said(value)}</t></is></c>'
                    )
                elif style:
                    parts.append(f'<c r="{letters(at)}{self.row}" s="{style}"/>')
            else:
                parts.append(f'<c r="{letters(at)}{self.row}" s="{style}"><v>{value}</v></c>')
        parts.append("</row>")
        self._write("".join(parts))
        return self.row

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        links = f"<hyperlinks>{''.join(self._links)}</hyperlinks>" if self._links else ""
        drawn = '<legacyDrawing r:id="rId1"/>' if self._comments else ""
        paper = '<pageSetup orientation="landscape" fitToHeight="0"/>'
        self._write(f"</sheetData>{links}{paper}{drawn}</worksheet>")
        self._out.close()
        if kind is None and self._comments and self._boxes:
            self._finish_comments(self._comments, self._boxes)
        for file in (self._comments, self._boxes):
            if file:
                file.close()

    def _write(self, text: str) -> None:
        self._out.write(text.encode("utf8"))

    def _comment(self, at: int, text: str) -> None:
        if self._comments is None or self._boxes is None:
            self._comments = tempfile.TemporaryFile("w+", encoding="utf8")  # noqa: SIM115 - closed with the sheet
            self._boxes = tempfile.TemporaryFile("w+", encoding="utf8")  # noqa: SIM115 - closed with the sheet
        short = text if len(text) <= _COMMENT else text[: _COMMENT - 1] + "…"
        self._comments.write(
            f'<comment ref="{letters(at)}{self.row}" authorId="0"><text><r><t xml:space="preserve">{said(short)}'
            "</t></r></text></comment>"
        )
        lines = sum(1 + len(line) // 42 for line in short.split("\n"))
        self._boxes.write(_BOX.format(row=self.row - 1, column=at, height=min(lines, 30) * 14 + 12))

    def _finish_comments(self, comments: IO[str], boxes: IO[str]) -> None:
        self._book.commented(self._number)
        number = self._number
        start = f'{_HEAD}<comments xmlns="{_MAIN}"><authors><author>kgservice</author></authors><commentList>'
        for name, before, file, after in (
            (f"xl/comments{number}.xml", start, comments, "</commentList></comments>"),
            (f"xl/drawings/vmlDrawing{number}.vml", _BOXES, boxes, "</xml>"),
        ):
            file.seek(0)
            with self._package.open(name, "w", force_zip64=True) as part:
                part.write(before.encode())
                while block := file.read(1 << 16):
                    part.write(block.encode("utf8"))
                part.write(after.encode())
        self._package.writestr(
            f"xl/worksheets/_rels/sheet{number}.xml.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/vmlDrawing" Target="../drawings/vmlDrawing{number}.vml"/>'
            f'<Relationship Id="rId2" Type="{_OFFICE}/comments" Target="../comments{number}.xml"/></Relationships>',
        )


def unused(name: str, taken: Sequence[str]) -> str:
    """Return a name that a sheet may have (31 characters, no brackets, colons or slashes) and that none has yet."""
    name = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:31] or "1"
    low = {one.lower() for one in taken}
    found, count = name, 1
    while found.lower() in low:
        count += 1
        found = f"{name[: 31 - len(str(count)) - 1]} {count}"
    return found


def letters(index: int) -> str:
    """Return the letters of a column (from 0) as a spreadsheet shows them."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found


def said(text: str) -> str:
    """Return a text as a cell's XML holds it: 32,767 characters, none that XML forbids."""
    return escape(_ESCAPE.sub("_x005F_", _UNSPEAKABLE.sub("\ufffd", text[:_LONGEST])))


def _frame(sheets: Sequence[tuple[str, bool]]) -> dict[str, str]:
    """Return the parts that hold the package together."""
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        + (f'<Override PartName="/xl/comments{n}.xml" ContentType="{_TYPE}.comments+xml"/>' if commented else "")
        for n, (_, commented) in enumerate(sheets, 1)
    )
    listed = "".join(
        f'<sheet name={quoteattr(said(name))} sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId{len(sheets) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _styles(),
    }


def _styles() -> str:
    fills = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
        for colour in _FILLS.values()
    )
    fonts = {"head": 1, "title": 2, "faint": 3, "link": 4}
    looks = "".join(
        f'<xf numFmtId="{0 if style == "number" else 49}" fontId="{fonts.get(style, 0)}" borderId="0" xfId="0"'
        ' applyNumberFormat="1" applyFont="1"'
        f' fillId="{list(_FILLS).index(style) + 2 if style in _FILLS else 0}" applyFill="1" quotePrefix="1"'
        ' applyAlignment="1">'
        f'<alignment vertical="top"{" horizontal=" + chr(34) + "left" + chr(34) if style == "number" else ""}'
        f"{' wrapText=' + chr(34) + '1' + chr(34) if style in _WRAPPED else ''}/></xf>"
        for style in STYLES
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="5"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="15"/><name val="Calibri"/></font>'
        '<font><sz val="11"/><color rgb="FF595959"/><name val="Calibri"/></font>'
        '<font><u/><sz val="11"/><color rgb="FF0B57A4"/><name val="Calibri"/></font></fonts>'
        f'<fills count="{len(_FILLS) + 2}"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{fills}</fills>'
        "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(STYLES)}">{looks}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


_WRAPPED = {"wrapped", "violation", "warning", "info", "waived", "head"}
_BOXES = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202" coordsize="21600,21600"'
    ' o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    '<v:shape type="#_x0000_t202" style="position:absolute;width:260pt;height:{height}pt;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:textbox/><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
