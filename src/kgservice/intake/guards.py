"""Refuses files that would harm their reader: zip bombs, paths out of a zip, document types in XML."""

import zipfile
from pathlib import Path
from xml.etree.ElementTree import ParseError

import defusedxml
from defusedxml.ElementTree import fromstring

from kgservice.errors import SourceUnreadable

_MEMBERS = 10_000
_RATIO = 100
_SMALL = 1 << 20
_BLOCK = 1 << 20


def check_zip(path: Path, name: str, limit: int) -> None:
    """Inflate every member of a zip once, counting bytes: the sizes that its directory declares are not believed.

    Raises:
        SourceUnreadable: when it is no zip, has more than 10,000 members, inflates past `limit` bytes in all,
            or a member past 1 MiB inflates to more than 100 times its packed size, or a member's path leads out.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members, name, limit)
            total = 0
            for member in members:
                total += _inflated(archive, member, name, limit - total)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise SourceUnreadable(
            "{file} is not a whole spreadsheet or zip file ({reason}). Save it again and deliver the new file.",
            file=name,
            reason=str(error),
        ) from None


def check_xml(data: bytes, name: str) -> None:
    """Parse XML once without following anything.

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


def _check_directory(members: list[zipfile.ZipInfo], name: str, limit: int) -> None:
    if len(members) > _MEMBERS:
        raise SourceUnreadable(
            "{file} holds too many files: {count}, of which at most {limit} are read.",
            file=name,
            count=len(members),
            limit=_MEMBERS,
        )
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")):
            raise SourceUnreadable(
                "{file} holds the path {path}, which leads out of it.", file=name, path=member.filename
            )
        _check_ratio(member, member.file_size, name)
    if sum(member.file_size for member in members) > limit:
        raise _bomb(name, limit)


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, left: int) -> int:
    size = 0
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > left:
                raise _bomb(name, left)
            _check_ratio(member, size, name)
    return size


def _check_ratio(member: zipfile.ZipInfo, size: int, name: str) -> None:
    if size > _SMALL and size > _RATIO * max(member.compress_size, 1):
        raise SourceUnreadable(
            "{file} is refused: {path} in it inflates to more than {ratio} times its packed size, as zip bombs do.",
            file=name,
            path=member.filename,
            ratio=_RATIO,
        )


def _bomb(name: str, limit: int) -> SourceUnreadable:
    return SourceUnreadable(
        "{file} is refused: unpacked it is larger than {limit} bytes (KG_DELIVERY_BYTES).", file=name, limit=limit
    )
