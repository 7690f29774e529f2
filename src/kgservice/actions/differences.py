"""How two states of the graph differ in words: things with labels, old and new values, and the cells behind them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from kgservice.actions.origins import Lineages, Origins
from kgservice.releases.differences import Side, quads
from kgservice.releases.ledger import LABELS, VERBS, Ledger, Line, Thing, Wanted
from kgservice.report import Cell
from kgservice.terms import Graphs, Term, parsed, shortened

_AT_ONCE = 300  # things whose labels and cells are looked up together

Namer = Callable[[Iterable[str], str], Mapping[str, str]]
"""Labels of IRIs in a language; an IRI shortened where there is none."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """One statement of a thing that was added, removed, or has another value."""

    predicate: str
    label: str
    old: str
    """The term in N-Triples; empty where nothing was said before."""
    new: str
    """Empty where nothing is said any more."""
    old_text: str
    """In words: the text, the label of a thing."""
    new_text: str
    source: str
    """Name of the source, `hand` too; empty for authored files."""
    evidence: str
    former_evidence: str = ""
    """Where only the evidence changed: what it was."""
    before: tuple[Cell, ...] = ()
    after: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs."""

    iri: str
    label: str
    kind: str
    verb: str
    former: str
    """Its IRI before, where that changed."""
    former_label: str
    """Its name before, where that changed."""
    alterations: tuple[Alteration, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        told = _flat(self, _OF_THING)  # asdict copies each value deeply: a third of the time of a long comparison
        told["alterations"] = [_flat(one, _OF_ALTERATION) for one in self.alterations]
        for one in told["alterations"]:
            for side in ("before", "after"):
                one[side] = [_flat(cell, _OF_CELL) for cell in one[side]]
        return told


_OF_THING, _OF_ALTERATION, _OF_CELL = (
    tuple(one.name for one in fields(kind)) for kind in (Difference, Alteration, Cell)
)


def _flat(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


@dataclass(frozen=True, slots=True)
class Summary:
    """How much differs; counts are of things but for the two of statements."""

    added: int
    removed: int
    changed: int
    renamed: int
    statements_added: int
    statements_removed: int
    kinds: Mapping[str, Mapping[str, int]]
    """By kind and verb."""
    sources: Mapping[str, int]

    @property
    def things(self) -> int:
        """Return how many things differ."""
        return self.added + self.removed + self.changed + self.renamed

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {**asdict(self), "things": self.things}


class Differences:
    """A comparison of two sides, from its ledger."""

    def __init__(
        self, ledger: Path, sides: tuple[Side, Side], origins: tuple[Lineages, Lineages], named: Namer, names: Graphs
    ) -> None:
        self._ledger = Ledger(ledger)
        self._sides = sides
        self._origins = (Origins(origins[0]), Origins(origins[1]))
        self._named = named
        self._names = names
        self._known: dict[str, tuple[str, str]] = {}

    def summary(self) -> Summary:
        """Return how much differs."""
        kinds = self._ledger.counts()
        added, removed, changed, renamed = (sum(of.get(verb, 0) for of in kinds.values()) for verb in VERBS)
        more, less = self._ledger.statements()
        return Summary(added, removed, changed, renamed, more, less, kinds, self._ledger.sources())

    def count(self, wanted: Wanted) -> int:
        """Return how many things are wanted."""
        return self._ledger.count(wanted)

    def page(self, wanted: Wanted, offset: int = 0, limit: int = 50, lang: str = "en") -> list[Difference]:
        """Return some of the things that are wanted, by kind, verb and IRI."""
        return list(self._told(self._ledger.things(wanted, offset, limit), lang))

    def all(self, wanted: Wanted, lang: str) -> Iterator[Difference]:
        """Yield all things that are wanted, as a stream."""
        return self._told(self._ledger.things(wanted), lang)

    def of(self, iri: str, lang: str) -> Difference | None:
        """Return what differs about one thing."""
        return next(iter(self._told(self._ledger.about(iri), lang)), None)

    def patch(self) -> Iterator[bytes]:
        """Yield the difference as RDF Patch 1 (RDF Delta), removals first: applied to one side it gives the other."""
        yield b"TX .\n"
        for signs, letter in (((-1,), b"D "), ((1,), b"A ")):
            for _, line in quads(*self._sides, signs):
                yield letter + line
        yield b"TC .\n"

    def added(self) -> Iterator[bytes]:
        """Yield what was added as N-Quads."""
        return (line for _, line in quads(*self._sides, (1,)))

    def removed(self) -> Iterator[bytes]:
        """Yield what was removed as N-Quads."""
        return (line for _, line in quads(*self._sides, (-1,)))

    def _told(self, things: Iterator[Thing], lang: str) -> Iterator[Difference]:
        while some := list(islice(things, _AT_ONCE)):
            label = self._labels(some, lang)
            rows = (self._rows(some, 0), self._rows(some, 1))
            for thing in some:
                yield self._difference(thing, label, rows, lang)

    def _labels(self, things: Sequence[Thing], lang: str) -> Callable[[str], str]:
        terms = {text for thing in things for line in thing.lines for text in (line.predicate, line.object)}
        iris = {text[1:-1] for text in terms if text.startswith("<")}
        iris |= {iri for thing in things if not _tells_names(thing) for iri in (thing.iri, thing.former) if iri}
        found = dict(self._named(iris, lang))
        missing = [iri for iri in iris if _nameless(iri, found.get(iri, ""))]
        for iri, names in self._ledger.called(missing).items():
            found[iri] = _best(names, lang)
        return lambda iri: found.get(iri) or shortened(iri)

    def _rows(self, things: Sequence[Thing], at: int) -> dict[tuple[str, str], list[tuple[Path, int, int]]]:
        """Return, by source and thing, the rows of one side."""
        wanted: dict[str, set[str]] = {}
        for thing in things:
            for line in thing.lines:
                source = self._split(line.graph)[0]
                wanted.setdefault(source, set()).add(_subject(thing, at))
        return {
            (source, iri): rows
            for source, iris in wanted.items()
            for iri, rows in self._origins[at].rows(source, iris).items()
        }

    def _split(self, graph: str) -> tuple[str, str]:
        """Return source and evidence of a graph, empty for one of authored files; there are few."""
        if graph not in self._known:
            self._known[graph] = self._names.split(graph) or ("", "")
        return self._known[graph]

    def _difference(
        self,
        thing: Thing,
        label: Callable[[str], str],
        rows: tuple[Mapping[tuple[str, str], list[tuple[Path, int, int]]], ...],
        lang: str,
    ) -> Difference:
        found = []
        for pair in _paired(thing.lines):
            line = pair[1] or pair[0]
            assert line is not None  # noqa: S101  (a pair has one of the two)
            predicate = line.predicate[1:-1]
            source, evidence = self._split(line.graph)
            cells = []
            for at, side in enumerate(pair):
                origin = self._split(side.graph)[0] if side else ""
                there = rows[at].get((origin, _subject(thing, at)), []) if side else []
                language = _language(side.object) if side else ""
                cells.append(self._origins[at].cells(there, predicate, language) if there else ())
            old, new = (side.object if side else "" for side in pair)
            alteration = Alteration(
                predicate, label(predicate), old, new, _words(old, label), _words(new, label), source, evidence,
                before=cells[0], after=cells[1],
            )  # fmt: skip
            if pair[0] and pair[1] and old == new:
                former = (self._names.split(pair[0].graph) or ("", pair[0].graph))[1]
                alteration = replace(alteration, former_evidence=former)
            found.append(alteration)
        former_label = label(thing.former) if thing.former else ""
        name = label(thing.iri)
        if thing.verb == "renamed" and not thing.former:
            name, former_label = _names_of(thing, name, lang)
        return Difference(thing.iri, name, thing.kind, thing.verb, thing.former, former_label, tuple(found))


def _tells_names(thing: Thing) -> bool:
    """Tell whether the names of a thing, before and now, stand in what differs: nobody is asked for them then."""
    if thing.verb != "renamed" or thing.former:
        return False
    return {line.sign for line in thing.lines if line.predicate in LABELS} == {1, -1}


def _nameless(iri: str, label: str) -> bool:
    """Tell whether a label is but the IRI shortened; most are not, and that is seen by their end."""
    return not label or (iri.endswith(label.rpartition(":")[2]) and label == shortened(iri))


def _subject(thing: Thing, at: int) -> str:
    return thing.former if thing.former and at == 0 else thing.iri


def _paired(lines: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Yield pairs of what was and what is: the same value elsewhere, then values of one property and language."""
    by_predicate: dict[str, tuple[list[Line], list[Line]]] = {}
    for line in lines:
        by_predicate.setdefault(line.predicate, ([], []))[line.sign > 0].append(line)
    for gone, come in by_predicate.values():
        yield from _same(gone, come)
        sides: dict[str, tuple[list[Line], list[Line]]] = {}
        for line in (*gone, *come):
            sides.setdefault(_manner(line), ([], []))[line.sign > 0].append(line)
        for _, (old, new) in sorted(sides.items()):
            if len(old) == len(new) == 1:
                yield old[0], new[0]
                continue
            yield from ((line, None) for line in old)
            yield from ((None, line) for line in new)


def _same(gone: list[Line], come: list[Line]) -> Iterator[tuple[Line, Line]]:
    """Yield and take out what only moved from one graph to another."""
    for line in list(gone):
        there = next((other for other in come if other.object == line.object), None)
        if there is not None:
            gone.remove(line)
            come.remove(there)
            if there.graph != line.graph:
                yield line, there


def _manner(line: Line) -> str:
    """Return what two values must share to be one before and after: both IRIs, or texts of one language."""
    if not line.object.startswith('"'):
        return "uri"
    return _language(line.object) or "literal"


def _language(text: str) -> str:
    end = text.rpartition('"')[2]
    return end[1:] if end.startswith("@") else ""


def _words(text: str, label: Callable[[str], str]) -> str:
    term = parsed(text) if text else Term("literal", "")
    return label(term.value) if term.kind == "uri" else term.value


def _best(names: Sequence[str], lang: str) -> str:
    terms = [parsed(name) for name in names]
    ranks = {"ru": 1, "en": 1, "": 2} | {lang: 0}
    return min(terms, key=lambda term: (ranks.get(term.language, 3), term.value)).value


def _names_of(thing: Thing, name: str, lang: str) -> tuple[str, str]:
    """Return the name now and the name before of a thing whose name changed, in a language where it has one."""
    sides = [
        [line.object for line in thing.lines if line.sign == sign and line.predicate in LABELS] for sign in (1, -1)
    ]
    new, old = (_best(texts, lang) if texts else name for texts in sides)
    return new, old
