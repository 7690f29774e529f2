"""The board of sources: where each stands between its last delivery and what readers see, and what to do next."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from kgservice.actions.content import Content
from kgservice.actions.findings import Findings
from kgservice.errors import ParameterInvalid
from kgservice.intake.interface import Source
from kgservice.jobs import Job, Queue
from kgservice.releases import Draft, Drafts, Release, Shelf

_AT_WORK = ("clean", "blocked", "open", "accepted", "sent-back")


@dataclass(frozen=True, slots=True)
class Standing:
    """One source on the board."""

    source: Source
    state: str
    """`never`, `released`, `queued`, `running`, `failed`, or the state of its newest draft."""
    delivered: str
    """When what readers see was delivered; UTC, empty before."""
    actor: str
    files: tuple[str, ...]
    days: int | None
    """Days since then."""
    violations: int
    warnings: int
    draft: Draft | None
    job: Job | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values: source, draft and job by name, id and number."""
        body = {name: value for name, value in asdict(self).items() if name not in ("source", "draft", "job")}
        return body | {
            "source": self.source.name,
            "steward": self.source.steward,
            "draft": self.draft.id if self.draft else "",
            "job": self.job.id if self.job else 0,
        }


class Board:
    """Looks at releases, drafts and jobs together."""

    def __init__(self, shelf: Shelf, drafts: Drafts, content: Content, queue: Queue, findings: Findings) -> None:
        self._findings = findings
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._queue = queue

    def standings(self) -> list[Standing]:
        """Return every source by name.

        Raises:
            SourceInvalid: a `source.toml` is wrong; names file and key.
        """
        current = self._shelf.current()
        drafts = [draft for draft in self._drafts.drafts() if draft.state in _AT_WORK]
        return [self._standing(source, current, drafts) for source in self._content.sources().values()]

    def _standing(self, source: Source, current: Release | None, drafts: list[Draft]) -> Standing:
        records = current.manifest.imports.get(source.name, []) if current else []
        draft = next((one for one in reversed(drafts) if one.imports.get(source.name)), None)
        job = self._queue.of(source.name)
        held = draft.id if draft else str(current.id) if current and records else ""
        counted = self._tally(held, source.name) if held else {}
        last: dict[str, Any] = records[-1] if records else {}
        names = tuple(str(entry["name"]) for entry in last.get("files", []))
        return Standing(
            source, _state(draft, job, bool(records)), last.get("imported", ""), last.get("actor", ""), names,
            _days(last.get("imported", "")), counted.get("violation", 0), counted.get("warning", 0), draft,
            job,
        )  # fmt: skip

    def _tally(self, name: str, source: str) -> dict[str, int]:
        try:
            return self._findings.causes(name, [source]).tally
        except ParameterInvalid:  # it was not checked yet, or by an earlier version
            return {}


def _state(draft: Draft | None, job: Job | None, released: bool) -> str:
    if job and not job.over:
        return job.state
    if job and job.state == "failed" and (draft is None or job.created > draft.created):
        return "failed"
    if draft:
        return draft.state
    return "released" if released else "never"


def _days(moment: str) -> int | None:
    if not moment:
        return None
    return max((datetime.now(UTC) - datetime.fromisoformat(moment)).days, 0)
