"""What a SPARQL constraint reads: its patterns, each with the cheapest way from $this that must hold with it."""

import heapq
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyparsing import ParseBaseException
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import SPARQLError
from rdflib.term import BNode, Node, Variable

from kgservice.shacl.model import ShapesInvalid
from kgservice.shacl.ways import ANYTHING, Read, Way, follow, step

_THIS = Variable("this")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_TIME = re.compile(r"\b(NOW|RAND|UUID|STRUUID)\s*\(", re.I)  # no change in the data is needed for another answer
_FORWARD, _BACKWARD, _INSTANCES = 1, 2, 100  # how many nodes a step is feared to lead to

Pattern = tuple[Node, object, Node]


@dataclass(slots=True)
class _Scope:
    """Patterns that hold together, and the groups inside which may hold or not."""

    patterns: list[Pattern] = field(default_factory=list)
    inside: list["_Scope"] = field(default_factory=list)
    names: Mapping[Node, Node] = field(default_factory=dict)
    """New names of variables that a sub-select keeps to itself."""


def query_reads(text: str, prefixes: Mapping[str, str], way: Way) -> set[Read]:
    """Return what a SELECT reads when $this is where `way` leads.

    A way goes only through patterns that must match whenever the pattern at its end takes part in a solution: those of
    the same group and of the groups around it, never those of a branch of UNION, an OPTIONAL or an EXISTS beside it.

    Raises:
        ShapesInvalid: the query does not parse.
    """
    try:
        algebra = prepareQuery(text, initNs=dict(prefixes)).algebra
    except (ParseBaseException, SPARQLError, ValueError, TypeError, KeyError) as error:
        raise ShapesInvalid(
            "A SPARQL constraint does not parse: {reason}", reason=" ".join(str(error).split())
        ) from None
    reads: set[Read] = {ANYTHING} if _TIME.search(text) else set()
    scope = _Scope()
    _gather(algebra, scope, reads, itertools.count())
    _resolve(scope, [], way, reads)
    return reads


def _gather(node: object, scope: _Scope, reads: set[Read], fresh: Iterator[int]) -> None:
    """Sort the patterns of an algebra into scopes."""
    if isinstance(node, list | tuple | set):
        for part in node:
            _gather(part, scope, reads, fresh)
    if not isinstance(node, CompValue):
        return
    if node.name == "BGP":
        for a, path, b in node.triples:
            renamed = scope.names.get
            scope.patterns.append((renamed(a, a), renamed(path, path), renamed(b, b)))
    elif node.name in ("LeftJoin", "Minus"):
        _gather(node.p1, scope, reads, fresh)
        _gather([node.p2, node.get("expr")], _inner(scope), reads, fresh)
    elif node.name == "Union":
        _gather(node.p1, _inner(scope), reads, fresh)
        _gather(node.p2, _inner(scope), reads, fresh)
    elif node.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        _gather(node.graph, _inner(scope), reads, fresh)
    elif node.name == "ToMultiSet" and isinstance(node.get("p"), CompValue):
        _gather(node.p, _subselect(node.p, scope, fresh), reads, fresh)
    else:
        if node.name in ("Slice", "Graph", "ServiceGraphPattern"):
            reads.add(ANYTHING)  # not local: which rows a LIMIT keeps depends on all of them
        _gather([value for key, value in node.items() if not key.startswith("_")], scope, reads, fresh)


def _inner(scope: _Scope) -> _Scope:
    inner = _Scope(names=scope.names)
    scope.inside.append(inner)
    return inner


def _subselect(select: CompValue, scope: _Scope, fresh: Iterator[int]) -> _Scope:
    """Return a scope that shares only what the sub-select projects with the patterns around it."""
    shared = {variable: scope.names.get(variable, variable) for variable in select.get("PV") or ()}
    inner = _Scope(names=_Renaming(shared, next(fresh)))
    scope.inside.append(inner)
    return inner


class _Renaming(dict[Node, Node]):
    """Names of a sub-select: shared ones as they are outside, all others its own."""

    def __init__(self, shared: Mapping[Node, Node], number: int) -> None:
        super().__init__(shared)
        self._number = number

    def get(self, name: Node, default: object = None) -> object:  # type: ignore[override]
        if name in self:
            return self[name]
        return Variable(f"{name}_of_{self._number}") if isinstance(name, Variable) else default


def _resolve(scope: _Scope, around: list[Pattern], way: Way, reads: set[Read]) -> None:
    together = around + scope.patterns
    ways = _ways(together, way)
    for a, path, b in scope.patterns:
        from_a, from_b = ways.get(a), ways.get(b)
        backward = from_b is not None and (from_a is None or from_b[0] < from_a[0])
        start = from_b if backward else from_a
        there = None if start is None else start[1]
        if isinstance(path, Variable):
            reads.add(Read(there, None, backward))
        else:
            follow(reads, there, path, backward)
    for inner in scope.inside:
        _resolve(inner, together, way, reads)


def _ways(patterns: list[Pattern], way: Way) -> dict[Node, tuple[int, Way]]:
    """Return for each variable that $this is connected with what the way to it costs, and the way."""
    edges: dict[Node, list[tuple[int, Node, str]]] = {}
    for a, path, b in patterns:
        if isinstance(path, Variable) or a == b:
            continue
        cost = _INSTANCES if str(path) == _TYPE else _BACKWARD
        edges.setdefault(a, []).append((_FORWARD, b, step(path)))
        edges.setdefault(b, []).append((cost, a, step(path, inverse=True)))
    found: dict[Node, tuple[int, Way]] = {}
    waiting: list[tuple[int, int, Node, Way]] = [(0, 0, _THIS, way)]
    order = itertools.count(1)
    while waiting:
        cost, _, node, here = heapq.heappop(waiting)
        if node in found:
            continue
        found[node] = cost, here
        for more, other, name in edges.get(node, ()):
            if isinstance(other, BNode | Variable) and other not in found:
                longer = None if here is None else (*here, name)
                heapq.heappush(waiting, (cost + more, next(order), other, longer))
    return found
