"""Turn a preview into a release: statement files, what is derived from them, the store, the manifest, in one step."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgservice.actions import notes
from kgservice.actions.authored import remember
from kgservice.actions.content import Content
from kgservice.actions.differences import Differences
from kgservice.actions.dumps import quads, turtle
from kgservice.actions.grafting import grafted
from kgservice.actions.indexing import of_preview
from kgservice.actions.labels import Labels
from kgservice.actions.measuring import measured
from kgservice.actions.preview import Preview, Progress
from kgservice.actions.selfdescription import QUADS, TURTLE, SelfDescription
from kgservice.actions.show import LEDGER
from kgservice.releases import Manifest, Release, Shelf, Statements
from kgservice.releases.differences import side
from kgservice.releases.files import link
from kgservice.releases.ledger import record
from kgservice.releases.statements import file_name, lines, merged, without, write
from kgservice.releases.sums import note
from kgservice.report import Report
from kgservice.settings import Settings
from kgservice.store.embedded import Snapshot, build
from kgservice.terms import Graphs


def seal(
    shelf: Shelf,
    seen: Preview,
    manifest: Manifest,
    report: Report,
    content: Content,
    settings: Settings,
    tell: Progress,
    beside: Callable[[Path], None] | None = None,
    ledger: Path | None = None,
    shown: Path | None = None,
) -> Release:
    """Build, seal and point at a release; `manifest` brings who and why, the rest of it is found here.

    `ledger` and `shown` are the ledger and the store of the very preview, where they were made before.
    `beside` writes into the folder of the release what else is to be kept with it.

    Raises:
        StateBroken: the disk is full or the folder may not be written; nothing was published.
    """
    with shelf.building() as (number, folder):
        tell("Merging the graphs", 0, 0)
        graphs = _statements(seen, folder, settings.base)
        manifest = replace(manifest, id=number, graphs=graphs, imports=seen.imports, suppressed=seen.suppressed)
        _lineage(seen, folder)
        _ledger(seen, folder, ledger, content.graphs)
        derived = _derived(seen, manifest, content, settings, folder)
        tell("Loading the store", 0, 0)
        names = content.graphs
        graphs = {**manifest.graphs, **derived}
        counts = {graph: found.triples for graph, found in graphs.items()}
        if not grafted(seen, derived, folder, names, shown, sum(counts.values())):
            parts: list[tuple[str | None, Path]] = [(None, folder / derived[names.known].file)]
            parts += [(graph, folder / found.file) for graph, found in derived.items() if graph != names.known]
            parts += [(graph, folder / found.file) for graph, found in manifest.graphs.items()]
            build(folder / "store", parts)
        note(folder / "store")
        tell("Indexing names", 0, 0)
        before = seen.parent.path if seen.parent else None
        of_preview(Path(seen.known.file), Path(seen.illustrative.file), folder, settings.base, before)
        tell("Writing the release notes", 0, 0)
        _notes(seen, folder, names)
        tell("Sealing the release", 0, 0)
        dumps = _dumps(folder, graphs, names)
        if beside:
            beside(folder)
        shelf.seal(folder, replace(manifest, counts=counts, dumps=dumps), report)
    release = shelf.point(number)
    shelf.collect(settings.keep_releases)
    return release


def _notes(seen: Preview, folder: Path, names: Graphs) -> None:
    """Write what the release changes in words; its store and its ledger are there."""
    after = {graph: (found.sha256, Path(found.file)) for graph, found in seen.graphs.items()}
    labels = Labels(Snapshot(folder / "store"), names)
    notes.write(folder, Differences(folder / LEDGER, (side(seen.parent), after), ({}, {}), labels.of, names))


def _ledger(seen: Preview, folder: Path, ledger: Path | None, names: Graphs) -> None:
    """Bring what the release changes into it: the ledger that was reviewed, or a new one."""
    if ledger and ledger.exists():
        link(ledger, folder / LEDGER)
        return
    after = {graph: (found.sha256, Path(found.file)) for graph, found in seen.graphs.items()}
    record(folder / LEDGER, side(seen.parent), after, names)


def _statements(seen: Preview, folder: Path, base: str) -> dict[str, Statements]:
    """Bring every statement file into the release: the parent's very file where nothing changed."""
    remember(folder, seen.made_by)
    (folder / "statements").mkdir()
    before = seen.parent.manifest.graphs if seen.parent else {}
    found = {}
    for graph, statements in sorted(seen.graphs.items()):
        path = Path(statements.file)
        if seen.parent and graph in before and before[graph].sha256 == statements.sha256:
            path = seen.parent.statements(graph)
        file = f"statements/{file_name(graph, base)}.nt.gz"
        link(path, folder / file)
        found[graph] = replace(statements, file=file)
    return found


def _lineage(seen: Preview, folder: Path) -> None:
    (folder / "lineage").mkdir()
    for name, path in seen.lineages.items():
        shutil.copytree(path, folder / "lineage" / name, copy_function=_linked)


def _linked(source: str, target: str) -> str:
    link(Path(source), Path(target))
    return target


def _derived(
    seen: Preview, manifest: Manifest, content: Content, settings: Settings, folder: Path
) -> dict[str, Statements]:
    """Write what is derived, packed: the store is loaded from it, and the dumps are made of it."""
    (folder / "dumps").mkdir()
    names = content.graphs
    told = {names.measures: measured(seen, folder, manifest.id, settings.base, names)}
    told |= SelfDescription(seen, manifest, content, settings).graphs(told)
    found = {}
    for graph, said in told.items():
        file = f"dumps/{file_name(graph, settings.base)}.nt.gz"
        found[graph] = write(folder / file, said, file)
    parts = [folder / statements.file for statements in found.values()]
    known, illustrative = "dumps/known.nt.gz", "dumps/illustrative.nt.gz"
    invented = without(lines(Path(seen.illustrative.file)), merged(parts))
    return found | {
        names.known: write(folder / known, merged([*parts, Path(seen.known.file)]), known, level=3),
        names.illustrative: write(folder / illustrative, invented, illustrative),
    }


def _dumps(folder: Path, graphs: Mapping[str, Statements], names: Graphs) -> dict[str, dict[str, Any]]:
    """Write the files for others to take; return SHA-256 and bytes of each by its path."""
    files = {graph: folder / found.file for graph, found in graphs.items()}
    known = files.pop(names.known)
    files.pop(names.illustrative)  # it repeats what the graphs of sources hold
    made = {QUADS: quads(folder / QUADS, files), TURTLE: turtle(folder / TURTLE, known)}
    return {file: {"sha256": sha256, "bytes": size} for file, (sha256, size) in made.items()}
