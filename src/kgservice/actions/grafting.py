"""The store of a release, made from its parent's by what differs: hard links, and one small transaction each graph."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kgservice.actions.changes import applied
from kgservice.actions.preview import Preview
from kgservice.releases import Release, Statements
from kgservice.releases.differences import differing
from kgservice.releases.statements import file_name, lines
from kgservice.terms import Evidence, Graphs

if TYPE_CHECKING:
    from kgservice.store.branches import Branch

_GENERATION = "generation"
_OLDEST = 10  # times that a store is grafted before it is built anew, so that its files are merged


def grafted(
    seen: Preview, derived: Mapping[str, Statements], folder: Path, names: Graphs, shown: Path | None, expected: int
) -> bool:
    """Make `folder/store` if that is possible and worth it; else leave nothing, and the caller builds it.

    `shown` is the store of the very preview, if somebody asked for it; `expected` how many statements there must be.
    """
    # the engine is loaded in the job's child only
    from kgservice.knowledge.validation import ChangeTooLarge
    from kgservice.store.branches import Branch
    from kgservice.store.embedded import Snapshot

    parent = seen.parent
    generation = _generation(parent) + 1 if parent else 1
    if parent is None or not parent.store.is_dir() or generation > _OLDEST:
        return False
    store, grown = folder / "store", folder / ".grown"
    try:
        if shown is None or not shown.is_dir():
            applied(seen, parent, names, grown, (), lambda *_: {})
            shown = grown
        branch = Branch(shown, store)
        try:
            _describe(branch, seen, parent, derived, folder, names)
        finally:
            branch.close()
    except ChangeTooLarge:
        return False
    finally:
        shutil.rmtree(grown, ignore_errors=True)
    if Snapshot(store).count() != expected:
        shutil.rmtree(store)  # never seen; a store that is not the sum of its files is not published
        return False
    (folder / _GENERATION).write_text(f"{generation}\n", "ascii")
    return True


def _generation(release: Release) -> int:
    path = release.path / _GENERATION
    return int(path.read_text("ascii")) if path.exists() else 0


def _describe(
    branch: "Branch",
    seen: Preview,
    parent: Release,
    derived: Mapping[str, Statements],
    folder: Path,
    names: Graphs,
) -> None:
    """Replace what described the parent by what describes the release, in its graphs and where all is merged."""
    kinds = {graph: names.split(graph) for graph in seen.graphs}
    invented = [graph for graph, kind in kinds.items() if kind and kind[1] == Evidence.ILLUSTRATIVE]
    real = [graph for graph, kind in kinds.items() if kind and kind[1] != Evidence.ILLUSTRATIVE]
    real += [names.ontology, names.vocabularies]
    told = {graph: folder / found.file for graph, found in derived.items() if graph not in _merged(names)}
    changed = _differing(told, parent, names)
    for graph, (added, removed) in changed.items():
        branch.take(graph, removed)
        branch.put(graph, added)
    for graph, path in told.items():
        if graph == names.measures:  # many, and nobody else speaks of these things
            branch.put(None, changed.get(graph, (set(), set()))[0])
            continue
        branch.put(None, lines(path))
        branch.take(names.illustrative, lines(path))
    gone = set().union(*(removed for _, removed in changed.values()))
    lost = gone - branch.held(gone, [*real, *told])
    branch.take(None, lost)
    branch.put(names.illustrative, branch.held(lost, invented))


def _merged(names: Graphs) -> tuple[str, str]:
    return names.known, names.illustrative


def _differing(told: Mapping[str, Path], parent: Release, names: Graphs) -> dict[str, tuple[set[bytes], set[bytes]]]:
    """Return by graph the lines that came and went."""
    before = set(parent.manifest.counts) - {*parent.manifest.graphs, *_merged(names)}
    found: dict[str, tuple[set[bytes], set[bytes]]] = {}
    for graph in sorted({*before, *told}):
        old = _former(parent, graph)
        sides = [{graph: (str(path), path)} if path and path.exists() else {} for path in (old, told.get(graph))]
        for _, parts in differing(*sides):
            for part in parts:
                for sign, line in part.lines:
                    found.setdefault(graph, (set(), set()))[sign < 0].add(line)
    return found


def _former(parent: Release, graph: str) -> Path:
    return parent.path / "dumps" / f"{file_name(graph, parent.manifest.base)}.nt.gz"
