"""Constraints beyond single values: counts, pairs of properties, closed shapes, and a nested shape as an expression."""

import itertools
from collections.abc import Iterator, Mapping

from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from kgservice.shacl.model import ShapeUnsupported
from kgservice.shacl.paths import members, path, term
from kgservice.shacl.sparql_constraints import exists
from kgservice.shacl.values import ValueTests

_TRUE = Literal(True)
_FEW = 5
"""As many values are told apart in pairs, which needs no grouping; beyond, the ways to pick them explode."""


class Constraints:
    """Writes the constraints of shapes as SPARQL patterns; variable names never repeat."""

    def __init__(self, graph: Graph, subclasses: Mapping[str, list[str]]) -> None:
        self._graph = graph
        self._names = itertools.count()
        self.tests = ValueTests(graph, self.conforms, subclasses)

    def conforms(self, shape: Node, x: str) -> str:
        """Return an expression that is true when node `x` conforms to a shape (SHACL 3.4.3)."""
        graph = self._graph
        if (shape, SH.deactivated, _TRUE) in graph:
            return "true"
        given = graph.value(shape, SH.path)
        parts = list(self._node_parts(shape, x) if given is None else self._path_parts(shape, x, path(graph, given)))
        for nested in graph.objects(shape, SH.property):
            if given is None:
                parts.append(f"({self.conforms(nested, x)})")
            else:
                y = self._new()
                parts.append(f"NOT EXISTS {{ {x} {path(graph, given)} {y} . FILTER(!({self.conforms(nested, y)})) }}")
        return " && ".join(parts) or "true"

    def counts(self, shape: Node, x: str, steps: str) -> Iterator[tuple[str, str, bool]]:
        """Yield (component, pattern, violated when the pattern matches) of the cardinalities of a property shape."""
        graph = self._graph
        for n in graph.objects(shape, SH.minCount):
            if 0 < int(str(n)) <= _FEW:
                yield "MinCount", self._distinct(x, steps, int(str(n))), False
        for n in graph.objects(shape, SH.maxCount):
            if int(str(n)) < _FEW:
                yield "MaxCount", self._distinct(x, steps, int(str(n)) + 1), True
        for wanted in graph.objects(shape, SH.hasValue):
            yield "HasValue", f"{x} {steps} {term(wanted)}", False
        for qualified in graph.objects(shape, SH.qualifiedValueShape):
            siblings = self._siblings(shape, qualified)
            for n in graph.objects(shape, SH.qualifiedMinCount):
                if int(str(n)) > 0:
                    yield "QualifiedMinCount", self._distinct(x, steps, int(str(n)), qualified, siblings), False
            for n in graph.objects(shape, SH.qualifiedMaxCount):
                yield "QualifiedMaxCount", self._distinct(x, steps, int(str(n)) + 1, qualified, siblings), True

    def many(self, shape: Node) -> Iterator[tuple[str, str]]:
        """Yield (component, what the number of values must be to violate) of cardinalities that `counts` leaves out."""
        for n in self._graph.objects(shape, SH.minCount):
            if int(str(n)) > _FEW:
                yield "MinCount", f"< {int(str(n))}"
        for n in self._graph.objects(shape, SH.maxCount):
            if int(str(n)) >= _FEW:
                yield "MaxCount", f"> {int(str(n))}"

    def pairs_of_node(self, shape: Node, x: str) -> Iterator[tuple[str, str, str]]:
        """Yield (component, violating pattern, value variable) of sh:equals and sh:disjoint on a node shape."""
        for other in self._graph.objects(shape, SH.equals):
            y = self._new()
            yield "Equals", f"{x} {term(other)} {y} . FILTER(!sameTerm({x}, {y}))", y
            yield "Equals", f"FILTER NOT EXISTS {{ {x} {term(other)} {x} }}", x
        for other in self._graph.objects(shape, SH.disjoint):
            y = self._new()
            yield "Disjoint", f"{x} {term(other)} {y} . FILTER(sameTerm({x}, {y}))", y

    def pairs(self, shape: Node, x: str, steps: str) -> Iterator[tuple[str, str, str | None, str | None]]:
        """Yield (component, violating pattern, value variable, what keeps results apart) on a property shape."""
        graph = self._graph
        for other in graph.objects(shape, SH.equals):
            y, z = self._new(), self._new()
            yield "Equals", f"{x} {steps} {y} . FILTER NOT EXISTS {{ {x} {term(other)} {y} }}", y, None
            yield "Equals", f"{x} {term(other)} {z} . FILTER NOT EXISTS {{ {x} {steps} {z} }}", z, None
        for other in graph.objects(shape, SH.disjoint):
            y = self._new()
            yield "Disjoint", f"{x} {steps} {y} . {x} {term(other)} {y}", y, None
        for name, component, sign in (
            ("lessThan", "LessThan", "<"),
            ("lessThanOrEquals", "LessThanOrEquals", "<="),
        ):
            for other in graph.objects(shape, SH[name]):
                y, z = self._new(), self._new()
                body = f"{x} {steps} {y} . {x} {term(other)} {z} . FILTER(!COALESCE({y} {sign} {z}, false))"
                yield component, body, y, z
        if (shape, SH.uniqueLang, _TRUE) in graph:
            y, z = self._new(), self._new()
            same = f'LANG({y}) != "" && LCASE(LANG({y})) = LCASE(LANG({z})) && !sameTerm({y}, {z})'
            yield "UniqueLang", f"{x} {steps} {y}, {z} . FILTER({same})", None, f"LCASE(LANG({y}))"

    def allowed(self, shape: Node) -> str:
        """Return the predicates that a closed shape allows, as a list for IN (SHACL 4.8.1)."""
        graph = self._graph
        found = [
            term(steps)
            for nested in graph.objects(shape, SH.property)
            for steps in graph.objects(nested, SH.path)
            if isinstance(steps, URIRef)
        ]
        for ignored in graph.objects(shape, SH.ignoredProperties):
            found += [term(member) for member in members(graph, ignored)]
        return ", ".join(found)

    def _node_parts(self, shape: Node, x: str) -> Iterator[str]:
        for _, test in self.tests.of(shape):
            yield f"({test(x)})"
        for wanted in self._graph.objects(shape, SH.hasValue):
            yield f"sameTerm({x}, {term(wanted)})"
        if (shape, SH.closed, _TRUE) in self._graph:
            p, v = self._new(), self._new()
            yield f"NOT EXISTS {{ {x} {p} {v} . FILTER({p} NOT IN ({self.allowed(shape)})) }}"
        for other in self._graph.objects(shape, SH.equals):
            y = self._new()
            yield f"EXISTS {{ {x} {term(other)} {x} }}"
            yield f"NOT EXISTS {{ {x} {term(other)} {y} . FILTER(!sameTerm({x}, {y})) }}"
        for other in self._graph.objects(shape, SH.disjoint):
            yield f"NOT EXISTS {{ {x} {term(other)} {x} }}"
        yield from exists(self._graph, shape, x)

    def _path_parts(self, shape: Node, x: str, steps: str) -> Iterator[str]:
        for _, test in self.tests.of(shape):
            y = self._new()
            yield f"NOT EXISTS {{ {x} {steps} {y} . FILTER(!({test(y)})) }}"
        if any(self.many(shape)):
            raise ShapeUnsupported("More than {n} values cannot be counted inside another shape.", n=_FEW)
        for _, pattern, too_many in self.counts(shape, x, steps):
            yield ("NOT EXISTS" if too_many else "EXISTS") + f" {{ {pattern} }}"
        for _, body, _, _ in self.pairs(shape, x, steps):
            yield f"NOT EXISTS {{ {body} }}"
        yield from exists(self._graph, shape, x, steps)

    def _siblings(self, shape: Node, qualified: Node) -> list[Node]:
        graph = self._graph
        if (shape, SH.qualifiedValueShapesDisjoint, _TRUE) not in graph:
            return []
        return [
            other
            for parent in graph.subjects(SH.property, shape)
            for nested in graph.objects(parent, SH.property)
            for other in graph.objects(nested, SH.qualifiedValueShape)
            if other != qualified
        ]

    def _distinct(
        self, x: str, steps: str, n: int, qualified: Node | None = None, siblings: list[Node] | None = None
    ) -> str:
        """Return a pattern that matches when there are `n` different values (that conform to a qualified shape)."""
        if n > _FEW:
            raise ShapeUnsupported("More than {n} values cannot be counted inside another shape.", n=_FEW)
        variables = [self._new() for _ in range(n)]
        parts = []
        for y in variables:
            parts.append(f"{x} {steps} {y} .")
            if qualified is not None:
                others = "".join(f" && !({self.conforms(other, y)})" for other in siblings or [])
                parts.append(f"FILTER({self.conforms(qualified, y)}{others})")
        parts += [f"FILTER(!sameTerm({a}, {b}))" for a, b in itertools.combinations(variables, 2)]
        return " ".join(parts)

    def _new(self) -> str:
        return f"?v{next(self._names)}"
