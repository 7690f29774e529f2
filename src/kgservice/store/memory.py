"""An in-memory store of statement files in this process, for checks of a draft; its queries have a deadline."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kgservice.errors import StateBroken
from kgservice.store.patience import Patience


class Memory:
    """Statements of several files, packed or not, as one default graph.

    With `seconds`, every query is answered in a fork of this process that is ended when it takes longer.
    """

    def __init__(self, paths: Iterable[Path], seconds: float | None = None) -> None:
        self._store = pyoxigraph.Store()
        self._patience = None if seconds is None else Patience(self._solutions, seconds)
        self.add(paths)

    def add(self, paths: Iterable[Path]) -> None:
        """Add the statements of more files.

        Raises:
            StateBroken: a file is damaged.
        """
        self.close()
        for path in paths:
            try:
                packed = path.suffix == ".gz"
                with gzip.open(path, "rb") if packed else path.open("rb") as file:
                    # NOTE: in memory a load takes two thirds of what a bulk load does, of time and of memory; packed
                    # files are ours, their IRIs are not looked at again
                    self._store.load(cast("IO[bytes]", file), pyoxigraph.RdfFormat.N_TRIPLES, lenient=packed)
            except (SyntaxError, EOFError, gzip.BadGzipFile) as error:
                raise StateBroken("The statement file {path} is damaged: {reason}.", path=path, reason=error) from None

    def change(self, added: bytes = b"", removed: bytes = b"") -> list[tuple[str, str, str]]:
        """Add and remove statements in N-Triples; return those that made a difference, terms in N-Triples."""
        self.close()
        different = []
        for text, act, wanted in ((added, self._store.add, False), (removed, self._store.remove, True)):
            for statement in pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_TRIPLES):
                if (statement in self._store) is wanted:
                    act(statement)
                    different.append((str(statement.subject), str(statement.predicate), str(statement.object)))
        return different

    def rows(self, query: str) -> Iterator[list[str | None]]:
        """Yield the rows of a SELECT in N-Triples, None where a variable is unbound.

        Raises:
            QueryTimeout, QueryInvalid, EngineCrash: the query took too long, or the engine refused it or died of it.
        """
        return self._solutions(query) if self._patience is None else self._patience.rows(query)

    def close(self) -> None:
        """End the process that answers, if there is one; the next query starts another."""
        if self._patience:
            self._patience.end()

    def _solutions(self, query: str) -> Iterator[list[str | None]]:
        solutions = self._store.query(query)
        assert isinstance(solutions, pyoxigraph.QuerySolutions)  # noqa: S101  (checks ask SELECT)
        for solution in solutions:
            yield [None if value is None else str(value) for value in solution]
