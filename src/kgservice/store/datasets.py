"""Which graphs a query sees: the protocol's, else FROM, else the default graph that was merged at publish."""

from dataclasses import dataclass

import pyoxigraph

from kgservice.errors import ParameterInvalid
from kgservice.sparql import Query
from kgservice.store.interface import Question
from kgservice.terms import is_iri


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is handed to the engine."""

    store: pyoxigraph.Store
    default_graph: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.DefaultGraph] | None = None
    named_graphs: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode] | None = None


class Datasets:
    """Chooses datasets over one store."""

    def __init__(self, store: pyoxigraph.Store) -> None:
        self._store = store

    def choose(self, question: Question, query: Query) -> Dataset:
        """Return the dataset of a question (SPARQL 1.1 Protocol 2.1.4).

        Raises:
            ParameterInvalid: a graph of the protocol is not an IRI.
        """
        if question.default_graphs or question.named_graphs:
            return Dataset(self._store, [*_nodes(question.default_graphs)], [*_nodes(question.named_graphs)])
        return Dataset(self._store)


def _nodes(graphs: tuple[str, ...]) -> list[pyoxigraph.NamedNode]:
    for graph in graphs:
        if not is_iri(graph):
            raise ParameterInvalid("The graph {graph} is not an absolute IRI.", graph=graph)
    return [pyoxigraph.NamedNode(graph) for graph in dict.fromkeys(graphs)]
