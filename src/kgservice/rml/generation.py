"""Generates RDF terms and statements of one triples map over one batch (RML core, Generation of an RDF dataset)."""

import re
import zlib
from collections.abc import Mapping
from typing import Protocol

import polars as pl

from kgservice.rml import datatypes, iris
from kgservice.rml.batches import Batch, texts_at
from kgservice.rml.evaluation import Evaluator
from kgservice.rml.expressions import Call, Constant, Expression, Reference, references
from kgservice.rml.literals import LANGUAGE, double, literal_column
from kgservice.rml.model import ParentMap, Rule, TermKind, TermMap, TriplesMap
from kgservice.rml.produced import SCHEMA, Failure, Produced
from kgservice.rml.values import Values, combined, constant, positions, stacked
from kgservice.terms import PREFIXES

_DOUBLE = PREFIXES["xsd"] + "double"
DEFAULT_GRAPH = PREFIXES["rml"] + "defaultGraph"


class Parents(Protocol):
    """Subjects that another triples map gives to child records."""

    def objects(self, evaluator: Evaluator) -> Values:
        """Return the subjects that each child record is joined with, as N-Triples terms."""
        ...


class Generator:
    """Makes the statements of one triples map for batches of its source."""

    def __init__(self, triples_map: TriplesMap, base: str, parents: Mapping[int, Parents] | None = None) -> None:
        self.triples_map = triples_map
        self.base = triples_map.base or base
        self.parents = parents or {}

    def produce(self, batch: Batch) -> Produced:
        """Return the statements and failures of a batch."""
        evaluator = Evaluator(batch)
        earlier: list[Failure] = []
        if self.triples_map.subject.condition is not None:
            evaluator.target = "condition"
            chosen = self._chosen(evaluator, self.triples_map.subject.condition)
            earlier = evaluator.failures()
            evaluator = Evaluator(batch.chosen(chosen))
        subject = self.subject(evaluator)
        evaluator.target = "graph"
        graphs = [self.terms(evaluator, graph) for graph in self.triples_map.graphs]
        frames = [self._rule(evaluator, rule, subject, graphs) for rule in self.triples_map.rules]
        self._lost(evaluator, subject)
        statements = pl.concat(frames, rechunk=False) if frames else pl.DataFrame(schema=SCHEMA)
        return Produced(statements, list(dict.fromkeys([*earlier, *evaluator.failures()])))

    def subject(self, evaluator: Evaluator) -> Values:
        """Return the subjects; their condition is the caller's."""
        evaluator.target = "subject"
        return self._unconditional(evaluator, self.triples_map.subject)

    def terms(self, evaluator: Evaluator, term: TermMap) -> Values:
        """Return N-Triples terms where the condition of the term map, if it has one, is true."""
        if term.condition is None:
            return self._unconditional(evaluator, term)
        rows = self._chosen(evaluator, term.condition)
        before = evaluator.count()
        made = self._unconditional(evaluator, term)
        evaluator.forget(before, rows)
        return made.kept(made.rows.is_in(rows.implode()))

    def _chosen(self, evaluator: Evaluator, condition: Expression) -> pl.Series:
        values = evaluator.values(condition)
        return values.rows.filter(values.text == "true").unique(maintain_order=True)

    def _unconditional(self, evaluator: Evaluator, term: TermMap) -> Values:
        expression = term.expression
        if expression is None:
            return self._nameless(evaluator)
        if isinstance(expression, Constant) and term.language is None and term.datatype is None:
            return constant(self._constant(expression), evaluator.height)
        if term.kind is TermKind.LITERAL:
            return self._literals(evaluator, term, expression)
        if term.kind is TermKind.BLANK:
            values = evaluator.values(expression)
            return values.replaced("_:b" + _labels(values.text))
        return self._iris(evaluator, term, expression)

    def _nameless(self, evaluator: Evaluator) -> Values:
        """Return a blank node per record, the same in every run."""
        numbers = evaluator.batch.numbers
        label = f"_:r{zlib.crc32(self.triples_map.iri.encode()):x}x"
        counted = numbers.cast(pl.String) + "x" + positions(len(numbers)).cast(pl.String)
        return constant(label, evaluator.height).replaced(label + counted)

    def _constant(self, expression: Constant) -> str:
        if expression.kind == "iri":
            if expression.text == DEFAULT_GRAPH:
                return ""
            return f"<{expression.text if iris.is_absolute(expression.text) else self.base + expression.text}>"
        text = pl.Series([expression.text], dtype=pl.String)
        return str(literal_column(text, expression.datatype, expression.language)[0])

    def _iris(self, evaluator: Evaluator, term: TermMap, expression: Expression) -> Values:
        values = self._addresses(evaluator, term, expression)
        return values.replaced("<" + values.text + ">")

    def _addresses(self, evaluator: Evaluator, term: TermMap, expression: Expression) -> Values:
        ascii_only = term.kind is TermKind.URI
        if term.kind is TermKind.UNSAFE_IRI:
            values = evaluator.values(expression)
        else:
            values = evaluator.values(expression, lambda texts: iris.safe_column(texts, ascii_only=ascii_only))
        absolute = values.replaced(iris.absolute_column(values.text, self.base))
        wrong = iris.invalid_column(absolute.text, ascii_only=ascii_only)
        if not wrong.any():
            return absolute
        evaluator.reject(values, wrong, references(expression), "map/not-an-iri")
        return absolute.kept(~wrong)

    def _literals(self, evaluator: Evaluator, term: TermMap, expression: Expression) -> Values:
        values = evaluator.values(expression)
        names = term.references()
        if term.language is not None:
            return self._tagged(evaluator, values, term.language, names)
        if term.datatype is None:
            return self._natural(values, expression)
        if isinstance(term.datatype.expression, Constant):
            datatype = self._constant(term.datatype.expression)[1:-1]
            if isinstance(expression, Call) and expression.function.datatype == datatype:
                return values.replaced(literal_column(values.text, datatype))
            return self._typed(evaluator, values, datatype, names)
        kinds = self._addresses(evaluator, term.datatype, term.datatype.expression or Constant(""))
        rows, (text, kind), whole = combined([values, kinds])
        parts = []
        for datatype in kind.unique(maintain_order=True).to_list():
            chosen = kind == datatype
            parts.append(self._typed(evaluator, Values(rows, text, whole).kept(chosen), datatype, names))
        return stacked(parts) if parts else Values(rows, text)

    def _natural(self, values: Values, expression: Expression) -> Values:
        if isinstance(expression, Call):
            return values.replaced(literal_column(values.text, expression.function.datatype))
        if values.datatype is None or not isinstance(expression, Reference):
            return values.replaced(literal_column(values.text))
        datatype = values.datatype
        doubles = values.text.filter((datatype == _DOUBLE).fill_null(False)).unique().to_list()
        text = values.text
        if doubles:
            canonical = text.replace(doubles, [double(one) for one in doubles])
            text = text.zip_with((datatype != _DOUBLE).fill_null(True), canonical)
        quoted = literal_column(text)
        typed = quoted + "^^<" + datatype.fill_null("") + ">"
        return values.replaced(typed.zip_with(datatype.is_not_null(), quoted))

    def _typed(self, evaluator: Evaluator, values: Values, datatype: str, names: tuple[str, ...]) -> Values:
        wrong = datatypes.wrong_column(values.text, datatype)
        valid = evaluator.reject(values, wrong, names, "map/not-of-datatype", datatype)
        return valid.replaced(literal_column(datatypes.canonical_column(valid.text, datatype), datatype))

    def _tagged(self, evaluator: Evaluator, values: Values, language: Expression, names: tuple[str, ...]) -> Values:
        if isinstance(language, Constant):
            return values.replaced(literal_column(values.text, language=language.text))
        tags = evaluator.values(language)
        tags = evaluator.reject(tags, ~tags.text.str.contains(LANGUAGE), references(language), "map/not-a-language")
        rows, (text, tag), whole = combined([values, tags])
        return Values(rows, literal_column(text) + "@" + tag.str.to_lowercase(), whole)

    def _rule(self, evaluator: Evaluator, rule: Rule, subject: Values, graphs: list[Values]) -> pl.DataFrame:
        evaluator.target = "predicate"
        predicates = [(self.terms(evaluator, term), term) for term in rule.predicates]
        first = rule.predicates[0].expression if rule.predicates else None
        evaluator.target = first.text if isinstance(first, Constant) else "object"
        objects = [
            self.terms(evaluator, term) if isinstance(term, TermMap) else self._parent(evaluator, term)
            for term in rule.objects
        ]
        evaluator.target = "graph"
        chosen = graphs + [self.terms(evaluator, graph) for graph in rule.graphs]
        graph = stacked(chosen) if chosen else None
        names = tuple(dict.fromkeys(n for g in (*self.triples_map.graphs, *rule.graphs) for n in g.references()))
        frames = []
        for predicate, _ in predicates:
            for made in objects:
                self._graphless(evaluator, [subject, predicate, made], graph, names)
                frames.append(self._frame(evaluator, [subject, predicate, made], graph))
        return pl.concat(frames, rechunk=False)

    def _frame(self, evaluator: Evaluator, parts: list[Values], graph: Values | None) -> pl.DataFrame:
        rows, columns, whole = combined(parts if graph is None else [*parts, graph])
        numbers = evaluator.batch.numbers if whole else evaluator.batch.numbers.gather(rows)
        empty = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
        named = columns[3] if graph is not None else empty
        if graph is not None and (named == "").any():
            named = named.set(named == "", None)
        values = (named, columns[0], columns[1], columns[2], numbers)
        return pl.DataFrame([column.rename(name) for name, column in zip(SCHEMA, values, strict=True)])

    def _graphless(
        self, evaluator: Evaluator, parts: list[Values], graph: Values | None, names: tuple[str, ...]
    ) -> None:
        """Fail where graph maps give no graph: a statement of unknown evidence must not fall among the known ones."""
        if graph is None or graph.whole:
            return
        rows = combined(parts)[0].unique(maintain_order=True)
        excused = pl.concat([graph.rows, evaluator.failed("graph")])
        lacking = rows.filter(~rows.is_in(excused.implode()))
        evaluator.fail(lacking, texts_at(evaluator.batch, names, lacking), names, "map/no-graph")

    def _parent(self, evaluator: Evaluator, parent: ParentMap) -> Values:
        return self.parents[id(parent)].objects(evaluator)

    def _lost(self, evaluator: Evaluator, subject: Values) -> None:
        """Fail where a record has no subject although its other cells say something."""
        if subject.whole:
            return
        evaluator.target = "subject"
        term = self.triples_map.subject
        names = term.references()
        others = [name for name in self.triples_map.references() if name not in names]
        filled = [evaluator.batch.values(name).rows for name in others]
        if not filled:
            return
        rows = pl.concat(filled).unique(maintain_order=True).sort()
        excused = pl.concat([subject.rows, evaluator.failed("subject")])
        lost = rows.filter(~rows.is_in(excused.implode()))
        evaluator.fail(lost, texts_at(evaluator.batch, names, lost), names, "map/empty-key")


def _labels(texts: pl.Series) -> pl.Series:
    """Return blank node labels, different for different texts."""
    distinct = texts.unique()
    labels = [re.sub(r"[^A-Za-z0-9]", lambda match: f"_{ord(match[0]):x}_", text) for text in distinct.to_list()]
    return texts.replace(distinct, pl.Series(labels, dtype=pl.String))
