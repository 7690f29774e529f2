"""Finds characters that nobody sees or no text holds: they make equal names different, or spoil what is shown."""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import polars as pl
from lxml import etree
from polars.selectors import by_name

from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.report import Text

_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{FFFE}\x{FFFF}]"
_LOST = r"\x{FFFD}"
_UNSEEN = (
    r"[\x80-\x9F\x{AD}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{FEFF}]"
    r"|[\p{Latin}\p{Cyrillic}0-9][\x{200C}\x{200D}]"
)
_RULES = (("read/control-character", _CONTROL), ("read/character-lost", _LOST), ("read/invisible-character", _UNSEEN))
_ANY = "|".join(pattern for _, pattern in _RULES)
_SUSPICIOUS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ufffd-\uffff\ud800-\udfff]"
)
"""Signs that one of the rules may be about, in one class."""


def check(table: Table, sheet: Sheet, collector: Collector) -> None:
    """Add a finding for every cell with a control character, a lost one, or one that is not seen.

    What is not seen is a warning, and a violation in a key; the text stays as it is.
    """
    if sheet.formulation == "RDF":
        return
    if sheet.records:
        _check_records(table, sheet, collector)
        return
    names = sheet.columns
    if not names or not sheet.frame.height:
        return
    found = sheet.frame.select(by_name(names).str.contains(_ANY).any()).row(0)
    for column in (name for name, some in zip(names, found, strict=True) if some):
        odd = sheet.frame.select(ROW, by_name(column)).filter(by_name(column).str.contains(_ANY))
        _tell(table, sheet, collector, column, odd)


def _check_records(table: Table, sheet: Sheet, collector: Collector) -> None:
    rows, paths, values = [], [], []
    for record in sheet.records:
        if not _suspicious(record.value):
            continue
        for path, text in _texts(record.value, ""):
            rows.append(record.row)
            paths.append(path)
            values.append(text)
    schema = {"path": pl.String, ROW: pl.UInt32, "text": pl.String}
    found = pl.DataFrame({"path": paths, ROW: rows, "text": values}, schema=schema)
    odd = found.filter(pl.col("text").str.contains(_ANY))
    for path in odd["path"].unique(maintain_order=True).to_list():
        part = odd.filter(pl.col("path") == path).select(ROW, pl.col("text").alias(path))
        _tell(table, sheet, collector, path, part)


def _suspicious(value: Any) -> bool:
    """Tell whether a record may hold an odd character; a look that costs little, for most hold none."""
    if isinstance(value, str):
        return _SUSPICIOUS.search(value) is not None
    if isinstance(value, dict | list):
        return any(_suspicious(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, etree._Element)


def _tell(table: Table, sheet: Sheet, collector: Collector, column: str, odd: pl.DataFrame) -> None:
    for rule, pattern in _RULES:
        marked = odd.with_columns(
            by_name(column).str.extract_all(pattern).list.unique(maintain_order=True).alias("signs")
        )
        marked = marked.filter(pl.col("signs").list.len() > 0)
        for row, text, signs in marked.select(ROW, column, "signs").iter_rows():
            if not collector.wants(rule):
                collector.omit(rule)
                continue
            codes = dict.fromkeys(f"U+{ord(sign[-1]):04X}" for sign in signs)
            given = {"code": ", ".join(codes), "column": column}
            cell = sheet.cell(row, column, text)
            if rule == "read/control-character":
                what = Text("{column} holds the control character {code}.", given)
                collector.violation(rule, what, Text("Delete the character and type the text again."), cell)
            elif rule == "read/character-lost":
                what = Text("{column} holds {code}: a letter was lost when the file was written.", given)
                collector.violation(rule, what, Text("Write the file again in UTF-8, and type the letter."), cell)
            else:
                what = Text("{column} holds characters that nobody sees: {code}.", given)
                remedy = Text("Delete them; with them, two texts that look the same are different.")
                say = collector.violation if column in table.key else collector.warning
                say(rule, what, remedy, cell)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every text inside a record."""
    if isinstance(value, str):
        yield path or "$", value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, f"{path}[*]")
    elif isinstance(value, etree._Element):
        for element in value.iter(etree.Element):
            above = takewhile(lambda one: one is not value, (element, *element.iterancestors()))
            own = "/".join(reversed([_local(one) for one in above]))
            for name, text in element.attrib.items():
                yield f"{own}/@{name!s}".lstrip("/"), str(text)
            if element.text and element.text.strip():
                yield own or ".", element.text


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
