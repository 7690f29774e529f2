"""Work by hand on a draft: open one, ask it, update it, read and write its graphs; each request whole or not at all."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kgservice.actions.content import Content
from kgservice.actions.fold import parts, pending, plan
from kgservice.actions.ingest import now
from kgservice.actions.show import kept
from kgservice.errors import PreviewStale, Refused
from kgservice.releases import Draft, Drafts, Shelf
from kgservice.releases.files import guarded, replace
from kgservice.settings import Settings
from kgservice.store.interface import Answer, Question, Store
from kgservice.store.tickets import Running
from kgservice.terms import Graphs

_PREVIEWS = 2  # previews that keep workers at once
_TEXT = 2000  # characters of an update that the journal keeps


class Workers(Protocol):
    """Processes that have drafts open."""

    def answer(self, folder: Path, question: Question, change: Mapping[str, Any] | None = None) -> Answer:
        """Answer a question on the draft in a folder, or do a change."""

    def stop(self, query_id: str) -> bool:
        """Stop a request by its id."""

    def close(self) -> None:
        """End all workers."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was sent: where it lies, and the short name of its format."""

    path: Path
    format: str


class Edit:
    """Drafts as SPARQL servers; their workers start with the first request."""

    def __init__(
        self,
        shelf: Shelf,
        drafts: Drafts,
        workers: Callable[[], Workers],
        readers: Callable[[Path], Store],
        settings: Settings,
    ) -> None:
        self._readers = readers
        self._previews: dict[Path, Store] = {}
        self._guard = threading.Lock()
        self._shelf = shelf
        self._drafts = drafts
        self._start = workers
        self._workers: Workers | None = None
        self._settings = settings
        self._content = Content(settings)
        self._names = Graphs(settings.base)

    def new(self, actor: str = "") -> Draft:
        """Open an empty draft on the current release.

        Raises:
            StateLocked, StateBroken: as their names say.
        """
        with self._shelf.lock("writer", actor=actor, job="open a draft"):
            current = self._shelf.current()
            return self._drafts.save(self._drafts.new(current.id if current else None, actor, now(), "hand"))

    def pending(self, draft_id: str) -> bool:
        """Tell whether a draft holds work that its report does not speak of yet.

        Raises:
            DraftNotFound: there is none of that id.
        """
        draft = self._drafts.draft(draft_id)
        return draft.state != "published" and (draft.state == "open" or pending(draft, self._shelf, self._names))

    def question(self, draft_id: str, question: Question) -> Answer:
        """Answer a question on a draft as it is now; its unnamed graph is what was added by hand.

        Raises:
            DraftNotFound, DraftBusy, Refused: there is no such draft, a job has it, or it is published.
            KgError: as `Store.answer` says.
        """
        with self._opened(draft_id) as draft:
            return self._hands().answer(draft.path, question)

    def preview(self, draft_id: str, question: Question) -> Answer:
        """Answer a question on a draft as it would be published.

        Raises:
            PreviewStale: its preview was not made yet, or the draft or the current release has changed since.
            DraftNotFound, DraftBusy, Refused: as for `question`.
            KgError: as `Store.answer` says.
        """
        with self._opened(draft_id) as draft, self._guard:
            store = kept(draft, self._shelf, self._content).store
            if not store.is_dir():
                raise PreviewStale(
                    "The preview of draft {draft} cannot be asked yet; `kgservice drafts preview {draft}` makes it so.",
                    draft=draft.id,
                )
            if store not in self._previews:
                while len(self._previews) >= _PREVIEWS:
                    self._previews.pop(next(iter(self._previews))).close()
                self._previews[store] = self._readers(store)
            readers = self._previews[store]
        return readers.answer(question)

    def update(
        self, draft_id: str, asked: Question, using: Sequence[str], using_named: Sequence[str], actor: str
    ) -> None:
        """Do an update (the text of `asked`), all of it or nothing, on the dataset of the protocol if it names one.

        Raises:
            QueryInvalid, QueryForbidden, ParameterInvalid, UpdateFailed, GraphDerived: nothing was changed.
            DraftNotFound, DraftBusy, Refused: as for `question`.
            KgError: it ran into a limit, and nothing was changed.
        """
        change = {"verb": "update", "text": asked.query, "base": asked.base, "using": using, "using_named": using_named}
        self._change(draft_id, change, asked, actor, text=asked.query[:_TEXT])

    def graph(self, draft_id: str, graph: str, asked: Question) -> Answer:
        """Return a graph of a draft ("" = the unnamed one) in the format of `asked`.

        Raises:
            GraphNotFound: there is none of that IRI.
            DraftNotFound, DraftBusy, Refused: as for `question`.
        """
        with self._opened(draft_id) as draft:
            change = {"verb": "get", "graph": graph, "format": asked.format}
            return self._hands().answer(draft.path, asked, change)

    def write(
        self, draft_id: str, graph: str, documents: Sequence[Document], whole: bool, asked: Question, actor: str
    ) -> bool:
        """Put documents into a graph, instead of what it holds when they are the `whole`; tell whether it is new.

        Raises:
            BodyInvalid, GraphDerived: nothing was changed.
            DraftNotFound, DraftBusy, Refused: as for `question`.
        """
        sent = [(str(document.path), document.format) for document in documents]
        change = {"verb": "put" if whole else "post", "graph": graph, "documents": sent, "base": asked.base}
        return bool(self._change(draft_id, change, asked, actor, graph=graph)["created"])

    def delete(self, draft_id: str, graph: str, asked: Question, actor: str) -> None:
        """Remove a graph; the unnamed one is emptied.

        Raises:
            GraphNotFound, GraphDerived: nothing was changed.
            DraftNotFound, DraftBusy, Refused: as for `question`.
        """
        self._change(draft_id, {"verb": "delete", "graph": graph}, asked, actor, graph=graph)

    @contextmanager
    def incoming(self) -> Iterator[Callable[[], Path]]:
        """Give names of new files for what a request sends; they are removed afterwards."""
        made: list[Path] = []

        def fresh() -> Path:
            made.append(self._settings.state / f".body-{uuid.uuid4().hex}")
            return made[-1]

        try:
            yield fresh
        finally:
            for path in made:
                path.unlink(missing_ok=True)

    def running(self) -> list[Running]:
        """Return the requests on drafts that wait or run."""
        stores: list[Workers | Store | None] = [self._workers, *self._previews.values()]
        return [one for store in stores if store for one in getattr(store, "running", list)()]

    def stop(self, query_id: str) -> bool:
        """Stop a running request by its id; tell whether there was one."""
        stores: list[Workers | Store | None] = [self._workers, *self._previews.values()]
        return any(store.stop(query_id) for store in stores if store)

    def close(self) -> None:
        """End all workers."""
        if self._workers:
            self._workers.close()
            self._workers = None
        with self._guard:
            while self._previews:
                self._previews.popitem()[1].close()

    def _hands(self) -> Workers:
        if self._workers is None:
            self._workers = self._start()
        return self._workers

    @contextmanager
    def _opened(self, draft_id: str) -> Iterator[Draft]:
        with self._drafts.visited(draft_id) as draft:
            if draft.state == "published":
                raise Refused(
                    "Draft {draft} is published as release {release}; open a new one.",
                    draft=draft.id,
                    release=draft.release,
                )
            base = self._shelf.release(draft.base_release) if draft.base_release else None
            planned = plan(parts(draft, base, self._names))
            path = draft.path / "plan.json"
            with guarded(path):
                if not path.exists() or path.read_text("utf8") != planned:
                    replace(path, planned)
            yield draft

    def _change(
        self, draft_id: str, change: Mapping[str, Any], asked: Question, actor: str, **told: str
    ) -> dict[str, Any]:
        with self._opened(draft_id) as draft:
            answer = self._hands().answer(draft.path, asked, change)
            try:
                done: dict[str, Any] = json.loads(b"".join(answer.chunks))
            finally:
                answer.close()
            line = {"time": now(), "actor": actor, "verb": change["verb"], **told}
            with guarded(draft.path), (draft.path / "edits.jsonl").open("a", encoding="utf8") as journal:
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")
            return done
