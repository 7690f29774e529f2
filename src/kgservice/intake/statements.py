"""Gathers the statements of a conversion by graph and writes each as sorted unique N-Triples, the same every time."""

import gzip
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from kgservice.intake.interface import StatementFile

_LINE = "line"
_ROWS = 200_000
_LEVEL = 4


class Statements:
    """Lines of N-Triples by graph IRI."""

    def __init__(self) -> None:
        self._parts: dict[str, list[pl.DataFrame]] = {}

    def add(self, statements: pl.DataFrame) -> None:
        """Take statements with the columns graph (IRI in N-Triples), subject, predicate and object."""
        lines = statements.select(
            "graph",
            pl.concat_str("subject", pl.lit(" "), "predicate", pl.lit(" "), "object", pl.lit(" .")).alias(_LINE),
        )
        for (graph,), part in lines.partition_by("graph", as_dict=True).items():
            self._parts.setdefault(str(graph)[1:-1], []).append(part.select(_LINE))

    def write(self, folder: Path, base: str) -> dict[str, StatementFile]:
        """Write `<graph below base, slashes as dots>.nt.gz` for every graph and return the files by graph IRI."""
        files = {}
        for graph in sorted(self._parts):
            lines = pl.concat(self._parts.pop(graph)).sort(_LINE)
            lines = lines.filter(pl.col(_LINE) != pl.col(_LINE).shift(1, fill_value=""))
            path = folder / f"{graph.removeprefix(base).removeprefix('graph/').replace('/', '.')}.nt.gz"
            files[graph] = _written(path, lines)
        return files


def written(path: Path, lines: Iterable[str]) -> StatementFile:
    """Write lines of N-Triples (without line ends, in any order) as a statement file."""
    frame = pl.DataFrame({_LINE: list(lines)}, schema={_LINE: pl.String}).unique().sort(_LINE)
    return _written(path, frame)


def _written(path: Path, lines: pl.DataFrame) -> StatementFile:
    digest = hashlib.sha256()
    # mtime and name would make the same statements another file
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as out:
        for start in range(0, lines.height, _ROWS):
            block = io.BytesIO()
            lines.slice(start, _ROWS).write_csv(block, include_header=False, quote_style="never")
            digest.update(block.getbuffer())
            out.write(block.getbuffer())
    return StatementFile(path, digest.hexdigest(), lines.height)
