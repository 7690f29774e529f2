"""Find things by name in the current release; the index behind it is built when it is missing."""

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from kgservice.actions.indexing import index_path
from kgservice.errors import Busy, Refused, ReleaseNotFound, StateBroken
from kgservice.releases import Release, Shelf
from kgservice.search import Index, Page, Suggestion
from kgservice.settings import Settings

_WAIT = 5.0  # seconds that a question waits for an index in the making


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits and the release they stand in."""

    page: Page
    release: int


class Search:
    """Answers from the label index of the release that readers see; each thread reads it by itself."""

    def __init__(self, shelf: Shelf, settings: Settings) -> None:
        self._shelf = shelf
        self._settings = settings
        self._own = threading.local()
        self._guard = threading.Lock()
        self._making: dict[Path, subprocess.Popen[bytes]] = {}

    def find(self, text: str, lang: str, kind: str = "", of: str = "", size: int = 20, start: int = 0) -> Found:
        """Return a page of things called like a text, best first; `kind` or a class (`of`, an IRI) narrows them.

        Raises:
            ReleaseNotFound, Refused: there is no release yet, or the store is a remote one.
            Busy: the index is being built.
        """
        release = self._release()
        return Found(self._index(release).search(text, lang, kind, of, size, start), release.id)

    def complete(self, text: str, lang: str, kind: str = "", of: str = "", most: int = 10) -> list[Suggestion]:
        """Return things whose labels have these words, the last one unfinished; errors as `find`."""
        return self.index().complete(text, lang, kind, of, most)

    def index(self) -> Index:
        """Return the index of the current release, for this thread; errors as `find`."""
        return self._index(self._release())

    def _release(self) -> Release:
        if self._settings.store:
            raise Refused(
                "Names are searched in a release of this service; KG_STORE={endpoint} is a remote store. "
                "Ask it in SPARQL.",
                endpoint=self._settings.store,
            )
        release = self._shelf.current()
        if release is None:
            raise ReleaseNotFound("There is no release yet; `kgservice build` makes the first.")
        return release

    def _index(self, release: Release) -> Index:
        kept: tuple[Path, Index] | None = getattr(self._own, "kept", None)
        if kept and kept[0] == release.path:
            return kept[1]
        if kept:
            kept[1].close()
            self._own.kept = None
        path = index_path(release.path)
        index = _opened(path) or self._made(release, path)
        self._own.kept = (release.path, index)
        return index

    def _made(self, release: Release, path: Path) -> Index:
        """Have another process build the index, so that other requests go on, and wait a little for it."""
        with self._guard:
            job = self._making.get(path)
            if job is None:
                given = (str(self._settings.state), self._settings.base, str(release.id))
                environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
                job = subprocess.Popen(
                    [sys.executable, "-m", "kgservice.actions.indexing", *given], env=environment,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                self._making[path] = job
        try:
            job.wait(_WAIT)
        except subprocess.TimeoutExpired:
            raise Busy("The names of release {id} are being indexed; ask again in a moment.", id=release.id) from None
        with self._guard:
            self._making.pop(path, None)
        index = _opened(path)
        if index is None:
            raise StateBroken("{path} cannot be built; is the disk full, or the release damaged?", path=str(path))
        return index


def _opened(path: Path) -> Index | None:
    if not path.is_file():
        return None
    index = Index(path)
    if index.usable():
        return index
    index.close()
    return None
