"""Opens what is delivered packed: .gz, and .zip with the members that a table asks for; archives in archives never."""

import fnmatch
import gzip
import posixpath
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kgservice.errors import SourceUnreadable
from kgservice.intake.guards import check_kind, check_nested
from kgservice.intake.interface import DeliveredFile, Table

_BLOCK = 1 << 20
_SUFFIXES = {
    "csv": (".csv", ".txt"),
    "tsv": (".tsv", ".tab", ".txt"),
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "xml": (".xml",),
    "xlsx": (".xlsx", ".xlsm"),
    "ods": (".ods",),
    "sqlite": (".sqlite", ".sqlite3", ".db"),
    "rdf": (".ttl", ".nt", ".nq", ".trig", ".rdf", ".owl", ".jsonld", ".n3", ".xml"),
}
_BOOKS = ("[Content_Types].xml", "mimetype")
"""Members by which a zip is itself a workbook."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something to read in a delivery: a file, or a member of a packed one (`member`, empty = the file itself)."""

    file: DeliveredFile
    member: str = ""

    @property
    def name(self) -> str:
        """Return the name that findings say: `esco.zip/skills_en.csv`."""
        return f"{self.file.name}/{self.member}" if self.member else self.file.name

    @property
    def leaf(self) -> str:
        """Return the name without folders and without .gz, which a pattern must fit."""
        name = posixpath.basename(self.member) or self.file.name
        return name[:-3] if name.lower().endswith(".gz") else name

    def fits(self, table: Table) -> bool:
        """Tell whether a table reads this part."""
        whole = self.member or self.file.name
        if table.member and self.member:
            named = fnmatch.fnmatchcase(whole, table.member) or fnmatch.fnmatchcase(self.leaf, table.member)
            return named and self._outer(table)
        if fnmatch.fnmatchcase(self.leaf, table.file) or fnmatch.fnmatchcase(whole, table.file):
            return True
        suited = not self.member or self.leaf.lower().endswith(_SUFFIXES[table.format])
        return suited and fnmatch.fnmatchcase(self.file.name, table.file)

    def _outer(self, table: Table) -> bool:
        stem = self.file.name[:-4] if self.file.name.lower().endswith(".zip") else self.file.name
        return any(fnmatch.fnmatchcase(name, table.file) for name in (self.file.name, stem, self.leaf))


def parts(file: DeliveredFile) -> list[Part]:
    """Return what a delivered file holds: itself, or the members of a zip that is no workbook, sorted by name.

    Raises:
        SourceUnreadable: when the zip holds no file.
    """
    if not zipfile.is_zipfile(file.path):
        return [Part(file)]
    with zipfile.ZipFile(file.path) as archive:
        names = archive.namelist()
        if any(name in names for name in _BOOKS):
            return [Part(file)]
        found = sorted(_named(info) for info in archive.infolist() if not _hidden(info.filename))
    if not found:
        raise SourceUnreadable("{file} holds no file; nothing was delivered.", file=file.name)
    return [Part(file, name) for name in found]


def workbook(path: Path) -> str:
    """Return what kind of workbook a file is, whatever its name says: `xlsx`, `ods`, or empty for none."""
    with path.open("rb") as stream:
        if stream.read(2) != b"PK" or not zipfile.is_zipfile(path):
            return ""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return "xlsx" if _BOOKS[0] in names else "ods" if _BOOKS[1] in names else ""


@contextmanager
def opened(path: Path, member: str, name: str) -> Iterator[Path]:
    """Yield a path with the bytes of a part, unpacked to a temporary folder where it is packed; `name` for messages.

    Raises:
        SourceUnreadable: when it cannot be unpacked, holds an archive, or is not there any more.
    """
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    if not member and not packed:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="kgservice-") as work:
        inner = Path(work) / (posixpath.basename(member) or path.stem)
        try:
            if member:
                _take(path, member, inner)
            else:
                with gzip.open(path) as stream, inner.open("wb") as target:
                    while block := stream.read(_BLOCK):
                        target.write(block)
        except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, gzip.BadGzipFile, RuntimeError) as error:
            raise SourceUnreadable("{file} cannot be unpacked ({reason}).", file=name, reason=str(error)) from None
        with inner.open("rb") as stream:
            check_kind(stream.read(512), name)
        if member:
            check_nested(inner, name)
        yield inner


def _take(path: Path, member: str, target: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        info = next(info for info in archive.infolist() if _named(info) == member)
        with archive.open(info) as stream, target.open("wb") as out:
            while block := stream.read(_BLOCK):
                out.write(block)


def _named(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; where the zip does not say that it is Unicode, Russian names are of cp866."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return info.filename


def _hidden(name: str) -> bool:
    return name.endswith("/") or name.startswith("__MACOSX/") or posixpath.basename(name).startswith(".")
