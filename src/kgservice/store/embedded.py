"""Store folders on disk: built from statement files at publish, and opened as snapshots by curation work."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kgservice.errors import StateBroken, StoreUnavailable
from kgservice.terms import Term

_BLOCK = 1 << 20


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
    files = list(statements)
    # packed files are written by us of statements that were parsed before, and carry a sum: their IRIs are not looked
    # at again, which is an eighth of the work; what is no statement is refused in any case
    ours = all(path.suffix == ".gz" for _, path in files)
    quads = _Quads(files)
    try:
        store = pyoxigraph.Store(str(folder))
        # NOTE: one load for all graphs: each costs a sync of the disk and files that must be merged again
        store.bulk_load(cast("IO[bytes]", quads), pyoxigraph.RdfFormat.N_QUADS, lenient=ours)
        store.optimize()
        store.flush()
        return Snapshot(store).count()
    except (SyntaxError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = "A statement file is damaged, {path} or one before it: {reason}."
        raise StateBroken(message, path=quads.path, reason=error) from None
    except OSError as error:
        raise StateBroken("The store {folder} cannot be written: {reason}.", folder=folder, reason=error) from None


class _Quads:
    """Statement files as one N-Quads file: each triple's final dot is preceded by its graph."""

    def __init__(self, statements: Iterable[tuple[str | None, Path]]) -> None:
        self.path: Path | None = None
        self._blocks = self._read(statements)
        self._block = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, fewer than `size` at the end of a block, none at the end."""
        if not self._block:
            self._block = memoryview(next((block for block in self._blocks if block), b""))
        taken, self._block = self._block[:size], self._block[size:]
        return bytes(taken)

    def _read(self, statements: Iterable[tuple[str | None, Path]]) -> Iterator[bytes]:
        for graph, path in statements:
            self.path = path
            rest = b""
            with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    whole, end, rest = (rest + block).rpartition(b"\n")
                    if end:
                        yield _placed(whole + end, graph)
            if rest:
                yield _placed(rest + b"\n", graph)


def _placed(lines: bytes, graph: str | None) -> bytes:
    if graph is None:
        return lines
    end = f" <{graph}> .\n".encode()
    placed = lines.replace(b" .\n", end)  # in N-Triples a line feed stands only at the end of a line
    if placed.count(end) == lines.count(b"\n"):
        return placed
    placed = b""  # not canonical: blank lines, comments, dots without a space
    for line in lines.splitlines():
        statement = line.strip()
        if statement and not statement.startswith(b"#"):
            placed += statement.removesuffix(b".").rstrip() + end
    return placed


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
        return len(self._store)

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
