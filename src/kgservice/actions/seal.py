"""Turn a preview into a release: statement files, what is derived from them, the store, the manifest, in one step."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kgservice.actions.content import Content
from kgservice.actions.preview import Preview, Progress
from kgservice.catalogue import Described, Import, datasets, provenance
from kgservice.knowledge.measures import measures
from kgservice.releases import Manifest, Release, Shelf, Statements
from kgservice.releases.files import link
from kgservice.releases.statements import file_name, lines, merged, without, write
from kgservice.report import Report
from kgservice.settings import Settings
from kgservice.store.embedded import build


def seal(
    shelf: Shelf,
    seen: Preview,
    manifest: Manifest,
    report: Report,
    content: Content,
    settings: Settings,
    tell: Progress,
) -> Release:
    """Build, seal and point at a release; `manifest` brings who and why, the rest of it is found here.

    Raises:
        StateBroken: the disk is full or the folder may not be written; nothing was published.
    """
    with shelf.building() as (number, folder):
        tell("Merging the graphs", 0, 0)
        manifest = replace(manifest, id=number, graphs=_statements(seen, folder, settings.base), imports=seen.imports)
        _lineage(seen, folder)
        derived = _derived(seen, manifest, content, settings, folder)
        tell("Loading the store", 0, 0)
        names = content.graphs
        parts: list[tuple[str | None, Path]] = [(None, folder / derived[names.known].file)]
        parts += [(graph, folder / found.file) for graph, found in derived.items() if graph != names.known]
        parts += [(graph, folder / found.file) for graph, found in manifest.graphs.items()]
        build(folder / "store", parts)
        counts = {graph: found.triples for graph, found in {**manifest.graphs, **derived}.items()}
        tell("Sealing the release", 0, 0)
        shelf.seal(folder, replace(manifest, counts=counts), report)
    release = shelf.point(number)
    shelf.collect(settings.keep_releases)
    return release


def _statements(seen: Preview, folder: Path, base: str) -> dict[str, Statements]:
    """Bring every statement file into the release: the parent's very file where nothing changed."""
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
    """Write what is derived, packed: known and illustrative are downloads, and the store is loaded from all of it."""
    (folder / "dumps").mkdir()
    names = content.graphs
    catalogue, measured, known, illustrative = (
        f"dumps/{name}.nt.gz" for name in ("catalogue", "measures", "known", "illustrative")
    )
    told = sorted({f"{line}\n".encode() for line in _catalogue(seen, manifest, content, settings)})
    found = sorted(f"{line}\n".encode() for line in measures(lines(Path(seen.known.file)), settings.base, manifest.id))
    parts = [folder / catalogue, folder / measured, Path(seen.known.file)]
    return {
        names.catalogue: write(folder / catalogue, told, catalogue),
        names.measures: write(folder / measured, found, measured),
        names.known: write(folder / known, merged(parts), known),
        names.illustrative: write(
            folder / illustrative, without(lines(Path(seen.illustrative.file)), lines(folder / catalogue)), illustrative
        ),
    }


def _catalogue(seen: Preview, manifest: Manifest, content: Content, settings: Settings) -> Iterable[str]:
    names, base = content.graphs, settings.base
    imports = [
        Import(
            source=source,
            delivery=record["delivery"],
            files={file["name"]: file["sha256"] for file in record["files"]},
            mapping=record["mapping"],
            graphs=tuple(graph for graph in record["graphs"] if graph in seen.graphs),
            actor=record["actor"],
            received=record["received"],
            imported=record["imported"],
        )
        for source, records in seen.imports.items()
        for record in records
    ]
    yield from provenance(base, manifest.id, manifest.created, manifest.actor, imports)
    described = []
    for source in content.sources().values():
        own = {graph: s.triples for graph, s in seen.graphs.items() if (names.split(graph) or ("",))[0] == source.name}
        if own:
            described.append(
                Described(
                    *(source.name, source.title, source.description, source.publisher, source.licence, source.origin),
                    own,
                )
            )
    yield from datasets(base, settings.url, manifest.created, seen.known.triples, described)
