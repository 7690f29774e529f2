"""Writes term maps of a mapping in YAML: values, functions, languages and datatypes become triples with lines."""

import re

import yaml
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kgservice.rml.turtle import RELATIVE, Triple
from kgservice.rml.vocabulary import RML
from kgservice.rml.yamlnodes import Outline
from kgservice.terms import PREFIXES

_OBJECT = ("value", "function", "parameters", "type", "language", "datatype", "mapping", "join", "condition")
_KINDS = {"iri": RML.IRI, "uri": RML.URI, "literal": RML.Literal, "blank": RML.BlankNode}
_REFERENCE = re.compile(r"\$\(((?:[^()\\]|\\.|\([^()]*\))+)\)")
_CALL = re.compile(r"([\w\-]+:[\w\-]+)\((.*)\)", re.DOTALL)


class TermWriter:
    """Writes term maps; keeps the triples and the line of each."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.prefixes = dict(PREFIXES)
        self.graph = Graph()
        self.lines: dict[Triple, int] = {}

    def add(self, subject: Node, name: str, value: Node, at: yaml.Node) -> None:
        """Keep a triple of RML with the line of a node."""
        triple = (subject, RML[name], value)
        self.graph.add(triple)
        self.lines.setdefault(triple, self.outline.line(at))

    def condition(self, made: Node, node: yaml.Node) -> None:
        """Write the condition of a term map."""
        condition = self.term(node)
        self.add(made, "condition", condition, node)

    def term(self, node: yaml.Node, iri: bool = False, kind: yaml.Node | None = None) -> Node:
        """Return the term map of a value: `$(column)`, a template, a constant, or a mapping of what it is."""
        made = BNode()
        if isinstance(node, yaml.MappingNode):
            self._described(made, node, iri)
        else:
            text = self.outline.text(node, "a value")
            if text.endswith("~iri"):
                text, iri = text.removesuffix("~iri"), True
            self._value(made, text, iri, node)
        if kind is not None:
            self._kind(made, kind)
        return made

    def _described(self, made: Node, node: yaml.Node, iri: bool) -> None:
        parts = {key.value: value for key, value in self.outline.pairs(node, "a value", _OBJECT)}
        if "mapping" in parts:
            self._parent(made, parts)
            return
        if "value" in parts:
            self._value(made, self.outline.text(parts["value"], "value"), iri or _is_iri(parts), parts["value"])
        if "function" in parts:
            self._function(made, parts["function"], parts.get("parameters"))
        if "type" in parts or (iri and "function" in parts):
            word = self.outline.text(parts["type"], "type") if "type" in parts else "iri"
            if word not in _KINDS:
                raise self.outline.fault(parts["type"], "type is one of {known}", known=", ".join(_KINDS))
            self.add(made, "termType", _KINDS[word], parts.get("type", node))
        if "language" in parts:
            tag = self.outline.text(parts["language"], "language")
            self._tagged(made, tag, parts["language"])
        if "datatype" in parts:
            name = self.outline.text(parts["datatype"], "datatype")
            self.add(made, "datatype", self._iri(name, parts["datatype"]), parts["datatype"])
        if "condition" in parts:
            self.condition(made, parts["condition"])

    def _kind(self, made: Node, node: yaml.Node) -> None:
        text = self.outline.text(node, "a language or datatype")
        if text.endswith("~lang"):
            self._tagged(made, text.removesuffix("~lang"), node)
        else:
            self.add(made, "datatype", self._iri(text, node), node)

    def _tagged(self, made: Node, tag: str, at: yaml.Node) -> None:
        if "$(" in tag:
            language = BNode()
            self._value(language, tag, False, at)
            self.add(made, "languageMap", language, at)
        else:
            self.add(made, "language", Literal(tag), at)

    def _value(self, made: Node, text: str, iri: bool, at: yaml.Node) -> None:
        whole = _REFERENCE.fullmatch(text)
        if "$(" in _REFERENCE.sub("", text):
            raise self.outline.fault(at, "“{text}” has a $( that no ) closes", text=text)
        if whole:
            self.add(made, "reference", Literal(_plain(whole[1])), at)
        elif _REFERENCE.search(text):
            self.add(made, "template", Literal(self._template(text, iri)), at)
        elif iri:
            self.add(made, "constant", self._iri(text, at), at)
            return
        else:
            self.add(made, "constant", Literal(text), at)
            return
        if iri:
            self.add(made, "termType", RML.IRI, at)
        elif not whole:
            self.add(made, "termType", RML.Literal, at)

    def _template(self, text: str, iri: bool) -> str:
        if iri:
            prefix, colon, rest = text.partition(":")
            if colon and prefix in self.prefixes and not rest.startswith("//"):
                text = self.prefixes[prefix] + rest
        parts, at = [], 0
        for match in _REFERENCE.finditer(text):
            parts += [_braced(text[at : match.start()]), "{", _braced(_plain(match[1])), "}"]
            at = match.end()
        return "".join([*parts, _braced(text[at:])])

    def _iri(self, text: str, at: yaml.Node) -> URIRef:
        prefix, colon, rest = text.partition(":")
        if colon and prefix in self.prefixes and not rest.startswith("//"):
            return URIRef(self.prefixes[prefix] + rest)
        if colon and not rest.startswith("//") and "/" not in prefix and prefix not in ("urn", "mailto", "tag"):
            raise self.outline.fault(at, "the prefix {prefix} is not declared under prefixes", prefix=prefix)
        return URIRef(text if colon else RELATIVE + text)

    def _function(self, made: Node, name: yaml.Node, parameters: yaml.Node | None) -> None:
        call = BNode()
        self.add(made, "functionExecution", call, name)
        text = self.outline.text(name, "function")
        short = _CALL.fullmatch(text)
        word = short[1] if short else text
        self.add(call, "function", self._iri(word if ":" in word else f"fn:{word}", name), name)
        for part in _arguments(short[2]) if short else []:
            key, sign, value = part.partition("=")
            if not sign:
                raise self.outline.fault(name, "an input of a function is written name=value, not {part}", part=part)
            self._input(call, key.strip(), value.strip(), name)
        for entry in self.outline.items(parameters) if parameters is not None else []:
            pair = self.outline.items(entry)
            if len(pair) != 2:
                raise self.outline.fault(entry, "an input of a function is [name, value]")
            key = self.outline.text(pair[0], "the name of an input")
            nested = isinstance(pair[1], yaml.MappingNode)
            self._input(call, key, pair[1] if nested else self.outline.text(pair[1], "an input"), pair[1])

    def _input(self, call: Node, key: str, value: "str | yaml.Node", at: yaml.Node) -> None:
        made = BNode()
        self.add(call, "input", made, at)
        self.add(made, "parameter", self._iri(key if ":" in key else f"fn:{key}", at), at)
        if isinstance(value, yaml.Node):
            self.add(made, "inputValueMap", self.term(value), at)
        elif "$(" in value:
            inner = BNode()
            self._value(inner, value, False, at)
            self.add(made, "inputValueMap", inner, at)
        else:
            self.add(made, "inputValue", Literal(value), at)

    def _parent(self, made: Node, parts: dict[str, yaml.Node]) -> None:
        name = self.outline.text(parts["mapping"], "mapping")
        self.add(made, "parentTriplesMap", URIRef(f"{RELATIVE}#{name}"), parts["mapping"])
        if "join" in parts:
            for child, parent in self.outline.pairs(parts["join"], "join"):
                condition = BNode()
                self.add(made, "joinCondition", condition, child)
                self.add(condition, "child", Literal(_bare(child.value)), child)
                self.add(condition, "parent", Literal(_bare(self.outline.text(parent, "join"))), parent)


def _is_iri(parts: dict[str, yaml.Node]) -> bool:
    return "type" in parts and parts["type"].value in ("iri", "uri")


def _plain(reference: str) -> str:
    return re.sub(r"\\(.)", r"\1", reference)


def _bare(text: str) -> str:
    whole = _REFERENCE.fullmatch(text)
    return _plain(whole[1]) if whole else text


def _braced(text: str) -> str:
    return re.sub(r"([{}\\])", r"\\\1", text)


def _arguments(text: str) -> list[str]:
    """Return what stands between the commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]
