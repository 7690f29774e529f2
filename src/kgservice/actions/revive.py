"""Build a release's store again from the files that the release keeps."""

import os
import shutil
from pathlib import Path

from kgservice.releases import Release
from kgservice.releases.files import guarded, settle, settle_tree
from kgservice.releases.statements import file_name
from kgservice.store.embedded import build
from kgservice.terms import Graphs


def parts(release: Release) -> list[tuple[str | None, Path]]:
    """Return what a release's store is loaded from: graph IRI (None = the default graph) and statement file."""
    manifest = release.manifest
    names = Graphs(manifest.base)
    named = {names.known: "known", names.illustrative: "illustrative"}
    found: list[tuple[str | None, Path]] = []
    for graph in manifest.counts:
        if graph in manifest.graphs:
            found.append((graph, release.statements(graph)))
            continue
        file = release.path / "dumps" / f"{named.get(graph) or file_name(graph, manifest.base)}.nt.gz"
        found.append((None if graph == names.known else graph, file))
    return found


def rebuilt(release: Release) -> int:
    """Put a release's store in place, whole or not at all, and return how many statements it holds.

    The caller holds the writer's lock, and the release has no store yet. Raises StateBroken when a file of the release
    is damaged or the disk refuses.
    """
    fresh = release.path / f".store-{os.getpid()}"
    try:
        count = build(fresh, parts(release))
        with guarded(release.store):
            settle_tree(fresh)
            fresh.rename(release.store)
            settle(release.path)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return count
