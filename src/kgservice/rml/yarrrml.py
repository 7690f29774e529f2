"""Reads the short form of a mapping, YAML in the spirit of YARRRML, into the triples that its RML would have."""

from pathlib import Path

import yaml
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kgservice.rml.turtle import RELATIVE, Document
from kgservice.rml.vocabulary import RML
from kgservice.rml.yamlnodes import Outline
from kgservice.rml.yamlterms import TermWriter

_TOP = ("prefixes", "sources", "mappings")
_MAPPING = ("sources", "source", "s", "subject", "subjects", "graphs", "g", "po", "predicateobjects", "condition")
_RULE = ("p", "predicate", "predicates", "o", "object", "objects", "graphs", "g", "condition")
_FORMULATIONS = {
    "csv": "CSV", "jsonpath": "JSONPath", "xpath": "XPath", "sql": "SQL2008Table", "query": "SQL2008Query",
}  # fmt: skip


def read(path: Path) -> Document:
    """Return the triples of a mapping in YAML, with the line of each.

    Raises:
        MappingInvalid: for what the short form does not have; names the line. Faults of RML are the parser's.
    """
    return _Writer(Outline(path)).document()


class _Writer:
    """Writes the triples of one mapping file."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.terms = TermWriter(outline)
        self.sources: dict[str, yaml.Node] = {}

    def document(self) -> Document:
        """Return the triples of the whole file."""
        top = {key.value: value for key, value in self.outline.pairs(self.outline.root, "the mapping", _TOP)}
        if "prefixes" in top:
            for key, value in self.outline.pairs(top["prefixes"], "prefixes"):
                self.terms.prefixes[key.value] = self.outline.text(value, "a prefix")
        if "sources" in top:
            self.sources = {key.value: value for key, value in self.outline.pairs(top["sources"], "sources")}
        if "mappings" not in top:
            raise self.outline.fault(self.outline.root, "the mapping has no mappings")
        for key, value in self.outline.pairs(top["mappings"], "mappings"):
            self._mapping(key, value)
        return Document(self.outline.path, self.terms.graph, self.terms.lines)

    def _mapping(self, key: yaml.Node, body: yaml.Node) -> None:
        node = URIRef(f"{RELATIVE}#{key.value}")
        self.terms.graph.add((node, RDF.type, RML.TriplesMap))
        self.terms.lines.setdefault((node, RDF.type, RML.TriplesMap), self.outline.line(key))
        parts: dict[str, yaml.Node] = {}
        for name, value in self.outline.pairs(body, f"mapping {key.value}", _MAPPING):
            parts[_same(name.value)] = value
        if "source" in parts:
            self._source(node, parts["source"])
        if "subject" in parts:
            subject = self.terms.term(parts["subject"], iri=True)
            self.terms.add(node, "subjectMap", subject, parts["subject"])
            for graph in self.outline.items(parts["graphs"]) if "graphs" in parts else []:
                self.terms.add(subject, "graphMap", self.terms.term(graph, iri=True), graph)
            if "condition" in parts:
                self.terms.condition(subject, parts["condition"])
        for rule in self.outline.items(parts["po"]) if "po" in parts else []:
            self._rule(node, rule)

    def _source(self, node: Node, value: yaml.Node) -> None:
        if isinstance(value, yaml.ScalarNode) and value.value in self.sources:
            value = self.sources[value.value]
        told = self.outline.items(value)
        if len(told) == 1 and isinstance(told[0], yaml.SequenceNode):
            told = self.outline.items(told[0])
        if not 0 < len(told) < 3:
            raise self.outline.fault(value, "a source is [table~csv] or [table~jsonpath, $.path]; one for a mapping")
        table, _, form = self.outline.text(told[0], "a source").partition("~")
        if (form or "csv").lower() not in _FORMULATIONS:
            raise self.outline.fault(
                told[0], "after ~ stands one of {known}, not {form}", known=", ".join(_FORMULATIONS), form=form
            )
        source = BNode()
        self.terms.add(node, "logicalSource", source, value)
        self.terms.add(source, "source", Literal(table), told[0])
        self.terms.add(source, "referenceFormulation", RML[_FORMULATIONS[(form or "csv").lower()]], told[0])
        if len(told) == 2:
            self.terms.add(source, "iterator", Literal(self.outline.text(told[1], "an iterator")), told[1])

    def _rule(self, node: Node, body: yaml.Node) -> None:
        rule = BNode()
        self.terms.add(node, "predicateObjectMap", rule, body)
        if isinstance(body, yaml.SequenceNode):
            if len(body.value) not in (2, 3):
                raise self.outline.fault(
                    body, "a rule in brackets is [predicate, object] or [predicate, object, xx~lang]"
                )
            kind = body.value[2] if len(body.value) == 3 else None
            self._pair(rule, body.value[0], body.value[1], kind)
            return
        parts = {_same(key.value): value for key, value in self.outline.pairs(body, "a rule", _RULE)}
        if "predicate" not in parts or "object" not in parts:
            raise self.outline.fault(body, "a rule has a predicate (p) and an object (o)")
        self._pair(rule, parts["predicate"], parts["object"], None, parts.get("condition"))
        for graph in self.outline.items(parts["graphs"]) if "graphs" in parts else []:
            self.terms.add(rule, "graphMap", self.terms.term(graph, iri=True), graph)

    def _pair(
        self, rule: Node, predicates: yaml.Node, objects: yaml.Node, kind: yaml.Node | None,
        condition: yaml.Node | None = None,
    ) -> None:  # fmt: skip
        named = self.outline.items(predicates)
        for predicate in named:
            self.terms.add(rule, "predicateMap", self._predicate(predicate), predicate)
        typed = any(isinstance(one, yaml.ScalarNode) and one.value in ("a", "rdf:type") for one in named)
        for value in self.outline.items(objects):
            # a list in a list of objects is [value, xx~lang] or [value, datatype]
            inner = self.outline.items(value)
            if isinstance(value, yaml.SequenceNode) and len(inner) == 2:
                made = self.terms.term(inner[0], iri=typed, kind=inner[1])
            else:
                made = self.terms.term(value, iri=typed, kind=kind)
            self.terms.add(rule, "objectMap", made, value)
            if condition is not None:
                self.terms.condition(made, condition)

    def _predicate(self, node: yaml.Node) -> Node:
        made = BNode()
        if isinstance(node, yaml.ScalarNode) and node.value == "a":
            self.terms.add(made, "constant", RDF.type, node)
            return made
        return self.terms.term(node, iri=True)


def _same(name: str) -> str:
    """Return the one name of keys that mean the same."""
    longer = {"s": "subject", "subjects": "subject", "g": "graphs", "predicateobjects": "po", "sources": "source",
              "p": "predicate", "predicates": "predicate", "o": "object", "objects": "object"}  # fmt: skip
    return longer.get(name, name)
