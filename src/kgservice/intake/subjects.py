"""Gathers which rows a subject was made of, for the index of a conversion, without holding them all."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from kgservice.intake.spooling import LINE, Spool

_WIDTH = 10  # of a number, so that numbers sort as texts do


class Subjects:
    """Pairs of subject and row, by the number of their place."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder)

    def add(self, place: int, pairs: pl.DataFrame) -> None:
        """Take a frame of subject (N-Triples) and row."""
        tail = pl.lit(f" {place:0{_WIDTH}} ") + pl.col("row").cast(pl.String).str.zfill(_WIDTH)
        self._spool.add(pairs.unique().select((pl.col("subject") + tail).alias(LINE))[LINE])

    def sorted(self) -> Iterator[tuple[str, int, int]]:
        """Yield (subject, place, row), sorted, each once."""
        for lines in self._spool.sorted():
            parts = lines.to_frame().select(
                pl.col(LINE).str.slice(0, pl.col(LINE).str.len_chars() - 2 * _WIDTH - 2),
                pl.col(LINE).str.slice(-2 * _WIDTH - 1, _WIDTH).cast(pl.UInt32).alias("place"),
                pl.col(LINE).str.slice(-_WIDTH).cast(pl.UInt32).alias("row"),
            )
            yield from parts.iter_rows()
