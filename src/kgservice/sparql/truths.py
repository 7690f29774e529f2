"""Texts with a language as truth values, which the embedded engine takes for errors.

`FILTER(?name)` becomes `FILTER(IF(LANG(?name) = "", ?name, STR(?name) != ""))`: a plain literal is true unless it is
empty, with a language or without (SPARQL 1.1 Query 17.2.2); what else has no truth value has no language either.
"""

from collections.abc import Iterator

from kgservice.sparql.edits import Edit
from kgservice.sparql.query import Query
from kgservice.sparql.tree import Tree

_TEXTS = frozenset({"ucase", "lcase", "substr", "concat", "replace", "strbefore", "strafter", "strlang"})
"""Functions that may return a text with a language."""
_JOINS = frozenset({"&&", "||"})
_ENDS = frozenset({*_JOINS, ")", ","})
_BEGINS = frozenset({*_JOINS, "(", ","})
_LONGEST = 50  # tokens of a call
_MOST = 50  # of a query


def of_texts(query: Query) -> Iterator[Edit]:
    """Yield the edits that give variables and calls of `_TEXTS` their truth value in FILTER, HAVING, IF, !, &&, ||."""
    tree = query.tree
    found = 0
    for first, last in _operands(tree):
        if found == _MOST or not _is_condition(tree, first, last):
            continue
        found += 1
        text = tree.line(first, last + 1)
        start, end = tree.tokens[first].start, tree.tokens[last].end
        yield Edit(start, start, f'IF(LANG({text}) = "", ')
        yield Edit(end, end, f', STR({text}) != "")')


def _operands(tree: Tree) -> Iterator[tuple[int, int]]:
    """Yield first and last token of each variable, and of each call of `_TEXTS` that is short and holds no pattern."""
    for at in tree.places.get("VAR", ()):
        yield at, at
    for at in tree.places.get("FN", ()):
        if tree.word(at).lower() in _TEXTS:
            last = tree.closing(at + 1)
            inside = range(at, last + 1)
            if len(inside) <= _LONGEST and not any(tree.tokens[place].kind == "{" for place in inside):
                yield at, last


def _is_condition(tree: Tree, first: int, last: int) -> bool:
    """Tell whether an operand is asked for its truth value alone."""
    before, after = tree.tokens[first - 1].kind, tree.tokens[last + 1].kind
    if first - 1 in tree.within_paths:
        return False
    if before == "!" or (before in _JOINS and after in _ENDS) or (after in _JOINS and before in _BEGINS):
        return True
    opener = tree.word(first - 2).lower() if before == "(" and first > 1 else ""
    return (opener in ("filter", "having") and after == ")") or (opener == "if" and after == ",")
