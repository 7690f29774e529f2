"""What a preview changes in the graphs that readers see, made in a copy of the current release's store."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kgservice.actions.preview import Preview
from kgservice.releases import Release
from kgservice.releases.differences import differing, side
from kgservice.terms import Evidence, Graphs

if TYPE_CHECKING:
    from kgservice.shacl import Answers, Focus
    from kgservice.store.branches import Branch

    Reach = Callable[[Iterable[tuple[str, str, str]], Answers], Focus]

MOST = 20_000
"""Changed statements past which everything is checked."""
_SHARE = 5  # and past this part of all statements
_PART = 500  # nodes in one query


@dataclass(slots=True)
class _Graph:
    """Lines that a graph gains and loses."""

    added: set[bytes] = field(default_factory=set)
    removed: set[bytes] = field(default_factory=set)


def applied(
    preview: Preview, parent: Release, names: Graphs, folder: Path, wanted: Sequence[str], reach: "Reach"
) -> "dict[str, Focus]":
    """Copy the parent's store to `folder`, change it to what the preview says, and return what that reaches.

    The copy's default graph then holds the known statements (and what described the parent), its graph `illustrative`
    the invented ones. For each of `wanted` (`known`, or `illustrative` for both together), `reach` is asked while the
    old statements and the new are there.

    Raises:
        ChangeTooLarge: so much changes that everything is to be checked.
    """
    from kgservice.store.branches import Branch, triples  # the engine is loaded in the job's child only

    changed = _changed(preview, parent)
    branch = Branch(parent.store, folder)
    try:
        known, invented = _derive(branch, changed, preview, names)
        branch.put(None, known.added)
        branch.put(names.illustrative, invented.added)
        focuses = {}
        for name in wanted:
            beside = () if name == "known" else (names.illustrative,)
            lines = known.added | known.removed | (invented.added | invented.removed if beside else set())
            focus = reach(triples(sorted(lines)), lambda query, beside=beside: branch.rows(query, beside))  # type: ignore[misc]
            focuses[name] = _ours(focus, lambda nodes: derived(branch.rows, parent, names, nodes))
        branch.take(None, known.removed)
        branch.take(names.illustrative, invented.removed)
    finally:
        branch.close()
    return focuses


def derived(rows: "Answers", parent: Release, names: Graphs, nodes: Collection[str]) -> set[str]:
    """Return those nodes that only describe the release, as its measures do: a check of a draft does not see them."""
    own = {names.known, names.illustrative, *parent.manifest.graphs}
    # a join of nodes with a graph would read the graph: measures alone may be more than all the rest
    held = " || ".join(
        f"EXISTS {{ GRAPH <{graph}> {{ ?node ?p ?o }} }}" for graph in sorted(set(parent.manifest.counts) - own)
    )
    found: set[str] = set()
    waiting = iter(sorted(node for node in nodes if node.startswith("<")))
    while held and (part := list(islice(waiting, _PART))):
        query = f"SELECT ?node WHERE {{ VALUES ?node {{ {' '.join(part)} }} FILTER({held}) }}"
        found.update(row[0] for row in rows(query) if row[0])
    return found


def _ours(focus: "Focus", foreign: Callable[[Collection[str]], set[str]]) -> "Focus":
    left = foreign({node for nodes in focus.values() for node in nodes or ()})
    ours = {
        root: None if nodes is None else [node for node in nodes if node not in left] for root, nodes in focus.items()
    }
    return {root: nodes for root, nodes in ours.items() if nodes is None or nodes}


def _changed(preview: Preview, parent: Release) -> dict[str, _Graph]:
    from kgservice.knowledge.validation import ChangeTooLarge

    after = {graph: (found.sha256, Path(found.file)) for graph, found in preview.graphs.items()}
    whole = sum(found.triples for found in preview.graphs.values())
    most = min(MOST, max(whole // _SHARE, 100))
    changed: dict[str, _Graph] = {}
    number = 0
    for _, parts in differing(side(parent), after):
        for part in parts:
            graph = changed.setdefault(part.graph, _Graph())
            number += len(part.lines)
            for sign, line in part.lines:
                (graph.added if sign > 0 else graph.removed).add(line)
        if number > most:
            raise ChangeTooLarge
    return changed


def _derive(branch: "Branch", changed: Mapping[str, _Graph], preview: Preview, names: Graphs) -> tuple[_Graph, _Graph]:
    """Change the graphs of sources; return what the default graph and the illustrative one gain and lose by it."""
    kinds = {graph: names.split(graph) for graph in {*preview.graphs, *changed}}
    kinds_of = {graph: kind[1] == Evidence.ILLUSTRATIVE for graph, kind in kinds.items() if kind}
    real = [names.ontology, names.vocabularies, *(graph for graph, made_up in kinds_of.items() if not made_up)]
    invented = [graph for graph, made_up in kinds_of.items() if made_up]
    for name, graph in changed.items():
        branch.take(name, graph.removed)
        branch.put(name, graph.added)
    known = _Graph()
    for name in real:
        known.added |= changed.get(name, _Graph()).added
        known.removed |= changed.get(name, _Graph()).removed
    known.added -= branch.held(known.added, [None])
    known.removed -= branch.held(known.removed, real)
    maybe = _Graph(set(known.removed), set(known.added))
    for name in invented:
        maybe.added |= changed.get(name, _Graph()).added
        maybe.removed |= changed.get(name, _Graph()).removed
    # invented is what invented graphs hold and known ones do not; the default graph is as it was so far
    stays = branch.held(maybe.added | maybe.removed, invented)
    is_known = (branch.held(maybe.added | maybe.removed, [None]) - known.removed) | known.added
    there = branch.held(maybe.added | maybe.removed, [names.illustrative])
    wanted = {line for line in stays if line not in is_known}
    return known, _Graph(wanted - there, there - wanted)
