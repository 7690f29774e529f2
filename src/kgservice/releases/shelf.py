"""The shelf of immutable, numbered releases: sealing, the pointer to the current one, leases, retention."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from kgservice.errors import KgError, ReleaseGone, ReleaseNotFound, StateBroken
from kgservice.releases import locks
from kgservice.releases.files import guarded, read_json, replace, settle, settle_tree
from kgservice.releases.release import KEPT, Manifest, Release, Statements
from kgservice.releases.state import State
from kgservice.report import Report

Witness = Callable[[str, str, str, str], None]
"""Told (actor, job, outcome, detail) when a job begins, and when it is done or fails: the audit trail."""


class Shelf:
    """The releases of one state folder; writing methods are called under `lock("writer", …)`."""

    def __init__(self, state: Path, base: str, witness: Witness | None = None) -> None:
        self.state = State(state, base)
        self._witness = witness or _unseen
        self._folder = state / "releases"
        self._pointer = state / "current"
        self._seen: tuple[tuple[int, int], Release] | None = None
        self.state.check()

    def current(self) -> Release | None:
        """Return the release that readers see, or None before the first; costs one stat while it stays the same.

        Raises:
            StateBroken: the pointer or the release it names is damaged.
        """
        try:
            found = os.stat(self._pointer)
        except FileNotFoundError:
            return None
        stamp = (found.st_ino, found.st_mtime_ns)
        if self._seen is None or self._seen[0] != stamp:
            try:
                number = int(self._pointer.read_text("ascii"))
                self._seen = (stamp, self.release(number))
            except (ValueError, ReleaseNotFound):
                raise StateBroken(
                    "{path} names no release that is there; write the number of a release into it.",
                    path=str(self._pointer),
                ) from None
        return self._seen[1]

    def release(self, number: int) -> Release:
        """Return a release by its number.

        Raises:
            ReleaseNotFound: there is none, or it was never sealed.
            StateBroken: its manifest is damaged.
        """
        path = self._folder / str(number)
        if number < 1 or not path.is_dir():
            raise ReleaseNotFound(
                "There is no release {id}; /releases lists them (`kgservice releases` in a terminal).", id=number
            )
        body = read_json(path / "manifest.json")
        body.pop("content_hash", None)
        try:
            body["graphs"] = {graph: Statements(**entry) for graph, entry in body["graphs"].items()}
            return Release(path, Manifest(**body))
        except (TypeError, KeyError):
            raise StateBroken("{path} is damaged; restore it from a backup.", path=str(path)) from None

    def releases(self) -> list[Release]:
        """Return all releases whose manifest can be read, oldest first; `kgservice verify` names the others."""
        found = []
        for number in self._numbers():
            with suppress(StateBroken):
                found.append(self.release(number))
        return found

    def pointed(self) -> str:
        """Return what the pointer to the current release says, whether there is such a release or not."""
        try:
            return self._pointer.read_text("ascii", "replace").strip()
        except OSError:
            return ""

    @contextmanager
    def building(self) -> Iterator[tuple[int, Path]]:
        """Give a fresh number and a folder to build its release in; the folder goes afterwards unless it was sealed."""
        with guarded(self._folder):
            number = self.state.number("release", max(self._numbers(), default=0))
            folder = self._folder / f".building-{number}-{os.getpid()}"
            folder.mkdir()
        try:
            yield number, folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def seal(self, folder: Path, manifest: Manifest, report: Report) -> Release:
        """Turn a finished folder into a release in one atomic step; readers do not see it before `point`.

        Raises:
            StateBroken: the disk is full or the folder may not be written.
        """
        path = self._folder / str(manifest.id)
        with guarded(path):
            (folder / "lease").touch()
            replace(folder / "report.json", json.dumps(report.to_json(), ensure_ascii=False))
            replace(folder / "manifest.json", json.dumps(manifest.to_json(), ensure_ascii=False, indent=1))
            settle_tree(folder)
            folder.rename(path)
            settle(self._folder)
        return Release(path, manifest)

    def point(self, number: int) -> Release:
        """Make a release the current one, atomically.

        Raises:
            ReleaseNotFound: there is no such release.
            ReleaseGone: retention removed its store.
        """
        release = self.release(number)
        if not release.store.is_dir():
            raise ReleaseGone(
                "The store of release {id} was removed by retention; its statement files remain in {path}.",
                id=number,
                path=str(release.path),
            )
        with guarded(self._pointer):
            replace(self._pointer, f"{number}\n")
        return release

    def collect(self, keep: int) -> list[int]:
        """Remove the stores of all but the newest `keep` releases, never the current one's nor one read or `kept`.

        Statement files, manifests, reports and lineage stay. Returns the numbers of the releases that lost their store.
        """
        current = self.current()
        removed = []
        for number in self._numbers()[:-keep]:
            release = self.release(number)
            if (current and number == current.id) or not release.store.is_dir() or release.kept:
                continue
            with locks.unread(release.lease) as alone, guarded(release.store):
                if alone:
                    doomed = release.path / ".removed"
                    shutil.rmtree(doomed, ignore_errors=True)
                    (release.path / "labels.sqlite").unlink(missing_ok=True)
                    release.store.rename(doomed)
                    shutil.rmtree(doomed, ignore_errors=True)
                    removed.append(number)
        return removed

    def keep(self, number: int, note: str) -> Release:
        """Keep a release's store from retention, with a note who wanted it; an empty note lets it go again.

        Raises:
            ReleaseNotFound: there is no such release.
        """
        release = self.release(number)
        with guarded(release.path):
            if note:
                replace(release.path / KEPT, note)
            else:
                (release.path / KEPT).unlink(missing_ok=True)
        return release

    def leased(self, number: int) -> AbstractContextManager[None]:
        """Keep a release's store from being removed for the length of a `with` block."""
        return locks.shared(self.release(number).lease)

    @contextmanager
    def lock(self, name: str, *, actor: str, job: str, seconds: float = 10.0) -> Iterator[None]:
        """Hold the lock `writer` (the length of a job; leftovers of killed ones are swept) or `serve` (its whole life).

        A job that is refused, and made neither draft nor release, leaves the state folder as it was.

        Raises:
            StateLocked: another process holds it; names it.
            StateMismatch, StateBroken: the folder must not or cannot be written.
        """
        self.state.prepare()
        with locks.exclusive(self.state.folder / f"{name}.lock", actor, job, seconds):
            if name != "writer":
                yield
                return
            self._sweep()
            before = self.state.standing()
            self._witness(actor, job, "begun", "")
            try:
                yield
                self._witness(actor, job, "done", "")
            except KgError as error:
                self.state.give_back(before)
                self._witness(actor, job, error.slug, str(error))
                raise
            finally:
                self._sweep()

    @contextmanager
    def witnessed(self, actor: str, deed: str) -> Iterator[None]:
        """Tell the witness how something ended that needs no writer's lock."""
        try:
            yield
            self._witness(actor, deed, "done", "")
        except KgError as error:
            self._witness(actor, deed, error.slug, str(error))
            raise

    def _sweep(self) -> None:
        with guarded(self.state.folder):
            for pattern in (
                "releases/.*",
                "releases/*/.removed",
                "releases/*/.store-*",
                "releases/*/.labels.sqlite.*",
                "drafts/.*",
                "deliveries/.*",
                ".current.*",
                ".state.json.*",
            ):
                for path in self.state.folder.glob(pattern):
                    if path.is_dir():
                        shutil.rmtree(path, ignore_errors=True)
                    else:
                        path.unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return sorted(int(name) for name in names if name.isdecimal())


def _unseen(_actor: str, _job: str, _outcome: str, _detail: str) -> None:
    """Tell nobody."""
