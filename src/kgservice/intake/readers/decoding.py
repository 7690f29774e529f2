"""Turns bytes into text: a byte order mark, else strict UTF-8, else cp1251 and shown; a declared encoding is tested."""

import codecs

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.report import Cell, Text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, table: Table, file: str, collector: Collector) -> str:
    """Return the text of a file without its byte order mark; a guess is an info finding.

    Raises:
        SourceUnreadable: when the declared encoding does not fit, or none does.
    """
    if table.encoding != "auto":
        return _declared(data, table.encoding, file)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, file).removeprefix("\ufeff")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = _guessed(data, file, error.start)
        collector.info(
            "read/encoding-guessed",
            Text("{file} is not UTF-8 and was read as cp1251.", {"file": file}),
            Text("If letters look wrong, name the encoding in source.toml; else nothing is to be done."),
            Cell(file),
        )
    if "\0" in text:
        raise _binary(file)
    return text


def ladder(data: bytes) -> str:
    """Return the encoding that the first bytes of a text tell: its mark, else UTF-8 where it fits, else cp1251."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def prefix(data: bytes, encoding: str) -> str:
    """Return the text of the beginning of a file; a letter that is cut at its end is left out.

    Raises:
        SourceUnreadable: when the encoding does not fit.
    """
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return _strict(data, encoding, "-")


def _guessed(data: bytes, file: str, broken: int) -> str:
    if b"\0" in data:
        raise _binary(file)
    try:
        return data.decode("cp1251")
    except UnicodeDecodeError:
        raise SourceUnreadable(
            "{file} is neither UTF-8 (line {line} holds the byte {byte}) nor cp1251. "
            "Mend that line, or name the encoding in source.toml.",
            file=file,
            line=data[:broken].count(b"\n") + 1,
            byte=f"0x{data[broken]:02X}",
        ) from None


def _declared(data: bytes, encoding: str, file: str) -> str:
    single = codecs.lookup(encoding).name not in ("utf-8", "utf-16", "utf-32", "utf-8-sig", "ascii")
    if single and not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            raise SourceUnreadable(
                "{file} is UTF-8, but source.toml says its encoding is {encoding}; mend the one or the other.",
                file=file,
                encoding=encoding,
            )
    return _strict(data, encoding, file).removeprefix("\ufeff")


def _strict(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            "{file} is not {encoding}: line {line} holds the byte {byte}. Name its encoding in source.toml.",
            file=file,
            encoding=encoding,
            line=data[: error.start].count(b"\n") + 1,
            byte=f"0x{data[error.start]:02X}",
        ) from None


def _binary(file: str) -> SourceUnreadable:
    return SourceUnreadable("{file} is not a text file (it holds zero bytes); is its format right?", file=file)
