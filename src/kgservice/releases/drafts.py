"""Drafts: what will be different in the next release, as changed statement files beside the release they start from."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kgservice.errors import DraftBusy, DraftNotFound, StateBroken
from kgservice.releases import files, locks
from kgservice.releases.files import guarded, read_json, settle, settle_tree
from kgservice.releases.history import Event, event
from kgservice.releases.release import Statements
from kgservice.releases.state import State
from kgservice.report import Report

_RECORD = "draft.json"
FRESH = "findings.new"
"""A file of findings in a draft's folder that goes with the next report that is saved."""
_JOB = "job.lock"
"""Held by a job that needs the draft; the draft's worker goes when it sees that."""
_OPEN = "open.lock"
"""Held by whoever has the draft's store open."""
_PATIENCE = 40.0  # seconds: longer than a request may run


@dataclass(frozen=True, slots=True)
class Change:
    """What a draft does to one graph: `statements` instead of what the base release has under the hash `before`."""

    before: str
    """SHA-256 of the graph in the base release; "" where it has none."""
    statements: Statements | None
    """None: the graph is removed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its folder says; a new value is saved with `Drafts.save`."""

    path: Path
    id: str
    """`d` and an integer."""
    base_release: int | None
    """Number of the release it starts from; None before the first."""
    created: str
    actor: str
    origin: str = ""
    """`build` for the draft of a build, else the verb that opened it."""
    state: str = "open"
    """`open` (nothing checked yet), `clean`, `blocked` (violations), `accepted`, `sent-back` or `published`."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    imports: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By source, as in a manifest, for the sources that the draft changed; an empty list removes the source.

    Statement files and lineage go when the draft is published: the release has them."""
    hand: Statements | None = None
    """What was added by hand in the unnamed graph; it goes to the source `hand` when the draft is published."""
    edited: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By graph ("" = the unnamed one), how many statements were added and removed by hand."""
    suppressed: Mapping[str, list[str]] = field(default_factory=dict)
    """As in a manifest, for the graphs where the draft changed that; an empty list: nothing any more."""
    inputs: str = ""
    """Hash of a build's inputs."""
    content_hash: str = ""
    """Content of the preview that `report` speaks of."""
    report_file: str = ""
    release: int | None = None
    """Number of the release it was published as."""
    events: tuple[Event, ...] = ()
    """What was done with it, oldest first; edits by hand stand in its journal `edits.jsonl`."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the names of the sources that it changed."""
        return tuple(sorted(self.imports))

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON-ready values."""
        body = asdict(self)
        del body["path"]
        return body

    @property
    def findings(self) -> Path:
        """Return the file of all that the last check found; it need not be there."""
        return (self.path / (self.report_file or "report-0.json")).with_suffix(".sqlite")

    def report(self) -> Report:
        """Return what the last check found, as far as it fits in memory; empty before it."""
        return Report.from_json(read_json(self.path / self.report_file)) if self.report_file else Report()


class Drafts:
    """The drafts of one state folder; writing methods are called under the writer's lock."""

    def __init__(self, state: Path, base: str) -> None:
        self._state = State(state, base)
        self._folder = state / "drafts"

    def new(self, base_release: int | None, actor: str, created: str, origin: str = "") -> Draft:
        """Open an empty draft on a release; it is seen by others once it is saved.

        Raises:
            StateBroken: the disk is full or the folder may not be written.
        """
        with guarded(self._folder):
            number = self._state.number("draft", max(self._numbers(), default=0))
            path = self._folder / f".new-{number}-{os.getpid()}"
            for part in ("statements", "lineage"):
                (path / part).mkdir(parents=True)
        return Draft(path, f"d{number}", base_release, created, actor, origin)

    def draft(self, name: str) -> Draft:
        """Return a draft by its id.

        Raises:
            DraftNotFound: there is none.
            StateBroken: its record is damaged.
        """
        path = self._folder / name
        if not (name[:1] == "d" and name[1:].isdecimal() and path.is_dir()):
            raise DraftNotFound("There is no draft {id}; `kgservice drafts` lists them.", id=name)
        body = read_json(path / _RECORD)
        try:
            body["changes"] = {graph: _change(entry) for graph, entry in body["changes"].items()}
            body["hand"] = Statements(**body["hand"]) if body.get("hand") else None
            body["edited"] = {graph: tuple(counts) for graph, counts in body.get("edited", {}).items()}
            body["events"] = tuple(event(entry) for entry in body.get("events", ()))
            return Draft(path, **body)
        except (TypeError, KeyError):
            raise StateBroken("{path} is damaged; discard the draft.", path=str(path)) from None

    def drafts(self) -> list[Draft]:
        """Return all drafts, oldest first."""
        return [self.draft(f"d{number}") for number in self._numbers()]

    def save(self, draft: Draft, report: Report | None = None) -> Draft:
        """Write a draft's record in one atomic step, with a new report if there is one; files it no longer names go.

        The files that it names were put into its folder before, under names that were not there.
        """
        with guarded(draft.path):
            if report is not None:
                text = json.dumps(report.to_json(), ensure_ascii=False)
                earlier = draft.findings
                before = int(draft.report_file.removeprefix("report-").removesuffix(".json") or 0)
                draft = replace(draft, report_file=f"report-{before + 1}.json")
                if (draft.path / FRESH).exists():
                    (draft.path / FRESH).rename(draft.findings)
                elif earlier.exists():
                    files.link(earlier, draft.findings)
                files.replace(draft.path / draft.report_file, text)
            settle_tree(draft.path)
            record = json.dumps(draft.to_json(), ensure_ascii=False, indent=1)
            files.replace(draft.path / _RECORD, record)
            _tidy(draft)
            place = self._folder / draft.id
            if draft.path != place:
                draft.path.rename(place)
                settle(self._folder)
        return replace(draft, path=place)

    def discard(self, name: str) -> None:
        """Remove a draft; its id is not given again.

        Raises:
            DraftNotFound: there is none.
        """
        draft = self.draft(name)
        with guarded(draft.path):
            doomed = self._folder / f".gone-{draft.id}"
            draft.path.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    @contextmanager
    def visited(self, name: str) -> Iterator[Draft]:
        """Give a draft to a request, which keeps jobs from beginning on it for the length of a `with` block.

        Raises:
            DraftNotFound: there is none.
            DraftBusy: a job is at work on it.
        """
        with locks.visited(self.draft(name).path / _JOB) as free:
            if not free:
                raise DraftBusy("A job is at work on draft {draft}; repeat the request in a moment.", draft=name)
            yield self.draft(name)

    @contextmanager
    def alone(self, name: str, actor: str, job: str) -> Iterator[Draft]:
        """Give a draft to a job, its worker gone and no request running, for the length of a `with` block.

        Raises:
            DraftNotFound: there is none.
            StateLocked: another job, or a request, holds it for too long.
        """
        path = self.draft(name).path
        with locks.exclusive(path / _JOB, actor, job, _PATIENCE), locks.exclusive(path / _OPEN, actor, job, _PATIENCE):
            yield self.draft(name)

    @contextmanager
    def decided(self, name: str, actor: str, job: str) -> Iterator[Draft]:
        """Give a draft's record to somebody who decides on it, for the length of a `with` block; its store stays open.

        Raises:
            DraftNotFound: there is none.
            StateLocked: a job, or a request, holds it for too long.
        """
        with locks.exclusive(self.draft(name).path / _JOB, actor, job, _PATIENCE):
            yield self.draft(name)

    def workplace(self) -> Path:
        """Return a new empty folder for files on their way into a draft; swept with other leftovers."""
        path = self._folder / f".work-{os.getpid()}"
        with guarded(path):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        return path

    def _numbers(self) -> list[int]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return sorted(int(name[1:]) for name in names if name[:1] == "d" and name[1:].isdecimal())


def _change(entry: dict[str, Any]) -> Change:
    return Change(entry["before"], Statements(**entry["statements"]) if entry["statements"] else None)


def _tidy(draft: Draft) -> None:
    kept = {change.statements.file for change in draft.changes.values() if change.statements}
    if draft.state != "published":
        kept |= {f"lineage/{record['lineage']}" for records in draft.imports.values() for record in records}
    kept |= {draft.hand.file} if draft.hand else set()
    kept |= {draft.report_file, draft.findings.name}
    if draft.state == "published":
        for folder in (draft.path / "graph", *draft.path.glob("preview-*")):
            shutil.rmtree(folder, ignore_errors=True)
    for path in [*draft.path.glob("report-*"), *draft.path.glob("statements/*"), *draft.path.glob("lineage/*")]:
        if path.relative_to(draft.path).as_posix() not in kept:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
