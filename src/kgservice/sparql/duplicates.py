"""Whether a query would show it if the engine matched a statement twice, as it does for `FROM <a> FROM <b>`."""

from kgservice.sparql.edits import Edit, applied
from kgservice.sparql.hints import AGGREGATES
from kgservice.sparql.query import Query
from kgservice.sparql.tree import Node, Tree

_COUNTING = AGGREGATES - {"min", "max", "sample"}  # those three do not care how often a value comes
_UNIQUE = frozenset({"bnode", "rand", "uuid", "struuid"})  # another value for each row
_BLANK = frozenset({"BN", "ANON", "["})


def duplicates_show(query: Query) -> bool:
    """Tell whether an answer could change when solutions come more than once; True when in doubt.

    They cannot where only the set of solutions matters: ASK, SELECT DISTINCT, groups without counting aggregates,
    CONSTRUCT and DESCRIBE, as long as nothing inside counts, cuts (LIMIT, OFFSET) or makes a value per row.
    """
    tree = query.tree
    if any(_counts(tree, call) for call in tree.named("Args")):
        return True
    if any(_cuts(tree, select) for select in tree.named("SubSelect")):
        return True
    outer = query.outer
    if outer is None:
        return True
    if outer.name == "Select":
        return not (_is_distinct(tree, outer) or _is_grouped(tree, outer))
    if outer.name == "Construct" and any(kind in _BLANK for kind, _ in tree.words(outer)):
        return True
    return bool(tree.children(outer, "Limit")) or _is_grouped(tree, outer)


def writes_show(tree: Tree, operation: Node) -> bool:
    """Tell whether what an operation of an update writes could change when solutions come more than once."""

    def inside(node: Node) -> bool:
        return operation.first <= node.first < operation.end

    if any(_counts(tree, call) for call in tree.named("Args") if inside(call)):
        return True
    if any(_cuts(tree, select) for select in tree.named("SubSelect") if inside(select)):
        return True
    inserts = [quads for quads in tree.children(operation, "Quads") if tree.tokens[quads.first - 1].kind == "insert"]
    return any(kind in _BLANK for quads in inserts for kind, _ in tree.words(quads))


def without_dataset(query: Query) -> str:
    """Return the text without its FROM clauses, as the protocol's dataset overrides them (SPARQL 1.1 Protocol 2.1.4).

    Spaces stand in their place, so that lines and columns stay.
    """
    cuts = [
        Edit(
            clause.start, clause.end, "".join(c if c in "\r\n" else " " for c in query.text[clause.start : clause.end])
        )
        for clause in query.dataset
    ]
    return applied(query.text, cuts)


def _counts(tree: Tree, call: Node) -> bool:
    word = tree.word(call.first - 1).lower()
    if word in _UNIQUE:
        return True
    return word in _COUNTING and tree.tokens[call.first + 1].kind != "distinct"


def _cuts(tree: Tree, select: Node) -> bool:
    return bool(tree.children(select, "Limit")) and not (_is_distinct(tree, select) or _is_grouped(tree, select))


def _is_distinct(tree: Tree, select: Node) -> bool:
    projection = tree.children(select, "Projection")[0]
    return tree.tokens[projection.first + 1].kind == "distinct"


def _is_grouped(tree: Tree, select: Node) -> bool:
    if tree.children(select, "GroupBy"):
        return True
    inside = [call for part in tree.children(select, "Projection", "Having") for call in _calls(tree, part)]
    return any(tree.word(call.first - 1).lower() in AGGREGATES for call in inside)


def _calls(tree: Tree, part: Node) -> list[Node]:
    return [call for call in tree.named("Args") if part.first <= call.first < part.end]
