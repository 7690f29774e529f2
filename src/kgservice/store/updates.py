"""What an update does before it runs: which graphs it writes, what it must not, and the dataset of the protocol."""

from collections.abc import Iterator
from uuid import uuid4

from kgservice.errors import GraphDerived, ParameterInvalid, QueryForbidden
from kgservice.sparql import Bounds, Query, parse, rewrites
from kgservice.sparql.duplicates import writes_show
from kgservice.sparql.edits import Edit, applied
from kgservice.sparql.prologues import expanded
from kgservice.sparql.tree import Node, Tree
from kgservice.terms import PREFIXES, Evidence, Graphs, is_iri


class Writable:
    """Which graphs of an installation are written in drafts; `base` is KG_BASE."""

    def __init__(self, base: str) -> None:
        self._names = Graphs(base)
        self._ours = f"{base}graph/"

    def __call__(self, graph: str) -> bool:
        """Tell whether a graph may be written: a source's, or any that is not named by us."""
        if not graph.startswith(self._ours):
            return True
        split = self._names.split(graph)
        return split is not None and "/" not in split[0] and split[1] in set(Evidence)

    def insist(self, graph: str) -> None:
        """Let a graph pass.

        Raises:
            GraphDerived: it is derived or authored.
        """
        if not self(graph):
            raise GraphDerived(
                "The graph {graph} is derived or authored and not part of a draft; write to a source's graph, to the "
                "unnamed graph, or to a graph of your own.",
                graph=graph,
            )


def admit(text: str, writable: Writable, bounds: Bounds = Bounds()) -> Query:  # noqa: B008  (a tuple)
    """Return an update that may run.

    Raises:
        QueryInvalid: the text is not an update.
        QueryForbidden: it wants the network, by LOAD or SERVICE. LOAD SILENT may fail, and is let through to do so.
        GraphDerived: it names a graph to write that is derived or authored.
    """
    query = parse(text, update=True, prefixes=PREFIXES, bounds=bounds)
    plain = expanded(query)
    if plain != text:
        query = parse(plain, update=True)
    if query.uses_service:
        raise QueryForbidden("SERVICE is not executed in an update; bring the statements in with INSERT DATA.")
    for load in query.tree.named("Load"):
        if query.tree.tokens[load.first + 1].kind != "silent":
            raise QueryForbidden("LOAD is not executed here; send the document to the graph store of the draft.")
    for graph in written(query):
        if not graph.startswith("?"):
            writable.insist(graph)
    return query


def written(query: Query) -> Iterator[str]:
    """Yield the IRI of each graph that an update may write, and `?name` for one that a variable names."""
    tree = query.tree
    for operation in tree.named("Operation"):
        for index in _targets(tree, operation):
            yield query.iri_at(index)


def open_ended(query: Query) -> bool:
    """Tell whether only its evaluation shows which graphs an update writes.

    So it is with a variable in an INSERT, a relative IRI, and a prefix or base that is declared twice in one place.
    """
    tree = query.tree
    if any(prefix.duplicate for prefix in query.prefixes) or len(tree.named("Base")) > 1:
        return True
    if not all(is_iri(graph) for graph in written(query) if not graph.startswith("?")):
        return True
    inserts = [quads for quads in tree.named("Quads") if tree.tokens[quads.first - 1].kind == "insert"]
    return any(tree.word(index)[0] in "?$" for quads in inserts for index in _graphs(tree, quads))


def runnable(query: Query, default: tuple[str, ...], named: tuple[str, ...]) -> str:
    """Return the text for the engine: with every rewrite that queries get, and as `over` asks of these graphs.

    The engine needs `rewrites.SORT_KEY` among its custom functions.

    Raises:
        ParameterInvalid: it names its dataset itself by USING or WITH, or a graph is not an IRI.
    """
    merges = _merges(query, default)
    found = [*_merged(query, default, merges), *rewrites.edits(query), *_over(query, default, named, merges)]
    return applied(query.text, found) if found else query.text


def _merges(query: Query, default: tuple[str, ...]) -> dict[int, str]:
    """Return the IRI of a graph to make for each operation, by its place, that asks several graphs as one and counts.

    The engine would match a statement twice that stands in two of them, but the default graph of USING is their merge
    (SPARQL 1.1 Query 13.2.1).
    """
    return {
        operation.first: f"<urn:uuid:{uuid4()}>"
        for operation in query.tree.named("Operation")
        if len(_default(query.tree, operation, default)) > 1
        and query.tree.children(operation, "Group")
        and writes_show(query.tree, operation)
    }


def _default(tree: Tree, operation: Node, default: tuple[str, ...]) -> list[str]:
    """Return the graphs that an operation asks as its default graph, as they are written."""
    return [tree.word(one.end - 1) for one in _using(tree, operation)] or [f"<{graph}>" for graph in default]


def _using(tree: Tree, operation: Node) -> list[Node]:
    return [one for one in tree.children(operation, "Using") if tree.tokens[one.first + 1].kind != "named"]


def _merged(query: Query, default: tuple[str, ...], merges: dict[int, str]) -> Iterator[Edit]:
    """Yield the edits that make these graphs before their operations, ask them, and remove them, in one transaction."""
    tree = query.tree
    for operation in tree.named("Operation"):
        merge = merges.get(operation.first)
        if merge is None:
            continue
        start, end = tree.span(operation)
        graphs = _default(tree, operation, default)
        into = f"INSERT {{ GRAPH {merge} {{ ?s ?p ?o }} }} WHERE"
        yield Edit(start, start, "".join(f"{into} {{ GRAPH {graph} {{ ?s ?p ?o }} }} ; " for graph in graphs))
        for at, one in enumerate(_using(tree, operation)):
            yield Edit(*tree.span(one), "" if at else f"USING {merge}")
        yield Edit(end, end, f" ; DROP SILENT GRAPH {merge}")


def _over(query: Query, default: tuple[str, ...], named: tuple[str, ...], merges: dict[int, str]) -> Iterator[Edit]:
    """Yield the edits that make WHERE clauses be asked of these graphs (SPARQL 1.1 Protocol 2.2.3)."""
    if not (default or named):
        return
    tree = query.tree
    operations = tree.named("Operation")
    if query.has_dataset or any(tree.tokens[operation.first].kind == "with" for operation in operations):
        raise ParameterInvalid(
            "using-graph-uri and using-named-graph-uri do not go with USING or WITH in the update; keep one of them."
        )
    for graph in default + named:
        if not is_iri(graph):
            raise ParameterInvalid("The graph {graph} is not an absolute IRI.", graph=graph)
    for operation in operations:
        graphs = [merges[operation.first]] if operation.first in merges else [f"<{graph}>" for graph in default]
        clauses = "".join(f"USING {graph} " for graph in graphs)
        clauses += "".join(f"USING NAMED <{graph}> " for graph in named)
        shorthand = [q for q in tree.children(operation, "Quads") if tree.tokens[q.first - 1].kind == "where"]
        for pattern in [*shorthand, *tree.children(operation, "Group")]:
            at = tree.tokens[pattern.first - 1].start
            template = f"{tree.source(pattern)} " if shorthand else ""  # DELETE WHERE {…} = DELETE {…} WHERE {…}
            yield Edit(at, at, template + clauses)


def _targets(tree: Tree, operation: Node) -> Iterator[int]:
    """Yield the index of the token that names each graph which an operation may write."""
    indexes = range(operation.first, operation.end)
    kind = tree.tokens[operation.first].kind
    if kind in ("clear", "drop", "create", "load"):
        yield from (at + 1 for at in indexes if tree.tokens[at].kind == "graph")
    elif kind in ("add", "copy", "move"):
        ends = [at for at in indexes[1:] if tree.tokens[at].kind in ("IRI", "PN", "default")]
        yield from (at for at in (ends if kind == "move" else ends[1:]) if tree.tokens[at].kind != "default")
    else:
        if kind == "with":
            yield operation.first + 1
        for quads in tree.children(operation, "Quads"):
            yield from _graphs(tree, quads)


def _graphs(tree: Tree, quads: Node) -> Iterator[int]:
    yield from (at + 1 for at in range(quads.first, quads.end) if tree.tokens[at].kind == "graph")
