"""One page of an answer as a table, read from its stream so that a large answer never lies in memory."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kgservice.store.interface import Answer
from kgservice.terms import PREFIXES, Term

PAGE = 100
"""Rows of a page."""
FORMATS = {"bindings": "tsv", "boolean": "json", "graph": "ntriples"}
"""The format that a kind of answer is read from."""
_XSD = PREFIXES["xsd"]
_NUMBERS = {
    "integer": re.compile(r"[+-]?\d+"),
    "decimal": re.compile(r"[+-]?\d*\.\d+"),
    "double": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+"),
    "boolean": re.compile(r"true|false"),
}
_NUMERIC = {_XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?', re.DOTALL)
_TRIPLE = re.compile(r"(<[^>]*>|_:\S+) (<[^>]*>) (.*) \.")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Table:
    """A page of rows; `total` counts those of the whole answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    total: int
    page: int

    @property
    def first(self) -> int:
        """Return the number of the first row of the page, from 1."""
        return (self.page - 1) * PAGE + 1

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Return for each column whether everything in it is a number."""
        cells = [[row[place] for row in self.rows if row[place]] for place in range(len(self.columns))]
        return tuple(bool(column) and all(term.datatype in _NUMERIC for term in column if term) for column in cells)

    @property
    def iris(self) -> set[str]:
        """Return the IRIs that stand in the page."""
        return {term.value for row in self.rows for term in row if term and term.kind == "uri"}


def truth(answer: Answer) -> bool:
    """Return the answer of an ASK, read from JSON."""
    return bool(json.loads(b"".join(answer.chunks))["boolean"])


def table(answer: Answer, page: int) -> Table:
    """Return a page of solutions read from TSV (SPARQL 1.1 CSV and TSV results 4), or of triples from N-Triples."""
    lines = _lines(answer.chunks)
    graph = answer.kind == "graph"
    columns = ("subject", "predicate", "object") if graph else _columns(next(lines, b""))
    first, rows, total = (page - 1) * PAGE, [], 0
    for line in lines:
        if first <= total < first + PAGE:
            rows.append(_triple(line) if graph else _solution(line, len(columns)))
        total += 1
        if total == first + PAGE and answer.rows is not None and answer.complete:
            total = max(answer.rows, total)
            break
    return Table(columns, tuple(rows), total, page)


def term(text: str) -> Term | None:
    """Return the term of a cell in Turtle's words, None for an unbound one."""
    if not text:
        return None
    if text[0] == "<" and not text.startswith("<<"):
        return Term("uri", _unescaped(text[1:-1]))
    if text.startswith("_:"):
        return Term("bnode", text[2:])
    if found := _LITERAL.fullmatch(text):
        return Term("literal", _unescaped(found[1]), found[2] or "", found[3] or "")
    for name, pattern in _NUMBERS.items():
        if pattern.fullmatch(text):
            return Term("literal", text, "", _XSD + name)
    return Term("literal", text)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _columns(line: bytes) -> tuple[str, ...]:
    names = line.decode().rstrip("\r").split("\t")
    return tuple(name.lstrip("?") for name in names) if names != [""] else ()


def _solution(line: bytes, width: int) -> tuple[Term | None, ...]:
    cells = [term(text) for text in line.decode().rstrip("\r").split("\t")]
    return tuple((cells + [None] * width)[:width])


def _triple(line: bytes) -> tuple[Term | None, ...]:
    found = _TRIPLE.fullmatch(line.decode().rstrip("\r"))
    return tuple(term(part) for part in found.groups()) if found else (None, None, Term("literal", line.decode()))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPES.get(found[3], found[3])
