"""A draft as it would be published: its graphs merged with the current release and the authored files, and checked."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kgservice.actions import sameness
from kgservice.actions.authored import authored
from kgservice.actions.conflicts import insist
from kgservice.actions.content import Content
from kgservice.releases import Draft, Manifest, Release, Statements
from kgservice.releases.statements import lines, merged, without, write
from kgservice.report import Report, Severity
from kgservice.terms import Evidence, Graphs

Progress = Callable[[str, int, int], None]
"""Told (step, done, total) as a job goes on."""


class Merging:
    """What graphs say together, written when it is first asked for: a check of what a small change reaches never asks.

    Each is a packed file of sorted lines in `folder`, which must be there when it is asked for.
    """

    def __init__(self, folder: Path, real: Sequence[Path], invented: Sequence[Path]) -> None:
        self._folder = folder
        self._real = real
        self._invented = invented

    @cached_property
    def known(self) -> Statements:
        """Return everything in the default graph but the catalogue. Raises StateBroken when the disk is full."""
        return _quick(self._folder / "known.nt.gz", merged(self._real))

    @cached_property
    def illustrative(self) -> Statements:
        """Return what is invented and not known. Raises as `known`."""
        said = without(merged(self._invented), lines(Path(self.known.file))) if self._invented else ()
        return _quick(self._folder / "illustrative.nt.gz", said)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would be: files of every graph that people or sources made, and what is derived from them."""

    parent: Release | None
    graphs: Mapping[str, Statements]
    """By IRI; `file` is an absolute path here."""
    imports: Mapping[str, list[dict[str, Any]]]
    lineages: Mapping[str, Path]
    """Folders of conversions by the name that `imports` gives them."""
    merging: Merging
    suppressed: Mapping[str, list[str]] = field(default_factory=dict)
    """As in a manifest."""
    made_by: str = ""
    """What its authored graphs were made of and by; empty where that is not known."""

    @property
    def known(self) -> Statements:
        """Return everything in the default graph but the catalogue."""
        return self.merging.known

    @property
    def illustrative(self) -> Statements:
        """Return what is invented and not known."""
        return self.merging.illustrative

    @property
    def content_hash(self) -> str:
        """Return the content hash that the release would have."""
        return Manifest(0, None, "", "", "", "", self.graphs).content_hash


def preview(draft: Draft, current: Release | None, content: Content, work: Path) -> Preview:
    """Merge a draft into the current release and the authored files, in the empty folder `work`.

    Raises:
        PublishConflict: base, current release and draft have three different versions of a graph; names the graphs.
        AuthoredInvalid: an authored file does not parse.
    """
    names = content.graphs
    words, made_by = authored(content, current, work)
    found = words | _carried(draft, current, names)
    if draft.hand:
        by_hand = names.source("hand", Evidence.SOURCED)
        parts = [Path(found[by_hand].file)] if by_hand in found else []
        path = work / "hand.nt.gz"
        found[by_hand] = write(path, merged([*parts, draft.path / draft.hand.file]), str(path))
    found = _united(found, current, content, work)
    imports = {**(current.manifest.imports if current else {}), **draft.imports}
    imports = {name: records for name, records in imports.items() if records}
    lineages = {}
    for record in (record for records in imports.values() for record in records):
        name = record["lineage"]
        here = draft.path / "lineage" / name
        lineages[name] = here if here.is_dir() or not current else current.lineage / name
    suppressed = {**(current.manifest.suppressed if current else {}), **draft.suppressed}
    suppressed = {graph: texts for graph, texts in suppressed.items() if texts}
    return Preview(current, found, imports, lineages, merging(found, work, names), suppressed, made_by)


def merging(graphs: Mapping[str, Statements], folder: Path, names: Graphs) -> Merging:
    """Return what merges these graphs (files by absolute path), in a folder."""
    split = {graph: names.split(graph) for graph in graphs}
    invented = [Path(graphs[g].file) for g, source in split.items() if source and source[1] == Evidence.ILLUSTRATIVE]
    real = [Path(graphs[g].file) for g, source in split.items() if source and source[1] != Evidence.ILLUSTRATIVE]
    real += [Path(graphs[g].file) for g in (names.ontology, names.vocabularies) if g in graphs]
    return Merging(folder, real, invented)


def converted(preview: Preview, sources: set[str] | None = None) -> Report:
    """Return what the conversions of these sources (None: all) reported, as one report."""
    report = Report()
    for name, records in sorted(preview.imports.items()):
        if sources is None or name in sources:
            for record in records:
                body = json.loads((preview.lineages[record["lineage"]] / "report.json").read_text("utf8"))
                report = report.joined(Report.from_json(body))
    return report


def verdict(report: Report) -> str:
    """Return the state that a report gives a draft: `clean`, or `blocked` by a violation."""
    return "clean" if report.conforms else "blocked"


def violations(report: Report) -> int:
    """Count what stops a publish."""
    return sum(one.severity is Severity.VIOLATION and not one.waived for one in report.findings)


def _united(
    found: Mapping[str, Statements], current: Release | None, content: Content, work: Path
) -> dict[str, Statements]:
    """Return graphs of sources with things that were decided to be one under one IRI, and what says so."""
    names, replaced = content.graphs, content.replaced()
    graph = names.source(sameness.SOURCE, Evidence.SOURCED)
    path = work / "decisions.nt.gz"
    said = write(path, sameness.told(replaced), str(path))
    before = current.manifest.graphs if current else {}
    settled = before.get(graph) == replace(said, file=before[graph].file) if graph in before else False
    known = {statements.sha256 for statements in before.values()} if settled else set()
    sources = {name: statements for name, statements in found.items() if names.split(name) and name != graph}
    united = {**found, **sameness.applied(replaced, sources, work, known), graph: said}
    return {name: statements for name, statements in united.items() if statements.triples}


def _quick(path: Path, found: Iterable[bytes]) -> Statements:
    return write(path, found, str(path), level=1)


def _carried(draft: Draft, current: Release | None, names: Graphs) -> dict[str, Statements]:
    """Return the graphs of sources: the draft's where it changed them, else the current release's."""
    words = {names.ontology, names.vocabularies, names.shapes}
    now = {graph: s for graph, s in current.manifest.graphs.items() if graph not in words} if current else {}
    found = {graph: replace(s, file=str(current.path / s.file)) for graph, s in now.items()} if current else {}
    insist(draft, current)
    for graph, change in draft.changes.items():
        if change.statements is None:
            found.pop(graph, None)
        else:
            found[graph] = replace(change.statements, file=str(draft.path / change.statements.file))
    return found
