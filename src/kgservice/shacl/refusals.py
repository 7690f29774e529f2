"""What is refused before anything runs because engines pass over it silently: slips and unsupported features."""

from rdflib import SH, Graph, Literal
from rdflib.term import Node

from kgservice.shacl.model import Answers, ShapesInvalid, ShapeUnsupported

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
    for shape in set(graph.subjects()):
        _refuse_spelling(graph, shape)
        _refuse_values(graph, shape)
    for shape in set(graph.objects(None, SH.property)):
        if graph.value(shape, SH.path) is None:
            raise ShapesInvalid("{shape} is used by sh:property but has no sh:path.", shape=shape)
    for other in set(graph.objects(None, SH.node)):
        if next(graph.predicate_objects(other), None) is None:
            raise ShapesInvalid("sh:node names {shape}, which no shapes file describes.", shape=other)


def refuse_patterns(graph: Graph, answers: Answers) -> None:
    """Check patterns with the engine that will match them: it finds nothing wrong by a pattern that it cannot read.

    Raises:
        ShapesInvalid: naming the shape and the pattern.
    """
    for shape, pattern in sorted(graph.subject_objects(SH.pattern), key=str):
        flags = Literal(str(graph.value(shape, SH.flags) or ""))
        match = f'COALESCE(REGEX("", {Literal(str(pattern)).n3()}, {flags.n3()}), "unread")'
        for row in answers(f"SELECT ({match} AS ?read) WHERE {{}}"):
            if row[0] == '"unread"':
                raise ShapesInvalid(
                    "{shape}: sh:pattern “{pattern}” is not a regular expression, or sh:flags are none.",
                    shape=shape,
                    pattern=str(pattern),
                )


def refuse_features(graph: Graph, root: Node) -> None:
    """Check a shape, and every shape it uses, for what is SHACL but not compiled.

    Raises:
        ShapeUnsupported: naming the shape and the feature.
    """
    parameters: dict[Node, Node] = {}
    for component, parameter in graph.subject_objects(SH.parameter):
        for path in graph.objects(parameter, SH.path):
            parameters[path] = component
    if (root, SH.target, None) in graph:
        raise ShapeUnsupported("{shape}: targets by SPARQL are not supported.", shape=root)
    seen, waiting = set(), [root]
    while waiting:
        shape = waiting.pop()
        if shape in seen:
            continue
        seen.add(shape)
        for predicate in graph.predicates(shape):
            if predicate in parameters:
                raise ShapeUnsupported(
                    "{shape}: custom constraint components such as {component} are not supported.",
                    shape=shape,
                    component=parameters[predicate],
                )
        waiting += _below(graph, shape)
    _refuse_recursion(graph, root)


def _below(graph: Graph, shape: Node) -> list[Node]:
    found = [other for predicate in _BELOW for other in graph.objects(shape, predicate)]
    for predicate in _LISTS:
        for head in graph.objects(shape, predicate):
            found += graph.items(head)
    return found


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


def _refuse_recursion(graph: Graph, root: Node) -> None:
    finished: set[Node] = set()
    trail: list[tuple[Node, list[Node]]] = [(root, _below(graph, root))]
    while trail:
        shape, rest = trail[-1]
        if not rest:
            finished.add(shape)
            trail.pop()
            continue
        following = rest.pop()
        if any(following == node for node, _ in trail):
            raise ShapeUnsupported("{shape} refers to itself; recursive shapes are not supported.", shape=following)
        if following not in finished:
            trail.append((following, _below(graph, following)))
