"""A draft checked against the shapes: all of it, or what its changes reach in the store of the current release."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kgservice.actions.changes import MOST, applied, derived
from kgservice.actions.origins import merged_from
from kgservice.actions.preview import Preview
from kgservice.errors import AuthoredInvalid
from kgservice.intake import lineage
from kgservice.releases.files import link
from kgservice.report import Cell, Finding, Report, Severity, Text
from kgservice.terms import Evidence, Graphs

if TYPE_CHECKING:
    from kgservice.knowledge.validation import Rules, Trail
    from kgservice.shacl import Answers

NAME = "validation.sqlite"
"""Beside a release: what the check found of each target of each shape."""
_RESOLVED = 1000  # findings whose cells are looked up; a row that breaks a shape a thousand times is told by then
_CODE = ("shacl", "knowledge/validation")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a check may take."""

    findings: int
    """As many are kept, the rest is counted."""
    seconds: float
    """A constraint that takes longer is ended, and is a finding itself."""
    tell: Callable[[int, int], None] = lambda done, total: None
    """Told how many of the constraints are done."""


def check(preview: Preview, names: Graphs, kept: Path, folder: Path, limits: Limits) -> Report:
    """Validate a preview against the shapes; findings know their cells.

    Only what a change reaches is looked at where the current release was checked whole, by the same shapes, ontology
    and code, and the change is small; the findings are those of a check of everything. The count `reached` says how
    many things that were. `kept` is the folder of deliveries, whose rows are read again to name the cells. In `folder`,
    the draft's, a copy of the release's store is changed for a while, and what was found stays for the next check.
    """
    # rdflib and its kin are slow to load: a build that finds nothing to do never comes here
    from kgservice.knowledge.validation import ChangeTooLarge, Rules, load, reads, save

    shapes = preview.graphs.get(names.shapes)
    if shapes is None:
        return Report()
    under = _under(preview, names)
    known = reads.kept(preview.parent.path / NAME, under) if preview.parent else None
    rules = Rules([Path(shapes.file)], known)
    trails: dict[str, Trail] = {}
    before = load(preview.parent.path / NAME, under) if preview.parent else {}
    try:
        report = _changed(preview, names, rules, before, folder, limits, trails)
    except ChangeTooLarge:
        trails.clear()
        report = _whole(preview, rules, limits, trails)
    findings = list(report.findings)
    for trail in before.values():  # rows are not read again for what the current release has as well
        findings = trail.placing(findings)
    findings = _standing(findings, preview)
    standing = {one.finding.focus for trail in before.values() for one in trail.told}

    def turn(at: int) -> tuple[bool, bool, bool]:
        one = findings[at]
        return bool(one.cells), one.focus in standing, one.severity is not Severity.VIOLATION

    first = sorted(range(len(findings)), key=turn)[:_RESOLVED]  # what is new and stops a publish
    cells = dict(zip(first, _located([findings[at] for at in first], preview, kept), strict=True))
    located = [cells.get(at, finding) for at, finding in enumerate(findings)]
    for old in folder.glob("validation-*.sqlite"):
        old.unlink(missing_ok=True)
    path = trail_of(folder, preview.content_hash)
    save(path, {name: trail.located(located) for name, trail in trails.items()}, under)
    with suppress(AuthoredInvalid):  # said when a change is to be checked: today everything was
        reads.keep(path, rules.reads, under)
    return Report(tuple(located), report.counts)


def placed(report: Report, authored: Path) -> Report:
    """Return a report in which each shape that was not evaluated is told with the file and line where it is written."""
    if all(finding.focus for finding in report.findings):
        return report
    from kgservice.knowledge.ontology import files  # as above

    places = {iri: (part.path, line) for part in files(authored, "shapes") for iri, line in part.lines.items()}

    def told(finding: Finding) -> Finding:
        if finding.focus or finding.rule not in places:
            return finding
        path, line = places[finding.rule]
        text = finding.text
        params = {**text.params, "file": path.relative_to(authored).as_posix(), "line": line}
        return replace(
            finding, text=Text("{file}, line {line}: " + text.template[:1].lower() + text.template[1:], params)
        )

    return replace(report, findings=tuple(map(told, report.findings)))


def trail_of(folder: Path, content_hash: str) -> Path:
    """Return where a draft's folder has what a check of this content found of each target."""
    return folder / f"validation-{content_hash[:16]}.sqlite"


def released(folder: Path, draft: Path, content_hash: str) -> None:
    """Bring what a check found into the folder of a release, from which the next check goes on."""
    path = trail_of(draft, content_hash)
    if path.exists():
        link(path, folder / NAME)


def _whole(preview: Preview, rules: "Rules", limits: Limits, trails: "dict[str, Trail]") -> Report:
    from kgservice.knowledge.validation import ChangeTooLarge, Trail
    from kgservice.store.memory import Memory

    memory = Memory([Path(preview.known.file)], limits.seconds)
    try:
        trails["known"] = Trail()
        report = rules.check(memory.rows, cap=limits.findings, trail=trails["known"], tell=limits.tell)
        if preview.illustrative.triples:
            path = Path(preview.illustrative.file)
            memory.add([path])
            room = _room(report, limits)
            try:
                more = _beside(path, memory.rows, rules, report, room, limits, trails)
            except ChangeTooLarge:
                trails["illustrative"] = Trail()
                more = rules.check(memory.rows, report, room, trails["illustrative"], None, limits.tell)
            report = report.joined(more)
    finally:
        memory.close()
    return report


def _beside(
    path: Path, rows: "Answers", rules: "Rules", known: Report, room: int, limits: Limits, trails: "dict[str, Trail]"
) -> Report:
    """Check what illustrative statements reach that were put beside the known ones: all else was found without them.

    Raises:
        ChangeTooLarge: everything is to be checked with them.
    """
    from kgservice.knowledge.validation import Change, ChangeTooLarge, Trail
    from kgservice.releases.statements import lines
    from kgservice.store.branches import triples

    said = list(islice(lines(path), MOST + 1))
    if not trails["known"].whole or len(said) > MOST:
        raise ChangeTooLarge
    trails["illustrative"] = Trail()
    try:
        focus = rules.reach(triples(said), rows)
    except AuthoredInvalid:  # what a shape reads is not known
        raise ChangeTooLarge from None
    change = Change(trails["known"].told, focus)
    return rules.check(rows, known, room, trails["illustrative"], change, limits.tell)


def _room(report: Report, limits: Limits) -> int:
    return max(limits.findings - len(report.findings), limits.findings // 10)


def _changed(
    preview: Preview,
    names: Graphs,
    rules: "Rules",
    before: "Mapping[str, Trail]",
    folder: Path,
    limits: Limits,
    trails: "dict[str, Trail]",
) -> Report:
    """Check what the changes reach, and join it with what stands.

    Raises:
        ChangeTooLarge: everything is to be checked.
    """
    from kgservice.knowledge.validation import Change, ChangeTooLarge, Trail
    from kgservice.store.branches import Reading
    from kgservice.store.patience import Patience

    parent = preview.parent
    kinds = [names.split(graph) for graph in preview.graphs]  # what they hold is not merged for a small change
    invented = any(kind and kind[1] == Evidence.ILLUSTRATIVE for kind in kinds)
    if parent is None or not parent.store.is_dir() or "known" not in before or invented != ("illustrative" in before):
        raise ChangeTooLarge
    branched = folder / ".branch"
    shutil.rmtree(branched, ignore_errors=True)
    try:
        focuses = applied(preview, parent, names, branched, list(before), rules.reach)
        report, reached = Report(), 0
        for name, trail in before.items():
            beside = () if name == "known" else (names.illustrative,)
            patience = Patience(Reading(branched, beside).rows, limits.seconds)
            known, room = (None, limits.findings) if name == "known" else (report, _room(report, limits))
            trails[name] = Trail()
            change = Change(trail.told, focuses[name], partial(derived, patience.rows, parent, names))
            try:
                report = report.joined(rules.check(patience.rows, known, room, trails[name], change, limits.tell))
            finally:
                patience.end()
            reached = max(reached, sum(len(nodes or ()) for nodes in focuses[name].values()))
        return replace(report, counts={**report.counts, "reached": reached})
    finally:
        shutil.rmtree(branched, ignore_errors=True)


def _under(preview: Preview, names: Graphs) -> str:
    """Return the hash of all by which the same statements have the same findings: words, shapes, and our code."""
    digest = hashlib.sha256()
    for graph in (names.shapes, names.ontology, names.vocabularies):
        digest.update((preview.graphs[graph].sha256 if graph in preview.graphs else "-").encode())
    package = Path(__file__).parents[1]
    for path in sorted(path for room in _CODE for path in (package / room).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _standing(findings: list[Finding], preview: Preview) -> list[Finding]:
    """Return findings without the cells of deliveries that are no longer those of the current release."""
    before = preview.parent.manifest.imports if preview.parent else {}
    same = {name for name, records in preview.imports.items() if records == before.get(name)}
    return [one if one.source in same else replace(one, cells=(), source="") for one in findings]


def _located(findings: list[Finding], preview: Preview, kept: Path) -> list[Finding]:
    """Return findings with source and cells: the very cell where a source has it, else the rows behind the thing.

    Each file of a delivery is read once for all of them. What has its cells from the current release is asked of
    deliveries that this does not have.
    """
    before = preview.parent.manifest.imports if preview.parent else {}
    order = {name: number for number, name in enumerate(preview.imports)}
    best = {
        at: (_closeness(finding.cells), -order[finding.source], finding)
        for at, finding in enumerate(findings)
        if finding.cells
    }
    settled = set(best)
    waiting = {at: finding for at, finding in enumerate(findings) if finding.focus}
    merged = merged_from(preview.graphs)
    for name, records in preview.imports.items():
        known = settled if records == before.get(name) else set()
        asked_of = {at: finding for at, finding in waiting.items() if at not in known}
        for record in records if asked_of else ():
            folder = preview.lineages[record["lineage"]]
            focuses = {finding.focus for finding in asked_of.values()}
            made = lineage.rows_of_all(folder, focuses.union(*(merged.get(name, ()) for name in focuses)))
            for name in focuses & set(merged):  # several rows behind one node are all named
                made[name] = [row for one in (name, *merged[name]) for row in made.get(one, ())]
            asked = [at for at, finding in asked_of.items() if finding.focus in made and finding.path]
            questions = [(findings[at].focus, findings[at].path, findings[at].value) for at in asked]
            exact = dict(zip(asked, lineage.locate_all(folder, questions, kept) if questions else [], strict=True))
            for at, finding in asked_of.items():
                cells = tuple(exact.get(at) or made.get(finding.focus) or ())
                close = _closeness(cells), -order[name]
                if cells and (at not in best or close > best[at][:2]):
                    best[at] = (*close, replace(finding, cells=cells, source=name))
    return [best[at][2] if at in best else finding for at, finding in enumerate(findings)]


def _closeness(cells: tuple[Cell, ...]) -> int:
    return max((bool(cell.column) + bool(cell.value) for cell in cells), default=-1)
