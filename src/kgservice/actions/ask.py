"""Answer questions: on the release that readers see now, on an earlier one, or on a remote store."""

import hashlib
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kgservice.actions.federate import Federate
from kgservice.errors import QueryForbidden, ReleaseGone, ReleaseNotFound, StateBroken, StoreUnavailable
from kgservice.releases import Release, Shelf
from kgservice.settings import Settings
from kgservice.sparql import parse
from kgservice.store.interface import Answer, Question, Store
from kgservice.store.tickets import Running
from kgservice.terms import Term

if TYPE_CHECKING:
    from kgservice.knowledge.library import Library

_LOG = logging.getLogger(__name__)
_PINNED = 2  # earlier releases that keep workers at once


class Readers(Store, Protocol):
    """A store whose workers can be switched to another release."""

    def adopt(self, store_path: Path, lease_path: Path | None) -> None:
        """Answer from another release from now on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and the release that it came from."""

    answer: Answer
    release: int | str
    """Number of the release, or `remote`."""
    etag: str
    """Strong entity tag without quotes (RFC 9110 8.8.3); "" for a remote store."""
    created: str = ""
    """When the release was published, ISO 8601; "" for a remote store."""


@dataclass(frozen=True, slots=True)
class Ailing:
    """A query that ended the engine so often that it is refused on a release."""

    query: str
    crashes: int


@dataclass(frozen=True, slots=True)
class Stores:
    """How stores are opened, as wiring says: workers on a release, one worker on an earlier one, or the remote."""

    current: Callable[[Path, Path], Readers]
    earlier: Callable[[Path, Path], Store]
    remote: Callable[[], Store] | None = None


class Ask:
    """Questions and their replies; workers start with the first question, and follow a publish by themselves."""

    def __init__(self, shelf: Shelf, library: "Library", stores: Stores, settings: Settings) -> None:
        self.library = library
        self._shelf = shelf
        self._stores = stores
        self._settings = settings
        self._guard = threading.Lock()
        self._readers: Readers | None = None
        self._adopted: Release | None = None
        self._remote: Store | None = None
        self._earlier: dict[int, Store] = {}
        self._federate = Federate(settings)

    def question(self, question: Question, release: int | None = None, language: str = "") -> Reply:
        """Answer a question as the store does, from the current release or from an earlier one by its number.

        Raises:
            ReleaseNotFound, ReleaseGone: there is no such release, none at all, or its store was removed.
            QueryInvalid, QueryForbidden, QueryTimeout, QueryMemory, …: as `Store.answer` says.
        """
        if self._stores.remote:
            return Reply(self._store(None).answer(question), "remote", "")
        store = self._store(release)
        carried = self._federate.carried(question, store.answer)
        try:
            answer = store.answer(carried.question)
        except QueryForbidden:
            if carried.failures:
                raise carried.failures[0] from None  # its SERVICE was due
            raise
        found = self._answered(answer.store) if answer.store else self._release(release)
        if carried.question is question:
            return Reply(answer, found.id, _tag(found, question, language), found.manifest.created)
        answer.notices = tuple(one for one in answer.notices if not one.iri or one.iri in question.query)
        return Reply(answer, found.id, "")  # what others say may change without a release of ours

    def insist(self, number: int) -> None:
        """Let the number of a release pass that can be asked.

        Raises:
            ReleaseNotFound, ReleaseGone: there is none, or its store was removed.
        """
        if not self._stores.remote and not self._release(number).store.is_dir():
            raise self.gone(number)

    def gone(self, number: int) -> ReleaseGone:
        """Return the error for a release whose store retention removed: it names where its dump is."""
        release = self._shelf.release(number)
        file = next((path for path in release.manifest.dumps if path.endswith(".nq.gz")), "")
        return ReleaseGone(
            "The store of release {id} was removed by retention (KG_KEEP_RELEASES={kept}); its statements are at "
            "{dump}.",
            id=number,
            kept=self._settings.keep_releases,
            dump=f"{self._settings.url}releases/{number}/{file}",
        )

    def etag(self, question: Question, release: int | None = None, language: str = "") -> str:
        """Return the entity tag that the reply to a question would have now; "" for a remote store."""
        return "" if self._stores.remote else _tag(self._release(release), question, language)

    def rows(self, query: str, release: int | None = None, graphs: tuple[str, ...] = ()) -> list[dict[str, Term]]:
        """Return the solutions of a SELECT as mappings of terms, unbound variables left out; for pages.

        `graphs` are the default graphs of its dataset; none: the default graph of the store.
        """
        body = self._document(query, release, graphs)
        return [
            {name: _term(binding) for name, binding in solution.items()} for solution in body["results"]["bindings"]
        ]

    def ask(self, query: str, release: int | None = None) -> bool:
        """Return the answer of an ASK."""
        return bool(self._document(query, release, ())["boolean"])

    def named(self, name: str, /, **parameters: str) -> Reply:
        """Answer a question of the library with its parameters, as JSON, or as Turtle where it makes a graph.

        Raises:
            QuestionNotFound, ParameterInvalid: there is no such question, or it has no such parameter.
        """
        text = self.library.fill(name, parameters)
        graph = parse(text, update=False).form in ("construct", "describe")
        return self.question(Question(text, "turtle" if graph else "json", seconds=self._settings.query_seconds))

    def current(self) -> Release | None:
        """Return the release that readers see; None before the first one, and with a remote store."""
        return None if self._stores.remote else self._shelf.current()

    def adopted(self) -> Release | None:
        """Return the release that questions are answered from: the last good one while the current one is damaged."""
        return self._adopted

    def stop(self, query_id: str) -> bool:
        """Stop a running query by its id; tell whether there was one."""
        return self._federate.stop(query_id) or any(store.stop(query_id) for store in self._open())

    def running(self) -> list[Running]:
        """Return the questions that wait or run, oldest first."""
        found = self._federate.running()
        for store in self._open():
            found += getattr(store, "running", list)()
        return sorted(found, key=lambda one: -one.seconds)

    def status(self) -> dict[str, int]:
        """Return what the open stores count of their workers and spools, added up; nothing is started."""
        total: Counter[str] = Counter()
        for store in self._open():
            total.update(getattr(store, "status", dict)())
        return dict(total)

    def ailing(self) -> list[Ailing]:
        """Return the queries that ended the engine on the releases that are open, and how often."""
        found: Counter[str] = Counter()
        for store in self._open():
            found.update(getattr(store, "crashed", dict)())
        return [Ailing(query, crashes) for query, crashes in found.items()]

    def forgive(self) -> None:
        """Let queries that ended the engine run again."""
        for store in self._open():
            getattr(store, "forgive", lambda: None)()

    def store(self) -> Store:
        """Return the store that answers now, its workers started; for status and readiness."""
        return self._store(None)

    def close(self) -> None:
        """End all workers."""
        with self._guard:
            for store in (self._readers, self._remote, *self._earlier.values()):
                if store:
                    store.close()
            self._readers, self._remote, self._adopted, self._earlier = None, None, None, {}

    def _open(self) -> list[Store]:
        return [store for store in (self._readers, self._remote, *list(self._earlier.values())) if store]

    def _answered(self, store: Path) -> Release:
        """Return the release whose store answered; its manifest never changes, so it is read once."""
        number = int(store.parent.name)
        adopted = self._adopted
        if adopted is not None and adopted.id == number:
            return adopted
        return self._shelf.release(number)

    def _release(self, number: int | None) -> Release:
        release = self._shelf.current() if number is None else self._shelf.release(number)
        if release is None:
            raise ReleaseNotFound("There is no release yet; `kgservice build` makes the first.")
        return release

    def _store(self, number: int | None) -> Store:
        if self._stores.remote:
            with self._guard:
                self._remote = self._remote or self._stores.remote()
                return self._remote
        try:
            release = self._release(number)
            if number is not None and str(number) != self._shelf.pointed():
                return self._opened(release)
            return self._switched(release)
        except (StateBroken, StoreUnavailable) as error:
            if self._readers is None or number is not None:
                raise
            _LOG.warning("Staying on release %s: %s", self._adopted and self._adopted.id, error)
            return self._readers

    def _switched(self, release: Release) -> Store:
        """Return the readers, switched to a release; while one thread switches them the others go on."""
        readers = self._readers
        if readers is not None and self._adopted == release:
            return readers
        if not self._guard.acquire(blocking=readers is None):
            return readers or self._switched(release)
        try:
            if self._readers is None:
                self._readers = self._stores.current(release.store, release.lease)
            elif self._adopted != release:
                self._readers.adopt(release.store, release.lease)
            self._adopted = release
            return self._readers
        finally:
            self._guard.release()

    def _opened(self, release: Release) -> Store:
        """Return workers on an earlier release; the longest opened of too many are ended."""
        if not release.store.is_dir():
            raise self.gone(release.id)
        with self._guard:
            if release.id not in self._earlier:
                while len(self._earlier) >= _PINNED:
                    self._earlier.pop(next(iter(self._earlier))).close()
                self._earlier[release.id] = self._stores.earlier(release.store, release.lease)
            return self._earlier[release.id]

    def _document(self, query: str, release: int | None, graphs: tuple[str, ...]) -> dict[str, Any]:
        question = Question(query, default_graphs=graphs, seconds=self._settings.query_seconds)
        answer = self._store(release).answer(question)
        try:
            body: dict[str, Any] = json.loads(b"".join(answer.chunks))
            return body
        finally:
            answer.close()


def _term(binding: dict[str, str]) -> Term:
    kind = "literal" if binding["type"] == "typed-literal" else binding["type"]
    return Term(kind, binding["value"], binding.get("xml:lang", ""), binding.get("datatype", ""))


def _tag(release: Release, question: Question, language: str) -> str:
    parts = [str(release.id), release.manifest.content_hash, question.query, question.format, question.base, language]
    parts.append(question.language)
    parts += ["default", *question.default_graphs, "named", *question.named_graphs]
    parts.append("every graph" if question.every_graph else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
