"""Property paths and terms of a shapes graph as SPARQL text (SHACL 2.3.1)."""

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kgservice.shacl.model import ShapesInvalid

_STEPS = (
    (SH.inversePath, "^({0})"),
    (SH.zeroOrMorePath, "({0})*"),
    (SH.oneOrMorePath, "({0})+"),
    (SH.zeroOrOnePath, "({0})?"),
)


def term(node: Node) -> str:
    """Return a term as SPARQL text, lexical form as written."""
    if isinstance(node, Literal):
        return Literal(str(node), lang=node.language, datatype=node.datatype).n3()
    return str(node.n3())


def members(graph: Graph, node: Node) -> list[Node]:
    """Return the members of an RDF list.

    Raises:
        ShapesInvalid: when the node is not a list.
    """
    if node != RDF.nil and graph.value(node, RDF.first) is None:
        raise ShapesInvalid("{node} must be an RDF list ( … ).", node=node)
    return list(Collection(graph, node))


def path(graph: Graph, node: Node) -> str:
    """Return a property path in SPARQL syntax.

    Raises:
        ShapesInvalid: for a node that is no property path.
    """
    if isinstance(node, URIRef):
        return str(node.n3())
    if graph.value(node, RDF.first) is not None:
        return "(" + "/".join(path(graph, member) for member in members(graph, node)) + ")"
    for predicate, pattern in _STEPS:
        inner = graph.value(node, predicate)
        if inner is not None:
            return pattern.format(path(graph, inner))
    alternatives = graph.value(node, SH.alternativePath)
    if alternatives is not None:
        return "(" + "|".join(path(graph, member) for member in members(graph, alternatives)) + ")"
    raise ShapesInvalid("{node} is not a property path (SHACL 2.3.1).", node=node)


def shown(graph: Graph, node: Node) -> str:
    """Return a path the way reports show it: an IRI alone, anything else in SPARQL syntax."""
    return path(graph, node)
