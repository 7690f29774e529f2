"""What the data must look like: shapes evaluated over statements, every result a finding that can speak."""

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kgservice.errors import AuthoredInvalid
from kgservice.report import Finding, Severity, Text
from kgservice.terms import shortened

_FAILURES = (
    *(ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure),
    *(TypeError, ValueError, NotImplementedError, re.error),  # pyshacl lets these escape for malformed shapes
)
_SEVERITIES: dict[Node | None, Severity] = {
    SH.Violation: Severity.VIOLATION,
    SH.Warning: Severity.WARNING,
    SH.Info: Severity.INFO,
}


def validate(data: Iterable[Path], shapes: Iterable[Path], illustrative: Sequence[Path] = ()) -> list[Finding]:
    """Return what breaks the shapes (SHACL 3): first over `data` alone, then what only `illustrative` adds, so marked.

    All files are N-Triples, packed or not. Findings come in the order of shape, focus, path, value.

    Raises:
        AuthoredInvalid: the shapes cannot be evaluated.
    """
    rules = _graph(shapes)
    graph = _graph(data)
    found = _findings(graph, rules)
    before = len(graph)
    _read(graph, illustrative)
    if len(graph) > before:
        known = {_key(finding) for finding in found}
        found += [finding for finding in _findings(graph, rules, illustrative=True) if _key(finding) not in known]
    return found


def faults(shapes: Graph) -> list[str]:
    """Return what is wrong with shapes themselves, a sentence each: by SHACL's own shapes, and beyond."""
    found = [
        f"{shortened(term)} is not a term of SHACL"
        for term in sorted({str(term) for term in (*shapes.predicates(), *shapes.objects(None, RDF.type))})
        if term.startswith(str(SH)) and term not in SH
    ]
    for shape in _ordered(shapes.subjects()):
        for name in _ONCE:
            if len(set(shapes.objects(shape, SH[name]))) > 1:
                found.append(f"{_spoken(shapes, shape)} has sh:{name} twice; SHACL allows it once")
        for node in _ordered(shapes.objects(shape, SH.node)):
            if (node, None, None) not in shapes:
                found.append(
                    f"{_spoken(shapes, shape)} refers by sh:node to {shortened(str(node))}, which is not there"
                )
    for shape in _ordered([*shapes.objects(None, SH.property), *shapes.subjects(RDF.type, SH.PropertyShape)]):
        if (shape, SH.path, None) not in shapes:
            found.append(f"{_spoken(shapes, shape)} is a property shape without sh:path")
    if not found:
        found += _unloadable(shapes)
    return found


_ONCE = (
    *("path", "minCount", "maxCount", "datatype", "nodeKind", "minLength", "maxLength", "pattern", "flags", "in"),
    *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "uniqueLang", "languageIn", "closed"),
    *("severity", "deactivated", "qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"),
)


def _ordered(nodes: Iterable[Node]) -> list[Node]:
    return sorted(set(nodes), key=str)


def _unloadable(shapes: Graph) -> list[str]:
    try:
        _, results, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True, inplace=True)
    except _FAILURES as error:
        return [_reason(error)]
    return [] if isinstance(results, Graph) else [_reason(text)]


def _graph(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    _read(graph, paths)
    return graph


def _read(graph: Graph, paths: Iterable[Path]) -> None:
    for path in paths:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            graph.parse(cast(IO[bytes], file), format="nt")


def _findings(data: Graph, shapes: Graph, illustrative: bool = False) -> list[Finding]:
    try:
        _, results, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    except _FAILURES as error:
        raise _unusable(error) from error
    if not isinstance(results, Graph):
        raise _unusable(text)
    found = [_finding(results, node, shapes, illustrative) for node in results.objects(None, SH.result)]
    return sorted(found, key=_key)


def _unusable(reason: object) -> AuthoredInvalid:
    return AuthoredInvalid("The shapes cannot be evaluated: {reason}", reason=_reason(reason))


def _reason(error: object) -> str:
    return " ".join(str(getattr(error, "message", error)).split())


def _key(finding: Finding) -> tuple[str, str, str, str, str]:
    return finding.rule, finding.focus, finding.path, finding.value, finding.text.template


def _finding(results: Graph, node: Node, shapes: Graph, illustrative: bool) -> Finding:
    shape = results.value(node, SH.sourceConstraint) or results.value(node, SH.sourceShape)
    path = results.value(node, SH.resultPath)
    value = results.value(node, SH.value)
    severity = results.value(node, SH.resultSeverity)
    component = results.value(node, SH.sourceConstraintComponent)
    own = shape is not None and (shape, SH.message, None) in shapes
    messages = _messages(results.objects(node, SH.resultMessage), shapes.objects(shape, SH.message)) if own else {}
    remedies = _by_language(shapes.objects(shape, SH.description)) if shape is not None else {}
    rule = _named(shapes, shape)
    return Finding(
        rule=rule,
        severity=_SEVERITIES.get(severity, Severity.VIOLATION),
        text=Text(messages.get("en") or next(iter(messages.values())), translations=messages)
        if messages
        else Text(
            "The rule {rule} is broken ({component}).",
            {"rule": shortened(rule), "component": str(component).rpartition("#")[2]},
        ),
        remedy=Text(remedies.get("en") or next(iter(remedies.values())), translations=remedies) if remedies else None,
        focus=str(results.value(node, SH.focusNode) or ""),
        path=str(path) if isinstance(path, URIRef) else "",
        value=value.n3() if value is not None else "",
        illustrative=illustrative,
    )


def _messages(found: Iterable[Node], templates: Iterable[Node]) -> Mapping[str, str]:
    """Return messages by language; those of SPARQL constraints lost their tag in pyshacl and are told by template."""
    written = [node for node in templates if isinstance(node, Literal)]
    spoken = [node for node in found if isinstance(node, Literal)]
    messages = dict(_by_language(node for node in spoken if node.language))
    for text in (str(node) for node in spoken if not node.language):
        tag = next((node.language for node in written if _fits(text, str(node))), None)
        messages.setdefault(tag or "en", text)
    return messages


def _fits(text: str, template: str) -> bool:
    parts = re.split(r"\{[?$]\w+\}", template)
    return re.fullmatch(".*".join(re.escape(part) for part in parts), text, re.DOTALL) is not None


def _by_language(found: Iterable[Node]) -> Mapping[str, str]:
    literals = sorted((node for node in found if isinstance(node, Literal)), key=str, reverse=True)
    return {node.language or "en": str(node) for node in literals}


def _named(shapes: Graph, shape: Node | None) -> str:
    """Return the IRI of a shape, or of the nearest shape around one that has none."""
    seen = set()
    while shape is not None and not isinstance(shape, URIRef) and shape not in seen:
        seen.add(shape)
        shape = next(iter(shapes.subjects(None, shape)), None)
    return str(shape or "shape")


def _spoken(shapes: Graph, shape: Node) -> str:
    return shortened(_named(shapes, shape))
