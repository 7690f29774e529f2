"""Divisions that the embedded engine gets wrong: zero by a decimal that is not whole has no value there.

`L / R` becomes `COALESCE(L / R, IF((L) = 0 && (R) != 0, 0.0, 1/0))`: what has a value keeps it, and what is an error by
SPARQL stays one. Divisions whose operands hold or follow another division are left as they are.
"""

from collections.abc import Iterator

from kgservice.sparql.edits import Edit
from kgservice.sparql.query import Query
from kgservice.sparql.tree import CLOSING, OPENING, Tree

_PLAIN = frozenset({"VAR", "NUM", "SNUM", "STR"})
_MOST = 20  # of a query
_LONGEST = 200  # tokens of an operand


def of_zero(query: Query) -> Iterator[Edit]:
    """Yield the edits that give a division of zero its value (SPARQL 1.1 Query 17.3, op:numeric-divide)."""
    tree = query.tree
    found = 0
    for at in tree.places.get("/", ()):
        if at in tree.within_paths:
            continue
        first, last = _left(tree, at), _right(tree, at)
        if first is None or last is None or found == _MOST:
            continue
        found += 1
        left, right = tree.line(first, at), tree.line(at + 1, last + 1)
        start, end = tree.tokens[first].start, tree.tokens[last].end
        yield Edit(start, start, "COALESCE(")
        yield Edit(end, end, f", IF(({left}) = 0 && ({right}) != 0, 0.0, 1/0))")


def _left(tree: Tree, at: int) -> int | None:
    """Return the first token of the product before a division; None where it is not simple."""
    first = _before(tree, at - 1)
    while first is not None and tree.tokens[first - 1].kind == "*":
        first = _before(tree, first - 2)
    if first is None or tree.tokens[first].kind == "SNUM" or tree.tokens[first - 1].kind in ("/", "!"):
        return None
    return None if _unfit(tree, first, at) else first


def _before(tree: Tree, at: int) -> int | None:
    """Return the first token of the operand that ends at a token."""
    kind = tree.tokens[at].kind
    if kind in _PLAIN:
        return at
    if kind == "NIL" and tree.tokens[at - 1].kind == "FN":
        return at - 1
    if kind != ")":
        return None
    depth = 0
    for place in range(at, -1, -1):
        depth += (tree.tokens[place].kind in CLOSING) - (tree.tokens[place].kind in OPENING)
        if depth == 0:
            return place - 1 if tree.tokens[place - 1].kind in ("FN", "IRI", "PN") else place
    return None


def _right(tree: Tree, at: int) -> int | None:
    """Return the last token of the operand after a division; None where it is not simple, or another one follows."""
    place = at + 1
    if tree.tokens[place].kind in ("FN", "IRI", "PN"):
        place += 1
        if tree.tokens[place].kind not in ("(", "NIL"):
            return None
    last: int | None = place if tree.tokens[place].kind in _PLAIN or tree.tokens[place].kind == "NIL" else None
    if tree.tokens[place].kind == "(":
        last = tree.closing(place)
    if last is None or tree.tokens[last + 1].kind in ("^^", "LANG") or _unfit(tree, at + 1, last + 1):
        return None
    return last


def _unfit(tree: Tree, first: int, end: int) -> bool:
    """Tell whether an operand is long, or holds another division, a pattern, or a call that another rewrite wraps."""
    return end - first > _LONGEST or any(
        tree.tokens[place].kind in ("/", "{") or tree.word(place).lower() == "group_concat"
        for place in range(first, end)
    )
