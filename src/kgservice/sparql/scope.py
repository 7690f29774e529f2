"""Which variables are in scope where (SPARQL 1.1 Query 18.2.1), and the two mistakes that come of it."""

from bisect import bisect_left

from kgservice.sparql.hints import AGGREGATES
from kgservice.sparql.messages import invalid
from kgservice.sparql.tree import Node, Tree

_OWN = frozenset({"Same", "Values", "Trailing"})
_NESTED = frozenset({"Group", "Union", "Optional", "Graph", "Service", "Lateral", "Where", "SubSelect"})

_SCOPED = _OWN | _NESTED | {"Bind"}

Scope = dict[str, None]
"""Names of variables in the order they appear; a dict for its order."""

_NONE: Scope = {}


class Scopes:
    """The variables in scope of each pattern of a tree, computed once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._of: dict[Node, Scope] = {}
        for node in reversed(tree.nodes):
            if node.name in _SCOPED:
                self._of[node] = self._scope(node)

    def of(self, node: Node) -> Scope:
        """Return the variables that a pattern puts in scope of the group around it."""
        return self._of.get(node, _NONE)

    def where(self, select: Node) -> Scope:
        """Return the variables in scope of a query's WHERE."""
        return self._joined(self._tree.children(select, "Where"))

    def _scope(self, node: Node) -> Scope:
        tree = self._tree
        if node.name in _OWN:
            return dict.fromkeys(tree.variables(node))
        if node.name == "Bind":
            return {tree.word(node.end - 2)[1:]: None}
        if node.name == "SubSelect":
            inner = self._joined(tree.children(node, "Where", "Trailing"))
            projection = tree.children(node, "Projection")[0]
            return inner if is_star(tree, projection) else dict.fromkeys(projected(tree, projection))
        scope = self._joined(tree.children(node))
        if node.name in ("Graph", "Service"):
            at = node.first + (2 if tree.tokens[node.first + 1].kind == "silent" else 1)
            if tree.tokens[at].kind == "VAR":
                scope = {tree.word(at)[1:]: None} | scope
        return scope

    def _joined(self, nodes: list[Node]) -> Scope:
        if len(nodes) == 1:
            return self.of(nodes[0])
        scope: Scope = {}
        for node in nodes:
            scope.update(self.of(node))
        return scope


def is_star(tree: Tree, projection: Node) -> bool:
    """Tell whether a projection is `*`."""
    return tree.tokens[projection.end - 1].kind == "*"


def projected(tree: Tree, projection: Node) -> list[str]:
    """Return the names that a projection lists: its variables and the names after AS."""
    found = []
    inside = 0
    for at in range(projection.first, projection.end):
        kind = tree.tokens[at].kind
        inside += (kind == "(") - (kind == ")")
        if kind == "VAR" and (inside == 0 or (inside == 1 and tree.tokens[at - 1].kind == "as")):
            found.append(tree.word(at)[1:])
    return found


def refuse_bound_again(tree: Tree, scopes: Scopes) -> None:
    """Raise QueryInvalid at an AS whose variable already has a value there (SPARQL 1.1 Query 18.2.1, 19.8 note 12)."""
    for group in {id(node.parent): node.parent for node in tree.named("Bind")}.values():
        seen: Scope = {}
        for child in tree.children(group):
            if child.name == "Bind":
                _refuse_known(tree, child.end - 2, seen)
            seen.update(scopes.of(child))
    for projection in tree.named("Projection"):
        naming = tree.children(projection, "As")
        if naming and projection.parent:
            seen = dict(scopes.where(projection.parent))
            names = {node.end - 2 for node in naming}
            inside = 0
            for at in range(projection.first, projection.end):
                kind = tree.tokens[at].kind
                inside += (kind == "(") - (kind == ")")
                if at in names:
                    _refuse_known(tree, at, seen)
                    seen[tree.word(at)[1:]] = None
                elif kind == "VAR" and inside == 0:
                    seen[tree.word(at)[1:]] = None


def _refuse_known(tree: Tree, at: int, seen: Scope) -> None:
    if tree.word(at)[1:] in seen:
        template = "Line {line}, column {column}: {found} already has a value here, AS needs a new variable."
        hinted = "Choose another name after AS, or compare the two with FILTER."
        raise invalid(tree.text, tree.tokens[at].start, template, hinted, found=tree.word(at))


def refuse_ungrouped(tree: Tree) -> None:
    """Raise QueryInvalid at a projected variable that is neither grouped nor aggregated (SPARQL 1.1 Query 11.4)."""
    calls = [node for node in tree.named("Args") if tree.word(node.first - 1).lower() in AGGREGATES]
    patterns = sorted(tree.named("Exists", "NotExists"), key=_first)
    for projection in tree.named("Projection"):
        grouping = tree.children(projection.parent, "GroupBy", "Having")
        hidden = _within(projection, patterns)
        inside = {at for at in _within(projection, calls) if at not in hidden}
        if not grouping and not inside:
            continue
        if is_star(tree, projection):
            template = "Line {line}, column {column}: SELECT * cannot be grouped."
            hinted = "Name the grouped variables, and aggregates as (COUNT(?x) AS ?name)."
            raise invalid(tree.text, tree.tokens[projection.end - 1].start, template, hinted)
        known = _keys(tree, grouping[0]) if grouping and grouping[0].name == "GroupBy" else set()
        for at in range(projection.first, projection.end):
            if tree.tokens[at].kind != "VAR" or at in inside or at in hidden:
                continue
            name = tree.word(at)[1:]
            if tree.tokens[at - 1].kind == "as":
                known.add(name)
            elif name not in known:
                template = "Line {line}, column {column}: {found} is neither grouped nor aggregated."
                hinted = "Add {found} to GROUP BY, or project an aggregate such as (SAMPLE({found}) AS ?{name}1)."
                place = tree.tokens[at].start
                raise invalid(tree.text, place, template, hinted, found=tree.word(at), name=name)


def _first(node: Node) -> int:
    return node.first


def _within(outer: Node, nodes: list[Node]) -> set[int]:
    """Return the tokens of an outer node that belong to one of these nodes, which are in order of the text."""
    found: set[int] = set()
    for node in nodes[bisect_left(nodes, outer.first, key=_first) :]:
        if node.first >= outer.end:
            break
        found.update(range(node.first, node.end))
    return found


def _keys(tree: Tree, grouping: Node) -> set[str]:
    """Return the variables that GROUP BY names: alone, in brackets of their own, or after AS."""
    found = set()
    depth = 0
    for at in range(grouping.first + 2, grouping.end):
        kind = tree.tokens[at].kind
        depth += (kind == "(") - (kind == ")")
        if kind != "VAR":
            continue
        called, before, after = (tree.tokens[at + step].kind for step in (-2, -1, 1))
        alone = before == "(" and after == ")" and called not in ("FN", "IRI", "PN")
        if depth == 0 or (depth == 1 and (before == "as" or alone)):
            found.add(tree.word(at)[1:])
    return found
