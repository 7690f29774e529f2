"""Files of the state folder are written whole or not at all, and a full disk is said in one sentence."""

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kgservice.errors import StateBroken

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence.

    Raises:
        StateBroken: the disk is full, the folder may not be written, or it is damaged.
    """
    try:
        yield
    except sqlite3.OperationalError as error:  # findings, ledgers, indexes and the desk are such files
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise _full(path) from error
        raise StateBroken("{path} cannot be used: {reason}.", path=str(path), reason=error) from error
    except OSError as error:
        place = error.filename or path
        if error.errno in _FULL:
            raise _full(place) from error
        if error.errno in _FORBIDDEN:
            raise StateBroken(
                "{path} may not be written ({reason}); run as its owner or set KG_STATE to a folder of your own.",
                path=str(place),
                reason=error.strerror,
            ) from error
        raise StateBroken(
            "The state folder cannot be used: {path}: {reason}.", path=str(place), reason=error.strerror or str(error)
        ) from error


def _full(place: object) -> StateBroken:
    return StateBroken(
        "No space is left for {path}; what was published before is unharmed. Free some space and repeat.",
        path=str(place),
    )


def replace(path: Path, text: str) -> None:
    """Write a file so that at any moment the old or the new text stands there, also after a power loss."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    settle(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of ours.

    Raises:
        StateBroken: the file is missing, damaged or not an object.
    """
    with guarded(path):
        text = path.read_text("utf8")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise StateBroken("{path} is damaged; restore the state folder from a backup.", path=str(path))
    return body


def link(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`: a hard link, or a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
            raise
        shutil.copyfile(source, target)


def settle(folder: Path) -> None:
    """Force a folder's entries to the disk (fsync)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle_tree(folder: Path) -> None:
    """Force every file and folder below to the disk, before a rename makes it visible."""
    for root, _, names in os.walk(folder):
        for name in names:
            settle(Path(root, name))
        settle(Path(root))
