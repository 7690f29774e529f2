"""SERVICE blocks of a query: what each asks of which endpoint, and what the query knows of its variables beforehand.

A SERVICE is evaluated by itself and joined (SPARQL 1.1 Federated Query 4.1), so that VALUES with its solutions may
stand in its place. Solutions that cannot join need not be fetched: `beside` finds the values that can.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kgservice.sparql.query import Query
from kgservice.sparql.tree import Node, Tree

_JOINED = frozenset({"Same", "Values", "Graph"})


@dataclass(frozen=True, slots=True)
class Service:
    """A SERVICE that stands in no other one; `start` and `end` are its span in the text."""

    endpoint: str
    """An IRI, or `?name` where a variable stands."""
    silent: bool
    pattern: str
    """The group as it is written, with its braces."""
    variables: tuple[str, ...]
    """In scope of the group, in order of the text."""
    shared: tuple[str, ...]
    """Those of them that patterns beside it bind for certain; empty where nothing can be known beforehand."""
    beside: str
    """These patterns, to be joined, as they are written."""
    line: int
    start: int
    end: int


def services(query: Query) -> tuple[Service, ...]:
    """Return the SERVICE blocks of a query in order of the text, without those that stand in another."""
    found = []
    for node in query.tree.named("Service"):
        if not any(above.name == "Service" for above in _above(node)):
            found.append(_service(query, node))
    return tuple(sorted(found, key=lambda one: one.start))


def prologue(query: Query, base: str) -> str:
    """Return the BASE and PREFIX lines that a piece of a query needs to mean the same elsewhere, on one line."""
    lines = [f"BASE <{query.base or base}>"] if query.base or base else []
    lines += [f"PREFIX {prefix.name}: <{prefix.namespace}>" for prefix in query.prefixes]
    return " ".join([*lines, ""])


def datasets(query: Query) -> str:
    """Return the FROM clauses of a query as they are written."""
    return "".join(f"{query.text[clause.start : clause.end]} " for clause in query.dataset)


def _service(query: Query, node: Node) -> Service:
    tree = query.tree
    silent = tree.tokens[node.first + 1].kind == "silent"
    group = tree.children(node, "Group")[0]
    variables = tuple(query.scopes.of(group))
    patterns, bound = _beside(query, node)
    shared = tuple(name for name in variables if name in bound)
    start, end = tree.span(node)
    return Service(
        query.iri_at(node.first + (2 if silent else 1)), silent, tree.source(group), variables, shared,
        " . ".join(map(tree.source, patterns)) if shared else "", query.text.count("\n", 0, start) + 1, start, end,
    )  # fmt: skip


def _beside(query: Query, node: Node) -> tuple[list[Node], set[str]]:
    """Return the patterns that are joined with a SERVICE of the outermost group, and what they bind for certain."""
    tree = query.tree
    group = node.parent
    if group is not None and group.parent is not None and group.parent.name == "Optional":
        if len(tree.children(group)) > 1:
            return [], set()
        group = group.parent.parent
    if group is None or group.parent is None or group.parent.name != "Where" or group.parent.parent is not query.outer:
        return [], set()
    there = [child for child in tree.children(group) if child.name in _JOINED and not _holds(tree, child, "Service")]
    joined = _linked(query, there, set(query.scopes.of(node)))
    bound: set[str] = set()
    for child in joined:
        if child.name == "Same" or (child.name == "Graph" and _flat(tree, child)):
            bound.update(query.scopes.of(child))
        elif child.name == "Values" and not any(kind == "undef" for kind, _ in tree.words(child)):
            bound.update(tree.variables(child))
    filters = [
        child
        for child in tree.children(group, "Filter")
        if bound.issuperset(tree.variables(child)) and not _holds(tree, child, "Group")
    ]
    return [*joined, *filters], bound


def _linked(query: Query, patterns: list[Node], names: set[str]) -> list[Node]:
    """Return the patterns that share a variable with the names, or with a pattern that does."""
    left, found = list(patterns), []
    while linked := [pattern for pattern in left if not names.isdisjoint(query.scopes.of(pattern))]:
        found += linked
        left = [pattern for pattern in left if pattern not in linked]
        for pattern in linked:
            names.update(query.scopes.of(pattern))
    return sorted(found, key=lambda pattern: pattern.first)


def _flat(tree: Tree, graph: Node) -> bool:
    return all(child.name == "Same" for group in tree.children(graph, "Group") for child in tree.children(group))


def _holds(tree: Tree, node: Node, name: str) -> bool:
    return any(node.first <= other.first and other.end <= node.end for other in tree.named(name) if other is not node)


def _above(node: Node) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent
