"""What stands in a draft's store now, as sorted statement lines by graph; for jobs, in their own process."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph

from kgservice.errors import StoreUnavailable

_Term = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple


class Dump:
    """A store folder that nobody writes to now; `base` is KG_BASE.

    Raises:
        StoreUnavailable: it cannot be opened.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self._genid = f"{base}.well-known/genid/"
        try:
            # NOTE: opened for writing once, so that what a killed worker left in the log is in the files
            self._store = pyoxigraph.Store(str(folder))
        except OSError as error:
            raise StoreUnavailable(
                "The store {folder} cannot be opened: {reason}.", folder=folder, reason=error
            ) from None

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, empty ones too."""
        return sorted(graph.value for graph in self._store.named_graphs() if isinstance(graph, pyoxigraph.NamedNode))

    def lines(self, graph: str) -> Iterator[bytes]:
        """Yield the statements of a graph ("" = the unnamed one) as canonical N-Triples lines, sorted, each once.

        Blank nodes become IRIs below `<KG_BASE>.well-known/genid/` (RDF 1.1 Concepts 3.5): releases hold none.
        """
        name = pyoxigraph.NamedNode(graph) if graph else pyoxigraph.DefaultGraph()
        found = {
            f"{self._named(quad.subject)} {quad.predicate} {self._named(quad.object)} .\n".encode()
            for quad in self._store.quads_for_pattern(None, None, None, name)
        }
        yield from sorted(found)

    def _named(self, term: _Term) -> _Term:
        return pyoxigraph.NamedNode(self._genid + term.value) if isinstance(term, pyoxigraph.BlankNode) else term
