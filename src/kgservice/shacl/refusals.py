"""What is refused before anything runs because engines pass over it silently: slips and unsupported features."""

from rdflib import SH, Graph, Literal
from rdflib.term import Node

from kgservice.shacl.model import ShapesInvalid

_SINGLE = (
    SH.path, SH.minCount, SH.maxCount, SH.uniqueLang, SH.closed, SH.ignoredProperties, SH.deactivated, SH.severity,
    SH.nodeKind, SH.minLength, SH.maxLength, SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive,
    SH.datatype, SH["in"], SH.languageIn, SH.flags,
)  # fmt: skip
_COUNTS = (SH.minCount, SH.maxCount, SH.minLength, SH.maxLength, SH.qualifiedMinCount, SH.qualifiedMaxCount)
_NODE_KINDS = ("IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "IRIOrLiteral", "BlankNodeOrLiteral")
_BELOW = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["and"], SH["or"], SH.xone)
_KNOWN = {str(name) for name in vars(SH).get("__annotations__", {})}
_RESERVED = {"in", "class", "not", "and", "or"}


def refuse(graph: Graph) -> None:
    """Check a shapes graph for what would otherwise be ignored.

    Raises:
        ShapesInvalid: naming the shape and what is wrong with it.
    """
    for predicate in (SH.validator, SH.nodeValidator, SH.propertyValidator):
        for component in graph.subjects(predicate):
            raise ShapesInvalid("{component}: custom constraint components are not supported.", component=component)
    for shape in set(graph.subjects()):
        _refuse_spelling(graph, shape)
        _refuse_values(graph, shape)
    for shape in set(graph.objects(None, SH.property)):
        if graph.value(shape, SH.path) is None:
            raise ShapesInvalid("{shape} is used by sh:property but has no sh:path.", shape=shape)
    for other in set(graph.objects(None, SH.node)):
        if next(graph.predicate_objects(other), None) is None:
            raise ShapesInvalid("sh:node names {shape}, which no shapes file describes.", shape=other)
    _refuse_recursion(graph)


def _refuse_spelling(graph: Graph, shape: Node) -> None:
    names = {str(p).removeprefix(str(SH)) for p in graph.predicates(shape) if str(p).startswith(str(SH))}
    known = names & (_KNOWN | _RESERVED)
    if known and names - known:
        raise ShapesInvalid(
            "{shape}: sh:{name} is not a term of SHACL; check its spelling.", shape=shape, name=min(names - known)
        )


def _refuse_values(graph: Graph, shape: Node) -> None:
    for predicate in _SINGLE:
        if len(set(graph.objects(shape, predicate))) > 1:
            raise ShapesInvalid("{shape} has more than one {name}.", shape=shape, name=f"sh:{_local(predicate)}")
    for predicate in _COUNTS:
        for value in graph.objects(shape, predicate):
            if not (isinstance(value, Literal) and str(value).lstrip("+").isdigit()):
                raise ShapesInvalid(
                    "{shape}: {name} must be an integer, not {value}.",
                    shape=shape,
                    name=f"sh:{_local(predicate)}",
                    value=value,
                )


    for kind in graph.objects(shape, SH.nodeKind):
        if _local(kind) not in _NODE_KINDS or not str(kind).startswith(str(SH)):
            raise ShapesInvalid("{shape}: {value} is not a node kind (SHACL 4.1.3).", shape=shape, value=kind)


def _local(predicate: Node) -> str:
    return str(predicate).rpartition("#")[2]


def _refuse_recursion(graph: Graph) -> None:
    below: dict[Node, set[Node]] = {}
    for predicate in _BELOW:
        for shape, other in graph.subject_objects(predicate):
            below.setdefault(shape, set()).add(other)
    for predicate in _LISTS:
        for shape, head in graph.subject_objects(predicate):
            for member in graph.items(head):
                below.setdefault(shape, set()).add(member)
    finished: set[Node] = set()
    for start in below:
        trail: list[tuple[Node, list[Node]]] = [(start, list(below.get(start, ())))]
        while trail:
            shape, rest = trail[-1]
            if not rest:
                finished.add(shape)
                trail.pop()
                continue
            following = rest.pop()
            if any(following == node for node, _ in trail):
                raise ShapesInvalid("{shape} refers to itself; recursive shapes are not supported.", shape=following)
            if following not in finished:
                trail.append((following, list(below.get(following, ()))))
