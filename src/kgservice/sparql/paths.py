"""A property path by its steps: where it branches, where it goes on, and which way each step goes."""

from collections.abc import Iterable
from dataclasses import dataclass

from kgservice.sparql.tree import Node, Tree


@dataclass(frozen=True, slots=True)
class Step:
    """A path without alternatives that matter, as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """A sequence (`any` false) or an alternative (`any` true) of paths."""

    any: bool
    parts: "tuple[Step | Negated | Steps, ...]"


@dataclass(frozen=True, slots=True)
class Negated:
    """One step along any property but these; `backward` from its object to its subject."""

    properties: tuple[str, ...]
    backward: bool


Way = Step | Negated | Steps
"""A path: one step, or many."""


def way(tree: Tree, path: Node) -> Way:
    """Return the steps of a `Path` of a tree; `^` stands at single steps only, and `!(p|^q)` is two of them."""
    return _Reader(tree, path).way()


def alternates(way: Way) -> bool:
    """Tell whether a path may join two things in several ways that count, not only below `*`, `+` or `?`."""
    if isinstance(way, Steps):
        return way.any or any(alternates(part) for part in way.parts)
    return isinstance(way, Negated)


class _Reader:
    """Reads a path; `^` is moved down to single steps."""

    def __init__(self, tree: Tree, path: Node) -> None:
        self._tree, self._at, self._end = tree, path.first, path.end

    def way(self, backward: bool = False) -> Way:
        """Return an alternative, or what is less."""
        return self._listed("|", backward)

    def _listed(self, mark: str, backward: bool) -> Way:
        parts = [self._part(mark, backward)]
        while self._kind() == mark:
            self._at += 1
            parts.append(self._part(mark, backward))
        return _joined(mark == "|", parts[::-1] if backward and mark == "/" else parts)

    def _part(self, mark: str, backward: bool) -> Way:
        return self._listed("/", backward) if mark == "|" else self._element(backward)

    def _element(self, backward: bool) -> Way:
        if self._kind() == "^":
            self._at += 1
            backward = not backward
        start = self._at
        if self._kind() == "!":
            way: Way = self._negated(backward)
        elif self._kind() == "(":
            self._at += 1
            way = self.way(backward)
            self._at += 1
        else:
            self._at += 1
            way = Step(("^" if backward else "") + self._tree.word(start))
        if self._kind() not in ("?", "*", "+"):
            return way
        self._at += 1
        words = " ".join(self._tree.word(at) for at in range(start, self._at - 1))
        return Step(("^" if backward else "") + words + self._tree.word(self._at - 1))

    def _negated(self, backward: bool) -> Way:
        """Return `!(…)` by its directions."""
        self._at += 1
        if self._kind() == "NIL":
            self._at += 1
            return Negated((), backward)
        inside = self._kind() == "("
        self._at += inside
        words: dict[bool, list[str]] = {False: [], True: []}
        while True:
            turned = self._kind() == "^"
            self._at += turned
            words[turned].append(self._tree.word(self._at))
            self._at += 1
            if not (inside and self._kind() == "|"):
                break
            self._at += 1
        self._at += inside
        return _joined(True, [Negated(tuple(those), turned != backward) for turned, those in words.items() if those])

    def _kind(self) -> str:
        return self._tree.tokens[self._at].kind if self._at < self._end else ""


def _joined(alternative: bool, parts: "Iterable[Way]") -> Way:
    flat: list[Way] = []
    for part in parts:
        flat += part.parts if isinstance(part, Steps) and part.any == alternative else [part]
    return flat[0] if len(flat) == 1 else Steps(alternative, tuple(flat))
