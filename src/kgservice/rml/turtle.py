"""Reads a Turtle file into a graph that knows the line of every triple, so that faults can be named."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from rdflib import Graph
from rdflib.plugins.parsers.notation3 import BadSyntax, RDFSink, SinkParser
from rdflib.term import Node, URIRef

from kgservice.errors import MappingInvalid
from kgservice.terms import PREFIXES

Triple: TypeAlias = tuple[Node, Node, Node]
_RML = PREFIXES["rml"]
RELATIVE = "relative://base/"
"""Base that relative IRIs of a mapping are read with; what begins with it is resolved against KG_BASE later."""


class Document:
    """The triples of a mapping file, with lines from 1."""

    def __init__(self, path: Path, graph: Graph, lines: dict[Triple, int]) -> None:
        self.path = path
        self.graph = graph
        self.references: dict[str, int] = {}
        """Line of the first use, by reference; filled while the mapping is read."""
        self._lines = lines
        places = {triple: place for place, triple in enumerate(lines)}
        self._values: dict[tuple[Node, Node], list[Node]] = {}
        self._properties: dict[Node, set[Node]] = {}
        for subject, predicate, value in sorted(graph, key=lambda triple: places.get(triple, 0)):
            self._values.setdefault((subject, predicate), []).append(value)
            self._properties.setdefault(subject, set()).add(predicate)
        self._first: dict[Node, int] = {}
        self._uses: dict[Node, int] = {}
        self._about: dict[Node, list[tuple[Node, Node, int]]] = {}
        for (subject, predicate, value), line in lines.items():
            self._about.setdefault(subject, []).append((predicate, value, line))
            self._first[subject] = min(line, self._first.get(subject, line))
            for term in (predicate, value):
                self._uses[term] = min(line, self._uses.get(term, line))

    def line(self, subject: Node, predicate: Node | None = None, value: Node | None = None) -> int:
        """Return the line of a triple, else of the subject's first triple."""
        if predicate is not None or value is not None:
            for p, o, line in self._about.get(subject, ()):
                if predicate in (None, p) and value in (None, o):
                    return line
        return self._first.get(subject, self._uses.get(subject, 1))

    def triples(self) -> Iterator[tuple[Triple, int]]:
        """Yield every triple with its line, in the order of the file."""
        yield from self._lines.items()

    def objects(self, subject: Node, predicate: Node) -> list[Node]:
        """Return the objects in the order of the file."""
        return list(self._values.get((subject, predicate), ()))

    def subjects(self) -> list[Node]:
        """Return every subject in the order of the file."""
        return sorted(self._first, key=lambda node: (self._first[node], str(node)))

    def properties(self, subject: Node) -> set[Node]:
        """Return the predicates that a subject has."""
        return set(self._properties.get(subject, ()))

    def only(self, node: Node, allowed: frozenset[URIRef], kind: str) -> None:
        """Raise MappingInvalid when a node has an RML property that its kind does not have."""
        for predicate in sorted(self.properties(node), key=str):
            if str(predicate).startswith(_RML) and predicate not in allowed:
                name = str(predicate).removeprefix(_RML)
                raise self.fault(self.line(node, predicate), "a {kind} has no rml:{property}", kind=kind, property=name)

    def fault(self, line: int, sentence: str, /, **params: object) -> MappingInvalid:
        """Return the error that names this file and line before its sentence."""
        return MappingInvalid("{file}, line {line}: " + sentence, file=str(self.path), line=line, **params)


def read(path: Path) -> Document:
    """Return the triples of a Turtle file.

    Raises:
        MappingInvalid: when there is no such file, it is not UTF-8, or not Turtle; names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise MappingInvalid("there is no mapping {file}", file=str(path)) from error
    except OSError as error:
        raise MappingInvalid(
            "the mapping {file} cannot be read: {reason}", file=str(path), reason=error.strerror
        ) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise MappingInvalid("{file}, line {line}: the mapping is not in UTF-8", file=str(path), line=line) from error
    graph = Graph()
    lines: dict[Triple, int] = {}
    parser = _LineParser(RDFSink(graph), lines)
    try:
        parser.loadBuf(text)
    except BadSyntax as error:
        raise MappingInvalid(
            "{file}, line {line}: this is not Turtle: {reason}",
            file=str(path), line=error.lines + 1, reason=_reason(error),
        ) from error  # fmt: skip
    except (ValueError, AssertionError, IndexError) as error:
        raise MappingInvalid(
            "{file}, line {line}: this is not Turtle: {reason}",
            file=str(path),
            line=parser.lines + 1,
            reason=str(error),
        ) from error
    for prefix, namespace in parser._bindings.items():
        graph.bind(prefix, namespace)
    return Document(path, graph, lines)


class _LineParser(SinkParser):
    """rdflib's Turtle parser, noting the line at which each triple ends."""

    def __init__(self, sink: RDFSink, lines: dict[Triple, int]) -> None:
        super().__init__(sink, baseURI=RELATIVE, turtle=True)
        self._noted = lines

    def makeStatement(self, quadruple: Any) -> None:  # noqa: N802 - rdflib's name
        _, predicate, subject, value = quadruple
        super().makeStatement(quadruple)
        self._noted.setdefault((_node(subject), _node(predicate), _node(value)), self.lines + 1)


def _node(term: Any) -> Node:
    """Return a term as the graph holds it: the parser's own keywords come as pairs."""
    return URIRef(term[1]) if isinstance(term, tuple) else term


def _reason(error: BadSyntax) -> str:
    reason = str(error._why)
    return re.sub(r"\s+", " ", reason).strip().rstrip(".")


def relative(term: URIRef) -> str:
    """Return the text of an IRI as the mapping wrote it: without the base it was read with."""
    return str(term).removeprefix(RELATIVE)
