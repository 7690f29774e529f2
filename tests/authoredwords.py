"""The authored words of the repository in an engine, asked as a release is asked."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kgservice.knowledge import ontology
from kgservice.store.embedded import Snapshot
from kgservice.terms import Graphs, Term

ROOT = Path(__file__).parents[1]


class AuthoredWords:
    """Answers `rows` over the authored graphs and some data; there is no release, so nothing is kept."""

    def __init__(self, base: str, data: str = "", invented: str = "") -> None:
        store = ox.Store()
        names = Graphs(base)
        for name, lines in ontology.statements(ROOT).items():
            text = "\n".join(lines).encode()
            store.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(getattr(names, name)))
            if name != "shapes":
                store.load(text, format=ox.RdfFormat.N_TRIPLES)
        store.load(data.encode(), format=ox.RdfFormat.TURTLE)
        illustrative = ox.NamedNode(names.illustrative)
        store.load(invented.encode(), format=ox.RdfFormat.TURTLE, to_graph=illustrative)
        self._snapshot = Snapshot(store)

    def rows(self, query: str, release: int | None = None, graphs: tuple[str, ...] = ()) -> Iterable[dict[str, Term]]:
        return list(self._snapshot.rows(query))

    def current(self) -> None:
        return None
