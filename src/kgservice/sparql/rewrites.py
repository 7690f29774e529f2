"""Rewrites of a query for the embedded engine, so that it answers right where it would crash or err.

Each is a function that returns edits on the source; no line is added or removed, so line numbers stay. They are for
the embedded engine alone: a remote one does not know our sort key.
"""

from collections.abc import Callable, Collection, Iterator

from kgservice.sparql import alternatives, divisions, truths
from kgservice.sparql.edits import Edit, applied
from kgservice.sparql.query import Query
from kgservice.sparql.scope import is_star
from kgservice.sparql.tree import CLOSING, OPENING, Node, Tree

SORT_KEY = "urn:x-kg:sortkey"
"""IRI of the custom function that the engine is given: `sortkey.key` of its one argument, as a plain literal."""

_ONE_KIND = frozenset(
    {
        # calls whose results all have one kind, which the engine sorts well by itself
        "str", "lang", "datatype", "strlen", "count", "year", "month", "day", "hours", "minutes", "bound", "isiri",
        "isuri", "isblank", "isliteral", "isnumeric", "encode_for_uri", "struuid", "md5", "sha1", "sha256", "sha384",
        "sha512", "contains", "strstarts", "strends", "regex", "langmatches", "sameterm",
    }
)  # fmt: skip


def safe(query: Query, without: Collection[str] = ()) -> str:
    """Return the text to hand to the embedded engine: every rewrite of `REWRITES` but those named in `without`.

    The engine needs `SORT_KEY` among its custom functions. An error of the engine counts columns of the text it got:
    parse the original again for the place to show.
    """
    found = edits(query, without)
    return applied(query.text, found) if found else query.text


def edits(query: Query, without: Collection[str] = ()) -> list[Edit]:
    """Return the edits of every rewrite that `safe` would apply, to a query or an update."""
    found: list[Edit] = []
    replaced: set[tuple[int, int]] = set()
    for name, rewrite in REWRITES.items():
        for edit in rewrite(query) if name not in without else ():
            span = edit.start, edit.end
            if edit.start == edit.end or span not in replaced:  # an alternative names the variables of * too
                found.append(edit)
                replaced.add(span)
    return found


def sorted_by_key(query: Query) -> Iterator[Edit]:
    """Wrap every ORDER BY key, at any level, in the sort key (SPARQL 1.1 Query 15.1).

    The engine compares literals by value or, where they have none in common, by text: that is no order at all, its
    sort panics or misplaces rows. Keys that have one kind by their function stay as they are.
    """
    tree = query.tree
    conditions = tree.named("OrderCondition")
    named = _named_calls(tree) if conditions else frozenset()
    for condition in conditions:
        first = condition.first + (tree.tokens[condition.first].kind in ("asc", "desc"))
        if _is_of_one_kind(tree, first, condition, named):
            continue
        opening = "" if tree.tokens[first].kind == "(" else "("
        start, end = tree.tokens[first].start, tree.tokens[condition.end - 1].end
        yield Edit(start, start, f"(<{SORT_KEY}>{opening}")
        yield Edit(end, end, "))" if opening else ")")


def plain_concatenation(query: Query) -> Iterator[Edit]:
    """Take the language tag from GROUP_CONCAT, which returns a plain literal (SPARQL 1.1 Query 18.5.1.7)."""
    tree = query.tree
    for call in tree.named("Args"):
        if tree.word(call.first - 1).lower() == "group_concat":
            start, end = tree.tokens[call.first - 1].start, tree.tokens[call.end - 1].end
            yield Edit(start, start, "STR(")
            yield Edit(end, end, ")")


def columns(query: Query) -> Iterator[Edit]:
    """Name the columns of `SELECT *` in the order of the text, and take a variable that is listed again away.

    The engine sorts the former by name, and refuses the latter, which SPARQL allows (19.8).
    """
    tree = query.tree
    for select in tree.named("Select"):
        projection = tree.children(select, "Projection")[0]
        if is_star(tree, projection) and query.variables:
            star = tree.tokens[projection.end - 1]
            yield Edit(star.start, star.end, " ".join(f"?{name}" for name in query.variables))
    for projection in tree.named("Projection"):
        seen: set[str] = set()
        inside = 0
        for token in tree.tokens[projection.first : projection.end]:
            inside += (token.kind in OPENING) - (token.kind in CLOSING)
            if token.kind == "VAR" and not inside:
                name = query.text[token.start + 1 : token.end]
                if name in seen:
                    yield Edit(token.start, token.end, "")
                seen.add(name)


def brackets(query: Query) -> Iterator[Edit]:
    """Put the names of CONCAT and COALESCE at their brackets: the engine's parser takes no gap there, SPARQL does."""
    tree = query.tree
    for at in tree.places.get("FN", ()):
        name, bracket = tree.tokens[at], tree.tokens[at + 1]
        if name.end < bracket.start and tree.word(at).lower() in ("concat", "coalesce"):
            yield Edit(name.start, name.end, "")
            yield Edit(bracket.start, bracket.start, tree.word(at))


REWRITES: dict[str, Callable[[Query], Iterator[Edit]]] = {
    "alternative": alternatives.as_unions,
    "division": divisions.of_zero,
    "truth": truths.of_texts,
    "order": sorted_by_key,
    "group-concat": plain_concatenation,
    "columns": columns,
    "brackets": brackets,
}
"""Rewrites by the name under which each can be left out."""


def _is_of_one_kind(tree: Tree, first: int, condition: Node, named: frozenset[tuple[Node | None, str]]) -> bool:
    """Tell whether a key is one call of `_ONE_KIND`, in any number of brackets, or the name of a projected one."""
    last = condition.end - 1
    while tree.tokens[first].kind == "(" and tree.tokens[last].kind == ")" and tree.closing(first) == last:
        first, last = first + 1, last - 1
    if tree.tokens[first].kind == "VAR" and first == last:
        select = condition.parent.parent if condition.parent else None
        return (select, tree.word(first)[1:]) in named
    return _is_call(tree, first, last)


def _named_calls(tree: Tree) -> frozenset[tuple[Node | None, str]]:
    """Return (SELECT, name) of each `(call AS ?name)` whose call is one of `_ONE_KIND`."""
    return frozenset(
        (naming.parent.parent if naming.parent else None, tree.word(naming.end - 2)[1:])
        for naming in tree.named("As")
        if _is_call(tree, naming.first + 1, naming.end - 4)
    )


def _is_call(tree: Tree, first: int, last: int) -> bool:
    if tree.tokens[first].kind != "FN" or tree.word(first).lower() not in _ONE_KIND:
        return False
    return (first + 1 if tree.tokens[first + 1].kind == "NIL" else tree.closing(first + 1)) == last
