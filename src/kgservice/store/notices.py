"""What a worker notices in a query before it runs it: slow forms, and terms that its release does not know."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pyoxigraph

from kgservice.sparql import Mention, Query, advice, mentions, nearest
from kgservice.store.interface import Question
from kgservice.terms import PREFIXES, Graphs, shortened

_LONGEST = 1 << 16  # characters of a query that is looked through
_MOST = 10  # notices of a query: they go into one header
_TERMS = 500  # of a query that are looked up
_REMEMBERED = 256  # queries
_KNOWN = 10_000  # terms
_CANDIDATES = 20_000  # words that a nearest one is looked for among
_VOID = PREFIXES["void"]
_ROLES = {
    "property": "Line {line}: no statement of this release has the property {term}.",
    "class": "Line {line}: this release does not know the class {term}.",
    "graph": "Line {line}: this release has no graph {term}.",
    "thing": "Line {line}: this release says nothing of {term}.",
}
_NEAR = {
    "property": "Line {line}: no statement of this release has the property {term}; did you mean {near}?",
    "class": "Line {line}: this release does not know the class {term}; did you mean {near}?",
    "graph": "Line {line}: this release has no graph {term}; did you mean {near}?",
    "thing": "Line {line}: this release says nothing of {term}; did you mean {near}?",
}
Notices = list[dict[str, Any]]


class Noticing:
    """Notices of queries over one store; `names` are the graphs of a release, None for a draft, which lacks words."""

    def __init__(self, store: pyoxigraph.Store, names: Graphs | None) -> None:
        self._store = store
        self._names = names
        self._found: dict[tuple[Any, ...], Notices] = {}
        self._known: set[str] = set()
        self._words: list[str] | None = None

    def of(self, question: Question, query: Query) -> Notices:
        """Return the notices of a query, ready for JSON: name, template, params, line, column, iri, near."""
        if len(question.query) > _LONGEST:
            return []
        key = (question.query, question.default_graphs, question.named_graphs)
        found = self._found.get(key)
        if found is None:
            while len(self._found) >= _REMEMBERED:
                del self._found[next(iter(self._found))]
            found = self._found[key] = list(islice(self._all(question, query), _MOST))
        return found

    def _all(self, question: Question, query: Query) -> Iterator[dict[str, Any]]:
        if self._names is not None:
            for mention in mentions(query)[:_TERMS]:
                if not self._is_known(mention.iri, mention.role):
                    yield self._unknown(mention)
            for graph in (*question.default_graphs, *question.named_graphs, *query.default_graphs, *query.named_graphs):
                if not self._is_known(graph, "graph"):
                    yield self._unknown(Mention(graph, graph, "graph", 1, 1))
        for one in advice(query):
            params = dict(one.text.params)
            yield _notice(one.name, one.text.template, params, one.line, one.column)

    def _unknown(self, mention: Mention) -> dict[str, Any]:
        near = nearest(mention.iri, self._candidates(mention.role))
        params = {"line": mention.line, "column": mention.column, "term": mention.written, "near": shortened(near)}
        template = (_NEAR if near else _ROLES)[mention.role]
        return _notice("unknown-term", template, params, mention.line, mention.column, mention.iri, near)

    def _is_known(self, iri: str, role: str) -> bool:
        assert self._names  # noqa: S101  (asked of releases only)
        if iri in self._known or iri == self._names.known:
            return True
        try:
            node = pyoxigraph.NamedNode(iri)
        except ValueError:
            return True  # a relative IRI, or none at all: the engine says what it thinks of it
        graphed = role == "graph" and self._store.contains_named_graph(node)
        if not graphed and not (role != "graph" and self._stands(node, role)):
            return False
        if len(self._known) < _KNOWN:
            self._known.add(iri)
        return True

    def _stands(self, node: pyoxigraph.NamedNode, role: str) -> bool:
        """Tell whether a term stands anywhere; a class or property that is defined is known without being used."""
        look: list[Callable[[], Iterator[pyoxigraph.Quad]]] = [
            lambda: self._store.quads_for_pattern(None, node, None, None),
            lambda: self._store.quads_for_pattern(node, None, None, None),
            lambda: self._store.quads_for_pattern(None, None, node, None),
        ]
        return any(next(found(), None) is not None for found in (look if role == "property" else look[::-1]))

    def _candidates(self, role: str) -> list[str]:
        assert self._names  # noqa: S101  (asked of releases only)
        if role == "graph":
            return [graph.value for graph in self._store.named_graphs() if isinstance(graph, pyoxigraph.NamedNode)]
        if self._words is None:
            void = pyoxigraph.NamedNode(self._names.void)
            found: set[str] = set()
            for name in ("property", "class"):
                counted = self._store.quads_for_pattern(None, pyoxigraph.NamedNode(_VOID + name), None, void)
                found.update(quad.object.value for quad in counted if isinstance(quad.object, pyoxigraph.NamedNode))
            for graph in (self._names.ontology, self._names.vocabularies):
                quads = self._store.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(graph))
                found.update(quad.subject.value for quad in quads if isinstance(quad.subject, pyoxigraph.NamedNode))
            self._words = sorted(found)[:_CANDIDATES]
        return self._words


def _notice(
    name: str, template: str, params: dict[str, Any], line: int, column: int, iri: str = "", near: str = ""
) -> dict[str, Any]:
    return {
        "name": name, "template": template, "params": params, "line": line, "column": column, "iri": iri, "near": near,
    }  # fmt: skip
