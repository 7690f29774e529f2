"""From a shapes graph to checks: targets, nested shapes, and every constraint as a pattern of what violates it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import BNode, Node

from kgservice.shacl.constraints import Constraints
from kgservice.shacl.model import FOCUS, Answers, Check, Origin, ShapeUnsupported, expanded
from kgservice.shacl.paths import path, term
from kgservice.shacl.refusals import refuse, refuse_features, refuse_patterns
from kgservice.shacl.sparql_constraints import selects

_SUBCLASSES = f"SELECT DISTINCT ?a ?b WHERE {{ ?a <{RDFS.subClassOf}>+ ?b }}"
_TRUE = Literal(True)


Below = Mapping[str, list[str]]
"""Classes below each class, in N-Triples, itself first; by IRI."""


def compile_shapes(
    shapes: Graph, answers: Answers, left: dict[str, ShapeUnsupported] | None = None, below: Below | None = None
) -> list[Check]:
    """Return the checks of every shape that has a target; subclasses (`below`) are read from the data by `answers`.

    A shape that SHACL allows and this compiler does not do goes into `left`, by its name in `Origin.root`, as a whole.

    Raises:
        ShapesInvalid: for a shape that is ill-formed, and without `left` for one that is not supported; no shape is
            silently dropped.
    """
    refuse(shapes)
    refuse_patterns(shapes, answers)
    return list(_Compiler(shapes, subclasses(answers) if below is None else below).checks(left))


def target_pattern(shapes: Graph, root: Node, answers: Answers) -> str:
    """Return a graph pattern that binds ?this to the target nodes of a shape; subclasses are read from the data."""
    return expanded(_Compiler(shapes, subclasses(answers)).target(root, root in _implicit_classes(shapes)))


def subclasses(answers: Answers) -> Below:
    """Return which classes the data have below which."""
    found: dict[str, list[str]] = {}
    for row in answers(_SUBCLASSES):
        if row[0] and row[1]:
            found.setdefault(row[1][1:-1], [f"<{row[1][1:-1]}>"]).append(row[0])
    return found


def targeted(shapes: Graph) -> list[Node]:
    """Return the shapes that have a target, implicit class targets included (SHACL 2.1.3), by name."""
    found: set[Node] = set(_implicit_classes(shapes))
    for predicate in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target):
        found |= set(shapes.subjects(predicate))
    return sorted((root for root in found if (root, SH.deactivated, _TRUE) not in shapes), key=str)


def label(node: Node) -> str:
    """Return how origins name a shape."""
    return f"_:{node}" if isinstance(node, BNode) else f"<{node}>"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shape is applied: the target pattern so far, and the variable of its focus node."""

    root: Node
    target: str
    focus: str


class _Compiler:
    def __init__(self, graph: Graph, below: Below) -> None:
        self._graph = graph
        self._names = itertools.count()
        self._constraints = Constraints(graph, below)

    def checks(self, left: dict[str, ShapeUnsupported] | None) -> Iterator[Check]:
        implicit = _implicit_classes(self._graph)
        for root in targeted(self._graph):
            try:
                refuse_features(self._graph, root)
                target = self.target(root, root in implicit)
                checks = list(self._shape(root, _Place(root, target, "?this")))
            except ShapeUnsupported as error:
                if left is None:
                    raise
                left[label(root)] = error
            else:
                yield from checks

    def target(self, root: Node, implicit: bool) -> str:
        graph = self._graph
        classes = [*graph.objects(root, SH.targetClass), *([root] if implicit else [])]
        parts = [self._constraints.tests.targets(c) for c in classes]
        parts += [f"VALUES ?this {{ {term(n)} }}" for n in graph.objects(root, SH.targetNode)]
        parts += [f"?this {term(p)} ?targetValue" for p in graph.objects(root, SH.targetSubjectsOf)]
        parts += [f"?targetSubject {term(p)} ?this" for p in graph.objects(root, SH.targetObjectsOf)]
        return "{ " + " } UNION { ".join(parts) + " }" if len(parts) > 1 else parts[0]

    def _shape(self, shape: Node, place: _Place) -> Iterator[Check]:
        if self._deactivated(shape):
            return
        given = self._graph.value(shape, SH.path)
        if given is None:
            yield from self._node_shape(shape, place)
        else:
            yield from self._property_shape(shape, place, path(self._graph, given))

    def _node_shape(self, shape: Node, place: _Place) -> Iterator[Check]:
        x = place.focus
        for name, test in self._constraints.tests.of(shape):
            yield self._check(shape, place, name, f"FILTER(!({test(x)}))", value=x)
        for wanted in self._graph.objects(shape, SH.hasValue):
            yield self._check(shape, place, "HasValue", f"FILTER(!sameTerm({x}, {term(wanted)}))")
        for name, body, value in self._constraints.pairs_of_node(shape, x):
            yield self._check(shape, place, name, body, value=value)
        if (shape, SH.closed, _TRUE) in self._graph:
            body = f"{x} ?closedPath ?closedValue . FILTER(?closedPath NOT IN ({self._constraints.allowed(shape)}))"
            yield self._check(shape, place, "Closed", body, value="?closedValue", found_path="?closedPath")
        yield from self._sparql(shape, place, None)
        for nested in self._graph.objects(shape, SH.property):
            yield from self._shape(nested, place)

    def _property_shape(self, shape: Node, place: _Place, steps: str) -> Iterator[Check]:
        x, y = place.focus, f"?value{next(self._names)}"
        yield from self._sparql(shape, place, steps)
        for name, test in self._constraints.tests.of(shape):
            yield self._check(shape, place, name, f"{x} {steps} {y} . FILTER(!({test(y)}))", steps, value=y)
        for name, pattern, too_many in self._constraints.counts(shape, x, steps):
            word = "EXISTS" if too_many else "NOT EXISTS"
            yield self._check(shape, place, name, f"FILTER {word} {{ {pattern} }}", steps)
        for name, wrong in self._constraints.many(shape):
            nodes = x if x == "?this" else f"?this {x}"
            values = f"{FOCUS}{place.target} OPTIONAL {{ {x} {steps} {y} }}"
            group = f"GROUP BY {nodes} HAVING(COUNT(DISTINCT {y}) {wrong})"
            yield self._check(shape, place, name, f"{{ SELECT {nodes} WHERE {{ {values} }} {group} }}", steps)
        for name, body, value, apart in self._constraints.pairs(shape, x, steps):
            yield self._check(shape, place, name, body, steps, value=value, apart=apart)
        inner = _Place(place.root, f"{place.target} . {x} {steps} {y}", y)
        for nested in self._graph.objects(shape, SH.property):
            yield from self._shape(nested, inner)

    def _sparql(self, shape: Node, place: _Place, steps: str | None) -> Iterator[Check]:
        for select in selects(self._graph, shape, steps or ""):
            if place.focus != "?this":
                raise ShapeUnsupported(
                    "{shape}: a SPARQL constraint below a nested property shape is not supported.", shape=shape
                )
            names = select.names
            yield Check(
                prefixes=select.prefixes,
                bindings={name: f"?{name}" for name in names if name not in ("this", "path", "value")},
                value="?value" if "value" in names else None if steps else "?this",
                found_path="?path" if "path" in names else None,
                target="",
                body=select.joined(f"{{ SELECT DISTINCT ?this WHERE {{ {FOCUS}{place.target} }} }}"),
                origin=self._origin(shape, place, "SPARQL", steps, select.messages),
            )

    def _check(
        self,
        shape: Node,
        place: _Place,
        name: str,
        body: str,
        steps: str | None = None,
        value: str | None = None,
        found_path: str | None = None,
        apart: str | None = None,
    ) -> Check:
        return Check(
            target=place.target,
            body=body,
            focus=place.focus,
            origin=self._origin(shape, place, name, steps),
            value=value,
            found_path=found_path,
            apart=apart,
        )

    def _origin(
        self, shape: Node, place: _Place, name: str, steps: str | None, messages: Mapping[str, str] | None = None
    ) -> Origin:
        return Origin(
            root=label(place.root),
            shape=label(shape),
            component=f"{SH}{name}ConstraintComponent",
            severity=str(self._graph.value(shape, SH.severity) or SH.Violation),
            path=steps,
            messages=messages or _texts(self._graph, shape, SH.message),
            name=_texts(self._graph, shape, SH.name),
        )

    def _deactivated(self, shape: Node) -> bool:
        return (shape, SH.deactivated, _TRUE) in self._graph


def _texts(graph: Graph, shape: Node, predicate: URIRef) -> dict[str, str]:
    return {
        (text.language or "").lower(): str(text)
        for text in graph.objects(shape, predicate)
        if isinstance(text, Literal)
    }


def _implicit_classes(graph: Graph) -> set[Node]:
    """Return shapes that are classes too, and so target their own instances (SHACL 2.1.3.3)."""
    kinds: set[Node] = {RDFS.Class}
    grown = True
    while grown:
        more = {a for a, b in graph.subject_objects(RDFS.subClassOf) if b in kinds} - kinds
        kinds |= more
        grown = bool(more)
    classes = {node for kind in kinds for node in graph.subjects(RDF.type, kind)}
    shapes = set(graph.subjects(RDF.type, SH.NodeShape)) | set(graph.subjects(RDF.type, SH.PropertyShape))
    return {node for node in classes & shapes if isinstance(node, URIRef)}
