"""Finds what follows from a preview by asking the current release and the preview the same; runs in a job."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from kgservice.actions.content import Content
from kgservice.actions.impact import Broken, Found, Impact, Measure, Question
from kgservice.actions.measuring import TIES
from kgservice.actions.preview import Progress
from kgservice.actions.show import Kept, show
from kgservice.errors import EngineCrash, QueryInvalid, QueryTimeout
from kgservice.knowledge.library import Library, LibraryQuery
from kgservice.knowledge.measures import measures
from kgservice.releases.ledger import Ledger, Wanted
from kgservice.releases.statements import file_name, lines
from kgservice.report import Finding
from kgservice.settings import Settings
from kgservice.sparql import parse
from kgservice.store.branches import Reading
from kgservice.store.patience import Patience, Row

_SECONDS = 10.0  # of one question on one side
_ALL = 240.0  # seconds of all questions
_ROWS = 50_000  # of an answer that is compared
_SHOWN = 20
_BREAKING = 2_000  # removed things whose links are looked for
_AT_ONCE = 200
_LARGE = 300_000  # statements past which measures are not computed twice
_GRAPHS = ("construct", "describe")
_COLUMNS = {**dict.fromkeys(_GRAPHS, ("subject", "predicate", "object")), "ask": ("answer",)}
_VALUE = re.compile(r"<([^>]*)> <[^>]*#(value|about|indicator)> (.*) \.")


class Consequences:
    """Finds impacts; `library` are the questions of the content folder."""

    def __init__(self, content: Content, library: Library, settings: Settings) -> None:
        self._content = content
        self._library = library
        self._settings = settings

    def find(self, found: Kept, tell: Progress) -> Impact:
        """Return the impact of a kept preview."""
        begun = time.monotonic()
        tell("Making the preview's store", 0, 0)
        store = show(found, self._content)
        before = found.parent.store if found.parent and found.parent.store.is_dir() else None
        seconds = min(_SECONDS, self._settings.query_seconds)
        sides = [Patience(Reading(path).rows, seconds) if path else None for path in (before, store)]
        try:
            questions = tuple(self._questions(sides, tell))
            gone = self._gone(found)
            broken = list(self._broken(sides[1], gone))
        finally:
            for side in sides:
                if side:
                    side.end()
        tell("Comparing the measures", 0, 0)
        moved, unfinished = self._measures(found)
        late = ["questions"] if any(one.state == "late" for one in questions) else []
        return Impact(
            found.content_hash, round(time.monotonic() - begun, 1), not (late or unfinished), questions,
            tuple(moved[:_SHOWN]), len(moved), tuple(_findings(found)), tuple(broken[: 5 * _SHOWN]), len(broken),
            _waivers(found), (*late, *unfinished),
        )  # fmt: skip

    def _questions(self, sides: list[Patience | None], tell: Progress) -> Iterator[Question]:
        queries = list(self._library.queries.values())
        begun = time.monotonic()
        for done, query in enumerate(queries):
            tell("Asking the questions", done, len(queries))
            if time.monotonic() - begun > _ALL:
                yield Question(query.name, "late")
            else:
                yield self._asked(query, sides)
        tell("Asking the questions", len(queries), len(queries))

    def _asked(self, query: LibraryQuery, sides: list[Patience | None]) -> Question:
        text = self._library.fill(query.name, {})
        try:
            answers = [list(islice(side.rows(text), _ROWS + 1)) if side else [] for side in sides]
        except (QueryInvalid, EngineCrash):
            return Question(query.name, "refused")
        except QueryTimeout:
            return Question(query.name, "late")
        if any(len(rows) > _ROWS for rows in answers):
            return Question(query.name, "late", min(len(answers[0]), _ROWS), min(len(answers[1]), _ROWS))
        old, new = (Counter(map(_row, rows)) for rows in answers)
        if query.form in _GRAPHS:  # an answer that is a graph is a set
            old, new = Counter(set(old)), Counter(set(new))
        added, removed = list((new - old).elements()), list((old - new).elements())
        told = Question(query.name, "same", len(answers[0]), len(answers[1]))
        if not added and not removed:
            return told
        columns = tuple(parse(text, update=False).variables) if query.form == "select" else _COLUMNS[query.form]
        return replace(
            told, state="changed", columns=columns, added=tuple(added[:_SHOWN]), removed=tuple(removed[:_SHOWN]),
            added_count=len(added), removed_count=len(removed),
        )  # fmt: skip

    def _gone(self, found: Kept) -> set[str]:
        """Return the things that are not there any more, under the IRI that others know."""
        book = Ledger(found.ledger)
        removed = [thing.iri for thing in islice(book.things(Wanted(verb="removed")), _BREAKING)]
        renamed = (thing.former for thing in book.things(Wanted(verb="renamed")) if thing.former)
        return {*removed, *islice(renamed, _BREAKING)}

    def _broken(self, side: Patience | None, gone: set[str]) -> Iterator[Broken]:
        """Yield the statements that lead to things which are gone, and the redirects that do."""
        waiting = iter(sorted(gone))
        while side and (part := list(islice(waiting, _AT_ONCE))):
            values = " ".join(f"<{iri}>" for iri in part)
            computed = f"FILTER NOT EXISTS {{ GRAPH <{self._content.graphs.measures}> {{ ?s ?p ?gone }} }}"
            query = f"SELECT DISTINCT ?s ?p ?gone WHERE {{ VALUES ?gone {{ {values} }} ?s ?p ?gone {computed} }}"
            try:
                for subject, predicate, thing in side.rows(query):
                    if subject and predicate and thing:
                        yield Broken(thing[1:-1], "link", subject[1:-1], predicate[1:-1])
            except (QueryTimeout, QueryInvalid, EngineCrash):
                return
        for merged, into in self._content.replaced().items():
            if into.strip("<>") in gone:
                yield Broken(into.strip("<>"), "redirect", merged.strip("<>"))

    def _measures(self, found: Kept) -> tuple[list[Measure], tuple[str, ...]]:
        """Return the measures that move; none are computed where no tie of the network changes."""
        if not Ledger(found.ledger).tells(TIES):
            return [], ()
        seen = found.preview()
        if sum(found.triples for found in seen.graphs.values()) > _LARGE:
            return [], ("measures",)
        graph = self._content.graphs.measures
        path = found.parent.path / "dumps" / f"{file_name(graph, self._settings.base)}.nt.gz" if found.parent else None
        old = _values(line.decode().rstrip() for line in lines(path)) if path and path.exists() else {}
        new = _values(measures(lines(Path(seen.known.file)), self._settings.base, 0))
        moved = [
            Measure(*key, old.get(key, ""), new.get(key, ""))
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        ]
        return moved, ()


def _row(row: Row) -> tuple[str, ...]:
    """Return a row to be compared: a blank node is another one in each answer."""
    return tuple("_:" if value and value.startswith("_:") else value or "" for value in row)


def _values(statements: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return the value of each organization and indicator that measures (N-Triples) speak of."""
    said: dict[str, dict[str, str]] = {}
    for text in statements:
        if match := _VALUE.fullmatch(text):
            said.setdefault(match[1], {})[match[2]] = match[3]
    return {
        (one["about"][1:-1], one["indicator"][1:-1]): one["value"].partition('"^^')[0].lstrip('"')
        for one in said.values()
        if {"about", "indicator", "value"} <= {*one}
    }


def _findings(found: Kept) -> Iterator[Found]:
    """Yield the rules whose findings come or go; of conversions only those of sources that the draft changed."""
    changed = {*found.draft.imports}
    heads = [found.parent.report() if found.parent else None, found.draft.report()]
    sides = [
        Counter(_key(one) for one in (head.findings if head else ()) if one.focus or one.source in changed)
        for head in heads
    ]
    new, gone = sides[1] - sides[0], sides[0] - sides[1]
    for rule, severity in sorted({key[:2] for key in (*new, *gone)}):
        counts = [sum(n for key, n in side.items() if key[:2] == (rule, severity)) for side in (new, gone)]
        yield Found(rule, severity, *counts)


def _key(one: Finding) -> tuple[str, str, str, str, str]:
    return one.rule, one.severity.value, one.focus, one.path, one.value


def _waivers(found: Kept) -> tuple[str, ...]:
    reports = [found.parent.report() if found.parent else None, found.draft.report()]
    before, after = ({one.waived for one in r.findings if one.waived} if r else set() for r in reports)
    return tuple(sorted(before - after))
