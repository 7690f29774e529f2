"""The one model that both the table path and the record path run: a mapping and its triples maps."""

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kgservice.report import Cell, Finding, Severity, Text
from kgservice.rml.expressions import Expression, references


class TermKind(StrEnum):
    """What a term map generates (`rml:termType`)."""

    IRI = "IRI"
    URI = "URI"
    UNSAFE_IRI = "UnsafeIRI"
    BLANK = "BlankNode"
    LITERAL = "Literal"


@dataclass(frozen=True, slots=True)
class TermMap:
    """How one term of a statement is made; an expression of None is a blank node per record."""

    expression: Expression | None
    kind: TermKind
    language: Expression | None = None
    datatype: "TermMap | None" = None
    condition: Expression | None = None
    """The term is made only where this gives `true` (FNML)."""
    line: int = 0

    def references(self) -> tuple[str, ...]:
        """Return the columns or paths that the term reads, each once."""
        parts = [part for part in (self.expression, self.language, self.condition) if part is not None]
        if self.datatype is not None and self.datatype.expression is not None:
            parts.append(self.datatype.expression)
        return tuple(dict.fromkeys(name for part in parts for name in references(part)))


@dataclass(frozen=True, slots=True)
class ParentMap:
    """An object that is the subject of another triples map, joined by equal values (`rml:parentTriplesMap`)."""

    parent: str
    joins: tuple[tuple[Expression, Expression], ...] = ()
    """Pairs of child and parent expressions, all of which must be equal."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Predicates, objects and graphs that a subject gets (`rml:predicateObjectMap`)."""

    predicates: tuple[TermMap, ...]
    objects: tuple[TermMap | ParentMap, ...]
    graphs: tuple[TermMap, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class TriplesMap:
    """One kind of thing made from one source (`rml:TriplesMap`)."""

    iri: str
    source: str
    """What `rml:source` names."""
    formulation: str
    """`CSV`, `SQL`, `JSONPath` or `XPath`."""
    iterator: str
    """JSONPath, XPath, table or SELECT of the records; empty for tables of text and where the reader decides."""
    subject: TermMap
    graphs: tuple[TermMap, ...] = ()
    rules: tuple[Rule, ...] = ()
    base: str = ""
    """`rml:baseIRI`; empty = the base of the installation."""
    line: int = 0

    def terms(self) -> Iterator[TermMap]:
        """Yield every term map."""
        yield from (self.subject, *self.graphs)
        for rule in self.rules:
            yield from (*rule.predicates, *rule.graphs)
            yield from (term for term in rule.objects if isinstance(term, TermMap))

    def parents(self) -> Iterator[ParentMap]:
        """Yield every reference to another triples map."""
        for rule in self.rules:
            yield from (term for term in rule.objects if isinstance(term, ParentMap))

    def references(self) -> tuple[str, ...]:
        """Return the columns or paths of its own source that it reads, each once."""
        names = [name for term in self.terms() for name in term.references()]
        names += [name for parent in self.parents() for child, _ in parent.joins for name in references(child)]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that passed every check that needs no data."""

    path: Path
    triples_maps: tuple[TriplesMap, ...]
    lines: Table[str, int] = field(default_factory=dict)
    """Line of the first use, by reference."""

    def sources(self) -> tuple[str, ...]:
        """Return the names of the logical sources, each once, in the order of the file."""
        return tuple(dict.fromkeys(triples_map.source for triples_map in self.triples_maps))

    def of(self, source: str) -> tuple[TriplesMap, ...]:
        """Return the triples maps of one source."""
        return tuple(triples_map for triples_map in self.triples_maps if triples_map.source == source)

    def references(self) -> dict[str, tuple[str, ...]]:
        """Return the columns or paths that are read, by source; what a join reads of its parent is counted there."""
        found: dict[str, list[str]] = {name: [] for name in self.sources()}
        joined = self.joined()
        for triples_map in self.triples_maps:
            found[triples_map.source].extend([*triples_map.references(), *joined[triples_map.iri]])
        return {name: tuple(dict.fromkeys(names)) for name, names in found.items()}

    def joined(self) -> dict[str, tuple[str, ...]]:
        """Return what joins read of their parents, by the IRI of the parent triples map."""
        found: dict[str, list[str]] = {triples_map.iri: [] for triples_map in self.triples_maps}
        for triples_map in self.triples_maps:
            for parent in triples_map.parents():
                found[parent.parent].extend(name for _, expression in parent.joins for name in references(expression))
        return {iri: tuple(dict.fromkeys(names)) for iri, names in found.items()}

    def problems(self, columns: Table[str, Collection[str]]) -> tuple[Finding, ...]:
        """Compare with the columns of each source: unknown ones are violations, unused ones warnings."""
        return tuple(self._problems(columns))

    def _problems(self, columns: Table[str, Collection[str]]) -> Iterator[Finding]:
        for triples_map in self.triples_maps:
            for term in triples_map.terms():
                if term.kind is TermKind.BLANK:
                    text = Text("the mapping makes a nameless node (blank node), which no release can hold")
                    remedy = Text("Give the thing an IRI that is made of its key.")
                    cell = Cell(str(self.path), row=term.line, line=term.line)
                    yield Finding("map/blank-node", Severity.VIOLATION, text, remedy, cells=(cell,))
        used = self.references()
        for source, names in used.items():
            if source not in columns:
                text = Text("the mapping reads a table {table} that the source does not have", {"table": source})
                yield Finding("map/unknown-table", Severity.VIOLATION, text, cells=(self._cell(source, source),))
                continue
            for name in names:
                if name not in columns[source]:
                    text = Text(
                        "the mapping reads a column {column} that the table {table} does not have",
                        {"column": name, "table": source},
                    )
                    yield Finding("map/unknown-column", Severity.VIOLATION, text, cells=(self._cell(name, name),))
            for name in columns[source]:
                if name not in names:
                    text = Text(
                        "no rule of the mapping reads the column {column} of the table {table}",
                        {"column": name, "table": source},
                    )
                    yield Finding("map/unused-column", Severity.WARNING, text, cells=(Cell(source, column=name),))

    def _cell(self, reference: str, value: str) -> Cell:
        line = self.lines.get(reference, 0)
        return Cell(str(self.path), row=line, line=line, value=value)
