"""What differs between two sets of statement files, read as streams: files of the same hash are never opened."""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from kgservice.releases.release import Release
from kgservice.releases.statements import lines, things

Side = Mapping[str, tuple[str, Path]]
"""By graph, hash and path of its statement file."""


@dataclass(frozen=True, slots=True)
class Part:
    """What differs about one thing in one graph."""

    graph: str
    stays: bool
    """True when both sides say something of it in this graph that is the same."""
    lines: Sequence[tuple[int, bytes]]
    """(1 added or -1 removed, the line), in the order of the files."""


def side(release: Release | None) -> Side:
    """Return a release as one side of a comparison; None is empty."""
    graphs = release.manifest.graphs if release else {}
    return {graph: (found.sha256, release.path / found.file) for graph, found in graphs.items() if release}


def differing(before: Side, after: Side) -> Iterator[tuple[bytes, list[Part]]]:
    """Yield each thing (N-Triples term) that differs, in the order of the files, with its parts by graph."""
    streams = [_graph(number, *pair) for number, pair in enumerate(_pairs(before, after).values())]
    names = list(_pairs(before, after))
    for subject, found in groupby(heapq.merge(*streams, key=itemgetter(0, 1)), key=itemgetter(0)):
        yield subject, [Part(names[number], stays, changed) for _, number, stays, changed in found]


def quads(before: Side, after: Side, signs: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield (sign, N-Quads line) of all that differs with one of these signs, graph by graph."""
    for graph, (old, new) in sorted(_pairs(before, after).items()):
        end = f" <{graph}> .\n".encode()
        for _, _, _, found in _graph(0, old, new):
            for sign, line in found:
                if sign in signs:
                    yield sign, line[:-3] + end


def there(candidates: Callable[[bytes], Iterator[bytes]], paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield those of the things of `differing` that one of the files speaks of; a thing may come twice.

    `candidates` returns them sorted, from a thing on.
    """
    for path in paths:
        others: Iterator[bytes] | None = None
        other: bytes | None = None
        for line in lines(path):
            if others is None:  # most files speak of other kinds of things, and begin behind many of them
                others = candidates(line[: line.index(b" ") + 1])
                other = next(others, None)
            while other is not None and other < line and not line.startswith(other):
                other = next(others, None)
            if other is None:
                break
            if line.startswith(other):
                yield other
                other = next(others, None)


def _pairs(before: Side, after: Side) -> dict[str, tuple[Path | None, Path | None]]:
    """Return by graph the files of both sides where they differ."""
    found: dict[str, tuple[Path | None, Path | None]] = {}
    for graph in sorted({*before, *after}):
        old, new = before.get(graph), after.get(graph)
        if (old and old[0]) != (new and new[0]):
            found[graph] = (old[1] if old else None, new[1] if new else None)
    return found


def _graph(
    number: int, old: Path | None, new: Path | None
) -> Iterator[tuple[bytes, int, bool, list[tuple[int, bytes]]]]:
    """Yield (thing, number, stays, lines) of one graph; a thing ends with its space, so that none begins another."""
    for left, right in _abreast(*(things(path) if path else iter(()) for path in (old, new))):
        if left == right:
            continue  # most of a large file, at the price of reading it
        gone, come = set(left).difference(right), set(right).difference(left)
        changed = sorted([*((line, -1) for line in gone), *((line, 1) for line in come)])
        for subject, found in groupby(changed, key=_subject):
            signed = [(sign, line) for line, sign in found]
            there = bisect_left(left, _past(subject)) - bisect_left(left, subject)
            yield subject, number, there > sum(sign < 0 for sign, _ in signed), signed


def _abreast(lefts: Iterator[list[bytes]], rights: Iterator[list[bytes]]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Yield what both sides say of the same things, many at a time."""
    left, right = next(lefts, []), next(rights, [])
    while left and right:
        past = _past(_subject((min(left[-1], right[-1]), 0)))
        here, there = bisect_left(left, past), bisect_left(right, past)
        yield left[:here], right[:there]
        left, right = left[here:] or next(lefts, []), right[there:] or next(rights, [])
    while left:
        yield left, []
        left = next(lefts, [])
    while right:
        yield [], right
        right = next(rights, [])


def _subject(changed: tuple[bytes, int]) -> bytes:
    return changed[0][: changed[0].index(b" ") + 1]


def _past(subject: bytes) -> bytes:
    """Return what no line of a thing, and every line of the next one, is behind."""
    return subject[:-1] + b"!"
