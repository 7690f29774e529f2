"""A parsed text: its tokens in order, and the nodes of the grammar with the tokens that they span."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from kgservice.sparql.tokens import Token

OPENING = {"(": ")", "[": "]", "{": "}", "<<": ">>", "<<(": ")>>", "{|": "|}"}
"""Tokens that go one level deeper, with the one that comes back."""

CLOSING = frozenset(OPENING.values())


@dataclass(slots=True, eq=False)
class Node:
    """A piece of the text that the grammar names: tokens `first` up to, not including, `end`."""

    name: str
    first: int
    end: int
    parent: "Node | None"


@dataclass(eq=False)
class Tree:
    """Tokens and nodes of a text; nodes in the order they begin, a parent before its children."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    depth: int = 0
    """The deepest nesting of brackets."""

    @cached_property
    def by_name(self) -> dict[str, list[Node]]:
        """Nodes by their grammar name, each list in order of the text."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def by_parent(self) -> dict[Node | None, list[Node]]:
        """Children by their parent, each list in order of the text."""
        found: dict[Node | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.parent, []).append(node)
        return found

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Indexes of tokens by their kind, each list in order of the text."""
        found: dict[str, list[int]] = {}
        for at, token in enumerate(self.tokens):
            found.setdefault(token[0], []).append(at)
        return found

    @cached_property
    def within_paths(self) -> frozenset[int]:
        """Indexes of the tokens that stand in the place of a property (or in the path there)."""
        return frozenset(at for node in self.by_name.get("Path", ()) for at in range(node.first, node.end))

    def named(self, *names: str) -> list[Node]:
        """Return all nodes of these names, in order of the text for each name."""
        return [node for name in names for node in self.by_name.get(name, ())]

    def children(self, node: Node | None, *names: str) -> list[Node]:
        """Return the children of a node (None: the roots), only of these names where any are given."""
        found = self.by_parent.get(node, [])
        return [child for child in found if child.name in names] if names else found

    def words(self, node: Node) -> Iterator[tuple[str, str]]:
        """Yield (kind, text) of each token of a node."""
        for token in self.tokens[node.first : node.end]:
            yield token.kind, self.text[token.start : token.end]

    def word(self, index: int) -> str:
        """Return the text of a token."""
        token = self.tokens[index]
        return self.text[token.start : token.end]

    def closing(self, opening: int) -> int:
        """Return the token that closes the bracket which a token opens, -1 where none does."""
        depth = 0
        for at in range(opening, len(self.tokens)):
            kind = self.tokens[at].kind
            depth += (kind in OPENING) - (kind in CLOSING)
            if depth == 0:
                return at
        return -1

    def line(self, first: int, end: int) -> str:
        """Return the words of some tokens in one line, without what stands between them."""
        # NOTE: the engine's parser takes no gap between a function and its bracket
        gaps = (("" if self.tokens[at].kind in ("(", "NIL") else " ") + self.word(at) for at in range(first, end))
        return "".join(gaps).strip()

    def span(self, node: Node) -> tuple[int, int]:
        """Return where a node starts and ends in the text, in characters."""
        if node.first == node.end:
            start = self.tokens[node.first].start
            return start, start
        return self.tokens[node.first].start, self.tokens[node.end - 1].end

    def source(self, node: Node) -> str:
        """Return the text of a node as it is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def variables(self, node: Node) -> list[str]:
        """Return the names (without `?`) of variables in a node, each once, in order of the text."""
        found = dict.fromkeys(
            [self.text[start + 1 : end] for kind, start, end in self.tokens[node.first : node.end] if kind == "VAR"]
        )
        return list(found)
