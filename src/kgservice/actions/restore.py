"""Make a state folder of a backup, every byte checked."""

import contextlib
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, cast

from kgservice.actions.backup import RECORD, SUMS, Saved
from kgservice.actions.revive import rebuilt
from kgservice.errors import BackupInvalid, ConfirmationNeeded, ParameterInvalid, StateMismatch
from kgservice.releases import Drafts, Shelf
from kgservice.releases.files import guarded, settle
from kgservice.releases.locks import exclusive
from kgservice.releases.state import VERSION
from kgservice.settings import Settings

Progress = Callable[[str, int, int], None]

_BLOCK = 1 << 20


class Restore:
    """Restores the state folder of one installation, also where what stands there is damaged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state = settings.state

    def file(self, path: Path, confirmed: bool, progress: Progress) -> Saved:
        """Make the state folder what it was when `path` was saved; a former one stays beside it, renamed.

        Raises:
            BackupInvalid: the file is no whole backup of ours; the state folder stays as it is.
            StateMismatch: it was made under another KG_BASE, or by a newer version.
            ConfirmationNeeded: there is a state folder already, and `confirmed` is False.
            StateLocked: the folder is being served or written.
            StateBroken: the disk is full or refuses.
        """
        if not path.is_file():
            raise ParameterInvalid("There is no file {path}.", path=str(path))
        standing = self._state.exists() and any(self._state.iterdir())
        if standing and not confirmed:
            raise ConfirmationNeeded(
                "{path} holds a state already. It would be kept as {kept}; say --yes to put the backup in its place.",
                path=str(self._state),
                kept=str(self._former()),
            )
        fresh = self._state.with_name(f".{self._state.name}.restoring-{os.getpid()}")
        with guarded(fresh), contextlib.ExitStack() as locks:
            if standing:
                for name in ("serve", "writer"):
                    lock = exclusive(self._state / f"{name}.lock", "kgservice restore", "a restore", 0)
                    locks.enter_context(lock)
            try:
                fresh.mkdir(parents=True)
                saved = self._unpacked(path, fresh, progress)
                if standing:
                    self._state.rename(self._former())
                elif self._state.exists():
                    self._state.rmdir()
                fresh.rename(self._state)
                settle(self._state.parent)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        return saved

    def _former(self) -> Path:
        return self._state.with_name(f"{self._state.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")

    def _unpacked(self, path: Path, fresh: Path, progress: Progress) -> Saved:
        record, files = _extract(path, fresh, progress)
        if record.get("base") != self._settings.base:
            raise StateMismatch(
                "{path} was saved under KG_BASE={found}, and now KG_BASE is {asked}; set KG_BASE={found}.",
                path=str(path),
                found=record.get("base"),
                asked=self._settings.base,
            )
        for name in ("drafts", "releases", "deliveries"):
            (fresh / name).mkdir(exist_ok=True)
        shelf, drafts = Shelf(fresh, self._settings.base), Drafts(fresh, self._settings.base)
        stores = [int(number) for number in cast("list[int]", record.get("stores", []))]
        for done, number in enumerate(stores):
            progress("Building stores", done, len(stores))
            release = shelf.release(number)
            rebuilt(release)
            release.lease.touch()
        current = shelf.current()
        counts = len(shelf.releases()), len(drafts.drafts())
        size = path.stat().st_size
        return Saved(path, size, files, *counts, current.id if current else None, str(record.get("created", "")))


def _extract(path: Path, fresh: Path, progress: Progress) -> tuple[dict[str, object], int]:
    """Unpack a backup into an empty folder, every byte checked; return its record and the number of files."""
    sums: dict[str, str] = {}
    record: dict[str, object] | None = None
    expected: dict[str, str] | None = None
    whole = path.stat().st_size
    try:
        with tarfile.open(path, "r:") as archive:
            for entry in archive:
                progress("Unpacking", entry.offset, whole)
                if entry.name in (RECORD, SUMS):
                    body = json.loads(cast("IO[bytes]", archive.extractfile(entry)).read())
                    record, expected = (body, expected) if entry.name == RECORD else (record, body)
                    if entry.name == RECORD and body.get("layout", 0) > VERSION:
                        raise StateMismatch(
                            "{path} was saved by a newer kgservice ({found}); install that version.",
                            path=str(path), found=body.get("program"),
                        )  # fmt: skip
                else:
                    sums[entry.name] = _placed(archive, entry, fresh, sums)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise BackupInvalid("{path} is no backup, or not whole: {reason}.", path=str(path), reason=error) from None
    if record is None or expected is None:
        raise BackupInvalid("{path} is no backup, or not whole: its end is missing.", path=str(path))
    wrong = sorted({name for name in {*sums, *expected} if sums.get(name) != expected.get(name)})
    if wrong:
        raise BackupInvalid(
            "{path} is damaged: {names} are not what was saved.", path=str(path), names=", ".join(wrong[:3])
        )
    return record, len(sums)


def _placed(archive: tarfile.TarFile, entry: tarfile.TarInfo, fresh: Path, seen: dict[str, str]) -> str:
    """Write one file of a backup; only plain files, and links to files before it, below the folder."""
    name = PurePosixPath(entry.name)
    if name.is_absolute() or ".." in name.parts or not (entry.isreg() or (entry.islnk() and entry.linkname in seen)):
        raise tarfile.TarError(f"{entry.name} must not be in it")
    target = fresh / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.islnk():
        os.link(fresh / entry.linkname, target)
        return ""
    digest = hashlib.sha256()
    with target.open("xb") as file, cast("IO[bytes]", archive.extractfile(entry)) as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(entry.mode & 0o777)
    return digest.hexdigest()
