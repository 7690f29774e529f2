"""Store folders on disk: built from statement files at publish, and opened as snapshots by curation work."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kgservice.errors import StateBroken, StoreUnavailable
from kgservice.terms import Term


def build(folder: Path, statements: Iterable[tuple[str | None, Path]]) -> int:
    """Build a store folder from statement files and return how many statements it holds.

    Args:
        folder: the new store's folder; must not exist.
        statements: graph IRI (None = the default graph) and path of an N-Triples file, `.nt` or `.nt.gz`; the same
            graph may come from several files, a statement counts once per graph.

    Raises:
        StateBroken: a statement file cannot be read, or the disk refuses.
    """
    if folder.exists():
        raise StateBroken("The store folder {folder} exists already; remove it.", folder=folder)
    try:
        store = pyoxigraph.Store(str(folder))
        for graph, path in statements:
            _load(store, graph, path)
        store.optimize()
        store.flush()
        count = Snapshot(store).count()
    except OSError as error:
        raise StateBroken("The store {folder} cannot be written: {reason}.", folder=folder, reason=error) from None
    return count


def _load(store: pyoxigraph.Store, graph: str | None, path: Path) -> None:
    target = pyoxigraph.NamedNode(graph) if graph else pyoxigraph.DefaultGraph()
    if path.stat().st_size == 0:
        return
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as stream:
                store.bulk_load(cast("IO[bytes]", stream), pyoxigraph.RdfFormat.N_TRIPLES, to_graph=target)
        else:
            store.bulk_load(path=str(path), format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=target)
    except (SyntaxError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise StateBroken("The statement file {path} is damaged: {reason}.", path=path, reason=error) from None


class Snapshot:
    """A store folder opened read-only in this process, for curation work in child processes; it trusts its queries."""

    def __init__(self, folder: Path | pyoxigraph.Store) -> None:
        if isinstance(folder, pyoxigraph.Store):
            self._store = folder
            return
        try:
            self._store = pyoxigraph.Store.read_only(str(folder))
        except OSError as error:
            raise StoreUnavailable(
                "The store {folder} cannot be opened: {reason}.", folder=folder, reason=error
            ) from None

    def rows(self, query: str) -> Iterator[dict[str, Term]]:
        """Yield the rows of a SELECT; unbound variables are left out."""
        solutions = self._store.query(query)
        assert isinstance(solutions, pyoxigraph.QuerySolutions)  # noqa: S101  (curation code asks SELECT)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: _term(value) for name, value in zip(names, solution, strict=True) if value is not None}

    def count(self) -> int:
        """Count the statements of all graphs."""
        (row,) = self.rows("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
        return int(row["n"].value)

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK."""
        return bool(self._store.query(query))

    def statements(self, query: str) -> Iterator[str]:
        """Yield the triples of a CONSTRUCT as lines of N-Triples, without line ends."""
        triples = self._store.query(query)
        assert isinstance(triples, pyoxigraph.QueryTriples)  # noqa: S101  (the same)
        for triple in triples:
            yield f"{triple} ."


def _term(value: object) -> Term:
    if isinstance(value, pyoxigraph.Literal):
        language = value.language or ""
        return Term("literal", value.value, language, "" if language else value.datatype.value)
    if isinstance(value, pyoxigraph.NamedNode | pyoxigraph.BlankNode):
        return Term("uri" if isinstance(value, pyoxigraph.NamedNode) else "bnode", value.value)
    return Term("literal", str(value))
