"""Save a whole state folder into one file while it is served."""

import contextlib
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from kgservice import __version__
from kgservice.errors import ParameterInvalid, StateBroken
from kgservice.releases import Drafts, Shelf
from kgservice.releases.files import guarded, settle
from kgservice.releases.state import VERSION
from kgservice.settings import Settings

Progress = Callable[[str, int, int], None]

RECORD = "backup.json"
"""The first file of a backup: who made it when, under which base, and which releases had a store."""
SUMS = "checksums.json"
"""The last file of a backup: SHA-256 of every other by its name; "" for a link to an earlier one."""

_DATABASES = {".sqlite"}
_LEFT_OUT = {"writer.lock", "serve.lock", "open.lock", "job.lock"}


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds; `size` in bytes, `created` in UTC."""

    path: Path
    size: int
    files: int
    releases: int
    drafts: int
    current: int | None
    created: str


class Backup:
    """Backups of one installation: a tar file with a SHA-256 for each file in it; `restore` reads it."""

    def __init__(self, shelf: Shelf, drafts: Drafts, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._settings = settings
        self._state = settings.state

    def save(self, path: Path, actor: str, progress: Progress) -> Saved:
        """Write the state folder to a new file, which appears when it is whole; readers go on meanwhile.

        Raises:
            ParameterInvalid: the file is there already, or its folder is not.
            StateLocked: a job, or a request to a draft, is at work for too long.
            StateBroken: there is nothing to save, or the disk is full.
        """
        if path.exists():
            raise ParameterInvalid("{path} is there already; choose another name.", path=str(path))
        if not path.parent.is_dir():
            raise ParameterInvalid("There is no folder {path}; make it first.", path=str(path.parent))
        if not (self._state / "state.json").exists():
            raise StateBroken("{path} holds no state yet: there is nothing to save.", path=str(self._state))
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with self._shelf.lock("writer", actor=actor, job="a backup"):
            try:
                with guarded(part):
                    saved = self._written(part, actor, progress)
                    part.rename(path)
                    settle(path.parent)
            finally:
                part.unlink(missing_ok=True)
        return Saved(path, path.stat().st_size, *saved)

    def _written(self, part: Path, actor: str, progress: Progress) -> tuple[int, int, int, int | None, str]:
        releases, drafts, current = self._shelf.releases(), self._drafts.drafts(), self._shelf.current()
        created = datetime.now(UTC).isoformat(timespec="seconds")
        record = {
            "program": __version__,
            "layout": VERSION,
            "base": self._settings.base,
            "created": created,
            "actor": actor,
            "current": current.id if current else None,
            "stores": [release.id for release in releases if release.store.is_dir()],
        }
        whole = [*self._files(self._state, nested=False), *self._files(self._state / "releases")]
        sums: dict[str, str] = {}
        with part.open("wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _put(archive, RECORD, json.dumps(record, indent=1).encode())
            for number, path in enumerate(whole):
                progress("Saving", number, len(whole))
                self._add(archive, path, sums)
            for draft in drafts:
                with self._drafts.alone(draft.id, actor, "a backup"):
                    for path in self._files(draft.path):
                        self._add(archive, path, sums)
            _put(archive, SUMS, json.dumps(sums).encode())
            raw.flush()
            os.fsync(raw.fileno())
        return len(sums), len(releases), len(drafts), record["current"], created  # type: ignore[return-value]

    def _files(self, folder: Path, nested: bool = True) -> Iterator[Path]:
        """Yield the files to save below a folder; `nested` False: of all folders but those of releases and drafts."""
        for root, folders, names in os.walk(folder):
            here = Path(root)
            if not nested and here == self._state:
                folders[:] = [name for name in folders if name not in ("releases", "drafts", "uploads")]
            release = here.parent.name == "releases" and here.parent.parent == self._state
            folders[:] = sorted(name for name in folders if name[:1] != "." and not (release and name == "store"))
            for name in sorted(names):
                if name[:1] != "." and name not in _LEFT_OUT and not name.endswith((".part", "-wal", "-shm")):
                    yield here / name

    def _add(self, archive: tarfile.TarFile, path: Path, sums: dict[str, str]) -> None:
        name = path.relative_to(self._state).as_posix()
        if path.suffix in _DATABASES:
            with tempfile.TemporaryDirectory() as folder:
                sums[name] = _file(archive, _copied(path, Path(folder) / path.name), name)
        else:
            sums[name] = _file(archive, path, name)


class _Hashed(io.RawIOBase):
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


def _put(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(body)
    archive.addfile(entry, io.BytesIO(body))


def _file(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file, or a link to the same file added before; return the SHA-256 of its bytes ("" for a link)."""
    entry = archive.gettarinfo(path, name)
    if not entry.isreg():
        archive.addfile(entry)
        return ""
    with path.open("rb") as file:
        hashed = _Hashed(file)
        archive.addfile(entry, cast("IO[bytes]", hashed))
    return hashed.digest.hexdigest()


def _copied(path: Path, copy: Path) -> Path:
    """Copy a SQLite database as it is at one moment, whoever writes to it."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.DatabaseError as error:
        raise StateBroken("{path} cannot be used: {reason}.", path=str(path), reason=error) from None
    copy.chmod(0o600)
    return copy
