"""Turns bytes into text: a mark, else UTF-16 or UTF-8, else cp1251, the guess shown; a declared encoding is tested."""

import codecs
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.report import Cell, Text

_BLOCK = 1 << 20
_LOOKED = 4096
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
    if wide := unmarked(data):
        _tell_guess(file, wide, collector)
        return _strict(data, wide, file)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = _guessed(data, file, error.start)
        _tell_guess(file, "cp1251", collector)
    if "\0" in text:
        raise _binary(file, data)
    return text


@contextmanager
def plain(path: Path, table: Table, file: str, collector: Collector) -> Iterator[Path]:
    """Yield a file with the same text in UTF-8 and without a mark: the file itself, or one made of it block by block.

    Raises:
        SourceUnreadable: as `decoded`.
    """
    with path.open("rb") as stream:
        head = stream.read(_LOOKED)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")
    if table.encoding != "auto":
        encoding = codecs.lookup(table.encoding).name
        _check_declared(encoding, _fits(path, "ascii"), _fits(path, "utf-8"), file)
    else:
        encoding = marked or unmarked(head) or ("utf-8" if _fits(path, "utf-8") else "cp1251")
    if not _fits(path, encoding):
        decoded(path.read_bytes(), table, file, collector)  # says where and why
        raise _binary(file, path.read_bytes())
    if not marked and encoding != "utf-8" and table.encoding == "auto":
        _tell_guess(file, encoding, collector)
    if encoding in ("utf-8", "ascii") and not marked:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="kgservice-") as work:
        made = Path(work) / "text"
        with path.open("rb") as stream, made.open("w", encoding="utf-8", newline="") as target:
            target.writelines(_blocks(stream, encoding))
        yield made


def _fits(path: Path, encoding: str) -> bool:
    """Tell whether every byte of a file is text of that encoding, and no character is U+0000."""
    try:
        with path.open("rb") as stream:
            return all("\0" not in block for block in _blocks(stream, encoding))
    except UnicodeDecodeError:
        return False


def _blocks(stream: IO[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    while block := stream.read(_BLOCK):
        text = decoder.decode(block)
        yield text.removeprefix("\ufeff") if first else text
        first = False
    yield decoder.decode(b"", final=True)


def ladder(data: bytes) -> str:
    """Return the encoding that the first bytes of a text tell: its mark, else UTF-8 where it fits, else cp1251."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return unmarked(data) or "cp1251"
    return unmarked(data) or "utf-8"


def unmarked(data: bytes) -> str:
    """Return `utf-16-le` or `utf-16-be` where the first bytes look like it without a mark: zeros in one place of two.

    Any text of commas, digits and line ends has such zeros; a file that is no text has them in both places.
    """
    head = data[: _LOOKED // 2 * 2]
    first, second = head[::2].count(0), head[1::2].count(0)
    if first + second < max(len(head) // 20, 4) or min(first, second):
        return ""
    encoding = "utf-16-be" if first else "utf-16-le"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return ""
    return "" if any(unicodedata.category(sign) in ("Cn", "Co", "Cs") for sign in text) else encoding


def prefix(data: bytes, encoding: str) -> str:
    """Return the text of the beginning of a file; a letter that is cut at its end is left out.

    Raises:
        SourceUnreadable: when the encoding does not fit.
    """
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return _strict(data, encoding, "-")


def _tell_guess(file: str, encoding: str, collector: Collector) -> None:
    collector.info(
        "read/encoding-guessed",
        Text("{file} is not UTF-8 and was read as {encoding}.", {"file": file, "encoding": encoding}),
        Text("If letters look wrong, name the encoding in source.toml; else nothing is to be done."),
        Cell(file),
    )


def _guessed(data: bytes, file: str, broken: int) -> str:
    if b"\0" in data:
        raise _binary(file, data)
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
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        _check_declared(codecs.lookup(encoding).name, data.isascii(), True, file)
    return _strict(data, encoding, file).removeprefix("\ufeff")


def _check_declared(encoding: str, plain_letters: bool, unicode: bool, file: str) -> None:
    single = encoding not in ("utf-8", "utf-16", "utf-32", "utf-8-sig", "ascii")
    if single and unicode and not plain_letters:
        raise SourceUnreadable(
            "{file} is UTF-8, but source.toml says its encoding is {encoding}; mend the one or the other.",
            file=file,
            encoding=encoding,
        )


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


def _binary(file: str, data: bytes) -> SourceUnreadable:
    return SourceUnreadable(
        "{file} is not a text file: it holds zero bytes ({count}), the first in line {line}. Is its format right?",
        file=file,
        count=data.count(b"\0"),
        line=data[: data.find(b"\0")].count(b"\n") + 1,
    )
