"""Which changes can change the verdict of a shape: what it reads, through every shape and query that it uses."""

from collections.abc import Iterator

from rdflib import RDF, SH, Graph
from rdflib.term import Node

from kgservice.shacl.compiler import label, targeted
from kgservice.shacl.paths import members, path
from kgservice.shacl.query_reads import query_reads
from kgservice.shacl.sparql_constraints import namespaces
from kgservice.shacl.ways import ANYTHING, Read, Way, follow, shape_path

_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_NESTED = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["and"], SH["or"], SH.xone)


def closure(shapes: Graph) -> dict[str, frozenset[Read]]:
    """Return for each shape with a target, as `Origin.root` names it, all that its verdicts depend on.

    A change of rdfs:subClassOf matters to all of them and is not listed.

    Raises:
        ShapesInvalid: a path is none, or a query does not parse.
    """
    parameters = {str(shapes.value(p, SH.path)) for p in shapes.objects(None, SH.parameter)}
    return {label(root): _Closure(shapes, parameters).of(root) for root in targeted(shapes)}


class _Closure:
    def __init__(self, graph: Graph, parameters: set[str]) -> None:
        self._graph = graph
        self._parameters = parameters
        self._reads: set[Read] = set()

    def of(self, root: Node) -> frozenset[Read]:
        graph, reads = self._graph, self._reads
        reads.add(Read((), str(RDF.type)))
        reads |= {Read((), str(p)) for p in graph.objects(root, SH.targetSubjectsOf)}
        reads |= {Read((), str(p), True) for p in graph.objects(root, SH.targetObjectsOf)}
        if (root, SH.target, None) in graph:
            reads.add(ANYTHING)
        self._shape(root, (), ())
        return frozenset({ANYTHING} if ANYTHING in reads else reads)

    def _shape(self, shape: Node, way: Way, trail: tuple[Node, ...]) -> None:
        graph, reads = self._graph, self._reads
        own = {str(predicate) for predicate in graph.predicates(shape)}
        if shape in trail or own & self._parameters:
            reads.add(ANYTHING)  # a recursive shape, or a component of which only its author knows what it reads
            return
        given = graph.value(shape, SH.path)
        values = way if given is None else follow(reads, way, shape_path(graph, given))
        for predicate in _PAIRS:
            reads |= {Read(way, str(other)) for other in graph.objects(shape, predicate)}
        if (shape, SH.closed, None) in graph:
            reads.add(Read(values, None))
        if (shape, SH["class"], None) in graph:
            reads.add(Read(values, str(RDF.type)))
        for constraint in graph.objects(shape, SH.sparql):
            for select in graph.objects(constraint, SH.select):
                text = str(select).replace("$PATH", path(graph, given) if given is not None else "$PATH")
                reads |= query_reads(text, namespaces(graph, constraint), way)
        for nested in self._nested(shape):
            self._shape(nested, values, (*trail, shape))

    def _nested(self, shape: Node) -> Iterator[Node]:
        graph = self._graph
        for predicate in _NESTED:
            yield from graph.objects(shape, predicate)
        for predicate in _LISTS:
            for head in graph.objects(shape, predicate):
                yield from members(graph, head)
        if (shape, SH.qualifiedValueShapesDisjoint, None) in graph:
            for parent in graph.subjects(SH.property, shape):
                for sibling in graph.objects(parent, SH.property):
                    yield from graph.objects(sibling, SH.qualifiedValueShape)
