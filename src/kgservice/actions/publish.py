"""Publish: the content folder or a draft becomes the release that readers see, and a rollback points back."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kgservice.actions import sameness, soundness
from kgservice.actions.amounts import emptied
from kgservice.actions.content import Content
from kgservice.actions.decide import authors
from kgservice.actions.ingest import Ingest, now, silent
from kgservice.actions.keeping import Keeping
from kgservice.actions.preview import Preview, Progress, converted, preview, violations
from kgservice.actions.ready import nothing, published, ready, resumed
from kgservice.actions.seal import seal
from kgservice.actions.show import Kept, keep
from kgservice.errors import PublishBlocked
from kgservice.intake.interface import Delivery, Source
from kgservice.intake.sources import newest_delivery
from kgservice.releases import Change, Draft, Drafts, Manifest, Release, Shelf
from kgservice.releases.files import guarded
from kgservice.releases.history import Event
from kgservice.releases.statements import lines
from kgservice.report import Report, Text
from kgservice.settings import Settings
from kgservice.terms import Evidence


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: a release, or the reason why there is no new one."""

    release: Release | None
    reason: Text
    report: Report


class Publish:
    """Makes releases and moves the pointer to the current one."""

    def __init__(self, shelf: Shelf, drafts: Drafts, content: Content, ingest: Ingest, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._ingest = ingest
        self._settings = settings

    def build(self, again: bool = False, actor: str = "", progress: Progress | None = None) -> Built:
        """Import every delivery that was never imported, check the whole and publish it.

        Nothing happens when the inputs are those of the newest built release, unless `again`. Uploads, hand edits and
        rollbacks are never undone.

        Raises:
            PublishBlocked: violations; `params["draft"]` names the draft with the report; readers stay where they are.
            OntologyUnsound: the ontology contradicts itself, or authored files have faults; nothing was begun.
            AuthoredInvalid, SourceInvalid, MappingInvalid, SourceUnreadable, ConfirmationNeeded: an input is wrong.
            SettingInvalid: the content folder has no ontology, shapes or sources: it would empty the graph.
            StateLocked, StateBroken: as their names say; nothing was kept.
        """
        tell = progress or silent
        self._content.insist()
        with self._shelf.lock("writer", actor=actor, job="build"), guarded(self._settings.state):
            current = self._shelf.current()
            tell("Comparing with the newest release", 0, 0)
            inputs = self._content.fingerprint()
            if not again:
                reason = self._unchanged(current, inputs)
                if reason:
                    return Built(None, reason, Report())
                self._still_blocked(inputs)
            self._insist(tell)
            work = self._drafts.workplace()
            draft = self._drafts.new(current.id if current else None, actor, now(), "build")
            draft = self._import_all(replace(draft, inputs=inputs), current, work, again, actor, tell)
            seen = preview(draft, current, self._content, work)
            draft, report = self._ingest.checked(draft, seen, tell)
            for old in self._drafts.drafts():
                if old.origin == "build":
                    self._drafts.discard(old.id)
            if not report.conforms:
                keep(draft, seen, self._shelf, self._content)
                raise _blocked(self._drafts.save(draft, report), report)
            release = self._seal(draft, seen, report, actor, tell)
            return Built(release, Text("Published."), release.report())

    def release(
        self, draft_id: str, actor: str = "", progress: Progress | None = None, preview: str = "", role: str = ""
    ) -> Release:
        """Seal the preview that was read, accepted or checked last, and switch readers; a draft never checked is now.

        `preview` is the content hash that was read. A publish that was killed is finished by the next one.

        Raises:
            DraftNotFound: there is no such draft.
            PublishConflict: the current release changed a graph that the draft changed too; names the graphs.
            PreviewStale: draft, release or authored files have moved on since, or `preview` is another one.
            PublishBlocked: violations; the draft's report has them.
            AcceptRefused, Refused: a second pair of eyes has not accepted it, or it was sent back.
            OntologyUnsound: the ontology contradicts itself, or authored files have faults.
            NothingChanged: the current release says all this already.
            AuthoredInvalid, StateLocked, StateBroken: as their names say.
        """
        tell = progress or silent
        lock = self._shelf.lock("writer", actor=actor, job=f"publish {draft_id}")
        alone = self._drafts.alone(draft_id, actor, f"publish {draft_id}")
        with lock, guarded(self._settings.state), alone as draft:
            release = resumed(draft, self._shelf)
            if release is None:
                draft, release = self._released(draft, actor, tell, preview)
            said = Event(now(), actor, "published", role, str(release.id), preview=draft.content_hash)
            self._drafts.save(published(replace(draft, events=(*draft.events, said)), release))
            return release

    def _released(self, draft: Draft, actor: str, tell: Progress, wanted: str) -> tuple[Draft, Release]:
        draft, found = ready(draft, self._shelf, self._content, self._settings, wanted)
        self._insist(tell)
        if found is None:
            tell("Merging the draft into the current release", 0, 0)
            current = self._shelf.current()
            seen = preview(draft, current, self._content, self._drafts.workplace())
            same = current and seen.content_hash == current.manifest.content_hash
            if current and same and seen.imports == current.manifest.imports:
                raise nothing(draft, current)
            draft, report = self._ingest.checked(draft, seen, tell)
            found = keep(draft, seen, self._shelf, self._content)
            draft = self._drafts.save(draft, report)
        elif again := self._ingest.judged(draft):  # a waiver may have ended since
            draft = self._drafts.save(*again)
        report = draft.report()
        if not report.conforms:
            raise _blocked(draft, report)
        return draft, self._seal(draft, found.preview(), report, actor, tell, found)

    def rollback(self, number: int, actor: str = "") -> Release:
        """Point readers at another release, as `Keeping.rollback` does."""
        return Keeping(self._shelf).rollback(number, actor)

    def caution(self) -> Text | None:
        """Return what a publish should warn of: an ontology whose logic nobody has checked; None for nothing."""
        return soundness.caution(self._content.authored, self._settings.state)

    def _insist(self, tell: Progress) -> None:
        authored, state = self._content.authored, self._settings.state
        if not soundness.seen(authored, state):
            from kgservice.actions.check import Check  # rdflib is slow to load: a build with nothing to do needs none

            tell("Checking the authored files", 0, 0)
            Check(self._content, state).repository(quick=True)
        soundness.insist(authored, state)

    def _unchanged(self, current: Release | None, inputs: str) -> Text | None:
        releases = {release.id: release for release in self._shelf.releases()}
        built = [release for release in releases.values() if release.manifest.inputs]
        if current is None or not built or built[-1].manifest.inputs != inputs:
            return None
        newest, line = built[-1], set()
        step: int | None = current.id
        while step is not None and step not in line:
            line.add(step)
            step = releases[step].manifest.parent if step in releases else None
        if newest.id in line:
            return Text("Nothing changed since release {built}; release {id} is served.", _ids(newest, current))
        return Text(
            "Nothing changed since release {built}, but readers were sent back to release {id}; "
            "`kgservice build --again` publishes the content anew, `kgservice rollback {built}` returns to it.",
            _ids(newest, current),
        )

    def _still_blocked(self, inputs: str) -> None:
        for draft in self._drafts.drafts():
            if draft.origin == "build" and draft.state == "blocked" and draft.inputs == inputs:
                raise _blocked(draft, draft.report())

    def _import_all(
        self, draft: Draft, current: Release | None, work: Path, again: bool, actor: str, tell: Progress
    ) -> Draft:
        sources = self._content.sources()
        for done, source in enumerate(sources.values()):
            tell("Importing the sources", done, len(sources))
            stale = self._stale(source, current)
            due = self._due(source, current, again, stale)
            if stale and due and source.delivery == "additions":
                draft = emptied(draft, source.name, current, self._of)  # all that it ever brought is read anew
            for delivery, confirmed in due:
                there = work / str(done) / delivery.sha256[:12]
                there.mkdir(parents=True, exist_ok=True)
                draft = self._ingest.into(draft, source, delivery, there, actor=actor, confirmed=confirmed, tell=silent)
        tell("Importing the sources", len(sources), len(sources))
        return self._without_lost(draft, sources, current)

    def _due(self, source: Source, current: Release | None, again: bool, stale: bool) -> list[tuple[Delivery, bool]]:
        """Return the deliveries of a source to import now, each with whether it may remove most of the source.

        `stale`: what is carried is to be read anew, before what a source that adds has beside it.
        """
        carried = current.manifest.imports.get(source.name, []) if current else []
        anew = [(self._ingest.kept(source, record), True) for record in carried] if stale else []
        if newest_delivery(source):
            delivery = self._ingest.staged(source, [])
            imported = {
                record["delivery"]
                for release in self._shelf.releases()
                for record in release.manifest.imports.get(source.name, [])
            }
            here = delivery.sha256 in {record["delivery"] for record in carried}
            if delivery.sha256 not in imported or (again and not here):
                return [*(anew if source.delivery == "additions" else ()), (delivery, again)]
        return anew

    def _stale(self, source: Source, current: Release | None) -> bool:
        """Tell whether a release has deliveries of a source that were mapped otherwise than now."""
        carried = current.manifest.imports.get(source.name, []) if current else []
        return self._parted(current) or any(r["mapping"] != self._content.mapping(source) for r in carried)

    def _of(self, graph: str) -> str:
        return (self._content.graphs.split(graph) or ("",))[0]

    def _parted(self, current: Release | None) -> bool:
        """Tell whether things that a release has under one IRI are no longer decided to be one."""
        graph = self._content.graphs.source(sameness.SOURCE, Evidence.SOURCED)
        if current is None or graph not in current.manifest.graphs:
            return False
        return bool(set(lines(current.statements(graph))) - set(sameness.told(self._content.replaced())))

    def _without_lost(self, draft: Draft, sources: dict[str, Source], current: Release | None) -> Draft:
        """Return the draft without the sources that are no longer in the content.

        Hand edits stay, and graphs that somebody made under the name of a source which never delivered anything.
        """
        if current is None:
            return draft
        changes, imports = dict(draft.changes), dict(draft.imports)
        for graph, statements in current.manifest.graphs.items():
            name = (self._content.graphs.split(graph) or ("hand",))[0]
            if name not in sources and name in current.manifest.imports:
                changes[graph] = Change(statements.sha256, None)
                imports[name] = []
        return replace(draft, changes=changes, imports=imports)

    def _seal(
        self, draft: Draft, seen: Preview, report: Report, actor: str, tell: Progress, found: Kept | None = None
    ) -> Release:
        manifest = Manifest(
            id=0,
            parent=seen.parent.id if seen.parent else None,
            created=now(),
            base=self._settings.base,
            origin="build" if draft.origin == "build" else draft.id,
            actor=actor,
            graphs={},
            inputs=draft.inputs,
            review=_reviewed(draft),
        )
        whole = report.joined(converted(seen, set(seen.imports) - set(draft.imports)))

        def beside(folder: Path) -> None:
            self._ingest.released(folder, draft, seen)

        return seal(
            self._shelf, seen, manifest, whole, self._content, self._settings, tell, beside,
            found.ledger if found else None, found.store if found else None,
        )  # fmt: skip


def _reviewed(draft: Draft) -> dict[str, Any]:
    """Return what the manifest says of who worked on a draft and who accepted it."""
    body: dict[str, Any] = {"authors": sorted(authors(draft)), "preview": draft.content_hash}
    accepted = [event for event in draft.events if event.verb == "accepted" and event.preview == draft.content_hash]
    if accepted and draft.state == "accepted":
        body["accepted"] = [{"actor": e.actor, "role": e.role, "time": e.time, "text": e.text} for e in accepted]
    return body


def _ids(built: Release, current: Release) -> dict[str, object]:
    return {"built": built.id, "id": current.id}


def _blocked(draft: Draft, report: Report) -> PublishBlocked:
    return PublishBlocked(
        "Draft {draft} has violations ({n}) and was not published; `kgservice report {draft}` says what, where and "
        "how to mend it.",
        n=violations(report),
        draft=draft.id,
    )
