"""Paths of several ways, written out: the engine keeps a pair once that SPARQL keeps once per property (18.4).

`?s p/(q|r) ?o` becomes `?s p ?v . { ?v q ?o } UNION { ?v r ?o }`, `!(p|q)` a property ?v with FILTER(?v NOT IN (p, q)),
`!(p|^q)` the UNION of its two directions, in every triple pattern where the difference can show. Below `*`, `+` and `?`
a path is a set of pairs anyway.
"""

from collections.abc import Iterable, Iterator

from kgservice.sparql.duplicates import duplicates_show
from kgservice.sparql.edits import Edit
from kgservice.sparql.paths import Negated, Step, Way, alternates, way
from kgservice.sparql.query import Query
from kgservice.sparql.scope import is_star
from kgservice.sparql.tree import Node, Tree

MOST = 200
"""Branches of UNION that a query may come to; a query with more stays as it is."""

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_NIL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"
_FIRST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>"
_REST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>"
_NEWER = frozenset({"<<", "<<(", "{|", "~"})  # SPARQL 1.2: patterns that hold them stay as they are


def as_unions(query: Query) -> Iterator[Edit]:
    """Yield the edits that put UNION in the place of alternatives; none where repeated solutions cannot show."""
    yield from _Rewriting(query).edits


def left_alone(query: Query) -> list[Node]:
    """Return the paths with an alternative whose repeated solutions get lost, though an answer could show them."""
    return _Rewriting(query).left


class _Rewriting:
    """What is to be edited in a query, and the paths that cannot be."""

    def __init__(self, query: Query) -> None:
        self.edits: list[Edit] = []
        self.left: list[Node] = []
        self._query, self._tree = query, query.tree
        found = self._found() if {"|", "!"} & query.tree.places.keys() else {}
        if not found or not duplicates_show(query):
            return
        together = self._with_labels(found)
        names = _Names(query.text)
        for pattern in together:
            flat = _Flat(self._tree, pattern, names)
            start, end = self._tree.span(pattern)
            text = flat.text()
            lines = query.text.count("\n", start, end) - text.count("\n")
            self.edits.append(Edit(start, end, text + "\n" * lines))
        if names.branches > MOST or (names.used and not self._hide(names)):
            self.edits, together = [], []
        self.left = [path for pattern, paths in found.items() if pattern not in together for path in paths]

    def _found(self) -> dict[Node, list[Node]]:
        """Return the triple patterns that hold alternatives that matter, with their paths."""
        found: dict[Node, list[Node]] = {}
        for path in self._tree.named("Path"):
            pattern = path.parent
            if pattern and pattern.name == "Same" and _shows(pattern) and alternates(way(self._tree, path)):
                found.setdefault(pattern, []).append(path)
        return found

    def _with_labels(self, found: Iterable[Node]) -> list[Node]:
        """Return these patterns and those that share a blank node with them; without what cannot be rewritten.

        A label may stand in one group only: it becomes a variable in all of its patterns, or in none.
        """
        tree = self._tree
        patterns = [node for node in tree.named("Same") if node.parent and node.parent.name == "Group"]
        labels = {node: {tree.word(at) for at in range(node.first, node.end) if tree.tokens[at].kind == "BN"}
                  for node in patterns} if "BN" in tree.places else {}  # fmt: skip
        whole: dict[Node, None] = {}
        for one in found:
            group, known = {one: None}, set(labels.get(one, ()))
            while more := [node for node, has in labels.items() if node not in group and has & known]:
                group |= dict.fromkeys(more)
                known.update(*(labels[node] for node in more))
            if all(self._fits(node, one) for node in group):
                whole |= group
        return sorted(whole, key=lambda node: node.first)

    def _fits(self, node: Node, one: Node) -> bool:
        if node.parent is not one.parent or any(kind in _NEWER for kind, _ in self._tree.words(node)):
            return False
        first, last = sorted((node.first, one.first))
        between = [child for child in self._tree.children(node.parent) if first <= child.first <= last]
        return all(child.name in ("Same", "Filter") for child in between)

    def _hide(self, names: "_Names") -> bool:
        """Name the variables of every `*`, so that ours stay unseen; tell whether that can be."""
        tree = self._tree
        for call in tree.named("Args"):
            if [tree.tokens[at].kind for at in range(call.first, call.end)][1:3] == ["distinct", "*"]:
                return False  # COUNT(DISTINCT *) counts our variables too
        for node in tree.named("Select", "SubSelect", "Describe"):
            projection = next(iter(tree.children(node, "Projection")), None)
            star = projection.end - 1 if projection else node.first + 1
            if not (is_star(tree, projection) if projection else tree.tokens[star].kind == "*"):
                continue
            seen = dict(self._query.scopes.where(node))
            for values in tree.children(node.parent if node.name != "SubSelect" else node, "Trailing"):
                seen |= self._query.scopes.of(values)
            if not seen:
                return False
            place = tree.tokens[star]
            self.edits.append(Edit(place.start, place.end, " ".join(f"?{name}" for name in seen)))
        return True


def _shows(pattern: Node) -> bool:
    """Tell whether a pattern's repeated solutions matter where it stands: not in EXISTS, MINUS or SERVICE alone."""
    if pattern.parent is None or pattern.parent.name != "Group":
        return False
    above: Node | None = pattern.parent
    while above is not None and above.name != "SubSelect":
        if above.name in ("Exists", "NotExists", "Minus", "Service"):
            return False
        above = above.parent
    return True


class _Names:
    """Variables that the text does not have, and how many branches were made."""

    def __init__(self, text: str) -> None:
        self._stem = "path"
        while f"?{self._stem}" in text or f"${self._stem}" in text:
            self._stem += "_"
        self.used = 0
        self.branches = 0
        self._of_label: dict[str, str] = {}

    def new(self) -> str:
        """Return a variable that was not there before."""
        self.used += 1
        return f"?{self._stem}{self.used}"

    def labelled(self, label: str) -> str:
        """Return the variable that stands for a blank node's label."""
        if label not in self._of_label:
            self._of_label[label] = self.new()
        return self._of_label[label]


class _Flat:
    """A triple pattern with all its lists, written out as single triples and unions of them."""

    def __init__(self, tree: Tree, pattern: Node, names: _Names) -> None:
        self._tree, self._names, self._at, self._end = tree, names, pattern.first, pattern.end
        self._paths = {path.first: path for path in tree.named("Path") if pattern.first <= path.first < pattern.end}
        self._pieces: list[str] = []

    def text(self) -> str:
        """Return the pattern written out."""
        subject = self._node()
        if self._at < self._end:
            self._properties(subject)
        return " . ".join(self._pieces)

    def _properties(self, subject: str) -> None:
        while True:
            if self._kind() not in (";", "]", ""):
                verb = self._verb()
                self._pieces.append(self._walked(subject, verb, self._node()))
                while self._kind() == ",":
                    self._at += 1
                    self._pieces.append(self._walked(subject, verb, self._node()))
            if self._kind() != ";":
                return
            self._at += 1

    def _verb(self) -> Way:
        path = self._paths.get(self._at)
        if path is None:
            self._at += 1
            return Step(self._tree.word(self._at - 1))
        self._at = path.end
        return way(self._tree, path)

    def _node(self) -> str:
        """Return the term that stands for a node; patterns inside it are written out."""
        kind, word = self._kind(), self._tree.word(self._at)
        self._at += 1
        if kind == "STR" and self._kind() in ("LANG", "^^"):
            marked = 1 if self._kind() == "LANG" else 2
            word += "".join(self._tree.word(self._at + step) for step in range(marked))
            self._at += marked
        elif kind == "NIL":
            return _NIL
        elif kind == "ANON":
            return self._names.new()
        elif kind == "BN":
            return self._names.labelled(word)
        elif kind == "[":
            word = self._names.new()
            self._properties(word)
            self._at += 1
        elif kind == "(":
            return self._list()
        return word

    def _list(self) -> str:
        head = here = self._names.new()
        while True:
            self._pieces.append(f"{here} {_FIRST} {self._node()}")
            last = self._kind() == ")"
            after = _NIL if last else self._names.new()
            self._pieces.append(f"{here} {_REST} {after}")
            if last:
                self._at += 1
                return head
            here = after

    def _walked(self, subject: str, path: Way, target: str) -> str:
        if isinstance(path, Step):
            return f"{subject} {path.text} {target}"
        if isinstance(path, Negated):
            return self._negated(*((target, subject) if path.backward else (subject, target)), path.properties)
        if path.any:
            self._names.branches += len(path.parts)
            return " UNION ".join(f"{{ {self._walked(subject, part, target)} }}" for part in path.parts)
        places = [subject, *(self._names.new() for _ in path.parts[1:]), target]
        return " . ".join(self._walked(places[at], part, places[at + 1]) for at, part in enumerate(path.parts))

    def _negated(self, subject: str, target: str, properties: tuple[str, ...]) -> str:
        between = self._names.new()
        none = ", ".join(_TYPE if name == "a" else name for name in properties)
        return f"{subject} {between} {target}" + (f" . FILTER({between} NOT IN ({none}))" if none else "")

    def _kind(self) -> str:
        return self._tree.tokens[self._at].kind if self._at < self._end else ""
