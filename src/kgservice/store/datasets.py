"""Which graphs a query sees: the protocol's, else FROM, else the default graph that was merged at publish.

The engine matches a triple that stands in two graphs of `FROM <a> FROM <b>` twice, but the default graph is their
merge (SPARQL 1.1 Query 13.2.1). Where that could show, the query runs on a union that is made once in memory.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

import pyoxigraph

from kgservice.errors import ParameterInvalid, QueryForbidden
from kgservice.sparql import Query, duplicates_show
from kgservice.store.interface import Question
from kgservice.terms import is_iri

_UNIONS = 2  # kept per worker
Node = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.DefaultGraph
Graph = pyoxigraph.NamedNode | pyoxigraph.DefaultGraph
Graphs = tuple[Graph, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is handed to the engine; None leaves the choice to the query's own text."""

    store: pyoxigraph.Store
    default_graph: list[Node] | None = None
    named_graphs: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode] | None = None


class Datasets:
    """Chooses datasets over one store; `known` is the IRI that names its default graph.

    At most `most` statements are merged for a query: each takes about 400 bytes and 10 microseconds.
    """

    def __init__(self, store: pyoxigraph.Store, known: str, most: int = 500_000) -> None:
        self._store = store
        self._known = known
        self._most = most
        # a release's illustrative graph is made of what its default graph does not hold
        invented = pyoxigraph.NamedNode(known.removesuffix("known") + "illustrative") if known else None
        self._overlaps: dict[frozenset[Graph | None], bool] = {frozenset({pyoxigraph.DefaultGraph(), invented}): False}
        self._unions: dict[tuple[Graphs, Graphs], pyoxigraph.Store] = {}

    def choose(self, question: Question, query: Query) -> Dataset:
        """Return the dataset of a question (SPARQL 1.1 Protocol 2.1.4).

        Raises:
            ParameterInvalid: a graph of the protocol is not an IRI.
            QueryForbidden: the graphs overlap and are too large to be merged for one query.
        """
        if question.default_graphs or question.named_graphs:
            default, named = question.default_graphs, question.named_graphs
            for graph in default + named:
                if not is_iri(graph):
                    raise ParameterInvalid("The graph {graph} is not an absolute IRI.", graph=graph)
        elif query.has_dataset:
            iris = [(urljoin(question.base, clause.iri), clause.named) for clause in query.dataset]
            default = tuple(iri for iri, is_named in iris if not is_named)
            named = tuple(iri for iri, is_named in iris if is_named)
            if not all(is_iri(graph) for graph in default + named):
                return Dataset(self._store)  # relative IRIs without a base: the engine says what it thinks of them
        else:
            return Dataset(self._store)
        nodes = self._nodes(default)
        names = tuple(pyoxigraph.NamedNode(graph) for graph in dict.fromkeys(named))
        if question.every_graph and not names:
            return Dataset(self._store, [*nodes])
        if len(nodes) > 1 and duplicates_show(query) and self._overlap(nodes):
            return Dataset(self._union(nodes, names), [pyoxigraph.DefaultGraph()], [*names])
        return Dataset(self._store, [*nodes], [*names])

    def _nodes(self, graphs: Iterable[str]) -> Graphs:
        return tuple(
            pyoxigraph.DefaultGraph() if graph == self._known else pyoxigraph.NamedNode(graph)
            for graph in dict.fromkeys(graphs)
        )

    def _overlap(self, graphs: Graphs) -> bool:
        """Tell whether any two of the graphs share a statement."""
        for one, other in itertools.combinations(graphs, 2):
            pair = frozenset({one, other})
            if pair not in self._overlaps:
                smaller, larger = self._by_size(one, other)  # the engine scans the first and probes the second
                both = f"ASK {{ {_pattern(smaller)} {_pattern(larger)} }}"
                self._overlaps[pair] = bool(self._store.query(both))
            if self._overlaps[pair]:
                return True
        return False

    def _by_size(self, one: Graph, other: Graph) -> tuple[Graph, Graph]:
        both = (self._store.quads_for_pattern(None, None, None, graph) for graph in (one, other))
        ends = next((pair for pair in itertools.zip_longest(*both) if None in pair), (None, None))
        return (one, other) if ends[0] is None else (other, one)

    def _union(self, graphs: Graphs, named: Graphs) -> pyoxigraph.Store:
        key = (tuple(sorted(graphs, key=str)), tuple(sorted(named, key=str)))
        if key not in self._unions:
            while len(self._unions) >= _UNIONS:
                del self._unions[next(iter(self._unions))]
            self._unions[key] = self._merge(graphs, named)
        return self._unions[key]

    def _merge(self, graphs: Graphs, named: Graphs) -> pyoxigraph.Store:
        def quads() -> Iterable[pyoxigraph.Quad]:
            for graph in graphs:
                for quad in self._store.quads_for_pattern(None, None, None, graph):
                    yield pyoxigraph.Quad(quad.subject, quad.predicate, quad.object)
            for graph in named:
                yield from self._store.quads_for_pattern(None, None, None, graph)

        union = pyoxigraph.Store()
        taken = 0
        source = iter(quads())
        while batch := list(itertools.islice(source, 50_000)):
            taken += len(batch)
            if taken > self._most:
                raise QueryForbidden(
                    "These graphs share statements and hold more than {limit} together (KG_MERGE_STATEMENTS), too many "
                    "to merge for one query; ask with DISTINCT, with GRAPH, or over fewer graphs.",
                    limit=self._most,
                )
            union.bulk_extend(batch)
        return union


def _pattern(graph: Graph) -> str:
    return "?s ?p ?o ." if isinstance(graph, pyoxigraph.DefaultGraph) else f"GRAPH {graph} {{ ?s ?p ?o }}"
