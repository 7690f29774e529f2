"""Two changes of one graph brought together: three-way, by statements; what contradicts is named and never guessed."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgservice.releases.differences import differing
from kgservice.releases.statements import lines, without

Patch = Mapping[tuple[bytes, bytes], tuple[frozenset[bytes], frozenset[bytes]]]
"""By subject and predicate (N-Triples), the objects that were added and removed."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One property of one thing that both sides changed, and not to the same; objects in N-Triples, sorted."""

    subject: str
    predicate: str
    base: tuple[str, ...]
    current: tuple[str, ...]
    draft: tuple[str, ...]


def patch(before: Path | None, after: Path | None) -> Patch:
    """Return what one side changed in a graph; None is the empty graph. Its memory grows with the change alone."""
    found: dict[tuple[bytes, bytes], tuple[set[bytes], set[bytes]]] = {}
    sides = [{"": (str(at), path)} if path else {} for at, path in enumerate((before, after))]
    for subject, parts in differing(*sides):
        for part in parts:
            for sign, line in part.lines:
                predicate, _, value = line[len(subject) : -3].partition(b" ")
                found.setdefault((subject[:-1], predicate), (set(), set()))[sign < 0].add(value)
    return {key: (frozenset(added), frozenset(removed)) for key, (added, removed) in found.items()}


def contradictions(base: Path | None, current: Path | None, draft: Path | None) -> list[Contradiction]:
    """Return what both sides changed and not to the same, by thing; values that both only add stand side by side."""
    ours, theirs = patch(base, draft), patch(base, current)
    both = [key for key in sorted({*ours} & {*theirs}) if ours[key] != theirs[key] and (ours[key][1] | theirs[key][1])]
    if not both:
        return []
    wanted = dict.fromkeys(both)
    said = [_said(path, wanted) for path in (base, current, draft)]
    return [
        Contradiction(key[0].decode(), key[1].decode(), *(tuple(sorted(side.get(key, ()))) for side in said))
        for key in both
    ]


def together(base: Path | None, current: Path | None, draft: Path | None) -> Iterator[bytes]:
    """Yield the lines of a graph with what both sides changed; only right where nothing contradicts."""
    ours = patch(base, draft)
    added = sorted(_line(key, value) for key, (values, _) in ours.items() for value in values)
    removed = sorted(_line(key, value) for key, (_, values) in ours.items() for value in values)
    last = b""
    for line in heapq.merge(without(lines(current) if current else (), removed), added):
        if line != last:
            yield line
            last = line


def _line(key: tuple[bytes, bytes], value: bytes) -> bytes:
    return b"%b %b %b .\n" % (*key, value)


def _said(path: Path | None, wanted: Mapping[tuple[bytes, bytes], None]) -> dict[tuple[bytes, bytes], list[str]]:
    found: dict[tuple[bytes, bytes], list[str]] = {}
    for line in lines(path) if path else ():
        subject, predicate, rest = line.split(b" ", 2)
        if (subject, predicate) in wanted:
            found.setdefault((subject, predicate), []).append(rest[:-3].decode())
    return found
