"""The parser: one loop over the LL(1) table with a stack of its own, so that no nesting can hurt the process."""

from collections import Counter
from operator import itemgetter
from typing import Any, NamedTuple

from kgservice.sparql import messages
from kgservice.sparql.grammar import NODE_END, Grammar, grammar
from kgservice.sparql.hints import Place
from kgservice.sparql.tokens import Token, token_at
from kgservice.sparql.tree import CLOSING, OPENING, Node, Tree

MOST_DEPTH = 100
"""Levels of nesting; the engine's process dies of 1,000 nested NOT EXISTS."""

MOST_CHARACTERS = 1 << 20

MOST_REPEATED = {
    # the engine's planner takes seconds, or dies, at some times these counts
    "||": 1000, "&&": 1000, "+": 1000, "-": 1000, "*": 1000,
    "/": 200, "|": 200, "!": 200, "optional": 200, "minus": 200,
    "union": 500, "filter": 500, "bind": 500,
}  # fmt: skip
"""How often an operator or keyword may stand in one query."""


class Bounds(NamedTuple):
    """How long, how deep, and how repetitive a text may be; never beyond `MOST_DEPTH` and `MOST_REPEATED`.

    `merged` bounds the statements of graphs that overlap, which are merged where it asks several as one.
    """

    characters: int = MOST_CHARACTERS
    depth: int = MOST_DEPTH
    repeats: int = 1000
    merged: int = 500_000


def tree_of(text: str, bounds: Bounds = Bounds()) -> Tree:  # noqa: B008  (a tuple)
    """Return the tree of a SPARQL query or update.

    Raises QueryInvalid at the first token that fits nowhere, QueryTooComplex at the first bracket nested too deep and
    at the first repetition past its limit, RequestTooLarge for a text that is too long.
    """
    if len(text) > bounds.characters:
        raise messages.too_long(text, bounds.characters)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise messages.not_unicode(text, error.start) from None
    tree = Tree(text)
    _parse(tree, grammar(), min(bounds.depth, MOST_DEPTH))
    _refuse_repetition(tree, bounds.repeats)
    return tree


def _parse(tree: Tree, table: Grammar, most_depth: int) -> None:
    # NOTE: every token of every query passes here: plain tuples, local names and `type() is` are on purpose
    text, tokens, nodes, names, keywords = tree.text, tree.tokens, tree.nodes, table.nodes, table.keywords
    stack: list[Any] = [table.start]
    node: Node | None = None
    depth = 0
    token = token_at(text, 0, keywords)
    kind = token[0]
    while stack:
        top = stack.pop()
        which = type(top)
        if which is dict:
            body = top.get(kind)
            if body is not None:
                stack.extend(body)
            elif kind == "IRI" and table.accepts([*stack[-40:], top], "<"):
                # `?a<?b&&?c>?d`: the longest match is an IRI, what was meant is a comparison
                token = Token("<", token[1], token[1] + 1)
                kind = "<"
                stack.append(top)
            elif id(top) not in table.nullable:
                raise _unexpected(tree, token, table)
        elif which is str:
            if top != kind:
                raise _unexpected(tree, token, table)
            tokens.append(token)
            if kind in OPENING:
                depth += 1
                if depth > tree.depth:
                    tree.depth = depth
                    if depth > most_depth:
                        raise messages.too_deep(tree.text, token.start, most_depth)
            elif kind in CLOSING:
                depth -= 1
            if kind != "END":
                token = token_at(text, token[2], keywords)
                kind = token[0]
        elif top == NODE_END:
            assert node is not None, "bodies open what they close"  # noqa: S101 - a statement about the table
            node.end = len(tokens)
            node = node.parent
        else:
            node = Node(names[top], len(tokens), 0, node)
            nodes.append(node)


def _unexpected(tree: Tree, token: Token, table: Grammar) -> Exception:
    expected = table.expected([known.kind for known in tree.tokens])
    return messages.unexpected(Place(tree, token, expected, table.keywords))


def _refuse_repetition(tree: Tree, repeats: int) -> None:
    if len(tree.tokens) <= min(repeats, *MOST_REPEATED.values()):
        return
    counted = Counter(map(itemgetter(0), tree.tokens))
    counted["+"] += len(tree.named("Signed"))
    for kind, bound in MOST_REPEATED.items():
        most = min(bound, repeats)
        if counted[kind] > most:
            same = (kind, "SNUM") if kind == "+" else (kind,)
            starts = [token.start for token in tree.tokens if token.kind in same]
            raise messages.too_many(tree.text, starts[most], kind, most)
