"""An in-memory store of statement files in this process, for checks of a draft; it trusts its queries."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kgservice.errors import StateBroken


class Memory:
    """Statements of several files, packed or not, as one default graph."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._store = pyoxigraph.Store()
        self.add(paths)

    def add(self, paths: Iterable[Path]) -> None:
        """Add the statements of more files.

        Raises:
            StateBroken: a file is damaged.
        """
        for path in paths:
            try:
                with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
                    self._store.bulk_load(cast("IO[bytes]", file), pyoxigraph.RdfFormat.N_TRIPLES)
            except (SyntaxError, EOFError, gzip.BadGzipFile) as error:
                raise StateBroken("The statement file {path} is damaged: {reason}.", path=path, reason=error) from None

    def rows(self, query: str) -> Iterator[list[str | None]]:
        """Yield the rows of a SELECT in N-Triples, None where a variable is unbound."""
        solutions = self._store.query(query)
        assert isinstance(solutions, pyoxigraph.QuerySolutions)  # noqa: S101  (checks ask SELECT)
        for solution in solutions:
            yield [None if value is None else str(value) for value in solution]
