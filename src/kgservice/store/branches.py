"""A copy of a release's store that may be changed: what it shares with the release costs neither time nor space."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pyoxigraph

from kgservice.errors import StateBroken, StoreUnavailable

_BLOCK = 10_000  # statements written at once


class Branch:
    """A store folder made from another by hard links, open for writing until it is closed.

    Graphs are named by IRI, None is the default graph; statements are lines of N-Triples.
    """

    def __init__(self, parent: Path, folder: Path) -> None:
        """Clone `parent` into `folder`, which must not exist and lies in the same file system.

        Raises:
            StoreUnavailable: the parent cannot be opened, or the folder not be written.
        """
        self.folder = folder
        try:
            pyoxigraph.Store.read_only(str(parent)).backup(str(folder))
            self._store: pyoxigraph.Store | None = pyoxigraph.Store(str(folder))
        except OSError as error:
            raise StoreUnavailable(
                "The store {folder} cannot be opened: {reason}.", folder=parent, reason=error
            ) from None

    def put(self, graph: str | None, lines: Iterable[bytes]) -> None:
        """Add statements to a graph. Raises StateBroken when a line is damaged or the disk refuses."""
        block: list[pyoxigraph.Quad] = []
        for quad in _quads(graph, lines):
            block.append(quad)
            if len(block) == _BLOCK:
                self._open.extend(block)
                block = []
        self._open.extend(block)

    def take(self, graph: str | None, lines: Iterable[bytes]) -> None:
        """Remove statements from a graph, where they are in it. Raises StateBroken as `put`."""
        for quad in _quads(graph, lines):
            self._open.remove(quad)

    def held(self, lines: Iterable[bytes], graphs: Collection[str | None]) -> set[bytes]:
        """Return those of the statements that one of these graphs holds. Raises StateBroken as `put`."""
        found = set()
        for line in lines:
            for quad in _quads(None, [line]):
                if any(
                    pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, _name(g)) in self._open for g in graphs
                ):
                    found.add(line)
        return found

    def rows(self, query: str, beside: Iterable[str] = ()) -> Iterator[list[str | None]]:
        """Yield the rows of a SELECT over the default graph, and those named in `beside` as if they were part of it."""
        return _rows(self._open, query, beside)

    def close(self) -> None:
        """Write what is left and let go of the folder: other processes may open it."""
        if self._store is not None:
            self._store.flush()
            self._store = None

    @property
    def _open(self) -> pyoxigraph.Store:
        if self._store is None:
            raise StoreUnavailable("The store {folder} is closed.", folder=self.folder)
        return self._store


class Reading:
    """A store that nobody writes, opened by whoever asks it first: a process that is forked for it opens its own."""

    def __init__(self, folder: Path, beside: Iterable[str] = ()) -> None:
        self._folder = folder
        self._beside = tuple(beside)
        self._store: pyoxigraph.Store | None = None

    def rows(self, query: str) -> Iterator[list[str | None]]:
        """Yield the rows of a SELECT as `Branch.rows` does; the statements of a graph, `true` or `false` of an ASK."""
        if self._store is None:
            self._store = pyoxigraph.Store.read_only(str(self._folder))
        return _rows(self._store, query, self._beside)


def triples(lines: Iterable[bytes]) -> list[tuple[str, str, str]]:
    """Return statements as terms in N-Triples. Raises StateBroken when a line is damaged."""
    return [(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in _quads(None, lines)]


def _rows(store: pyoxigraph.Store, query: str, beside: Iterable[str]) -> Iterator[list[str | None]]:
    graphs: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.DefaultGraph]
    graphs = [pyoxigraph.DefaultGraph(), *map(pyoxigraph.NamedNode, beside)]
    answer = store.query(query, default_graph=graphs) if len(graphs) > 1 else store.query(query)
    if isinstance(answer, pyoxigraph.QuerySolutions):
        for solution in answer:
            yield [None if value is None else str(value) for value in solution]
    elif isinstance(answer, pyoxigraph.QueryTriples):
        for triple in answer:
            yield [str(triple.subject), str(triple.predicate), str(triple.object)]
    else:
        yield [str(bool(answer)).lower()]


def _quads(graph: str | None, lines: Iterable[bytes]) -> Iterator[pyoxigraph.Quad]:
    name = _name(graph)
    try:
        for quad in pyoxigraph.parse(b"".join(lines), pyoxigraph.RdfFormat.N_TRIPLES):
            yield pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, name)
    except (SyntaxError, OSError) as error:
        raise StateBroken("A statement file is damaged: {reason}.", reason=error) from None


def _name(graph: str | None) -> pyoxigraph.NamedNode | pyoxigraph.DefaultGraph:
    return pyoxigraph.DefaultGraph() if graph is None else pyoxigraph.NamedNode(graph)
