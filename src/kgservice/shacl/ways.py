"""What an evaluation reads: each triple pattern, and the way from the target node that leads to it."""

from dataclasses import dataclass
from typing import Literal

from rdflib import SH, Graph, URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
from rdflib.term import Node

from kgservice.shacl.model import ShapesInvalid
from kgservice.shacl.paths import members

Way = tuple[str, ...] | None
"""Path steps in SPARQL from the target node; None where nothing leads there."""


@dataclass(frozen=True, slots=True)
class Read:
    """Triples that a verdict can depend on: a change of one reaches the targets from which `way` leads to it."""

    way: Way
    predicate: str | None
    """IRI; None: any."""
    inverse: bool = False
    """Whether the way leads to the object of the triple, not to its subject."""


ANYTHING = Read(None, None)
"""Any change may matter to any target."""


def shape_path(graph: Graph, node: Node) -> object:
    """Return the property path of a shape as rdflib has paths.

    Raises:
        ShapesInvalid: the node is no property path (SHACL 2.3.1).
    """
    if isinstance(node, URIRef):
        return node
    signs: tuple[tuple[URIRef, Literal["*", "+", "?"]], ...] = (
        (SH.zeroOrMorePath, "*"),
        (SH.oneOrMorePath, "+"),
        (SH.zeroOrOnePath, "?"),
    )
    for predicate, sign in signs:
        inner = graph.value(node, predicate)
        if inner is not None:
            return MulPath(_part(graph, inner), sign)
    inner = graph.value(node, SH.inversePath)
    if inner is not None:
        return InvPath(_part(graph, inner))
    inner = graph.value(node, SH.alternativePath)
    if inner is not None:
        return AlternativePath(*(_part(graph, member) for member in members(graph, inner)))
    return SequencePath(*(_part(graph, member) for member in members(graph, node)))


def _part(graph: Graph, node: Node) -> URIRef:
    return shape_path(graph, node)  # type: ignore[return-value]  # rdflib's paths nest, its annotations do not


def follow(reads: set[Read], way: Way, path: object, inverse: bool = False) -> Way:
    """Add what a path reads that starts where `way` leads; return where it leads to itself."""
    if isinstance(path, URIRef):
        reads.add(Read(way, str(path), inverse))
    elif isinstance(path, InvPath):
        return follow(reads, way, path.arg, not inverse)
    elif isinstance(path, SequencePath):
        for part in reversed(path.args) if inverse else path.args:
            way = follow(reads, way, part, inverse)
        return way
    elif isinstance(path, AlternativePath):
        for part in path.args:
            follow(reads, way, part, inverse)
    elif isinstance(path, MulPath):
        loop = way if path.mod == "?" else _longer(way, f"({_text(path.path, inverse)})*")
        follow(reads, loop, path.path, inverse)
    elif isinstance(path, NegatedPath):
        reads |= {Read(way, None), Read(way, None, True)}
    else:
        raise ShapesInvalid("{path} is not a property path.", path=path)
    return _longer(way, _text(path, inverse))


def step(path: object, inverse: bool = False) -> str:
    """Return a path as one step of a way."""
    return _text(path, inverse)


def _text(path: object, inverse: bool) -> str:
    written = path.n3()  # type: ignore[attr-defined]
    return f"^({written})" if inverse else f"({written})"


def _longer(way: Way, step: str) -> Way:
    return None if way is None else (*way, step)
