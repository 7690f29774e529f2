"""Takes the files of a delivery in: copied whole under the hash of their bytes, so each is kept for ever and once."""

import hashlib
import os
import secrets
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from kgservice.errors import SourceUnreadable, StateBroken
from kgservice.intake.guards import check_gzip, check_kind, check_zip
from kgservice.intake.interface import DeliveredFile, Delivery, Source

_BLOCK = 1 << 20


def stage(source: Source, files: list[Path], kept: Path, limit: int) -> Delivery:
    """Copy files into `kept/<sha256>/<name>` and return the delivery; `limit` = most bytes of all files together.

    Raises:
        SourceUnreadable: for a missing, empty or unreadable file, two files of one name, a zip bomb, or more bytes
            (unpacked) than `limit`.
        StateBroken: when the copy cannot be written.
    """
    if not files:
        raise SourceUnreadable("No file was delivered for {source}.", source=source.name)
    names = [path.name for path in files]
    for name in names:
        if names.count(name) > 1:
            raise SourceUnreadable("Two files are named {file}; rename one of them.", file=name)
    left = limit
    delivered = []
    for path in sorted(files, key=lambda path: path.name):
        one = _copied(path, kept, left, limit)
        left -= one.size
        delivered.append(one)
    digest = hashlib.sha256("".join(f"{one.name}\0{one.sha256}\n" for one in delivered).encode()).hexdigest()
    return Delivery(source.name, tuple(delivered), digest, datetime.now(UTC).isoformat(timespec="seconds"))


def _copied(path: Path, kept: Path, left: int, limit: int) -> DeliveredFile:
    if path.is_dir():
        raise SourceUnreadable("{file} is a folder; deliver the files in it, or a .zip of them.", file=str(path))
    if not path.is_file():
        raise SourceUnreadable("{file} does not exist.", file=str(path))
    incoming = kept / f".incoming-{secrets.token_hex(8)}"
    try:
        incoming.mkdir(parents=True)
        try:
            return _kept(path, incoming, kept, left, limit)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
    except OSError as error:
        raise StateBroken("{path} cannot be written: {reason}.", path=str(kept), reason=str(error)) from None


def _kept(path: Path, incoming: Path, kept: Path, left: int, limit: int) -> DeliveredFile:
    digest = hashlib.sha256()
    size = 0
    try:
        source = path.open("rb")
    except OSError as error:
        raise SourceUnreadable("{file} cannot be opened: {reason}.", file=path.name, reason=str(error)) from None
    with source, (incoming / path.name).open("wb") as target:
        before = os.fstat(source.fileno())
        while block := source.read(_BLOCK):
            size += len(block)
            if size > left:
                raise SourceUnreadable(
                    "{file} is too large: a delivery may have {limit} bytes in all (KG_DELIVERY_BYTES).",
                    file=path.name,
                    limit=limit,
                )
            digest.update(block)
            target.write(block)
        after = os.fstat(source.fileno())
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise SourceUnreadable(
                "{file} changed while it was read; deliver it again when it is at rest.", file=path.name
            )
        target.flush()
        os.fsync(target.fileno())
    if not size:
        raise SourceUnreadable("{file} is empty.", file=path.name)
    _check(incoming / path.name, path.name, limit)
    home = kept / digest.hexdigest()
    final = home / path.name
    if not final.is_file():
        home.mkdir(exist_ok=True)
        os.replace(incoming / path.name, final)
    return DeliveredFile(path.name, final, digest.hexdigest(), size)


def _check(path: Path, name: str, limit: int) -> None:
    with path.open("rb") as stream:
        head = stream.read(512)
    check_kind(head, name)
    if head.startswith(b"\x1f\x8b"):
        check_gzip(path, name, limit)
    elif head.startswith(b"PK\x03\x04") or zipfile.is_zipfile(path):
        check_zip(path, name, limit)
