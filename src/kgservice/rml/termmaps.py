"""Reads term maps: how subjects, predicates, objects, graphs, languages and datatypes are made."""

import re
from collections.abc import Iterator

from rdflib.term import Literal, Node, URIRef

from kgservice.rml import iris
from kgservice.rml.calls import CallReader
from kgservice.rml.datatypes import is_datatype
from kgservice.rml.expressions import Constant, Expression, Reference, Template, makes_text
from kgservice.rml.literals import LANGUAGE
from kgservice.rml.model import ParentMap, TermKind, TermMap
from kgservice.rml.paths import PathError, check_path
from kgservice.rml.templates import TemplateError, read_template
from kgservice.rml.turtle import Document, relative
from kgservice.rml.vocabulary import PROPERTIES, RML
from kgservice.terms import shortened

_KINDS = {
    "subject map": {TermKind.IRI, TermKind.URI, TermKind.UNSAFE_IRI, TermKind.BLANK},
    "predicate map": {TermKind.IRI, TermKind.URI, TermKind.UNSAFE_IRI},
    "graph map": {TermKind.IRI, TermKind.URI, TermKind.UNSAFE_IRI, TermKind.BLANK},
    "datatype map": {TermKind.IRI, TermKind.URI, TermKind.UNSAFE_IRI},
    "object map": set(TermKind),
}

_SILENT = "this {kind} says nothing: it needs rml:reference, rml:template, rml:constant or rml:functionExecution"


class TermReader:
    """Reads the term maps of one triples map; knows how its references must be written."""

    def __init__(self, document: Document, calls: CallReader, formulation: str) -> None:
        self.document = document
        self.calls = calls
        self.formulation = formulation

    def one(self, node: Node, *names: str) -> tuple[str, Node] | None:
        """Return the only value that a node has under any of these properties, or None.

        Raises:
            MappingInvalid: when there are several.
        """
        found = [(name, value) for name in names for value in self.document.objects(node, RML[name])]
        if len(found) > 1:
            last, value = found[-1]
            line = self.document.line(node, RML[last], value)
            listed = ", ".join(dict.fromkeys(f"rml:{name}" for name, _ in found))
            raise self.document.fault(
                line, "there is more than one {property} where only one may stand", property=listed
            )
        return found[0] if found else None

    def terms(self, node: Node, short: str, kind: str) -> tuple[TermMap, ...]:
        """Return the maps under a shortcut (`graph`) and its long form (`graphMap`)."""
        shortcuts = [
            self.shortcut(value, kind, self.document.line(node, RML[short], value))
            for value in self.document.objects(node, RML[short])
        ]
        longer = [self.term(value, kind) for value in self.document.objects(node, RML[f"{short}Map"])]
        return (*shortcuts, *longer)

    def objects(self, node: Node) -> Iterator[TermMap | ParentMap]:
        """Yield the objects of a predicate object map, references to other triples maps among them."""
        for value in self.document.objects(node, RML["object"]):
            yield self.shortcut(value, "object map", self.document.line(node, RML["object"], value))
        for value in self.document.objects(node, RML.objectMap):
            if RML.parentTriplesMap in self.document.properties(value):
                yield self._parent(value)
            else:
                yield self.term(value, "object map")

    def term(self, node: Node, kind: str) -> TermMap:
        """Return one term map."""
        self.document.only(node, PROPERTIES[kind], kind)
        line = self.document.line(node)
        expression = self.expression(node)
        language = self._language(node)
        datatype = self._datatype(node)
        if language is not None and datatype is not None:
            raise self.document.fault(line, "an object cannot have a language and a datatype")
        chosen = self._kind(node, kind, expression, language is not None or datatype is not None)
        if expression is None and chosen is not TermKind.BLANK:
            raise self.document.fault(
                line, _SILENT,
                kind=kind,
            )  # fmt: skip
        if chosen is not TermKind.LITERAL and (language is not None or datatype is not None):
            raise self.document.fault(
                line,
                "only a literal has a language or a datatype; this is of termType {type}",
                type=f"rml:{chosen}",
            )
        self._check_expression(expression, chosen, kind, line)
        condition = self.one(node, "condition")
        return TermMap(
            expression, chosen, language, datatype, self.text(condition[1], "condition") if condition else None, line
        )

    def text(self, node: Node, kind: str) -> Expression:
        """Return the expression of a node that gives texts (a condition, an input, a side of a join)."""
        self.document.only(node, PROPERTIES[kind], kind)
        expression = self.expression(node)
        if expression is None:
            raise self.document.fault(
                self.document.line(node),
                _SILENT,
                kind=kind,
            )
        return expression

    def expression(self, node: Node) -> Expression | None:
        """Return the expression of a node, or None."""
        found = self.one(node, "reference", "template", "constant", "functionExecution")
        if found is None:
            return None
        name, value = found
        line = self.document.line(node, RML[name], value)
        if name == "constant":
            return self.constant(value, line)
        if name == "functionExecution":
            return self.calls.read(node, value, self)
        return self._written(name, value, line)

    def reference(self, value: Node, line: int) -> Reference:
        """Return a reference after checking how it is written."""
        name = str(value)
        if not isinstance(value, Literal) or not name:
            raise self.document.fault(line, "a reference must be a text that is not empty")
        if re.search(r"[\x00-\x1f]", name):
            raise self.document.fault(line, "the reference {reference} holds a control character", reference=repr(name))
        try:
            check_path(name, self.formulation)
        except PathError as error:
            raise self.document.fault(
                line, "the reference {reference} is no {formulation}: {reason}",
                reference=name, formulation=self.formulation, reason=error.reason,
            ) from error  # fmt: skip
        self.document.references.setdefault(name, line)
        return Reference(name)

    def constant(self, value: Node, line: int) -> Constant:
        """Return a constant term."""
        if isinstance(value, Literal):
            if value.language and not re.fullmatch(LANGUAGE, value.language):
                raise self.document.fault(line, "{tag} is not a language tag", tag=value.language)
            return Constant(str(value), "literal", str(value.datatype or ""), value.language or "")
        return Constant(self.iri(value, line), "iri")

    def iri(self, value: Node, line: int) -> str:
        """Return an IRI of the mapping, without base where it is relative."""
        if not isinstance(value, URIRef):
            raise self.document.fault(line, "{value} stands where an IRI must stand", value=value.n3())
        if not iris.is_valid(str(value)):
            raise self.document.fault(line, "<{iri}> is not an IRI", iri=relative(value))
        return relative(value)

    def _written(self, name: str, value: Node, line: int) -> Expression:
        if name == "reference":
            return self.reference(value, line)
        if not isinstance(value, Literal):
            raise self.document.fault(line, "a template must be a text")
        if re.search(r"[\x00-\x1f]", value):
            raise self.document.fault(line, "the template {text} holds a control character", text=repr(str(value)))
        try:
            template = read_template(str(value))
        except TemplateError as error:
            raise self.document.fault(
                line, "{text} is not a template: {reason}", text=str(value), reason=str(error)
            ) from error
        parts = [
            self.reference(Literal(part.name), line) if isinstance(part, Reference) else part for part in template.parts
        ]
        return Template(tuple(parts))

    def _kind(self, node: Node, kind: str, expression: Expression | None, typed: bool) -> TermKind:
        found = self.one(node, "termType")
        if found is None:
            if isinstance(expression, Constant):
                return {"iri": TermKind.IRI, "literal": TermKind.LITERAL}[expression.kind]
            literal = kind == "object map" and (typed or makes_text(expression))
            return TermKind.LITERAL if literal else TermKind.IRI
        line = self.document.line(node, RML.termType, found[1])
        name = str(found[1]).removeprefix(str(RML)).replace("UnsafeURI", "UnsafeIRI")
        if name not in set(TermKind):
            raise self.document.fault(line, "{type} is not a termType", type=str(found[1]))
        return TermKind(name)

    def _check_expression(self, expression: Expression | None, chosen: TermKind, kind: str, line: int) -> None:
        literal = isinstance(expression, Constant) and expression.kind == "literal"
        if isinstance(expression, Constant) and (chosen is TermKind.BLANK or (chosen is TermKind.LITERAL) != literal):
            raise self.document.fault(
                line,
                "the constant {constant} cannot be of termType {type}",
                constant=expression.text,
                type=f"rml:{chosen}",
            )
        if chosen not in _KINDS[kind]:
            raise self.document.fault(
                line, "a {kind} cannot make a term of termType {type}", kind=kind, type=f"rml:{chosen}"
            )
        if isinstance(expression, Template) and chosen in (TermKind.IRI, TermKind.URI):
            sample = "".join("x" if isinstance(part, Reference) else part for part in expression.parts)
            absolute = sample if iris.is_absolute(sample) else f"http://base/{sample}"
            if not iris.is_valid(absolute):
                raise self.document.fault(line, "the template makes no IRI: {sample}", sample=sample)

    def shortcut(self, value: Node, kind: str, line: int) -> TermMap:
        """Return the map that a constant under a shortcut property stands for."""
        constant = self.constant(value, line)
        chosen = {"iri": TermKind.IRI, "literal": TermKind.LITERAL}[constant.kind]
        self._check_expression(constant, chosen, kind, line)
        return TermMap(constant, chosen, line=line)

    def _language(self, node: Node) -> Expression | None:
        found = self.one(node, "language", "languageMap")
        if found is None:
            return None
        name, value = found
        expression = Constant(str(value)) if name == "language" else self.text(value, "language map")
        if isinstance(expression, Constant) and not re.fullmatch(LANGUAGE, expression.text):
            raise self.document.fault(
                self.document.line(node, RML[name], value),
                "{tag} is not a language tag such as ru or en-GB",
                tag=expression.text,
            )
        return expression

    def _datatype(self, node: Node) -> TermMap | None:
        found = self.one(node, "datatype", "datatypeMap")
        if found is None:
            return None
        name, value = found
        if name == "datatypeMap":
            return self.term(value, "datatype map")
        line = self.document.line(node, RML.datatype, value)
        if not is_datatype(str(value)):
            raise self.document.fault(line, "{datatype} is no datatype of a text", datatype=shortened(str(value)))
        return self.shortcut(value, "datatype map", line)

    def _parent(self, node: Node) -> ParentMap:
        self.document.only(node, PROPERTIES["reference to a triples map"], "reference to a triples map")
        found = self.one(node, "parentTriplesMap")
        parent = found[1] if found else node
        joins = [self._join(condition) for condition in self.document.objects(node, RML.joinCondition)]
        return ParentMap(str(parent), tuple(joins), self.document.line(node, RML.parentTriplesMap, parent))

    def _join(self, node: Node) -> tuple[Expression, Expression]:
        self.document.only(node, PROPERTIES["join condition"], "join condition")
        sides: list[Expression] = []
        for side in ("child", "parent"):
            found = self.one(node, side, f"{side}Map")
            if found is None:
                raise self.document.fault(self.document.line(node), "the join lacks its rml:{side}", side=side)
            name, value = found
            line = self.document.line(node, RML[name], value)
            sides.append(self.reference(value, line) if name == side else self.text(value, "join expression"))
        return sides[0], sides[1]
