"""The impact of a draft: which questions answer otherwise, which measures move, what is found, and what breaks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from kgservice.actions.content import Content
from kgservice.actions.ingest import silent
from kgservice.actions.preview import Progress
from kgservice.actions.show import kept
from kgservice.errors import PreviewStale
from kgservice.releases import Drafts, Shelf
from kgservice.releases.files import guarded, replace
from kgservice.settings import Settings

if TYPE_CHECKING:
    from kgservice.knowledge.library import Library

_FILE = "impact.json"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the library, asked with its examples before and after."""

    name: str
    state: str
    """`same`, `changed`, `late` (it took longer than it may) or `refused` (by the engine)."""
    before: int = 0
    """Rows; statements where the answer is a graph."""
    after: int = 0
    columns: tuple[str, ...] = ()
    added: tuple[tuple[str, ...], ...] = ()
    """The first rows that are new, terms in N-Triples, "" where nothing is bound."""
    removed: tuple[tuple[str, ...], ...] = ()
    added_count: int = 0
    removed_count: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the network that moves; values as written, empty where there is none."""

    organization: str
    indicator: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """A rule whose findings come or go."""

    rule: str
    severity: str
    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that leads to a thing which the draft removes."""

    thing: str
    kind: str
    """`link` (a statement of another thing) or `redirect` (a thing that was declared to be the same)."""
    subject: str
    predicate: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What follows from a preview."""

    preview: str
    """Its content hash."""
    seconds: float
    complete: bool
    """False where something was not finished in time; the states of questions and `unfinished` say what."""
    questions: tuple[Question, ...] = ()
    measures: tuple[Measure, ...] = ()
    """The first that move."""
    measures_moved: int = 0
    findings: tuple[Found, ...] = ()
    broken: tuple[Broken, ...] = ()
    broken_count: int = 0
    waivers: tuple[str, ...] = ()
    """Names of waivers that let something stand before and find nothing any more."""
    unfinished: tuple[str, ...] = field(default=())
    """Parts that were left out because of their size or time: `questions`, `measures`."""

    @property
    def changed(self) -> tuple[Question, ...]:
        """Return the questions that answer otherwise."""
        return tuple(question for question in self.questions if question.state == "changed")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return asdict(self)


class Impacts:
    """Impacts of drafts, kept with the preview that they speak of."""

    def __init__(
        self, shelf: Shelf, drafts: Drafts, content: Content, library: "Callable[[], Library]", settings: Settings
    ) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._library = library
        self._settings = settings

    def of(self, draft_id: str) -> Impact | None:
        """Return the impact of a draft's preview; None before a job found it, or when the preview has moved on.

        Raises:
            DraftNotFound: there is none of that id.
        """
        draft = self._drafts.draft(draft_id)
        try:
            found = kept(draft, self._shelf, self._content)
        except PreviewStale:
            return None
        path = found.folder / _FILE
        return _read(json.loads(path.read_text("utf8"))) if path.exists() else None

    def find(self, draft_id: str, actor: str = "", progress: Progress | None = None) -> Impact:
        """Find the impact of a draft's preview, in bounded time, and keep it.

        Raises:
            DraftNotFound: there is none of that id.
            PreviewStale: no preview was made, or something has moved on since.
            StateLocked, StateBroken: as their names say.
        """
        # the engine and networkx come with the work, and are loaded in a job's child only
        from kgservice.actions.consequences import Consequences

        job = f"impact of {draft_id}"
        lock, alone = self._shelf.lock("writer", actor=actor, job=job), self._drafts.alone(draft_id, actor, job)
        with lock, alone as draft, guarded(draft.path):
            found = kept(draft, self._shelf, self._content)
            impact = Consequences(self._content, self._library(), self._settings).find(found, progress or silent)
            replace(found.folder / _FILE, json.dumps(impact.to_json(), ensure_ascii=False))
            return impact


def _read(body: Mapping[str, Any]) -> Impact:
    def each(name: str, kind: Callable[..., Any]) -> tuple[Any, ...]:
        return tuple(kind(**{key: _tuples(value) for key, value in entry.items()}) for entry in body[name])

    parts = {"questions": Question, "measures": Measure, "findings": Found, "broken": Broken}
    named = {name: each(name, kind) for name, kind in parts.items()}
    return Impact(**{**{key: _tuples(value) for key, value in body.items()}, **named})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
