"""What is wrong with shapes themselves, before any data: slips, unknown terms, queries that do not parse."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib import Graph
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import BNode, Node, URIRef

from kgservice.errors import QueryInvalid, QueryTimeout
from kgservice.knowledge.validation.speech import named
from kgservice.report import Text
from kgservice.shacl import Answers, ShapesInvalid, ShapeUnsupported, closure, compile_shapes, namespaces
from kgservice.sparql import parse
from kgservice.terms import shortened

_ONCE = (
    *("path", "minCount", "maxCount", "datatype", "nodeKind", "minLength", "maxLength", "pattern", "flags", "in"),
    *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "uniqueLang", "languageIn", "closed"),
    *("severity", "deactivated", "qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"),
)
_KEPT = (XSD.string, XSD.anyURI, XSD.language, XSD.token, XSD.normalizedString, RDF.langString)
_META = re.compile(r"Focus Node: (?:shape:)?(\S+).*?Result Path: (\S+).*?Message: ([^\n]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and by what it is found in a file: the IRI of a shape, and a word or a query written there."""

    text: Text
    shape: str = ""
    passage: str = ""
    line: int = 1
    """Line of the passage where the fault is."""


def faults(shapes: Graph, quick: bool = False, answers: Answers | None = None) -> list[Fault]:
    """Return what is wrong with shapes themselves, a sentence each; SHACL's own shapes are asked if not `quick`.

    With `answers`, of an engine over any data, patterns and queries that this engine does not take are told too, and if
    not `quick` those that do not come to an end over this data in the time that the engine gives them.
    """
    found = [
        Fault(
            Text("{term} is not a term of SHACL; check its spelling.", {"term": shortened(term)}), "", shortened(term)
        )
        for term in sorted({str(term) for term in (*shapes.predicates(), *shapes.objects(None, RDF.type))})
        if term.startswith(str(SH)) and term not in SH
    ]
    for shape in _ordered(shapes.subjects()):
        spoken = {"shape": _called(shapes, shape)}
        for name in _ONCE:
            if len(set(shapes.objects(shape, SH[name]))) > 1:
                said = Text("{shape} has {term} twice; SHACL allows it once.", {**spoken, "term": f"sh:{name}"})
                found.append(Fault(said, named(shapes, shape)))
        for node in _ordered(shapes.objects(shape, SH.node)):
            if (node, None, None) not in shapes:
                other = {**spoken, "other": shortened(str(node))}
                said = Text("{shape} refers by sh:node to {other}, which is not there.", other)
                found.append(Fault(said, named(shapes, shape)))
    for shape in _ordered([*shapes.objects(None, SH.property), *shapes.subjects(RDF.type, SH.PropertyShape)]):
        if (shape, SH.path, None) not in shapes:
            said = Text("{shape} is a property shape without sh:path.", {"shape": _called(shapes, shape)})
            found.append(Fault(said, named(shapes, shape)))
    found += [*_formless(shapes), *_unparsed(shapes)]
    return found or _uncompilable(shapes, quick, answers) or ([] if quick else _unloadable(shapes))


def _ordered(nodes: Iterable[Node]) -> list[Node]:
    return sorted(set(nodes), key=str)


def _called(shapes: Graph, shape: Node | None) -> str:
    return shortened(named(shapes, shape))


def _formless(shapes: Graph) -> Iterator[Fault]:
    """Yield shapes that ask for a lexical form which the store does not keep; mappings judge those of the source."""
    for shape, datatype in sorted(shapes.subject_objects(SH.datatype), key=str):
        for name in ("pattern", "minLength", "maxLength"):
            if datatype not in _KEPT and (shape, SH[name], None) in shapes:
                said = Text(
                    "{shape}: sh:{name} sees values of {datatype} in canonical form, 7 for 007; "
                    "keep the value as a string, or compare it with sh:minInclusive and its like.",
                    {"shape": _called(shapes, shape), "name": name, "datatype": shortened(str(datatype))},
                )
                yield Fault(said, named(shapes, shape))


def _unparsed(shapes: Graph) -> Iterator[Fault]:
    """Yield what is wrong with the text of SPARQL constraints, at its line."""
    for constraint, select in sorted(shapes.subject_objects(SH.select), key=str):
        prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in namespaces(shapes, constraint).items())
        try:
            parse(prefixes + str(select), update=False)
        except QueryInvalid as error:
            yield Fault(Text(error.template, error.params), named(shapes, constraint), str(select), error.line or 1)


def _uncompilable(shapes: Graph, quick: bool, answers: Answers | None) -> list[Fault]:
    left: dict[str, ShapeUnsupported] = {}
    try:
        checks = compile_shapes(shapes, answers or (lambda query: ()), left)
        if not quick:
            closure(shapes)
    except ShapesInvalid as error:
        return [_refused(shapes, error)]
    found = [_refused(shapes, error) for error in left.values()]
    for check in checks if answers else ():
        try:
            list(answers(check.query(None, 1) if quick else check.count()) if answers else ())
        except QueryTimeout as error:
            params = {"shape": _called(shapes, _node(check.origin.shape)), "limit": error.params["limit"]}
            said = Text("What {shape} asks of the published data takes longer than {limit} s, and was ended.", params)
            found.append(Fault(said, named(shapes, _node(check.origin.shape))))
        except QueryInvalid as error:
            shape = _node(check.origin.shape)
            params = {"shape": _called(shapes, shape), "reason": _reason(error.params.get("reason", error))}
            said = Text("The engine refuses what {shape} asks: {reason}", params)
            found.append(Fault(said, named(shapes, shape)))
    return found


def _refused(shapes: Graph, error: ShapesInvalid) -> Fault:
    """Return what the compiler says, terms written short."""
    nodes = {name: value for name, value in error.params.items() if isinstance(value, URIRef | BNode)}
    users = (
        user for value in error.params.values() if isinstance(value, Node) for user in shapes.subjects(None, value)
    )
    about = next(iter(nodes.values()), None) or next(users, None)
    said = Text(error.template, {**error.params, **{name: _called(shapes, node) for name, node in nodes.items()}})
    return Fault(said, named(shapes, about))


def _unloadable(shapes: Graph) -> list[Fault]:
    # pyshacl is slow to load, and only authors' shapes are put to it: no import needs it
    import pyshacl

    from kgservice.knowledge.validation.slices import FAILURES

    logging.getLogger("pyshacl-validate").disabled = True  # it writes what it returns to the terminal too
    try:
        _, results, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True, inplace=True)
    except FAILURES as error:
        results, text = None, str(getattr(error, "message", error))
    if isinstance(results, Graph):
        return []
    told = _META.search(str(text))
    if told is None:
        return [Fault(Text("The shapes are not what SHACL asks for: {reason}", {"reason": _reason(text)}))]
    shape = next((str(node) for node in shapes.subjects() if str(node).endswith(f"#{told[1]}")), "")
    params = {"shape": shortened(shape) or told[1], "term": told[2], "reason": _reason(told[3])}
    return [Fault(Text("{shape}: {term} is not what SHACL asks for ({reason}).", params), shape)]


def _node(label: str) -> Node:
    return URIRef(label[1:-1]) if label.startswith("<") else BNode(label[2:])


def _reason(error: object) -> str:
    return " ".join(str(getattr(error, "message", error)).split())
