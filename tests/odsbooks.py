"""Small OpenDocument workbooks for the tests, written by hand so that every oddity of the format can stand in them."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def cell(value: object = "", attributes: str = "") -> str:
    """Return a cell: text, number or truth value; `attributes` are more of its attributes as XML."""
    if isinstance(value, bool):
        return (
            f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}" {attributes}/>'
        )
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}" {attributes}/>'
    if value == "":
        return f"<table:table-cell {attributes}/>"
    words = escape(str(value))
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{words}</text:p></table:table-cell>'


def date(value: str) -> str:
    return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'


def row(*cells: object, repeated: int = 1) -> str:
    """Return a row of cells; those that are no XML yet are made so."""
    inner = "".join(str(one) if str(one).startswith("<table:") else cell(one) for one in cells)
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{inner}</table:table-row>"


def content(sheets: dict[str, Sequence[str]], before: str = "") -> bytes:
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(rows)}</table:table>" for name, rows in sheets.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {_NAMES}><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    ).encode()


def book(sheets: dict[str, Sequence[str]], before: str = "", manifest: str = "") -> bytes:
    """Return a workbook of these sheets, rows by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content(sheets, before))
        if manifest:
            archive.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()
