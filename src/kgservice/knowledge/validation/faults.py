"""What is wrong with shapes themselves, before any data: slips, unknown terms, queries that do not parse."""

import re
from collections.abc import Iterable, Iterator

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import Graph
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node

from kgservice.errors import QueryInvalid
from kgservice.knowledge.validation.speech import named
from kgservice.report import Text
from kgservice.shacl import ShapesInvalid, ShapeUnsupported, closure, compile_shapes, namespaces
from kgservice.sparql import parse
from kgservice.terms import shortened

FAILURES = (
    *(ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure),
    *(TypeError, ValueError, NotImplementedError, re.error),  # pyshacl lets these escape for malformed shapes
)


def faults(shapes: Graph, quick: bool = False) -> list[Text]:
    """Return what is wrong with shapes themselves, a sentence each; SHACL's own shapes are asked if not `quick`."""
    found = [
        Text("{term} is not a term of SHACL; check its spelling.", {"term": shortened(term)})
        for term in sorted({str(term) for term in (*shapes.predicates(), *shapes.objects(None, RDF.type))})
        if term.startswith(str(SH)) and term not in SH
    ]
    for shape in _ordered(shapes.subjects()):
        spoken = {"shape": shortened(named(shapes, shape))}
        for name in _ONCE:
            if len(set(shapes.objects(shape, SH[name]))) > 1:
                found.append(Text("{shape} has {term} twice; SHACL allows it once.", {**spoken, "term": f"sh:{name}"}))
        for node in _ordered(shapes.objects(shape, SH.node)):
            if (node, None, None) not in shapes:
                other = {**spoken, "other": shortened(str(node))}
                found.append(Text("{shape} refers by sh:node to {other}, which is not there.", other))
    for shape in _ordered([*shapes.objects(None, SH.property), *shapes.subjects(RDF.type, SH.PropertyShape)]):
        if (shape, SH.path, None) not in shapes:
            found.append(
                Text("{shape} is a property shape without sh:path.", {"shape": shortened(named(shapes, shape))})
            )
    found += [*_formless(shapes), *_unparsed(shapes)]
    return found or ([] if quick else _unloadable(shapes)) or _uncompilable(shapes, quick)


_ONCE = (
    *("path", "minCount", "maxCount", "datatype", "nodeKind", "minLength", "maxLength", "pattern", "flags", "in"),
    *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "uniqueLang", "languageIn", "closed"),
    *("severity", "deactivated", "qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"),
)
_KEPT = (XSD.string, XSD.anyURI, XSD.language, XSD.token, XSD.normalizedString, RDF.langString)


def _ordered(nodes: Iterable[Node]) -> list[Node]:
    return sorted(set(nodes), key=str)


def _formless(shapes: Graph) -> Iterator[Text]:
    """Yield shapes that ask for a lexical form which the store does not keep; mappings judge those of the source."""
    for shape, datatype in sorted(shapes.subject_objects(SH.datatype), key=str):
        for name in ("pattern", "minLength", "maxLength"):
            if datatype not in _KEPT and (shape, SH[name], None) in shapes:
                yield Text(
                    "{shape}: sh:{name} sees values of {datatype} in canonical form, 7 for 007; "
                    "keep the value as a string, or compare it with sh:minInclusive and its like.",
                    {"shape": shortened(named(shapes, shape)), "name": name, "datatype": shortened(str(datatype))},
                )


def _unparsed(shapes: Graph) -> Iterator[Text]:
    """Yield what is wrong with the text of SPARQL constraints, at its line and column."""
    for constraint, select in sorted(shapes.subject_objects(SH.select), key=str):
        prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in namespaces(shapes, constraint).items())
        try:
            parse(prefixes + str(select).strip(), update=False)
        except QueryInvalid as error:
            yield Text(
                "The SPARQL constraint of {shape} does not parse: {reason}",
                {"shape": shortened(named(shapes, constraint)), "reason": _reason(error)},
            )


def _uncompilable(shapes: Graph, quick: bool) -> list[Text]:
    left: dict[str, ShapeUnsupported] = {}
    try:
        compile_shapes(shapes, lambda query: (), left)
        if not quick:
            closure(shapes)
    except ShapesInvalid as error:
        return [Text(error.template, error.params)]
    return [Text(error.template, error.params) for error in left.values()]


def _unloadable(shapes: Graph) -> list[Text]:
    try:
        _, results, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True, inplace=True)
    except FAILURES as error:
        return [Text("The shapes are not what SHACL asks for: {reason}", {"reason": _reason(error)})]
    if isinstance(results, Graph):
        return []
    return [Text("The shapes are not what SHACL asks for: {reason}", {"reason": _reason(text)})]


def _reason(error: object) -> str:
    return " ".join(str(getattr(error, "message", error)).split())
