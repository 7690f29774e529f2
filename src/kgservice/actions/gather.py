"""Gather what was found in a draft into one file: of every origin, at its cells, compared with the last delivery."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from kgservice.actions.amounts import delivered
from kgservice.actions.origins import Origins, merged_from
from kgservice.actions.preview import Preview
from kgservice.intake.index import FINDINGS
from kgservice.intake.interface import Delivery, Source
from kgservice.releases import Draft, Drafts, Shelf
from kgservice.releases.drafts import FRESH
from kgservice.report import Cell, Finding, Report, finishing
from kgservice.report.finishing import Baseline
from kgservice.report.reading import Reader
from kgservice.report.waivers import Waiver, holding
from kgservice.report.writing import Writer

OF_RELEASE = "findings.sqlite"
"""The findings of a release, in its folder."""
_ROUGH = 500  # findings whose rows are looked up at once


def gathered(
    draft: Draft, seen: Preview, said: Report, shapes: Report, others: tuple[Shelf, Drafts], waivers: Sequence[Waiver]
) -> Path:
    """Write all that was found in a draft into a fresh file in its folder, and return it.

    `said` is what was done by hand, `shapes` what they say; what the conversions found stands with their lineage.
    """
    path = draft.path / FRESH
    with Writer(path) as writer:
        for source, records in sorted(seen.imports.items()):
            if source in draft.imports:
                for record in records:
                    _take(writer, source, seen.lineages[record["lineage"]])
        for finding in (*said.findings, *_causes(_once(_placed(shapes.findings, seen)), draft, seen)):
            writer.add(finding)
        for name, number in shapes.counts.items():
            if name.startswith("omitted:"):
                writer.omit(name.removeprefix("omitted:"), "", number)
        writer.note(_facts(draft.imports))
    finishing.compare(path, _baselines(draft, *others))
    return waived(path, waivers)


def waived(path: Path, waivers: Sequence[Waiver]) -> Path:
    """Mark in a file what the decisions that hold let stand, sum up its causes, and return it."""
    finishing.waive(path, waivers)
    finishing.settle(path)
    return path


def stale(path: Path, waivers: Sequence[Waiver]) -> bool:
    """Tell whether a file was marked under other decisions than these."""
    with Reader(path) as reader:
        return reader.facts.get("waivers", "[]") != finishing.record(waivers)


def again(draft: Draft, waivers: Sequence[Waiver]) -> Path:
    """Return a fresh copy of a draft's file, marked by these decisions."""
    path = draft.path / FRESH
    shutil.copyfile(draft.findings, path)
    return waived(path, waivers)


def judged(state: str, conforms: bool) -> str:
    """Return the state of a draft once its findings conform, or do not: an acceptance outlives a waiver only so."""
    if not conforms:
        return "blocked"
    return "clean" if state == "blocked" else state


def repeated(draft: Draft, source: Source, delivery: Delivery, mapping: str) -> bool:
    """Tell whether a checked draft holds this very delivery (of additions: among others), read and mapped alike."""
    records = draft.imports.get(source.name) or []
    asked = records if source.delivery == "additions" else records[-1:]
    there = any(delivered(record, delivery) and record["mapping"] == mapping for record in asked)
    return there and draft.state in ("clean", "blocked")


def released(folder: Path, draft: Draft, seen: Preview, waivers: Iterable[Waiver], today: date) -> None:
    """Write the file of a release that is being built: what the draft has, and what was found in other sources."""
    fresh = draft.path / FRESH
    path = folder / OF_RELEASE
    with Writer(path) as writer:
        for source, records in sorted(seen.imports.items()):
            if source not in draft.imports:
                for record in records:
                    _take(writer, source, seen.lineages[record["lineage"]])
        found = fresh if fresh.is_file() else draft.findings
        if found.is_file():
            writer.take(found)
        writer.note(_facts(seen.imports))
    waived(path, holding(waivers, today))


def _take(writer: Writer, source: str, folder: Path) -> None:
    """Take what a conversion found; one of an earlier version has it in its report only."""
    if (folder / FINDINGS).is_file():
        writer.take(folder / FINDINGS)
        return
    body = json.loads((folder / "report.json").read_text("utf8"))
    report = Report.from_json(body)
    for finding in report.findings:
        writer.add(finding)
    for name, number in report.counts.items():
        if name.startswith("omitted:"):
            writer.omit(name.removeprefix("omitted:"), source, number)
    writer.note({f"{name}:{source}": number for name, number in report.counts.items() if ":" not in name})


def _facts(imports: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    found = {}
    for source, records in imports.items():
        if records:
            found[f"import:{source}"] = str(records[-1]["lineage"])
            found[f"imported:{source}"] = str(records[-1]["imported"])
    return found


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield each finding of a shape once: a value may break three constraints that say the same sentence."""
    seen: set[tuple[object, ...]] = set()
    for one in findings:
        key = (one.rule, one.focus, one.path, one.value, one.illustrative, one.text.template)
        if key not in seen:
            seen.add(key)
            yield one


def _causes(findings: Iterable[Finding], draft: Draft, seen: Preview) -> Iterator[Finding]:
    """Yield findings of shapes without those that miss what a cell would have said, were it not told already.

    A wording that the code table lacks leaves its thing without a kind: the cell is the cause, and the one finding.
    """
    with ExitStack() as opened:
        readers: dict[str, list[Reader]] = {}
        for source, records in seen.imports.items():
            paths = [seen.lineages[one["lineage"]] / FINDINGS for one in records] if source in draft.imports else []
            readers[source] = [opened.enter_context(Reader(path)) for path in paths if path.is_file()]
        for finding in findings:
            missed = finding.focus and not finding.value and finding.cells
            if not (missed and _told(finding.cells, readers.get(finding.source, []))):
                yield finding


def _told(cells: Sequence[Cell], readers: Sequence[Reader]) -> bool:
    places = ((cell, column) for cell in cells for column in (cell.column, *cell.column.split(", ")))
    return any(
        column and column in reader.unusable(cell.file, cell.sheet, cell.row)
        for cell, column in places
        for reader in readers
    )


def _placed(findings: Sequence[Finding], seen: Preview) -> Iterator[Finding]:
    """Yield findings of shapes with source and cells, those too that were too many to read their rows again."""
    lineages = {s: [seen.lineages[record["lineage"]] for record in records] for s, records in seen.imports.items()}
    origins = Origins(lineages, merged_from(seen.graphs))
    waiting: list[Finding] = []
    for finding in findings:
        if finding.cells or not finding.focus:
            yield finding
            continue
        waiting.append(finding)
        if len(waiting) >= _ROUGH:
            yield from _rough(waiting, origins)
            waiting = []
    yield from _rough(waiting, origins)


def _rough(findings: list[Finding], origins: Origins) -> Iterator[Finding]:
    left = dict(enumerate(findings))
    for source in origins.lineages if findings else ():
        rows = origins.rows(source, {finding.focus for finding in left.values()})
        for at, finding in list(left.items()):
            if finding.focus in rows:
                cells = origins.cells(rows[finding.focus], finding.path, keyed=True)
                findings[at] = replace(left.pop(at), source=source, cells=cells)
    yield from findings


def _baselines(draft: Draft, shelf: Shelf, drafts: Drafts) -> dict[str, Baseline]:
    """Return by source the findings of the delivery before: of this draft, another one, or a release."""
    current = shelf.current()
    known = current.path / OF_RELEASE if current else None
    found: dict[str, Baseline] = {}
    earlier = _reader_facts(draft.findings)
    others = [other for other in drafts.drafts() if other.id != draft.id]
    for source, records in draft.imports.items():
        if not records:
            continue
        now, when = str(records[-1]["lineage"]), str(records[-1]["imported"])
        if earlier.get(f"import:{source}") == now:
            found[source] = Baseline(draft.findings, "", carried=True)
            continue
        there = [(earlier.get(f"imported:{source}", ""), earlier.get(f"import:{source}", ""), draft.findings)]
        there += [
            (str(other.imports[source][-1]["imported"]), str(other.imports[source][-1]["lineage"]), other.findings)
            for other in others
            if other.imports.get(source)
        ]
        if current and known and current.manifest.imports.get(source):
            record = current.manifest.imports[source][-1]
            there.append((str(record["imported"]), str(record["lineage"]), known))
        fitting = [one for one in there if one[1] and one[1] != now and one[0] <= when and one[2].is_file()]
        if fitting:
            _, said, path = max(fitting, key=lambda one: one[0])
            found[source] = Baseline(path, said)
    rest = {"", *(current.manifest.imports if current else ())} - set(draft.imports)
    for source in rest:
        if known and known.is_file() and current:
            found[source] = Baseline(known, f"release {current.id}")
        elif source == "" and draft.findings.is_file():
            found[source] = Baseline(draft.findings, draft.id)
    return found


def _reader_facts(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    with Reader(path) as reader:
        return reader.facts
