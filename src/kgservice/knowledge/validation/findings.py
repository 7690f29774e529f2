"""Shapes evaluated over statements, every result a finding that can speak, grouped by cause and within limits."""

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, cast

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import BNode, Node

from kgservice.errors import KgError, QueryTimeout
from kgservice.knowledge.validation.expectations import expected
from kgservice.knowledge.validation.reads import Reads
from kgservice.knowledge.validation.speech import named
from kgservice.knowledge.validation.trails import Change, ChangeTooLarge, Told, Trail, key
from kgservice.report import Finding, Report, Severity, Text
from kgservice.shacl import (
    Answers,
    Below,
    Check,
    Focus,
    Origin,
    Result,
    ShapeUnsupported,
    affected,
    closure,
    compile_shapes,
    subclasses,
)
from kgservice.shacl import validate as results
from kgservice.terms import shortened

_SEVERITIES = {str(SH.Violation): Severity.VIOLATION, str(SH.Warning): Severity.WARNING, str(SH.Info): Severity.INFO}
_SPARQL = str(SH.SPARQLConstraintComponent)
_IRI = re.compile(r"<[^<>]*>")
_NAME = re.compile(r"https?://[^\s#]+#[\w-]+")
_SHARE = 20  # a cause may always tell this part of the cap, however much the causes before it told


def validate(shapes: Iterable[Path], answers: Answers, known: Iterable[Finding] | None = None) -> list[Finding]:
    """Return what breaks the shapes (SHACL 3) in the default graph that `answers` answers over, without a limit.

    Shapes, `known` and the order of findings are those of `Rules`.

    Raises:
        AuthoredInvalid: a shape is ill-formed.
    """
    return list(Rules(shapes).check(answers, None if known is None else Report(tuple(known))).findings)


class Rules:
    """The shapes of a release, given as N-Triples files, packed or not; `reads`, if it is known, is what they read."""

    def __init__(self, shapes: Iterable[Path], reads: Reads | None = None) -> None:
        self._shapes = _graph(shapes)
        self._known_reads = reads
        self._checks: tuple[Below, list[Check], dict[str, ShapeUnsupported]] | None = None
        self._remedies: dict[str, Text | None] = {}
        self._expectations: dict[tuple[str, str], Text | None] = {}

    def check(
        self,
        answers: Answers,
        known: Report | None = None,
        cap: int | None = None,
        trail: Trail | None = None,
        change: Change | None = None,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Report:
        """Return what breaks the shapes in the default graph that `answers` answers over.

        With `known`, the report over the known statements, `answers` speaks of known and illustrative ones together,
        and only what is not in `known` comes back, as illustrative; causes that `known` had to cut are not asked again.
        Findings come by shape, focus, path, value, each once; at most `cap`, of every cause some, `omitted` and
        `omitted:<rule>` count the rest. A shape that nothing can evaluate, or whose query is ended for the time it
        takes, is a finding. `trail` is filled; with `change` only its focus is looked at. `tell` hears (done, total).

        Raises:
            AuthoredInvalid: a shape is ill-formed.
            ChangeTooLarge: with `change`, when one constraint alone finds more than `cap`.
        """
        trail = Trail() if trail is None else trail
        seen = {key(finding) for finding in known.findings} if known else set()
        found: dict[str, list[Finding]] = defaultdict(list)
        omitted: Counter[str] = Counter()
        kept = 0
        checks, left = self._compiled(answers)

        def note(told: Told) -> bool:
            trail.told.append(told)
            if key(told.finding) in seen:
                return False
            seen.add(key(told.finding))
            found[told.finding.rule].append(told.finding)
            return True

        for told in change.standing(left) if change else ():
            kept += note(replace(told, finding=replace(told.finding, illustrative=known is not None)))
        for number, check in enumerate(checks):
            tell(number, len(checks))
            if known and f"omitted:{self._rule(check.origin)}" in known.counts:
                trail.whole = False
                continue
            room = None if cap is None else cap if change else max(cap - kept, cap // _SHARE, 1)
            for told in self._of(check, answers, known is not None, room, omitted, change):
                kept += note(told)
        for told in self._of_slices(left, answers, known is not None):
            note(told)
        trail.whole = trail.whole and not omitted and all(told.root for told in trail.told)
        return _report(found, omitted, cap)

    def _compiled(self, answers: Answers) -> tuple[list[Check], dict[str, ShapeUnsupported]]:
        """Return the checks, and the shapes that are none; they are the same while the subclasses are."""
        below = subclasses(answers)
        if self._checks is None or self._checks[0] != below:
            left: dict[str, ShapeUnsupported] = {}
            self._checks = below, compile_shapes(self._shapes, answers, left, below), left
        return self._checks[1], self._checks[2]

    def reach(self, delta: Iterable[tuple[str, str, str]], union: Answers) -> Focus:
        """Return the target nodes of each shape whose verdict a change may change, as `shacl.affected` does."""
        return affected(self.reads, delta, union)

    @cached_property
    def reads(self) -> Reads:
        """Return what the verdicts of each shape depend on, as `shacl.closure` does; raises as it does."""
        return closure(self._shapes) if self._known_reads is None else self._known_reads

    def _of(
        self,
        check: Check,
        answers: Answers,
        illustrative: bool,
        room: int | None,
        omitted: Counter[str],
        change: Change | None,
    ) -> Iterator[Told]:
        rule = self._rule(check.origin)
        try:
            limit = None if room is None else room + 1
            if change:
                found = list(results([check], answers, change.focus, limit))
                if len(found) == limit:
                    raise ChangeTooLarge
                foreign = change.foreign({result.target for result in found})
                for result in found:
                    if result.target not in foreign:
                        yield Told(result.origin.root, result.target, self._finding(result, illustrative))
                return
            more = False
            for number, result in enumerate(results([check], answers, limit=limit), 1):
                more = number == limit
                if not more:
                    yield Told(result.origin.root, result.target, self._finding(result, illustrative))
            if more and room is not None:
                omitted[rule] += int(_number(answers, check.count())) - room
        except KgError as error:
            yield self._unevaluated(rule, error, illustrative)

    def _of_slices(self, left: Mapping[str, ShapeUnsupported], answers: Answers, illustrative: bool) -> Iterator[Told]:
        for root, error in left.items():
            yield from self._of_slice(root, error, answers, illustrative)

    def _of_slice(self, root: str, refused: ShapeUnsupported, answers: Answers, illustrative: bool) -> Iterator[Told]:
        from kgservice.knowledge.validation import slices  # pyshacl is slow to load, and our shapes are all compiled

        try:
            for result in slices.validate(self._shapes, root, answers):
                yield Told(root, result.target, self._finding(result, illustrative))
        except KgError as error:
            rule = named(self._shapes, _node(root))
            yield self._unevaluated(rule, error, illustrative, str(refused))

    def _finding(self, result: Result, illustrative: bool) -> Finding:
        rule = self._rule(result.origin)
        path = result.path or ""
        return Finding(
            rule=rule,
            severity=_SEVERITIES.get(result.origin.severity, Severity.VIOLATION),
            text=_text(result, rule),
            remedy=self._remedies[rule],
            focus=_bare(result.focus),
            path=_bare(path) if _IRI.fullmatch(path) else "",
            value=result.value or "",
            illustrative=illustrative,
            component=result.origin.component,
            expected=self._expected(result.origin),
        )

    def _expected(self, origin: Origin) -> Text | None:
        asked = origin.shape, origin.component
        if asked not in self._expectations:
            self._expectations[asked] = expected(self._shapes, _node(origin.shape), origin.component)
        return self._expectations[asked]

    def _unevaluated(self, rule: str, error: KgError, illustrative: bool, refused: str = "") -> Told:
        text = Text(
            "The shape {rule} was not evaluated. {reason}",
            {"rule": shortened(rule), "reason": _NAME.sub(lambda iri: shortened(iri[0]), f"{refused} {error}".strip())},
        )
        if isinstance(error, QueryTimeout) and not refused:
            text = Text(
                "The shape {rule} was not evaluated: its query took longer than {limit} s and was ended.",
                {"rule": shortened(rule), "limit": error.params["limit"]},
            )
        finding = Finding(
            rule=rule,
            severity=Severity.VIOLATION,
            text=text,
            remedy=Text("Write the shape so that it can be evaluated, or take it out of the shapes."),
            illustrative=illustrative,
        )
        return Told("", "", finding)

    def _rule(self, origin: Origin) -> str:
        shape = _speaker(self._shapes, origin)
        rule = named(self._shapes, shape)
        if rule not in self._remedies:
            self._remedies[rule] = _remedy(self._shapes, shape)
        return rule


def _report(found: dict[str, list[Finding]], omitted: Counter[str], cap: int | None) -> Report:
    """Cut to the cap: every cause keeps what it has up to the same number, which leaves none out."""
    if cap is not None and sum(map(len, found.values())) > cap:
        rest, share = cap, 0
        for left, size in zip(range(len(found), 0, -1), sorted(map(len, found.values())), strict=True):
            share = max(rest // left, 1)
            rest -= min(size, share)
        for rule, group in found.items():
            omitted[rule] += max(len(group) - share, 0)
            found[rule] = sorted(group, key=key)[:share]
    counts = {f"omitted:{rule}": n for rule, n in sorted(omitted.items()) if n > 0}
    if counts:
        counts["omitted"] = sum(counts.values())
    return Report(tuple(sorted((finding for group in found.values() for finding in group), key=key)), counts)


def _number(answers: Answers, query: str) -> str:
    (row,) = islice(answers(query), 1)
    return (row[0] or '"0"').split('"')[1]


def _graph(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            graph.parse(cast(IO[bytes], file), format="nt")
    return graph


def _text(result: Result, rule: str) -> Text:
    messages = {tag or "en": text for tag, text in result.messages.items()}
    if messages:
        return Text(messages.get("en") or next(iter(messages.values())), translations=messages)
    component = result.origin.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    return Text("The rule {rule} is broken ({component}).", {"rule": shortened(rule), "component": component})


def _remedy(shapes: Graph, shape: Node) -> Text | None:
    spoken = [node for node in shapes.objects(shape, SH.description) if isinstance(node, Literal)]
    texts = {node.language or "en": str(node) for node in sorted(spoken, key=str)}
    return Text(texts.get("en") or next(iter(texts.values())), translations=texts) if texts else None


def _speaker(shapes: Graph, origin: Origin) -> Node:
    """Return the node that has the message: the shape, or its SPARQL constraint."""
    shape = _node(origin.shape)
    for constraint in shapes.objects(shape, SH.sparql) if origin.component == _SPARQL else ():
        texts = {str(node) for node in shapes.objects(constraint, SH.message)}
        if texts == set(origin.messages.values()):
            return constraint
    return shape


def _node(label: str) -> Node:
    return URIRef(_bare(label)) if label.startswith("<") else BNode(label[2:])


def _bare(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term
