"""A release of the sources of the repository, and the library's answers over it as sets of short texts."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kgservice.knowledge.library import Library
from kgservice.releases import Release

ROOT = Path(__file__).parents[1]
BASE = "http://localhost:8080/"
_SHORT = re.compile(rf"^({BASE}id/[^/]+/|https://w3id\.org/kgservice/(vocabulary/[^/]+/|ontology#)|{BASE})")


class Answers:
    """Asks questions of the library over everything known, or with the illustrative statements as well."""

    def __init__(self, release: Release) -> None:
        self.library = Library(ROOT / "queries", BASE)
        self.known, self.all = ox.Store(), ox.Store()
        measured = release.path / "dumps" / "measures.nt.gz"
        for graph, path in [*((graph, release.statements(graph)) for graph in release.manifest.graphs), ("", measured)]:
            text = gzip.decompress(path.read_bytes())
            if graph.startswith(f"{BASE}graph/source/"):
                self._add(graph, text)
            elif not graph.endswith("/shapes"):
                for store in (self.known, self.all):
                    store.load(text, format=ox.RdfFormat.N_TRIPLES)

    def _add(self, graph: str, text: bytes) -> None:
        for store in (self.known, self.all):
            store.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
        self.all.load(text, format=ox.RdfFormat.N_TRIPLES)
        if not graph.endswith("/illustrative"):
            self.known.load(text, format=ox.RdfFormat.N_TRIPLES)

    def rows(self, question: str, *columns: str, illustrative: bool = False, **values: str) -> list[tuple[str, ...]]:
        """Rows of an answer in order, each a tuple of the columns asked for; unbound cells are empty texts."""
        store = self.all if illustrative else self.known
        found = store.query(self.library.fill(question, values))
        names = [variable.value for variable in found.variables]
        assert set(columns) <= set(names), names
        return [tuple(short(row[name]) for name in columns) for row in found]

    def set(self, question: str, *columns: str, illustrative: bool = False, **values: str) -> set[tuple[str, ...]]:
        """Rows as a set."""
        return set(self.rows(question, *columns, illustrative=illustrative, **values))


def short(term: object) -> str:
    """A term as the tables write it: the key of a thing, the slug of a concept, the text of a literal."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return _SHORT.sub("", term.value)
    if isinstance(term, ox.Literal):
        value = term.value
        return number(value) if term.datatype.value.endswith(("decimal", "integer", "double")) else value
    return str(term)


def number(value: object) -> str:
    """A number without needless zeros."""
    text = format(float(str(value)), ".6f").rstrip("0").rstrip(".")
    return text or "0"


def slug(text: str) -> str:
    """The slug of a word of the tables."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """A row of texts, numbers in the form answers have."""
    return tuple(number(value) if isinstance(value, int | float) else str(value) for value in values)
