"""Constraints on one value node as boolean SPARQL expressions that are true when the value is fine (SHACL 4)."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from rdflib import SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kgservice.shacl.model import instances
from kgservice.shacl.paths import members, term

Test = Callable[[str], str]
"""From a variable to an expression."""

_CHECKED_BY_CAST = {
    XSD.integer, XSD.date, XSD.dateTime, XSD.boolean, XSD.decimal, XSD.double, XSD.float, XSD.time, XSD.gYear,
    XSD.duration,
}  # fmt: skip
_RANGES: dict[URIRef, tuple[int | None, int | None]] = {
    XSD.byte: (-128, 127), XSD.short: (-(2**15), 2**15 - 1), XSD.int: (-(2**31), 2**31 - 1),
    XSD.long: (-(2**63), 2**63 - 1), XSD.unsignedByte: (0, 255), XSD.unsignedShort: (0, 65535),
    XSD.unsignedInt: (0, 2**32 - 1), XSD.unsignedLong: (0, 2**64 - 1), XSD.nonNegativeInteger: (0, None),
    XSD.positiveInteger: (1, None), XSD.nonPositiveInteger: (None, 0), XSD.negativeInteger: (None, -1),
}  # fmt: skip
_NODE_KINDS = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBlank({0})",
    "BlankNodeOrIRI": "(isIRI({0}) || isBlank({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLiteral({0}))",
    "BlankNodeOrLiteral": "(isBlank({0}) || isLiteral({0}))",
}
_COMPARISONS = (("minInclusive", ">="), ("maxInclusive", "<="), ("minExclusive", ">"), ("maxExclusive", "<"))


class ValueTests:
    """Reads the value constraints of a shape; needs to know subclasses and how a nested shape is tested."""

    def __init__(self, graph: Graph, conforms: Callable[[Node, str], str], subclasses: Mapping[str, list[str]]) -> None:
        self._graph = graph
        self._conforms = conforms
        self._subclasses = subclasses
        self._names = itertools.count()

    def of(self, shape: Node) -> Iterator[tuple[str, Test]]:
        """Yield (component name, test) for every value constraint of a shape."""
        yield from self._kinds(shape)
        yield from self._texts(shape)
        yield from self._lists(shape)
        for name, sign in _COMPARISONS:
            for bound in self._graph.objects(shape, SH[name]):
                yield _title(name), _compared(sign, term(bound))
        yield from self._shapes(shape)

    def typed(self, variable: str, wanted: Node) -> str:
        """Return a pattern: the variable is an instance of a class or of a subclass (SHACL 1.1, 2.1.3.2)."""
        classes = self._subclasses.get(str(wanted), [])
        if len(classes) < 2:
            return f"{variable} a {term(wanted)}"
        name = f"?class{next(self._names)}"
        return f"{variable} a {name} . FILTER({name} IN ({', '.join(classes)}))"

    def targets(self, wanted: Node) -> str:
        """Return a pattern that binds ?this to the instances of a class and its subclasses."""
        classes = self._subclasses.get(str(wanted), [])
        return f"?this a {term(wanted)}" if len(classes) < 2 else instances(classes)

    def _kinds(self, shape: Node) -> Iterator[tuple[str, Test]]:
        for datatype in self._graph.objects(shape, SH.datatype):
            yield "Datatype", _of_datatype(datatype)
        for kind in self._graph.objects(shape, SH.nodeKind):
            yield "NodeKind", _filled(_NODE_KINDS[str(kind).rpartition("#")[2]])
        for wanted in self._graph.objects(shape, SH["class"]):
            yield "Class", partial(self._is_a, wanted)

    def _texts(self, shape: Node) -> Iterator[tuple[str, Test]]:
        flags = self._graph.value(shape, SH.flags)
        for pattern in self._graph.objects(shape, SH.pattern):
            rest = f", {Literal(str(flags)).n3()}" if flags is not None else ""
            yield "Pattern", _filled(f"(!isBlank({{0}}) && REGEX(STR({{0}}), {_braced(pattern)}{rest}))")
        for name, sign in (("minLength", ">="), ("maxLength", "<=")):
            for bound in self._graph.objects(shape, SH[name]):
                yield _title(name), _filled(f"(!isBlank({{0}}) && STRLEN(STR({{0}})) {sign} {int(str(bound))})")

    def _lists(self, shape: Node) -> Iterator[tuple[str, Test]]:
        for values in self._graph.objects(shape, SH["in"]):
            yield "In", partial(_among, [term(member) for member in members(self._graph, values)])
        for ranges in self._graph.objects(shape, SH.languageIn):
            yield "LanguageIn", partial(_tagged, [term(member) for member in members(self._graph, ranges)])

    def _shapes(self, shape: Node) -> Iterator[tuple[str, Test]]:
        for other in self._graph.objects(shape, SH.node):
            yield "Node", partial(self._conforms, other)
        for other in self._graph.objects(shape, SH["not"]):
            yield "Not", partial(self._fails, other)
        for name, sign in (("and", " && "), ("or", " || ")):
            for shapes in self._graph.objects(shape, SH[name]):
                yield _title(name), partial(self._joined, sign, members(self._graph, shapes))
        for shapes in self._graph.objects(shape, SH.xone):
            yield "Xone", partial(self._exactly_one, members(self._graph, shapes))

    def _is_a(self, wanted: Node, x: str) -> str:
        return f"EXISTS {{ {self.typed(x, wanted)} }}"

    def _fails(self, shape: Node, x: str) -> str:
        return f"!({self._conforms(shape, x)})"

    def _joined(self, sign: str, shapes: list[Node], x: str) -> str:
        return "(" + (sign.join(f"({self._conforms(shape, x)})" for shape in shapes) or "true") + ")"

    def _exactly_one(self, shapes: list[Node], x: str) -> str:
        return "((" + " + ".join(f"IF({self._conforms(shape, x)}, 1, 0)" for shape in shapes) + ") = 1)"


def _among(allowed: list[str], x: str) -> str:
    return "(" + (" || ".join(f"sameTerm({x}, {value})" for value in allowed) or "false") + ")"


def _tagged(tags: list[str], x: str) -> str:
    return f"(isLiteral({x}) && ({' || '.join(f'LANGMATCHES(LANG({x}), {tag})' for tag in tags) or 'false'}))"


def _title(name: str) -> str:
    return name[0].upper() + name[1:]


def _braced(pattern: Node) -> str:
    return Literal(str(pattern)).n3().replace("{", "{{").replace("}", "}}")


def _filled(template: str) -> Test:
    return lambda x: template.format(x)


def _compared(sign: str, bound: str) -> Test:
    # incomparable values are an error in SPARQL and a violation in SHACL (4.3)
    return lambda x: f"COALESCE({x} {sign} {bound}, false)"


def _of_datatype(datatype: Node) -> Test:
    def test(x: str) -> str:
        parts = [f"isLiteral({x})", f"DATATYPE({x}) = {term(datatype)}"]
        if datatype in _RANGES:
            low, high = _RANGES[URIRef(str(datatype))]
            parts.append(f'REGEX(STR({x}), "^[+-]?[0-9]+$")')
            parts += [f"<{XSD.integer}>(STR({x})) >= {low}"] if low is not None else []
            parts += [f"<{XSD.integer}>(STR({x})) <= {high}"] if high is not None else []
        if datatype in _CHECKED_BY_CAST:
            parts.append(f"COALESCE(isLiteral({term(datatype)}(STR({x}))), false)")
        return " && ".join(parts)

    return test
