"""The rules that every authored word must obey, asked as queries; each finding names file and line."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

from kgservice.errors import AuthoredInvalid, QueryInvalid
from kgservice.knowledge.ontology import Authored, files
from kgservice.knowledge.turtle import canonical
from kgservice.report import Cell, Finding, Severity, Text
from kgservice.sparql import layout, parse
from kgservice.sparql.mentions import mentions, nearest
from kgservice.terms import PREFIXES, Term, shortened

Rows = Callable[[str], Iterable[Mapping[str, Term]]]
"""Answers a SELECT: a mapping of terms per solution, unbound variables left out."""

_GRAPH = "urn:kgservice:{}"
_MENTIONS = "urn:kgservice:mentions"
_OURS = re.compile(
    r"(?<![\w/:.#])kg:([A-Za-z]\w*)|https://w3id\.org/kgservice/((?:ontology#|vocabulary/)[\w/\-]*[\w])(?![{/])"
)
_HOME = "https://w3id.org/kgservice/"
_IRI = re.compile(r"https?://[^\s,;()]+")
_SAID = {"en": "{term} {fault}.", "ru": "{term} {russian}."}
_SUMMARY = re.compile(r"^#\+ summary: (.+)$", re.MULTILINE)
_RUSSIAN = re.compile(r"^#\+ summary-ru: (.+)$", re.MULTILINE)
_WARNING = re.compile(r"^#\+ severity: warning$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a sentence and a SELECT of ?focus, ?message and, in Russian, ?russian; every row is a finding."""

    name: str
    summary: str
    russian: str
    severity: Severity
    query: str
    path: Path


@dataclass
class Words:
    """All authored words of a content folder, as graphs that rules can ask."""

    content: Path
    authored: Mapping[str, tuple[Authored, ...]] = field(init=False)
    places: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    """Line of the first mention of a term, by file and term."""

    def __post_init__(self) -> None:
        self.authored = {name: files(self.content, name) for name in ("ontology", "vocabularies", "shapes")}

    def write(self, folder: Path) -> list[tuple[str | None, Path]]:
        """Write the words as N-Triples: a file per graph that rules name, and one (None) for the default graph."""
        graphs: dict[str | None, list[str]] = {None: []}
        for name, parts in self.authored.items():
            for part in parts:
                graph = "alignments" if part.path.parent.name == "alignments" else name
                text = part.graph.serialize(format="nt")
                graphs[None].append(text)
                graphs.setdefault(graph, []).append(text)
        for graph, path, term, line in self._mentions():
            name = str(path.relative_to(self.content))
            self.places.setdefault((name, term), line)
            graphs.setdefault(graph, []).append(f"<file:{name}> <{_MENTIONS}> <{term}> .\n")
        written: list[tuple[str | None, Path]] = []
        for named, texts in graphs.items():
            path = folder / f"{named or 'default'}.nt"
            path.write_text("".join(texts), encoding="utf-8")
            written.append((_GRAPH.format(named) if named else None, path))
        return written

    @cached_property
    def declared(self) -> frozenset[str]:
        """Return every subject that an authored file declares."""
        return frozenset(
            str(subject) for parts in self.authored.values() for part in parts for subject in part.graph.subjects()
        )

    def _mentions(self) -> Iterator[tuple[str, Path, str, int]]:
        for part in self.authored["shapes"]:
            for term, line in _named(part.text):
                yield "shape-mentions", part.path, term, line
        for path in sorted((self.content / "data").glob("*/*/mapping.*")):
            for near in (path, *sorted(path.parent.glob("lookups/*.csv"))):
                for term, line in _named(near.read_text(encoding="utf-8-sig")):
                    yield "mappings", near, term, line
        for path in sorted((self.content / "queries").glob("*/*.rq")):
            try:
                query = parse(path.read_text(encoding="utf-8"), update=False)
            except QueryInvalid:
                continue  # who reads the questions tells of it
            for mention in mentions(query):
                if mention.iri.startswith(_HOME):
                    yield "queries", path, mention.iri, mention.line

    def cell(self, focus: str, term: str) -> Cell:
        """Return the file and line where a focus is written about, or where a file mentions a term."""
        if focus.startswith("file:"):
            name = focus.removeprefix("file:")
            line = self.places.get((name, term), 0)
            return Cell(name, row=line, line=line)
        name, line = self._places.get(focus, ("", 0))
        return Cell(name, row=line, line=line)

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """File and line of every name: where it is a subject, else where it is first named."""
        whole = [(part, str(part.path.relative_to(self.content))) for part in chain(*self.authored.values())]
        places: dict[str, tuple[str, int]] = {}
        for part, name in whole:
            for iri, line in part.lines.items():
                places.setdefault(iri, (name, line))
        for part, name in whole:
            for iri, line in _named(part.text):
                places.setdefault(iri, (name, line))
        return places


def rules(content: Path) -> list[Rule]:
    """Read `ontology/hygiene/*.rq`. Raises AuthoredInvalid for a rule without a summary or that does not parse."""
    found = []
    for path in sorted((content / "ontology" / "hygiene").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        summary = _SUMMARY.search(text)
        if summary is None:
            raise AuthoredInvalid("{path}: the line #+ summary: … is missing. Add it.", path=str(path))
        russian = _RUSSIAN.search(text)
        severity = Severity.WARNING if _WARNING.search(text) else Severity.VIOLATION
        _parsed(path, text)
        found.append(Rule(path.stem, summary[1], russian[1] if russian else summary[1], severity, text, path))
    return found


def check(words: Words, rows: Rows) -> list[Finding]:
    """Return what breaks a rule, by rule and term; `rows` answers a SELECT over what `Words.write` wrote.

    Raises:
        AuthoredInvalid: a rule does not parse; names file and line.
    """
    return [finding for rule in rules(words.content) for finding in _broken(rule, words, rows)]


def form(words: Words, fix: bool = False) -> list[Finding]:
    """Return the authored files that are not in canonical form; with `fix` write them so and return none.

    A query that does not parse has no form; who reads the questions tells of it.
    """
    content, found = words.content, []
    for path, text, wanted in list(_forms(words)):  # all are read before one is written
        if wanted == text:
            continue
        if fix:
            path.write_text(wanted, encoding="utf-8")
            continue
        line = _first_difference(text, wanted)
        found.append(
            Finding(
                "form/not-canonical",
                Severity.WARNING,
                Text("The file is not in canonical form."),
                Text("kgservice check --fix writes it so."),
                (Cell(str(path.relative_to(content)), row=line, line=line),),
            )
        )
    return found


def _forms(words: Words) -> Iterator[tuple[Path, str, str]]:
    """Yield every authored file with its text and its canonical text."""
    for part in chain(*words.authored.values()):
        yield part.path, part.text, canonical(part.graph, part.text)
    content = words.content
    for path in (*sorted(content.glob("queries/*/*.rq")), *sorted(content.glob("ontology/hygiene/*.rq"))):
        text = path.read_text(encoding="utf-8")
        try:
            yield path, text, layout.canonical(text)
        except QueryInvalid:
            continue


def _text(row: Mapping[str, str]) -> Text:
    """Return what is wrong with what, as the rule's query puts it; IRIs are written short."""
    fault, russian = (_IRI.sub(lambda iri: shortened(iri[0]), row.get(name, "")) for name in ("message", "russian"))
    params = {"term": shortened(row["focus"].removeprefix("file:")), "fault": fault.rstrip("."), "russian": russian}
    return Text("{term} {fault}.", params, _SAID if russian else {})


def _broken(rule: Rule, words: Words, rows: Rows) -> Iterator[Finding]:
    found = [{name: term.value for name, term in row.items()} for row in rows(rule.query)]
    for row in sorted(found, key=lambda row: (row["focus"], row["message"])):
        focus, term = row["focus"], row.get("term", "")
        near = nearest(term, words.declared) if term else ""
        yield Finding(
            rule=f"hygiene/{rule.name}",
            severity=rule.severity,
            text=_text(row),
            remedy=Text("Perhaps {term} was meant.", {"term": shortened(near)})
            if near
            else Text(rule.summary, translations={"en": rule.summary, "ru": rule.russian}),
            cells=(words.cell(focus, term),),
            focus="" if focus.startswith("file:") else focus,
            value=f"<{term}>" if term else "",
        )


def _parsed(path: Path, text: str) -> None:
    try:
        query = parse(text, update=False)
    except QueryInvalid as error:
        raise AuthoredInvalid("{path}: {reason}", path=str(path), reason=str(error), line=error.line) from error
    if query.form != "select" or not {"focus", "message"} <= set(query.variables):
        raise AuthoredInvalid("{path}: a rule is a SELECT of ?focus and ?message.", path=str(path))


def _named(text: str) -> Iterator[tuple[str, int]]:
    """Find the terms of ours that a text names, comments left out, each with its line."""
    for at, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        for match in _OURS.finditer(line):
            yield (PREFIXES["kg"] + match[1] if match[1] else _HOME + match[2]), at


def _first_difference(text: str, wanted: str) -> int:
    pairs = zip(text.splitlines(), wanted.splitlines(), strict=False)
    return next(
        (at for at, (one, other) in enumerate(pairs, 1) if one != other), min(text.count("\n"), wanted.count("\n")) + 1
    )
