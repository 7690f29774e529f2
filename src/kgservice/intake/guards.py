"""Refuses files that would harm their reader: bombs, paths out of a zip, archives in archives, programs, DOCTYPEs."""

import gzip
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import ParseError

import defusedxml
from defusedxml.ElementTree import fromstring

from kgservice.errors import SourceUnreadable

_MEMBERS = 10_000
_RATIO = 100
_SMALL = 1 << 20
_BLOCK = 1 << 20


_PROGRAM = "{file} is a program by its first bytes, whatever its name says; it is refused. Deliver the table itself."
_PACKED = "{file} is an archive of a kind that is not unpacked; deliver the table as it is, or in .gz or .zip."
_LOCKED = "{file} is an old .xls or a workbook locked with a password; save it as .xlsx without a password."
_DOCUMENT = "{file} is {kind}, not a table; deliver the table itself as .xlsx, .ods, .csv, .json, .xml, .sqlite or RDF."
_STRANGERS = {
    b"MZ": (_PROGRAM, "EXE"),
    b"\x7fELF": (_PROGRAM, "ELF"),
    b"\xcf\xfa\xed\xfe": (_PROGRAM, "Mach-O"),
    b"#!/": (_PROGRAM, "#!"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (_LOCKED, "OLE"),
    b"\x09\x08\x10\x00\x00": (_LOCKED, "BIFF"),
    b"\x09\x08\x08\x00\x00": (_LOCKED, "BIFF"),
    b"\x09\x04\x06\x00\x00": (_LOCKED, "BIFF"),
    b"\x09\x02\x06\x00\x00": (_LOCKED, "BIFF"),
    b"%PDF": (_DOCUMENT, "PDF"),
    b"{\\rtf": (_DOCUMENT, "RTF"),
    b"\x89PNG": (_DOCUMENT, "PNG"),
    b"\xff\xd8\xff": (_DOCUMENT, "JPEG"),
    b"Rar!": (_PACKED, "RAR"),
    b"7z\xbc\xaf": (_PACKED, "7z"),
    b"\xfd7zXZ\x00": (_PACKED, "xz"),
    b"BZh": (_PACKED, "bzip2"),
}
"""What a file is by its first bytes."""
_LETTERS = (b"MZ", b"BZh", b"Rar!")
"""Beginnings that a table may have as well, unless binary bytes follow."""
_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PAGES = (b"<!doctype html", b"<html")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"\xfd7zXZ\x00", b"BZh")
_TAR = 257  # where a tar archive says that it is one
_BOOKS = {"[Content_Types].xml", "mimetype"}


def check_kind(head: bytes, name: str) -> None:
    """Refuse what no reader of ours reads, by its first bytes, whatever it is named.

    Raises:
        SourceUnreadable: for programs, archives of other kinds, old or locked workbooks, PDF, pictures and web pages.
    """
    found = next((entry for start, entry in _STRANGERS.items() if head.startswith(start)), None)
    if head.startswith(_LETTERS) and not any(byte < 9 for byte in head):
        found = None
    if head[_TAR : _TAR + 5] == b"ustar":
        found = (_PACKED, "tar")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(_PAGES):
        found = (_DOCUMENT, "HTML")
    if found:
        raise SourceUnreadable(found[0], file=name, kind=found[1])


def check_gzip(path: Path, name: str, limit: int) -> None:
    """Inflate a .gz once, counting bytes.

    Raises:
        SourceUnreadable: when it is broken, inflates past `limit` bytes, past 1 MiB to more than 100 times its packed
            size, or holds another archive.
    """
    packed, size = path.stat().st_size, 0
    try:
        with gzip.open(path) as stream:
            while block := stream.read(_BLOCK):
                if not size:
                    _check_inner(block, name)
                size += len(block)
                if size > limit:
                    raise _bomb(name, limit)
                if size > _SMALL and size > _RATIO * packed:
                    raise _swollen(name, path.name.removesuffix(".gz"))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceUnreadable(
            "{file} is not a whole .gz file ({reason}). Pack it again and deliver the new file.",
            file=name,
            reason=str(error),
        ) from None


def check_nested(path: Path, name: str) -> None:
    """Refuse an archive that was packed in another, unless it is a workbook.

    Raises:
        SourceUnreadable: names it.
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(_ARCHIVES[:1]) and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if _BOOKS.intersection(archive.namelist()):
                return
    _check_inner(head, name)


def _check_inner(head: bytes, name: str) -> None:
    if head.startswith(_ARCHIVES):
        raise SourceUnreadable(
            "{file} is an archive inside an archive, which is not unpacked; deliver the table packed once.", file=name
        )


def check_zip(path: Path, name: str, limit: int) -> None:
    """Inflate every member of a zip once, counting bytes: the sizes that its directory declares are not believed.

    Raises:
        SourceUnreadable: when it is no zip, has more than 10,000 members, inflates past `limit` bytes in all,
            or a member past 1 MiB inflates to more than 100 times its packed size, or a member's path leads out.
    """
    with path.open("rb") as stream:
        head = stream.read(512)
    if head and not head.startswith(b"PK") and not any(byte < 9 for byte in head):
        raise SourceUnreadable(
            "{file} is text, not a spreadsheet or zip, whatever its name says. Save it as a workbook, or deliver it "
            "under a name that ends in .csv to a source that reads CSV.",
            file=name,
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members, name, limit)
            total = 0
            for member in members:
                total += _inflated(archive, member, name, limit, total)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise SourceUnreadable(
            "{file} is not a whole spreadsheet or zip file ({reason}). Save it again and deliver the new file.",
            file=name,
            reason=str(error),
        ) from None


def check_xml(data: bytes | str, name: str) -> None:
    """Parse XML once without following anything; of a text, the encoding that it declares does not matter.

    Raises:
        SourceUnreadable: for a DOCTYPE (it can name files and blow up), or where the XML is broken (line and column).
    """
    try:
        fromstring(data, forbid_dtd=True)
    except defusedxml.DefusedXmlException:
        raise SourceUnreadable(
            "{file} has a DOCTYPE, which can read files or fill the memory; deliver it without one.", file=name
        ) from None
    except ParseError as error:
        line, column = error.position
        _check_letters(data, name)
        raise SourceUnreadable(
            "{file} is not whole XML: reading stops at line {line}, column {column} ({reason}). "
            "Save it again and deliver it.",
            file=name,
            reason=str(error).partition(":")[0],
            line=line,
            column=column + 1,
        ) from None
    except (ValueError, LookupError) as error:
        raise SourceUnreadable("{file} is not XML: {reason}.", file=name, reason=str(error)) from None


def _check_letters(data: bytes | str, name: str) -> None:
    """Refuse XML that is not UTF-8 though it says so, or says nothing."""
    said = _ENCODING.match(data[:200]) if isinstance(data, bytes) else None
    if isinstance(data, str) or data.startswith(_UTF16) or (said and said[1].lower() not in (b"utf-8", b"utf8")):
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            "{file} is not {encoding}: line {line} holds the byte {byte}. Name its encoding in source.toml.",
            file=name,
            encoding="utf-8",
            line=data[: error.start].count(b"\n") + 1,
            byte=f"0x{data[error.start]:02X}",
        ) from None


def _check_directory(members: list[zipfile.ZipInfo], name: str, limit: int) -> None:
    if len(members) > _MEMBERS:
        raise SourceUnreadable(
            "{file} holds too many files: {count}, of which at most {limit} are read.",
            file=name,
            count=len(members),
            limit=_MEMBERS,
        )
    twice = next((path for path, count in Counter(one.filename for one in members).items() if count > 1), "")
    if twice:
        raise SourceUnreadable("{file} holds two files named {path}; pack it again.", file=name, path=twice)
    for member in members:
        if member.flag_bits & 1:
            raise SourceUnreadable("{file} is locked with a password; save it without one.", file=name)
        if member.external_attr >> 16 & 0o170000 == 0o120000:
            raise SourceUnreadable(
                "{file} holds a link ({path}) where a file should be; pack the file itself.",
                file=name,
                path=member.filename,
            )
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")):
            raise SourceUnreadable(
                "{file} holds the path {path}, which leads out of it. Pack the files anew, without folders above them.",
                file=name,
                path=member.filename,
            )
        _check_ratio(member, member.file_size, name)
    if sum(member.file_size for member in members) > limit:
        raise _bomb(name, limit)


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limit: int, before: int) -> int:
    size = 0
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if before + size > limit:
                raise _bomb(name, limit)
            _check_ratio(member, size, name)
    return size


def _check_ratio(member: zipfile.ZipInfo, size: int, name: str) -> None:
    if size > _SMALL and size > _RATIO * max(member.compress_size, 1):
        raise _swollen(name, member.filename)


def _swollen(name: str, path: str) -> SourceUnreadable:
    return SourceUnreadable(
        "{file} is refused: {path} in it inflates to more than {ratio} times its packed size, as zip bombs do.",
        file=name,
        path=path,
        ratio=_RATIO,
    )


def _bomb(name: str, limit: int) -> SourceUnreadable:
    return SourceUnreadable(
        "{file} is refused: unpacked it is larger than {limit} bytes (KG_DELIVERY_BYTES).", file=name, limit=limit
    )
