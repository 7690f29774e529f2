"""The IRIs that a query names, so that a caller can warn of one that its graph does not know, with the nearest one."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from kgservice.sparql.query import Query
from kgservice.sparql.tokens import place_in
from kgservice.sparql.tree import Node, Tree

_NAMESPACE = re.compile(r".*[/#]|[^/#:]*:")
_NOT_TERMS = frozenset({"prefix", "base", "from", "named", "using", "service", "silent", "load", "into", "with", "to"})


@dataclass(frozen=True, slots=True)
class Mention:
    """An IRI where it first stands in a query; `role` is `property`, `class`, `graph` or `thing`."""

    iri: str
    written: str
    role: str
    line: int
    column: int


def mentions(query: Query) -> tuple[Mention, ...]:
    """Return the IRIs that a query matches against the graph, each once per role, in order of the text.

    Prologue, dataset, endpoints and templates are left out, and so are datatypes and the names of functions.
    """
    tree = query.tree
    calls = {node.first - 1 for node in tree.named("Args")}
    made = {at for node in tree.named("Same") if _is_made(tree, node) for at in range(node.first, node.end)}
    found: dict[tuple[str, str], Mention] = {}
    for at in sorted([*tree.places.get("IRI", ()), *tree.places.get("PN", ())]):
        before = tree.tokens[at - 1].kind if at else ""
        if before in _NOT_TERMS or before == "^^" or at in calls or at in made or tree.tokens[at - 2].kind == "prefix":
            continue
        role = (
            "property"
            if at in tree.within_paths
            else "class"
            if before == "a"
            else "graph"
            if before == "graph"
            else "thing"
        )
        iri = query.iri_at(at)
        if (iri, role) not in found:
            line, column = place_in(query.text, tree.tokens[at].start)
            found[iri, role] = Mention(iri, tree.word(at), role, line, column)
    return tuple(found.values())


def _is_made(tree: Tree, same: Node) -> bool:
    """Tell whether triples stand in the template of a CONSTRUCT, before its WHERE: they are made, not matched."""
    form = same.parent
    return form is not None and form.name == "Construct" and bool(tree.children(form, "Where"))


def nearest(iri: str, known: Collection[str]) -> str:
    """Return the known IRI that an unknown one was likely meant to be, or an empty text.

    In the same namespace the names need only be alike; in another one they must be the same but for case.
    """
    namespace, name = _split(iri)
    by_name: dict[str, str] = {}
    elsewhere = ""
    for candidate in sorted(known):
        other, its_name = _split(candidate)
        if other == namespace:
            by_name.setdefault(its_name.casefold(), candidate)
        elif its_name.casefold() == name.casefold() and name:
            elsewhere = elsewhere or candidate
    close = get_close_matches(name.casefold(), by_name, n=1, cutoff=0.7)
    return by_name[close[0]] if close else elsewhere


def _split(iri: str) -> tuple[str, str]:
    match = _NAMESPACE.match(iri)
    end = match.end() if match else 0
    return iri[:end], iri[end:]
