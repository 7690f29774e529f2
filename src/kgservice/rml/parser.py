"""Loads a mapping, RML core and FNML in Turtle or YAML, checked for every fault that can be found before data."""

import re
from collections.abc import Mapping as Table
from pathlib import Path

from rdflib.namespace import RDF
from rdflib.term import BNode, Literal, Node, URIRef

from kgservice.rml import yarrrml
from kgservice.rml.calls import CallReader
from kgservice.rml.expressions import Constant
from kgservice.rml.functions import LIBRARY
from kgservice.rml.functions.function import Function
from kgservice.rml.model import Mapping, ParentMap, Rule, TermKind, TermMap, TriplesMap
from kgservice.rml.paths import PathError, check_path
from kgservice.rml.termmaps import TermReader
from kgservice.rml.turtle import Document, read
from kgservice.rml.vocabulary import CLASSES, EVERY_PROPERTY, OLD, PROPERTIES, RML, VALUES

_FORMULATIONS = ("CSV", "JSONPath", "XPath", "SQL2008Table", "SQL2008Query")
_MARKS = (RML.logicalSource, RML.subjectMap, RML.subject, RML.predicateObjectMap)


def load(
    path: Path, *, lookups: Path | None = None, spoken: Path | None = None, functions: Table[str, Function] = LIBRARY
) -> Mapping:
    """Return the mapping of a Turtle or YAML file; `lookups` is the folder of code tables (beside it unless said).

    `spoken` is a folder of more rows for them, which people added.

    Raises:
        MappingInvalid: for every fault that needs no data; names file, line, what is wrong and what to do.
    """
    document = yarrrml.read(path) if path.suffix in (".yaml", ".yml") else read(path)
    _check_words(document)
    calls = CallReader(document, functions, lookups, spoken)
    nodes = _triples_map_nodes(document)
    if not nodes:
        raise document.fault(1, "the mapping has no rml:TriplesMap")
    found = [_triples_map(document, calls, node) for node in nodes]
    known = {triples_map.iri: triples_map for triples_map in found}
    for triples_map in found:
        for rule in triples_map.rules:
            for term in rule.objects:
                if isinstance(term, ParentMap):
                    _check_parent(document, term, known)
    _check_queries(document, found)
    return Mapping(path, tuple(found), dict(document.references))


def _check_words(document: Document) -> None:
    """Refuse words of RML that do not exist, and words of its predecessors."""
    for (_, predicate, value), line in document.triples():
        for term in (predicate, value):
            for namespace, name in OLD.items():
                if str(term).startswith(namespace) and isinstance(term, URIRef):
                    raise document.fault(
                        line, "<{iri}> is of {name}; the words of RML are in <{namespace}>",
                        iri=str(term), name=name, namespace=str(RML),
                    )  # fmt: skip
        if predicate == RDF.type and str(value).startswith(str(RML)) and value not in CLASSES:
            raise document.fault(line, "RML has no class {word}", word=_word(value))
        if str(predicate).startswith(str(RML)) and predicate not in EVERY_PROPERTY:
            raise document.fault(line, "RML has no property {word} (or we do not read it)", word=_word(predicate))
        in_rml = isinstance(value, URIRef) and str(value).startswith(str(RML))
        if in_rml and predicate != RDF.type and value not in VALUES:
            raise document.fault(line, "RML has no word {word} (or we do not read it)", word=_word(value))


def _word(term: Node) -> str:
    return "rml:" + str(term).removeprefix(str(RML))


def _triples_map_nodes(document: Document) -> list[Node]:
    return [
        node
        for node in document.subjects()
        if (node, RDF.type, RML.TriplesMap) in document.graph or document.properties(node).intersection(_MARKS)
    ]


def _triples_map(document: Document, calls: CallReader, node: Node) -> TriplesMap:
    document.only(node, PROPERTIES["triples map"], "triples map")
    line = document.line(node)
    source, formulation, iterator = _source(document, TermReader(document, calls, "CSV"), node)
    terms = TermReader(document, calls, formulation)
    found = terms.one(node, "subject", "subjectMap")
    if found is None:
        raise document.fault(line, "the triples map lacks an rml:subjectMap")
    name, value = found
    rules: list[Rule] = []
    graphs: tuple[TermMap, ...] = ()
    if name == "subject":
        subject = terms.shortcut(value, "subject map", document.line(node, RML.subject, value))
    else:
        subject = terms.term(value, "subject map")
        graphs = terms.terms(value, "graph", "graph map")
        rules.extend(_classes(document, terms, value))
    rules.extend(_rule(document, terms, entry) for entry in document.objects(node, RML.predicateObjectMap))
    base = terms.one(node, "baseIRI")
    return TriplesMap(
        str(node), source, formulation, iterator, subject, graphs, tuple(rules),
        terms.iri(base[1], line) if base else "", line,
    )  # fmt: skip


def _source(document: Document, terms: TermReader, node: Node) -> tuple[str, str, str]:
    found = terms.one(node, "logicalSource")
    if found is None:
        raise document.fault(document.line(node), "the triples map lacks an rml:logicalSource")
    logical = found[1]
    document.only(logical, PROPERTIES["logical source"], "logical source")
    line = document.line(logical)
    source = terms.one(logical, "source")
    if source is None:
        raise document.fault(line, "the logical source lacks an rml:source that names a table of source.toml")
    name: Node = source[1]
    if isinstance(name, BNode | URIRef):
        document.only(name, PROPERTIES["source"], "source")
        path = terms.one(name, "path")
        if path is None:
            raise document.fault(document.line(logical, RML.source), "the source lacks an rml:path")
        name = path[1]
    if not isinstance(name, Literal) or not str(name):
        raise document.fault(document.line(logical, RML.source), "rml:source must be the name of a table in quotes")
    written = terms.one(logical, "referenceFormulation")
    formulation = str(written[1]).removeprefix(str(RML)) if written else ""
    if formulation not in _FORMULATIONS:
        raise document.fault(
            line,
            "rml:referenceFormulation must be one of {known}",
            known=", ".join(f"rml:{name}" for name in _FORMULATIONS),
        )
    plain = "SQL" if formulation.startswith("SQL") else formulation
    return str(name), plain, _iterator(document, terms, logical, formulation)


def _iterator(document: Document, terms: TermReader, logical: Node, formulation: str) -> str:
    found = terms.one(logical, "iterator")
    if found is None:
        return ""
    line = document.line(logical, RML.iterator)
    if formulation == "CSV":
        raise document.fault(line, "a table has no rml:iterator: each row is a record")
    if formulation == "SQL2008Query" and not re.match(r"\s*(?:SELECT|WITH|VALUES)\b", str(found[1]), re.IGNORECASE):
        raise document.fault(line, "the iterator of rml:SQL2008Query must be a SELECT")
    try:
        check_path(str(found[1]), formulation)
    except PathError as error:
        raise document.fault(
            line, "the iterator {iterator} is no {formulation}: {reason}",
            iterator=str(found[1]), formulation=formulation, reason=error.reason,
        ) from error  # fmt: skip
    return str(found[1])


def _classes(document: Document, terms: TermReader, node: Node) -> list[Rule]:
    rules = []
    for value in document.objects(node, RML["class"]):
        line = document.line(node, RML["class"], value)
        made = TermMap(Constant(terms.iri(value, line), "iri"), TermKind.IRI, line=line)
        rules.append(Rule((TermMap(Constant(str(RDF.type), "iri"), TermKind.IRI, line=line),), (made,), (), line))
    return rules


def _rule(document: Document, terms: TermReader, node: Node) -> Rule:
    document.only(node, PROPERTIES["predicate object map"], "predicate object map")
    line = document.line(node)
    predicates = terms.terms(node, "predicate", "predicate map")
    objects = tuple(terms.objects(node))
    if not predicates or not objects:
        missing = "rml:objectMap" if predicates else "rml:predicate"
        raise document.fault(line, "the predicate object map lacks an {word}", word=missing)
    return Rule(predicates, objects, terms.terms(node, "graph", "graph map"), line)


def _check_queries(document: Document, found: list[TriplesMap]) -> None:
    """Refuse two queries under one name: a table of source.toml is read once."""
    asked: dict[str, str] = {}
    for one in found:
        if one.formulation == "SQL" and one.iterator and asked.setdefault(one.source, one.iterator) != one.iterator:
            raise document.fault(
                one.line, "the table {table} has two queries; give each a table of its own in source.toml",
                table=one.source,
            )  # fmt: skip


def _check_parent(document: Document, term: ParentMap, known: Table[str, TriplesMap]) -> None:
    if term.parent not in known:
        raise document.fault(term.line, "there is no triples map <{parent}>", parent=term.parent)
    if known[term.parent].subject.expression is None:
        raise document.fault(
            term.line, "the triples map <{parent}> makes nameless nodes that nothing can join", parent=term.parent
        )
