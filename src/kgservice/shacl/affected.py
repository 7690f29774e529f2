"""The target nodes whose verdict a change can change, and the results of a run over them joined with those before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgservice.shacl.model import Answers, Result
from kgservice.shacl.ways import Read, Way

Focus = Mapping[str, Sequence[str] | None]
"""Target nodes to look at by the shape that has the target; None: all of them."""

_SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
_PART = 500  # nodes in one query
_MANY = 5_000  # nodes past which all targets are looked at: as cheap, and its memory is bounded


def affected(
    reads: Mapping[str, Iterable[Read]], delta: Iterable[tuple[str, str, str]], union: Answers
) -> dict[str, Sequence[str] | None]:
    """Return the target nodes of each shape whose verdict may differ after a change; nodes may be no targets any more.

    `reads` is what `closure` returned; `delta` the added and the removed triples, terms in N-Triples; `union` answers
    over what was there before and what is there now together. All targets are looked at (None) where a subclass or a
    blank node changed, where nothing leads from the change to the target, and where too much does.
    """
    change = _Change(delta)
    if change.reaches_all:
        return dict.fromkeys(reads)
    walk = _Walk(union)
    found: dict[str, Sequence[str] | None] = {}
    for root, of_root in reads.items():
        nodes: set[str] | None = set()
        for read in of_root:
            start = change.ends(read)
            if not start:
                continue
            reached = walk.back(read.way, read, start)
            if reached is None or nodes is None or len(nodes | reached) > _MANY:
                nodes = None
                break
            nodes |= reached
        if nodes is None or nodes:
            found[root] = None if nodes is None else sorted(nodes)
    return found


def merged(before: Iterable[Result], after: Iterable[Result], focus: Focus) -> Iterator[Result]:
    """Yield the results that a full run would give, from those before a change and those of the run over `focus`."""
    looked_at = {root: None if nodes is None else frozenset(nodes) for root, nodes in focus.items()}
    for result in before:
        nodes = looked_at.get(result.origin.root, frozenset())
        if nodes is not None and result.target not in nodes:
            yield result
    yield from after


class _Change:
    """Subjects and objects of the triples that changed, by predicate."""

    def __init__(self, delta: Iterable[tuple[str, str, str]]) -> None:
        self.reaches_all = False
        self._subjects: dict[str | None, set[str]] = {None: set()}
        self._objects: dict[str | None, set[str]] = {None: set()}
        for s, p, o in delta:
            self.reaches_all |= p == _SUBCLASS or s.startswith("_:") or o.startswith("_:")
            for predicate in (p[1:-1], None):
                self._subjects.setdefault(predicate, set()).add(s)
                self._objects.setdefault(predicate, set()).add(o)

    def ends(self, read: Read) -> set[str]:
        return (self._objects if read.inverse else self._subjects).get(read.predicate, set())


class _Walk:
    """Follows ways backwards, every step of a way once."""

    def __init__(self, union: Answers) -> None:
        self._union = union
        self._known: dict[tuple[Way, str | None, bool], set[str] | None] = {}

    def back(self, way: Way, read: Read, start: set[str]) -> set[str] | None:
        """Return the nodes from which a way leads to where a change is; None for too many or no way at all."""
        key = way, read.predicate, read.inverse
        if key not in self._known:
            self._known[key] = self._walked(way, start)
        return self._known[key]

    def _walked(self, way: Way, start: set[str]) -> set[str] | None:
        if way is None:
            return None
        nodes = start
        for step in reversed(way):
            nodes = self._before(step, sorted(nodes))
            if len(nodes) > _MANY:
                return None
        return {node for node in nodes if not node.startswith('"')}

    def _before(self, step: str, nodes: list[str]) -> set[str]:
        found: set[str] = set()
        for at in range(0, len(nodes), _PART):
            values = " ".join(nodes[at : at + _PART])
            query = f"SELECT DISTINCT ?before WHERE {{ VALUES ?node {{ {values} }} ?before {step} ?node }}"
            found.update(row[0] for row in self._union(query) if row[0])
            if len(found) > _MANY:
                break
        return found
