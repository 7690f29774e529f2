"""Bring a delivery of a source into a draft: convert it, apply only the difference, check the whole."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from kgservice.actions import decisions, duplicates, links, suppressions, validation
from kgservice.actions.amounts import added, changed, confirm, delivered, standing, without_earlier
from kgservice.actions.content import Content
from kgservice.actions.fold import folded, told
from kgservice.actions.gather import again, gathered, judged, released, repeated, stale
from kgservice.actions.preview import Preview, Progress, converted, preview, verdict
from kgservice.actions.show import fresh, keep, show
from kgservice.actions.validation import Limits, check, placed
from kgservice.errors import ParameterInvalid, SourceUnreadable
from kgservice.intake import predicates
from kgservice.intake.interface import Conversion, DeliveredFile, Delivery, Source
from kgservice.intake.sources import newest_delivery
from kgservice.intake.staging import stage
from kgservice.releases import Draft, Drafts, Release, Shelf, Statements
from kgservice.releases.drafts import FRESH
from kgservice.releases.files import guarded
from kgservice.releases.history import Event
from kgservice.report import Report
from kgservice.report.reading import Reader
from kgservice.report.waivers import holding
from kgservice.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """The draft that a delivery went into, and what was found."""

    draft: Draft
    report: Report


def _reached(report: Report) -> dict[str, int]:
    return {name: report.counts[name] for name in ("reached",) if name in report.counts}


class Ingest:
    """Deliveries of sources become drafts."""

    def __init__(
        self, shelf: Shelf, drafts: Drafts, content: Content, settings: Settings, today: Callable[[], date] = date.today
    ) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._settings = settings
        self._today = today

    def deliver(
        self,
        source_name: str,
        files: Iterable[Path],
        draft_id: str | None = None,
        confirmed: bool = False,
        actor: str = "",
        progress: Progress | None = None,
        reading: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Bring files (none: the source's own newest delivery) into a draft, a new one unless `draft_id` names one.

        `reading` says how these files are read, against the source's tables (`intake.sources.READING`).

        Raises:
            SourceNotFound, SourceInvalid, MappingInvalid, SourceUnreadable: nothing was kept but the files.
            ConfirmationNeeded: it would remove all or more than half of what the source says, and is not `confirmed`.
            DraftNotFound, StateLocked, StateBroken, AuthoredInvalid, PublishConflict: as their names say.
        """
        tell = progress or silent
        source = self._content.source(source_name)
        lock = self._shelf.lock("writer", actor=actor, job=f"import {source.name}")
        with lock, guarded(self._settings.state), ExitStack() as kept_open:
            current = self._shelf.current()
            draft = kept_open.enter_context(self._draft(draft_id, current, actor))
            tell("Reading the delivery", 0, 0)
            delivery = replace(self.staged(source, list(files)), reading=dict(reading or {}))
            if repeated(draft, source, delivery, self._content.mapping(source)) and fresh(
                draft, self._shelf, self._content
            ):
                found = self.judged(draft)  # a waiver may have ended since
                return Outcome(self._drafts.save(*found), found[1]) if found else Outcome(draft, draft.report())
            work = self._drafts.workplace()
            draft = self.into(draft, source, delivery, work, actor=actor, confirmed=confirmed, tell=tell)
            seen = preview(draft, current, self._content, work)
            draft, report = self.checked(draft, seen, tell)
            tell("Keeping the preview", 0, 0)
            keep(draft, seen, self._shelf, self._content)
            return Outcome(self._drafts.save(draft, report), report)

    def check(self, draft_id: str, actor: str = "", progress: Progress | None = None, showing: bool = False) -> Outcome:
        """Check a draft as it would be published, work by hand too, and keep the report; and a store, if `showing`.

        Raises:
            DraftNotFound, StateLocked, StateBroken, AuthoredInvalid, PublishConflict: as their names say.
        """
        job = f"check {draft_id}"
        lock, alone = self._shelf.lock("writer", actor=actor, job=job), self._drafts.alone(draft_id, actor, job)
        with lock, guarded(self._settings.state), alone as draft:
            before, draft = draft, folded(draft, self._shelf, self._content.graphs)
            if draft is not before:
                draft = self._drafts.save(draft)  # so that `conflicts` tells of edits by hand where the preview fails
            seen = preview(draft, self._shelf.current(), self._content, self._drafts.workplace())
            draft, report = self.checked(draft, seen, progress or silent)
            made = keep(draft, seen, self._shelf, self._content)
            if showing:
                show(made, self._content)
            return Outcome(self._drafts.save(draft, report), report)

    def staged(self, source: Source, files: list[Path]) -> Delivery:
        """Keep the files of a delivery for ever; none given: those that lie with the source.

        Raises:
            SourceUnreadable: there is no file, or one cannot be read.
        """
        found = files or newest_delivery(source)
        if not found:
            raise SourceUnreadable(
                "The source {source} has no delivery in {folder}; name the files to import.",
                source=source.name,
                folder=str(source.folder / source.deliveries),
            )
        return stage(source, found, self._kept, self._settings.delivery_bytes)

    def kept(self, source: Source, record: dict[str, Any]) -> Delivery:
        """Return a delivery that was imported before, from its record in a manifest."""
        files = tuple(
            DeliveredFile(entry["name"], self._kept / entry["sha256"] / entry["name"], entry["sha256"], entry["size"])
            for entry in record["files"]
        )
        return Delivery(source.name, files, record["delivery"], record["received"], record.get("reading", {}))

    def into(
        self,
        draft: Draft,
        source: Source,
        delivery: Delivery,
        work: Path,
        *,
        actor: str,
        confirmed: bool,
        tell: Progress,
    ) -> Draft:
        """Convert a delivery and return the draft with what differs from its base release; `checked` saves it."""
        # polars and rdflib are slow to load: a build that finds nothing to do never comes here
        from kgservice.intake.conversion import convert

        base = self._shelf.release(draft.base_release) if draft.base_release else None
        if source.delivery == "additions":
            draft = self._again(draft, source, delivery, base, work, actor)
        out = work / source.name
        out.mkdir()
        conversion = convert(
            source, delivery, self._settings.base, out, self._settings.findings, self._settings.statements, tell
        )
        before = self._before(base, source)
        after = self._content.united(conversion.graphs, out)
        earlier: list[dict[str, Any]] = []
        if source.delivery == "additions":
            records = draft.imports.get(source.name, base.manifest.imports.get(source.name, []) if base else [])
            earlier = [record for record in records if not delivered(record, delivery)]  # read again, it counts once
            after = added(standing(draft, before, lambda graph: self._of(graph) == source.name), after, out)
        elif not confirmed:
            confirm(source, before, after)
        known = suppressions.standing(draft, base)
        after, still = suppressions.applied(known, after, {g for g in known if self._of(g) == source.name}, out)
        changes = {graph: change for graph, change in draft.changes.items() if self._of(graph) != source.name}
        for graph in sorted({*before, *after}):
            change = changed(draft, graph, before.get(graph), after.get(graph), self._settings.base)
            if change:
                changes[graph] = change
        record = self._record(draft, source, delivery, conversion, actor)
        kept = {} if source.delivery == "additions" else still  # what this one does not say, an earlier one does
        imports, suppressed = {**draft.imports, source.name: [*earlier, record]}, {**draft.suppressed, **kept}
        said = Event(now(), actor, "imported", text=source.name)
        return replace(
            draft, changes=changes, imports=imports, suppressed=suppressed, state="open", events=(*draft.events, said)
        )

    def _again(
        self, draft: Draft, source: Source, delivery: Delivery, base: Release | None, work: Path, actor: str
    ) -> Draft:
        """Return a draft without what a delivery added under another mapping; what goes with it is read anew."""
        records = draft.imports.get(source.name, base.manifest.imports.get(source.name, []) if base else [])
        mapping = self._content.mapping(source)
        if all(record["mapping"] == mapping for record in records if delivered(record, delivery)):
            return draft
        draft, rest = without_earlier(draft, source.name, base, self._of, lambda record: delivered(record, delivery))
        for number, record in enumerate(rest):
            there = work / f"{source.name}-{number}"
            there.mkdir()
            kept = self.kept(source, record)
            draft = self.into(draft, source, kept, there, actor=actor, confirmed=True, tell=silent)
        return draft

    def checked(self, draft: Draft, seen: Preview, tell: Progress) -> tuple[Draft, Report]:
        """Validate a draft's preview, unless that was done for this content; return verdict and report, unsaved."""
        waivers = holding(decisions.waivers(self._settings), self._today())
        (draft.path / FRESH).unlink(missing_ok=True)  # of a job that was killed
        if draft.content_hash == seen.content_hash and draft.state in ("clean", "blocked", "accepted", "sent-back"):
            return self.judged(draft) or (draft, draft.report())
        tell("Checking against the shapes", 0, 0)
        patience = self._settings.import_seconds / 20  # one constraint that runs away must not take the whole job
        # ten times what fits in a report: all of it goes into the file
        limits = Limits(10 * self._settings.findings, patience, partial(tell, "Checking against the shapes"))
        shapes = placed(check(seen, self._content.graphs, self._kept, draft.path, limits), self._content.authored)
        shapes = shapes.joined(duplicates.report(seen, draft, self._settings))
        shapes = shapes.joined(links.report(seen, self._content.references(), self._content.graphs))
        said = told(draft, self._content.graphs)
        counts = {**converted(seen, set(draft.imports)).counts, **_reached(shapes)}
        tell("Gathering what was found", 0, 0)
        report = self._head(gathered(draft, seen, said, shapes, (self._shelf, self._drafts), waivers), counts)
        return replace(draft, state=verdict(report), content_hash=seen.content_hash), report

    def judged(self, draft: Draft) -> tuple[Draft, Report] | None:
        """Return a checked draft and its report by the waivers that hold today, unsaved; None where nothing changed."""
        waivers = holding(decisions.waivers(self._settings), self._today())
        if not draft.findings.is_file() or not stale(draft.findings, waivers):
            return None
        report = self._head(again(draft, waivers), draft.report().counts)
        return replace(draft, state=judged(draft.state, report.conforms)), report

    def released(self, folder: Path, draft: Draft, seen: Preview) -> None:
        """Write the findings of a release that is being built, those of sources that the draft left alone too."""
        validation.released(folder, draft.path, seen.content_hash)
        duplicates.released(folder, draft.path, seen.content_hash)
        released(folder, draft, seen, decisions.waivers(self._settings), self._today())

    def _head(self, path: Path, counts: Mapping[str, int]) -> Report:
        with Reader(path) as reader:
            kept = {name: n for name, n in counts.items() if not name.startswith("omitted")}
            return reader.head(self._settings.findings, kept)

    @property
    def _kept(self) -> Path:
        return self._settings.state / "deliveries"

    def _of(self, graph: str) -> str:
        split = self._content.graphs.split(graph)
        return split[0] if split else ""

    @contextmanager
    def _draft(self, draft_id: str | None, current: Release | None, actor: str) -> Iterator[Draft]:
        if draft_id is None:
            yield self._drafts.new(current.id if current else None, actor, now(), "import")
            return
        draft = self._drafts.draft(draft_id)
        if draft.state == "published":
            raise ParameterInvalid(
                "Draft {draft} is published as release {release}; import into a new draft.",
                draft=draft.id,
                release=draft.release,
            )
        with self._drafts.alone(draft_id, actor, f"import into {draft_id}") as draft:
            yield folded(draft, self._shelf, self._content.graphs)

    def _before(self, base: Release | None, source: Source) -> dict[str, Statements]:
        """Return the graphs of a source in the base release, by absolute path."""
        graphs = base.manifest.graphs if base else {}
        own = {graph: statements for graph, statements in graphs.items() if self._of(graph) == source.name}
        return {g: replace(s, file=str(base.path / s.file)) for g, s in own.items()} if base else {}

    def _record(
        self, draft: Draft, source: Source, delivery: Delivery, conversion: Conversion, actor: str
    ) -> dict[str, Any]:
        """Return what the manifest says of a delivery; its lineage and report move into the draft's folder."""
        name = f"{source.name}.{delivery.sha256[:12]}.{time.time_ns():x}"
        folder = draft.path / "lineage" / name
        conversion.lineage.rename(folder)
        predicates.remember(folder)
        (folder / "report.json").write_text(json.dumps(conversion.report.to_json(), ensure_ascii=False), "utf8")
        return {
            "delivery": delivery.sha256,
            "mapping": self._content.mapping(source),
            "lineage": name,
            "files": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in delivery.files],
            "reading": dict(delivery.reading),
            "received": delivery.received.replace("+00:00", "Z"),
            "imported": now(),
            "actor": actor,
            "graphs": {graph: statements.triples for graph, statements in conversion.graphs.items()},
        }


def now() -> str:
    """Return the time as UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody how far a job is."""
