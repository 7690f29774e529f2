"""How much a delivery changes: what would remove most of a source is confirmed first, and additions are merged in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgservice.errors import ConfirmationNeeded
from kgservice.intake.interface import Delivery, Source
from kgservice.releases import Change, Draft, Release, Statements
from kgservice.releases.differences import differing
from kgservice.releases.statements import file_name, merged, without, write


def confirm(source: Source, before: dict[str, Statements], after: dict[str, Statements]) -> None:
    """Stop what would empty a source or remove more than half of it, however its graphs are cut."""
    sides = ({graph: (said.sha256, Path(said.file)) for graph, said in side.items()} for side in (before, after))
    gone = sum(sign < 0 for _, parts in differing(*sides) for part in parts for sign, _ in part.lines)
    if gone * 2 <= max((statements.triples for statements in before.values()), default=0):
        return  # no more can be gone of all graphs together, and together they hold no less
    old = [Path(statements.file) for statements in before.values()]
    new = [Path(statements.file) for statements in after.values()]
    kept = sum(1 for _ in merged(old))
    removed = sum(1 for _ in without(merged(old), merged(new)))
    if removed * 2 > kept:
        raise ConfirmationNeeded(
            "This delivery would remove {removed} of the {kept} statements of {source}; "
            "if it is whole, say so: import it with --yes.",
            removed=removed,
            kept=kept,
            source=source.name,
        )


def added(standing: dict[str, Path], after: dict[str, Statements], out: Path) -> dict[str, Statements]:
    """Return the graphs of a source with what a delivery adds to them."""
    joined = {}
    for number, graph in enumerate(sorted({*standing, *after})):
        parts = [standing[graph]] if graph in standing else []
        parts += [Path(after[graph].file)] if graph in after else []
        path = out / f"added-{number}.nt.gz"
        joined[graph] = write(path, merged(parts), str(path))
    return joined


def delivered(record: Mapping[str, Any], delivery: Delivery) -> bool:
    """Tell whether a record of an import speaks of this very delivery, read alike."""
    return bool(record["delivery"] == delivery.sha256 and record.get("reading", {}) == dict(delivery.reading))


def standing(draft: Draft, before: Mapping[str, Statements], own: Callable[[str], bool]) -> dict[str, Path]:
    """Return the files of a source's graphs, which are its `own`, as the draft has them so far."""
    now = {graph: change.statements for graph, change in draft.changes.items() if own(graph)}
    files = {graph: Path(statements.file) for graph, statements in before.items() if graph not in now}
    return files | {graph: draft.path / statements.file for graph, statements in now.items() if statements}


def changed(draft: Draft, graph: str, before: Statements | None, after: Statements | None, base: str) -> Change | None:
    """Return how a draft differs from its base in one graph, its statements moved into the draft's folder."""
    if after is None:
        return Change(before.sha256, None) if before else None
    if before and before.sha256 == after.sha256:
        return None
    file = f"statements/{file_name(graph, base)}.{after.sha256[:12]}.nt.gz"
    Path(after.file).replace(draft.path / file)
    return Change(before.sha256 if before else "", replace(after, file=file))


def emptied(draft: Draft, source: str, base: Release | None, of: Callable[[str], str]) -> Draft:
    """Return a draft without anything that a source said; `of` tells of which source a graph is."""
    graphs = base.manifest.graphs if base else {}
    changes = {graph: change for graph, change in draft.changes.items() if of(graph) != source}
    changes |= {graph: Change(said.sha256, None) for graph, said in graphs.items() if of(graph) == source}
    return replace(draft, changes=changes, imports={**draft.imports, source: []})


def without_earlier(
    draft: Draft, source: str, base: Release | None, of: Callable[[str], str], same: Callable[[Mapping[str, Any]], bool]
) -> tuple[Draft, list[dict[str, Any]]]:
    """Return a draft as if what is the `same` had never been added, and the records of what is to be added again.

    Of graphs that are merged nobody knows which delivery said what; the release's stay where it is not among them.
    """
    based = [*base.manifest.imports.get(source, [])] if base else []
    records = draft.imports.get(source, based)
    if any(map(same, based)) or records[: len(based)] != based:
        return emptied(draft, source, base, of), [record for record in records if not same(record)]
    changes = {graph: change for graph, change in draft.changes.items() if of(graph) != source}
    rest = [record for record in records[len(based) :] if not same(record)]
    return replace(draft, changes=changes, imports={**draft.imports, source: based}), rest
