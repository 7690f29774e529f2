"""Bring a draft up to date: on the current release, together with what changed there, or a list of what contradicts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kgservice.actions.conflicts import conflicting
from kgservice.actions.content import Content
from kgservice.actions.fold import folded
from kgservice.actions.ingest import Ingest, now, silent
from kgservice.actions.preview import Progress, preview
from kgservice.actions.show import keep
from kgservice.errors import NothingChanged, PublishConflict, Refused
from kgservice.releases import Change, Draft, Drafts, Release, Shelf, Statements
from kgservice.releases.files import guarded
from kgservice.releases.history import Event
from kgservice.releases.merging import Contradiction, contradictions, together
from kgservice.releases.statements import file_name, write
from kgservice.settings import Settings
from kgservice.terms import parsed, shortened

Namer = Callable[[Iterable[str], str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One property of one thing that draft and release both changed, in words; several values are joined by lines."""

    graph: str
    iri: str
    label: str
    predicate: str
    predicate_label: str
    base: str
    current: str
    draft: str


def conflicts(draft: Draft, shelf: Shelf, named: Namer, lang: str) -> list[Conflict]:
    """Return in words what keeps a draft from being brought up to date; empty where nothing does.

    Raises:
        ReleaseNotFound: the release that it began on is not there any more.
    """
    current = shelf.current()
    base = shelf.release(draft.base_release) if draft.base_release else None
    found = [
        (graph, one)
        for graph in conflicting(draft, current)
        for one in contradictions(*_versions(draft, graph, base, current))
    ]
    terms = {text for _, one in found for text in (one.subject, one.predicate, *one.base, *one.current, *one.draft)}
    labels = named({text[1:-1] for text in terms if text.startswith("<")}, lang)
    return [_told(graph, one, labels) for graph, one in found]


class Rebase:
    """Drafts that began on an earlier release."""

    def __init__(self, shelf: Shelf, drafts: Drafts, content: Content, ingest: Ingest, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._ingest = ingest
        self._settings = settings

    def draft(self, draft_id: str, actor: str = "", progress: Progress | None = None, role: str = "") -> Draft:
        """Put a draft on the current release and check it again; nothing of either side is lost.

        Raises:
            PublishConflict: both changed the same to different things, which `conflicts` tells; the draft stays there.
            NothingChanged: it stands on the current release already.
            Refused: it is published.
            DraftNotFound, AuthoredInvalid, StateLocked, StateBroken: as their names say.
        """
        tell, job = progress or silent, f"rebase {draft_id}"
        lock, alone = self._shelf.lock("writer", actor=actor, job=job), self._drafts.alone(draft_id, actor, job)
        with lock, guarded(self._settings.state), alone as draft:
            if draft.state == "published":
                raise Refused(
                    "Draft {draft} is published as release {release}; open a new one.",
                    draft=draft.id,
                    release=draft.release,
                )
            current = self._shelf.current()
            if (current.id if current else None) == draft.base_release:
                raise NothingChanged(
                    "Draft {draft} stands on release {release}, the current one.",
                    draft=draft.id,
                    release=draft.base_release or "-",
                )
            tell("Bringing both together", 0, 0)
            draft = folded(draft, self._shelf, self._content.graphs)
            try:
                moved = self._moved(draft, current)
            except PublishConflict:
                self._drafts.save(draft)  # `conflicts` tells of edits by hand too
                raise
            said = Event(now(), actor, "rebased", role, str(current.id) if current else "")
            moved = replace(moved, events=(*moved.events, said))
            seen = preview(moved, current, self._content, self._drafts.workplace())
            moved, report = self._ingest.checked(moved, seen, tell)
            keep(moved, seen, self._shelf, self._content)
            return self._drafts.save(moved, report)

    def fold(self, draft_id: str, actor: str = "") -> None:
        """Write what was changed by hand into a draft's record, so that `conflicts` tells of it.

        Raises:
            DraftNotFound, StateLocked, StateBroken, StoreUnavailable: as their names say.
        """
        with guarded(self._settings.state), self._drafts.alone(draft_id, actor, f"conflicts {draft_id}") as draft:
            found = folded(draft, self._shelf, self._content.graphs)
            if found is not draft:
                self._drafts.save(found)

    def _moved(self, draft: Draft, current: Release | None) -> Draft:
        base = self._shelf.release(draft.base_release) if draft.base_release else None
        fighting = set(conflicting(draft, current))
        wrong = [
            (graph, one)
            for graph in sorted(fighting)
            for one in contradictions(*_versions(draft, graph, base, current))
        ]
        if wrong:
            raise _conflict(draft, current, wrong)
        now_there = current.manifest.graphs if current else {}
        changes: dict[str, Change] = {}
        for graph, change in draft.changes.items():
            statements = change.statements
            if graph in fighting:
                statements = self._joined(draft, graph, base, current)
            there = now_there[graph].sha256 if graph in now_there else ""
            if there != (statements.sha256 if statements else ""):
                changes[graph] = Change(there, statements)
        manifests = [release.manifest if release else None for release in (base, current)]
        imports = {
            source: _both([(m.imports.get(source, []) if m else []) for m in manifests], records)
            for source, records in draft.imports.items()
        }
        suppressed = {
            graph: sorted(_both([(list(m.suppressed.get(graph, [])) if m else []) for m in manifests], texts))
            for graph, texts in draft.suppressed.items()
        }
        return replace(
            draft, base_release=current.id if current else None, changes=changes, imports=imports,
            suppressed=suppressed, state="open",
        )  # fmt: skip

    def _joined(self, draft: Draft, graph: str, base: Release | None, current: Release | None) -> Statements | None:
        """Write a graph that both sides changed into the draft's folder."""
        stem = f"statements/{file_name(graph, self._settings.base)}"
        fresh = draft.path / f"{stem}.new"
        found = write(fresh, together(*_versions(draft, graph, base, current)))
        file = f"{stem}.{found.sha256[:12]}.nt.gz"
        fresh.replace(draft.path / file)
        return replace(found, file=file) if found.triples else None


def _versions(
    draft: Draft, graph: str, base: Release | None, current: Release | None
) -> tuple[Path | None, Path | None, Path | None]:
    """Return the files of a graph: as it was, as the current release has it, as the draft has it."""
    change = draft.changes[graph].statements
    sides = [r.statements(graph) if r and graph in r.manifest.graphs else None for r in (base, current)]
    return sides[0], sides[1], draft.path / change.file if change else None


def _both(sides: list[list[Any]], ours: list[Any]) -> list[Any]:
    """Return a list as the draft has it, with what came and went between base and current."""
    base, current = sides
    if base == current:
        return ours
    kept = [one for one in current if one in ours or one not in base]
    return [*kept, *(one for one in ours if one not in base and one not in kept)]


def _conflict(draft: Draft, current: Release | None, wrong: list[tuple[str, Contradiction]]) -> PublishConflict:
    first = wrong[0][1]
    return PublishConflict(
        "Draft {draft} and release {current} changed the same to different things ({n}), first {thing} "
        "{predicate}; `kgservice drafts conflicts {draft}` shows each of them.",
        draft=draft.id,
        current=current.id if current else "-",
        n=len(wrong),
        thing=first.subject,
        predicate=shortened(first.predicate[1:-1]),
    )


def _told(graph: str, one: Contradiction, labels: Mapping[str, str]) -> Conflict:
    def words(text: str) -> str:
        term = parsed(text)
        return labels.get(term.value, term.value) if term.kind == "uri" else term.value

    sides = ["\n".join(words(text) for text in side) for side in (one.base, one.current, one.draft)]
    iri, predicate = parsed(one.subject).value, one.predicate[1:-1]
    return Conflict(graph, iri, words(one.subject), predicate, words(one.predicate), *sides)
