"""Gathers the statements of a conversion by graph and writes each as sorted unique N-Triples, the same every time."""

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from kgservice.intake.interface import StatementFile
from kgservice.intake.spooling import LINE, Spool

_LEVEL = 4
_BLOCK = 100_000


class Statements:
    """Lines of N-Triples by graph IRI; what memory does not hold lies below `work` until it is written."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._spools: dict[str, Spool] = {}
        self.count = 0
        """Statements that came in, repetitions too."""

    def add(self, statements: pl.DataFrame) -> None:
        """Take statements with the columns graph (IRI in N-Triples), subject, predicate and object."""
        self.count += statements.height
        lines = statements.select(
            "graph",
            pl.concat_str("subject", pl.lit(" "), "predicate", pl.lit(" "), "object", pl.lit(" .")).alias(LINE),
        )
        graphs = lines["graph"].unique().to_list()
        for graph in graphs:
            part = lines[LINE] if len(graphs) == 1 else lines.filter(pl.col("graph") == graph)[LINE]
            name = str(graph)[1:-1]
            if name not in self._spools:
                self._spools[name] = Spool(self._work / f"spool-{len(self._spools)}")
            self._spools[name].add(part)

    def write(self, folder: Path, base: str) -> dict[str, StatementFile]:
        """Write `<graph below base, slashes as dots>.nt.gz` for every graph and return the files by graph IRI."""
        files = {}
        for graph in sorted(self._spools):
            path = folder / f"{graph.removeprefix(base).removeprefix('graph/').replace('/', '.')}.nt.gz"
            files[graph] = _written(path, self._spools.pop(graph).sorted())
        return files


def written(path: Path, lines: Iterable[str]) -> StatementFile:
    """Write lines of N-Triples (without line ends, in any order) as a statement file."""
    frame = pl.DataFrame({LINE: list(lines)}, schema={LINE: pl.String}).unique().sort(LINE)
    return _written(path, iter([frame[LINE]]))


def _written(path: Path, blocks: Iterator[pl.Series]) -> StatementFile:
    digest, count = hashlib.sha256(), 0
    # mtime and name would make the same statements another file
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as out:
        for lines in blocks:
            count += len(lines)
            for start in range(0, len(lines), _BLOCK):
                block = io.BytesIO()
                part = lines.slice(start, _BLOCK).to_frame()
                part.write_csv(block, include_header=False, quote_style="never", separator="\x01")
                digest.update(block.getbuffer())
                out.write(block.getbuffer())
    return StatementFile(path, digest.hexdigest(), count)
