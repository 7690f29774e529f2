"""What the data must look like: shapes evaluated over statements, every result a finding that can speak."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import BNode, Node

from kgservice.report import Finding, Severity, Text
from kgservice.shacl import Answers, Origin, Result, ShapesInvalid, compile_shapes
from kgservice.shacl import validate as results
from kgservice.terms import shortened

_FAILURES = (
    *(ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure),
    *(TypeError, ValueError, NotImplementedError, re.error),  # pyshacl lets these escape for malformed shapes
)
_SEVERITIES = {str(SH.Violation): Severity.VIOLATION, str(SH.Warning): Severity.WARNING, str(SH.Info): Severity.INFO}
_SPARQL = str(SH.SPARQLConstraintComponent)
_IRI = re.compile(r"<[^<>]*>")


def validate(shapes: Iterable[Path], answers: Answers, known: Iterable[Finding] | None = None) -> list[Finding]:
    """Return what breaks the shapes (SHACL 3) in the default graph that `answers` answers over.

    Shapes are N-Triples files, packed or not. With `known`, the findings over the known statements, `answers` speaks of
    known and illustrative ones together, and only what is not in `known` comes back, marked as illustrative.
    Findings come in the order of shape, focus, path, value.

    Raises:
        AuthoredInvalid: a shape cannot be evaluated.
    """
    found = _findings(answers, _graph(shapes), illustrative=known is not None)
    before = {_key(finding) for finding in known or ()}
    return [finding for finding in found if _key(finding) not in before]


def faults(shapes: Graph, quick: bool = False) -> list[Text]:
    """Return what is wrong with shapes themselves, a sentence each; SHACL's own shapes are asked if not `quick`."""
    found = [
        Text("{term} is not a term of SHACL; check its spelling.", {"term": shortened(term)})
        for term in sorted({str(term) for term in (*shapes.predicates(), *shapes.objects(None, RDF.type))})
        if term.startswith(str(SH)) and term not in SH
    ]
    for shape in _ordered(shapes.subjects()):
        named = {"shape": shortened(_named(shapes, shape))}
        for name in _ONCE:
            if len(set(shapes.objects(shape, SH[name]))) > 1:
                found.append(Text("{shape} has {term} twice; SHACL allows it once.", {**named, "term": f"sh:{name}"}))
        for node in _ordered(shapes.objects(shape, SH.node)):
            if (node, None, None) not in shapes:
                other = {**named, "other": shortened(str(node))}
                found.append(Text("{shape} refers by sh:node to {other}, which is not there.", other))
    for shape in _ordered([*shapes.objects(None, SH.property), *shapes.subjects(RDF.type, SH.PropertyShape)]):
        if (shape, SH.path, None) not in shapes:
            found.append(
                Text("{shape} is a property shape without sh:path.", {"shape": shortened(_named(shapes, shape))})
            )
    return found or ([] if quick else _unloadable(shapes)) or _uncompilable(shapes)


_ONCE = (
    *("path", "minCount", "maxCount", "datatype", "nodeKind", "minLength", "maxLength", "pattern", "flags", "in"),
    *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "uniqueLang", "languageIn", "closed"),
    *("severity", "deactivated", "qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"),
)


def _ordered(nodes: Iterable[Node]) -> list[Node]:
    return sorted(set(nodes), key=str)


def _uncompilable(shapes: Graph) -> list[Text]:
    try:
        compile_shapes(shapes, lambda query: ())
    except ShapesInvalid as error:
        return [Text(error.template, error.params)]
    return []


def _unloadable(shapes: Graph) -> list[Text]:
    try:
        _, results, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True, inplace=True)
    except _FAILURES as error:
        return [Text("The shapes are not what SHACL asks for: {reason}", {"reason": _reason(error)})]
    if isinstance(results, Graph):
        return []
    return [Text("The shapes are not what SHACL asks for: {reason}", {"reason": _reason(text)})]


def _reason(error: object) -> str:
    return " ".join(str(getattr(error, "message", error)).split())


def _graph(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            graph.parse(cast(IO[bytes], file), format="nt")
    return graph


def _findings(answers: Answers, shapes: Graph, illustrative: bool) -> list[Finding]:
    remedies: dict[str, Text | None] = {}
    found = []
    for result in results(compile_shapes(shapes, answers), answers):
        shape = _speaker(shapes, result.origin)
        rule = _named(shapes, shape)
        if rule not in remedies:
            remedies[rule] = _remedy(shapes, shape)
        path = result.path or ""
        found.append(
            Finding(
                rule=rule,
                severity=_SEVERITIES.get(result.origin.severity, Severity.VIOLATION),
                text=_text(result, rule),
                remedy=remedies[rule],
                focus=_bare(result.focus),
                path=_bare(path) if _IRI.fullmatch(path) else "",
                value=result.value or "",
                illustrative=illustrative,
            )
        )
    return sorted(found, key=_key)


def _key(finding: Finding) -> tuple[str, str, str, str, str]:
    return finding.rule, finding.focus, finding.path, finding.value, finding.text.template


def _text(result: Result, rule: str) -> Text:
    messages = {tag or "en": text for tag, text in result.messages.items()}
    if messages:
        return Text(messages.get("en") or next(iter(messages.values())), translations=messages)
    component = result.origin.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    return Text("The rule {rule} is broken ({component}).", {"rule": shortened(rule), "component": component})


def _remedy(shapes: Graph, shape: Node) -> Text | None:
    spoken = [node for node in shapes.objects(shape, SH.description) if isinstance(node, Literal)]
    texts = {node.language or "en": str(node) for node in sorted(spoken, key=str)}
    return Text(texts.get("en") or next(iter(texts.values())), translations=texts) if texts else None


def _speaker(shapes: Graph, origin: Origin) -> Node:
    """Return the node that has the message: the shape, or its SPARQL constraint."""
    shape: Node = URIRef(_bare(origin.shape)) if origin.shape.startswith("<") else BNode(origin.shape[2:])
    for constraint in shapes.objects(shape, SH.sparql) if origin.component == _SPARQL else ():
        texts = {str(node) for node in shapes.objects(constraint, SH.message)}
        if texts == set(origin.messages.values()):
            return constraint
    return shape


def _bare(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term


def _named(shapes: Graph, shape: Node | None) -> str:
    """Return the IRI of a shape, or of the nearest shape around one that has none."""
    seen = set()
    while shape is not None and not isinstance(shape, URIRef) and shape not in seen:
        seen.add(shape)
        shape = next(iter(shapes.subjects(None, shape)), None)
    return str(shape or "shape")
