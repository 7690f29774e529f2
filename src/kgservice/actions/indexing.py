"""Make the label index of a release, at publish and again when it is missing (`python -m` this room)."""

import sys
from collections.abc import Iterable
from pathlib import Path

from kgservice.releases import Release, Shelf
from kgservice.releases.statements import lines, merged
from kgservice.search import build, things
from kgservice.terms import Evidence, Graphs


def index_path(folder: Path) -> Path:
    """Return where the index of a release lies; it is derived and no part of what is sealed."""
    return folder / "labels.sqlite"


def index(
    folder: Path, known: Iterable[bytes], illustrative: Iterable[bytes], base: str, before: Path | None = None
) -> None:
    """Write the index of a release from the sorted lines of its known and its invented statements.

    `before` is the folder of its parent, whose index has most of the words already.
    """
    build(index_path(folder), things(known, illustrative), base, index_path(before) if before else None)


def again(release: Release, base: str) -> None:
    """Write the index of a sealed release anew, from its statement files."""
    names = Graphs(base)
    known, invented = [], []
    for graph in release.manifest.graphs:
        source = names.split(graph)
        if source and source[1] == Evidence.ILLUSTRATIVE:
            invented.append(release.statements(graph))
        elif source or graph in (names.ontology, names.vocabularies):
            known.append(release.statements(graph))
    index(release.path, merged(known), merged(invented), base)


def main(state: str, base: str, number: str) -> None:
    """Write the index of one release of a state folder."""
    again(Shelf(Path(state), base).release(int(number)), base)


def of_preview(known: Path, illustrative: Path, folder: Path, base: str, before: Path | None = None) -> None:
    """Write the index of a release that is being built, from the merged files of its preview."""
    index(folder, lines(known), lines(illustrative), base, before)


if __name__ == "__main__":
    main(*sys.argv[1:])
