"""Between a draft's record and its store: what the store is made of, and what was changed in it by hand."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kgservice.actions import suppressions
from kgservice.releases import Change, Draft, Release, Shelf, Statements
from kgservice.releases.statements import file_name, lines, without, write
from kgservice.report import Finding, Report, Severity, Text
from kgservice.terms import Graphs

if TYPE_CHECKING:
    from kgservice.store.dumps import Dump

Parts = dict[str, tuple[str, Path]]
"""By graph ("" = the unnamed one), hash and path of its statement file."""


def parts(draft: Draft, base: Release | None, names: Graphs) -> Parts:
    """Return what a draft holds by its record: the sources' and people's graphs of its base, changed as it says."""
    authored = {names.ontology, names.vocabularies, names.shapes}
    graphs = base.manifest.graphs if base else {}
    found = {graph: (s.sha256, base.path / s.file) for graph, s in graphs.items() if base and graph not in authored}
    for graph, change in draft.changes.items():
        found.pop(graph, None)
        if change.statements:
            found[graph] = (change.statements.sha256, draft.path / change.statements.file)
    if draft.hand:
        found[""] = (draft.hand.sha256, draft.path / draft.hand.file)
    return found


def plan(held: Parts) -> str:
    """Return `plan.json` for the draft's worker: the files of each graph, and a stamp that changes with them."""
    listed = [[graph or None, str(path)] for graph, (_, path) in sorted(held.items())]
    return json.dumps({"stamp": stamp(held), "parts": listed}, ensure_ascii=False)


def stamp(held: Parts) -> str:
    """Return the hash over graphs and their hashes."""
    text = "".join(f"{graph} {digest}\n" for graph, (digest, _) in sorted(held.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def pending(draft: Draft, shelf: Shelf, names: Graphs) -> bool:
    """Tell whether a draft's store was changed by hand since its record was written."""
    base = shelf.release(draft.base_release) if draft.base_release else None
    return _touched(draft, parts(draft, base, names))


def folded(draft: Draft, shelf: Shelf, names: Graphs) -> Draft:
    """Return a draft whose record says what was changed by hand in its store; the job that saves it holds it alone.

    Files are written into the draft's folder; they count once the draft is saved. Blank nodes get IRIs.

    Raises:
        StoreUnavailable, StateBroken: its store, or the disk, cannot be used.
    """
    base = shelf.release(draft.base_release) if draft.base_release else None
    held = parts(draft, base, names)
    if not _touched(draft, held):
        return draft
    # the engine is loaded in the job's child only
    from kgservice.store.dumps import Dump

    dump = Dump(draft.path / "graph" / "store", names.base)
    before = {graph: s.sha256 for graph, s in base.manifest.graphs.items()} if base else {}
    changes, edited, suppressed = dict(draft.changes), dict(draft.edited), dict(draft.suppressed)
    for graph in sorted({*held, *dump.graphs()} - {""}):
        now = _written(draft, graph, dump, names.base)
        if now.sha256 == (held[graph][0] if graph in held else _NOTHING):
            continue
        edited[graph] = _counted(edited.get(graph), held.get(graph), draft.path / now.file)
        changes.pop(graph, None)
        if graph in held and (names.split(graph) or ("hand",))[0] != "hand":
            known = suppressions.standing(draft, base).get(graph, [])
            suppressed[graph] = suppressions.recorded(known, held[graph][1], draft.path / now.file)
        if now.sha256 != before.get(graph, _NOTHING):
            changes[graph] = Change(before.get(graph, ""), now if now.triples else None)
    hand = _written(draft, "", dump, names.base)
    if hand.sha256 != (held[""][0] if "" in held else _NOTHING):
        edited[""] = _counted(edited.get(""), held.get(""), draft.path / hand.file)
    kept = {graph: counts for graph, counts in edited.items() if any(counts)}
    added = hand if hand.triples else None
    return replace(draft, changes=changes, hand=added, edited=kept, suppressed=suppressed, state="open")


def told(draft: Draft, names: Graphs) -> Report:
    """Return as hints what was changed by hand, graph by graph."""
    findings = []
    for graph, (added, removed) in sorted(draft.edited.items()):
        place = graph or names.source("hand", "sourced")
        text = Text(
            "By hand: {added} added and {removed} removed in {graph}.",
            {"added": added, "removed": removed, "graph": place},
        )
        if removed > suppressions.MOST and names.split(graph):
            text = Text(
                "By hand: {added} added and {removed} removed in {graph}; so many come back with the next delivery.",
                text.params,
            )
        findings.append(Finding("hand/edited", Severity.INFO, text, focus=place))
    return Report(tuple(findings))


_NOTHING = hashlib.sha256(b"").hexdigest()


def _touched(draft: Draft, held: Parts) -> bool:
    """Tell whether the store was made of what the record says, and written to since."""
    made_under = draft.path / "graph" / "stamp"
    fits = made_under.exists() and made_under.read_text("utf8") == stamp(held)
    return fits and made_under.with_name("touched").exists()


def _written(draft: Draft, graph: str, dump: "Dump", base: str) -> Statements:
    """Write what a graph holds into the draft's folder, under a name that says graph and content."""
    stem = f"statements/{file_name(graph, base) if graph else 'unnamed'}"
    fresh = draft.path / f"{stem}.new"
    found = write(fresh, dump.lines(graph))
    file = f"{stem}.{found.sha256[:12]}.nt.gz"
    fresh.replace(draft.path / file)
    return replace(found, file=file)


def _counted(before: tuple[int, int] | None, held: tuple[str, Path] | None, now: Path) -> tuple[int, int]:
    """Return how many statements were added and removed: those counted earlier, and those that differ now."""
    added, removed = before or (0, 0)
    old = held[1] if held else None
    added += sum(1 for _ in without(lines(now), lines(old) if old else ()))
    removed += sum(1 for _ in without(lines(old), lines(now))) if old else 0
    return added, removed
