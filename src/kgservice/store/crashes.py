"""Queries that ended the engine, by release: kept in the state folder, so that no restart lets them run again."""

import contextlib
import hashlib
import json
import logging
import os
from pathlib import Path

_TEXT = 10_000  # characters of a query that are kept
_MOST = 200  # queries of a release; the oldest make room


class Crashes:
    """How often each query ended the engine on one release; without a folder it is known until the process ends.

    The file of a release is `<release>.json`; retention and rollback leave it alone, `forgive` removes all of them.
    """

    def __init__(self, folder: Path | None, release: str) -> None:
        self._folder = folder
        self._path = folder / f"{release}.json" if folder and release else None
        self._found = self._read()

    def of(self, query: str) -> int:
        """Return how often a query ended the engine."""
        return self._found.get(_key(query), ("", 0))[1] if self._found else 0

    def note(self, query: str) -> None:
        """Count a query that ended the engine; a disk that refuses is told of in the program's log."""
        found = self._found | self._read()  # another process may have written
        found[_key(query)] = query[:_TEXT], self.of(query) + 1
        self._found = dict(list(found.items())[-_MOST:])
        if self._path:
            try:
                self._path.parent.mkdir(exist_ok=True)
                draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
                draft.write_text(json.dumps(self._found, ensure_ascii=False), "utf8")
                draft.replace(self._path)
            except OSError as error:
                logging.getLogger("kgservice.store").warning("crashes are not kept: %s", error)

    def all(self) -> dict[str, int]:
        """Return the queries, as far as they are kept, and how often each ended the engine."""
        return dict(self._found.values())

    def forgive(self) -> None:
        """Forget all of them, on every release."""
        self._found = {}
        if self._folder:
            for path in self._folder.glob("*.json"):
                path.unlink(missing_ok=True)

    def _read(self) -> dict[str, tuple[str, int]]:
        found: dict[str, tuple[str, int]] = {}
        if self._path:
            with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):  # none yet, or damaged
                body = json.loads(self._path.read_text("utf8"))
                found = {str(key): (str(text), int(count)) for key, (text, count) in body.items()}
        return found


def _key(query: str) -> str:
    return hashlib.sha256(query.encode(errors="surrogatepass")).hexdigest()
