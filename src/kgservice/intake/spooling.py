"""Sorts lines that memory does not hold: cut by range into files as they come, each sorted by itself at the end."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

LINE = "line"
CHUNK = 250_000
"""Lines that are held and sorted at once."""
_PARTS = 48
_SAMPLE = 64
_SIGN = "\x01"


class Spool:
    """Lines without line ends and control characters, in any order and with repetitions; `folder` need not exist."""

    def __init__(self, folder: Path, chunk: int = CHUNK) -> None:
        self._folder = folder
        self._chunk = chunk
        self._held: list[pl.Series] = []
        self._count = 0
        self._cuts: pl.Series | None = None
        self._files: list[BinaryIO] = []
        self._sizes: list[int] = []

    def add(self, lines: pl.Series) -> None:
        """Take lines."""
        for start in range(0, len(lines), self._chunk):
            part = lines.slice(start, self._chunk)
            self._held.append(part)
            self._count += len(part)
            if self._count >= self._chunk:
                self._spill()

    def sorted(self) -> Iterator[pl.Series]:
        """Yield all lines in the order of their bytes, each once, in blocks; the files are gone then."""
        if self._cuts is None:
            if self._held:
                yield _ordered(self._taken())
            return
        self._spill()
        for file in self._files:
            file.close()
        for number, size in enumerate(self._sizes):
            path = self._folder / str(number)
            if size > 2 * self._chunk:
                yield from self._again(path, size)
            elif size:
                yield _ordered(_read(path.read_bytes()))
            path.unlink()
        self._folder.rmdir()

    def _taken(self) -> pl.Series:
        taken = pl.concat(self._held, rechunk=False) if len(self._held) > 1 else self._held[0]
        self._held, self._count = [], 0
        return taken.alias(LINE)

    def _spill(self) -> None:
        """Write what is held, cut by range, to the files."""
        if not self._held:
            return
        lines = _ordered(self._taken())
        cuts = self._cuts if self._cuts is not None else self._open(_quantiles(lines, _PARTS))
        ends = [*lines.search_sorted(cuts, side="left").to_list(), len(lines)]
        start = 0
        for number, end in enumerate(ends):
            if end > start:
                self._files[number].write(_written(lines.slice(start, end - start)))
                self._sizes[number] += end - start
            start = end

    def _open(self, cuts: pl.Series) -> pl.Series:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._cuts = cuts
        self._files = [(self._folder / str(number)).open("wb") for number in range(len(cuts) + 1)]
        self._sizes = [0] * (len(cuts) + 1)
        return cuts

    def _again(self, path: Path, size: int) -> Iterator[pl.Series]:
        """Yield the lines of a file that has more than its share: cut once more, by a sample of the whole of it."""
        inner = Spool(self._folder / f"{path.name}-", self._chunk)
        step = max(size // (_SAMPLE * _PARTS), 1)
        sample = [line for number, line in enumerate(_lines(path)) if number % step == 0]
        cuts = _quantiles(_ordered(pl.Series(LINE, sample, dtype=pl.String)), _PARTS)
        if len(cuts):
            inner._open(cuts)  # else all lines of the sample are one and the same
        block: list[str] = []
        for line in _lines(path):
            block.append(line)
            if len(block) == self._chunk // 4:
                inner.add(pl.Series(LINE, block, dtype=pl.String).unique())
                block = []
        inner.add(pl.Series(LINE, block, dtype=pl.String))
        yield from inner.sorted()


def _ordered(lines: pl.Series) -> pl.Series:
    ordered = lines.sort()
    fresh = (ordered != ordered.shift(1)).fill_null(True)
    return ordered if fresh.all() else ordered.filter(fresh)


def _quantiles(ordered: pl.Series, parts: int) -> pl.Series:
    places = sorted({len(ordered) * number // parts for number in range(1, parts)} - {0})
    return ordered.gather(places).unique(maintain_order=True)


def _written(lines: pl.Series) -> memoryview:
    block = io.BytesIO()
    lines.to_frame().write_csv(block, include_header=False, quote_style="never", separator=_SIGN)
    return block.getbuffer()


def _read(data: bytes) -> pl.Series:
    frame = pl.read_csv(
        io.BytesIO(data), has_header=False, new_columns=[LINE], separator=_SIGN, quote_char=None, infer_schema=False
    )
    return frame.to_series()


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.rstrip("\n")
