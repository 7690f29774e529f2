"""Compare every file of the state folder with what its records say of it, while it is served."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kgservice.errors import KgError
from kgservice.releases import Drafts, Release, Shelf, Statements
from kgservice.releases.statements import lines
from kgservice.releases.sums import altered
from kgservice.report import Text
from kgservice.store.embedded import Snapshot

Progress = Callable[[str, int, int], None]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not what a record says, and what to do."""

    path: str
    """Below the state folder."""
    text: Text


class Verify:
    """Checks of one state folder; nothing is written, and no lock is held."""

    def __init__(self, state: Path, shelf: Shelf, drafts: Drafts) -> None:
        self._state = state
        self._shelf = shelf
        self._drafts = drafts

    def state(self, progress: Progress, release: int | None = None) -> list[Damage]:
        """Return what is damaged in every release, draft, kept delivery and database, or in one release alone.

        Hashes, counts and order of statement files, checksums of dumps, the content of stores that are there, names of
        deliveries, integrity of SQLite files. Raises ReleaseNotFound when there is no release of that number.
        """
        if release is not None:
            return list(self._release(self._shelf.release(release), progress))
        found = list(self._pointer())
        for path in self._numbered("releases"):
            try:
                found += self._release(self._shelf.release(int(path.name)), progress)
            except KgError as error:
                found.append(self._damage(path / "manifest.json", error.template, **error.params))
        for path in sorted(self._state.glob("drafts/d*")):
            try:
                self._drafts.draft(path.name).report()
            except KgError as error:
                found.append(self._damage(path / "draft.json", error.template, **error.params))
        found += self._deliveries(progress)
        for path in sorted(self._state.glob("*.sqlite")):
            found += self._database(path)
        return found

    def _pointer(self) -> Iterator[Damage]:
        try:
            self._shelf.current()
        except KgError as error:
            yield self._damage(self._state / "current", error.template, **error.params)

    def _release(self, release: Release, progress: Progress) -> Iterator[Damage]:
        graphs = release.manifest.graphs
        for done, (graph, expected) in enumerate(sorted(graphs.items())):
            progress("Verifying releases", done, len(graphs))
            yield from self._statements(release.path / expected.file, graph, expected)
        for file, expected_dump in release.manifest.dumps.items():
            yield from self._dump(release.path / file, str(expected_dump.get("sha256")))
        try:
            release.report()
        except (KgError, TypeError, KeyError, ValueError):
            yield self._damage(release.path / "report.json", "the report of the release cannot be read")
        if release.store.is_dir():
            yield from self._store(release)

    def _statements(self, path: Path, graph: str, expected: Statements) -> Iterator[Damage]:
        digest, count, last, sorted_ = hashlib.sha256(), 0, b"", True
        try:
            for line in lines(path):
                digest.update(line)
                count += 1
                sorted_ = sorted_ and last < line
                last = line
        except (OSError, EOFError, ValueError) as error:
            yield self._damage(path, "the statements of {graph} cannot be read: {reason}", graph=graph, reason=error)
            return
        if digest.hexdigest() != expected.sha256 or count != expected.triples:
            yield self._damage(
                path,
                "the statements of {graph} are not those that were published: {count} instead of {expected}",
                graph=graph,
                count=count,
                expected=expected.triples,
            )
        elif not sorted_:
            yield self._damage(path, "the statements of {graph} are not sorted and unique", graph=graph)

    def _dump(self, path: Path, expected: str) -> Iterator[Damage]:
        try:
            found = _hash(path)
        except OSError as error:
            yield self._damage(path, "the dump cannot be read: {reason}", reason=error.strerror)
            return
        if found != expected:
            yield self._damage(path, "the dump has another checksum than when it was published")

    def _store(self, release: Release) -> Iterator[Damage]:
        counts = release.manifest.counts
        known = f"{release.manifest.base}graph/known"
        for path in altered(release.store):
            yield self._damage(path, "the table of the store is not what was published")
        expected = sum(counts.values())  # the known graph stands in the store as the default graph
        try:
            store = Snapshot(release.store)
            found = store.count()
        except KgError as error:
            yield self._damage(release.store, error.template, **error.params)
            return
        except (OSError, RuntimeError) as error:
            yield self._damage(release.store, "the store cannot be read: {reason}", reason=error)
            return
        if known in counts and found != expected:
            yield self._damage(
                release.store,
                "the store holds {count} statements instead of {expected}",
                count=found,
                expected=expected,
            )

    def _deliveries(self, progress: Progress) -> Iterator[Damage]:
        folders = sorted(path for path in self._state.glob("deliveries/*") if not path.name.startswith("."))
        for done, folder in enumerate(folders):
            progress("Verifying deliveries", done, len(folders))
            for path in folder.iterdir():
                if _hash(path) != folder.name:
                    yield self._damage(path, "the delivery is not the file that was delivered")

    def _database(self, path: Path) -> Iterator[Damage]:
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as desk:
                answer = desk.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            answer = error
        if answer != "ok":
            yield self._damage(path, "the database is damaged: {reason}", reason=answer)

    def _numbered(self, name: str) -> list[Path]:
        found = [path for path in (self._state / name).glob("*") if path.name.isdecimal()]
        return sorted(found, key=lambda path: int(path.name))

    def _damage(self, file: Path, template: str, /, **params: object) -> Damage:
        return Damage(file.relative_to(self._state).as_posix(), Text(template, params))


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
