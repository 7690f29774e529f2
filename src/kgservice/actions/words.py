"""The words of a release for pages: modules of the ontology, vocabularies and rules, read from its own graphs."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kgservice.actions.ask import Ask
from kgservice.actions.wording import Said, Texts, told
from kgservice.terms import PREFIXES, Graphs, Term, iri

_OWL, _RDFS, _SKOS, _SH, _DC = (PREFIXES[name] for name in ("owl", "rdfs", "skos", "sh", "dcterms"))
_KINDS = {"Class": "class", "ObjectProperty": "object", "DatatypeProperty": "data", "AnnotationProperty": "annotation"}
_MATCHES = tuple(_SKOS + name for name in ("closeMatch", "exactMatch", "broadMatch", "relatedMatch"))
_REMOTE_SECONDS = 60
_MODULE = "https://w3id.org/kgservice/ontology"
_Counts = Mapping[str, Mapping[str, Term]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a shape."""

    iri: str
    targets: tuple[str, ...]
    path: str
    name: Texts
    message: Texts
    remedy: Texts
    severity: str
    """`Violation`, `Warning` or `Info`."""


@dataclass(frozen=True, slots=True)
class Word:
    """One term of the ontology."""

    iri: str
    kind: str
    """`class`, `object`, `data` or `annotation`."""
    module: str
    label: Texts
    definition: Texts
    example: Texts
    sources: tuple[str, ...]
    above: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]
    meaning: Texts
    """What it is equivalent to, as a sentence; empty for most."""
    matches: tuple[str, ...]
    count: int
    """Things of a class, or statements with a property, in the release."""
    invented: int
    """As many more in illustrative rows."""
    sample: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the ontology with its terms in alphabetical order."""

    iri: str
    title: Texts
    abstract: Texts
    version: str
    """IRI of this version."""
    changes: Texts
    """What is new in it."""
    words: tuple[Word, ...]

    @property
    def slug(self) -> str:
        """Return the last part of the IRI; `general` for the ontology itself."""
        return self.iri.removeprefix(_MODULE).lstrip("/") or "general"


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept of a vocabulary and how many statements use it."""

    iri: str
    label: Texts
    definition: Texts
    notation: str
    sources: tuple[str, ...]
    broader: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """A vocabulary."""

    iri: str
    title: Texts
    definition: Texts
    concepts: tuple[Concept, ...]

    @property
    def slug(self) -> str:
        """Return the last part of the IRI."""
        return self.iri.rpartition("/")[2]


@dataclass(frozen=True)
class Lexicon:
    """All words of one release."""

    modules: tuple[Module, ...]
    schemes: tuple[Scheme, ...]
    rules: tuple[Rule, ...]
    labels: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def _all(self) -> Iterator[Word]:
        return (word for module in self.modules for word in module.words)

    def below(self, word: str) -> list[Word]:
        """Return the terms directly below one."""
        return [other for other in self._all if word in other.above]

    def used_with(self, word: str) -> list[Word]:
        """Return the properties whose domain names a class."""
        return [other for other in self._all if word in other.domain]

    def rules_for(self, word: str) -> list[Rule]:
        """Return the rules for a class, or about a property."""
        return [rule for rule in self.rules if word in rule.targets or word == rule.path]


class Words:
    """Reads the words of a release once and keeps them until the next one."""

    def __init__(self, ask: Ask, base: str) -> None:
        self._ask = ask
        self._names = Graphs(base)
        self._guard = threading.Lock()
        self._kept: tuple[int, float, Lexicon] | None = None

    def lexicon(self) -> Lexicon:
        """Return the words of the current release; those of a remote store are asked again after a minute."""
        current = self._ask.current()
        release, now = current.id if current else 0, time.monotonic()
        with self._guard:
            if self._kept and self._kept[0] == release and (release or now - self._kept[1] < _REMOTE_SECONDS):
                return self._kept[2]
        found = self._read()
        with self._guard:
            self._kept = (release, now, found)
        return found

    def _read(self) -> Lexicon:
        ontology, vocabularies, shapes = (
            Said(self._ask.rows(f"SELECT ?s ?p ?o WHERE {{ GRAPH {iri(graph)} {{ ?s ?p ?o }} }}"))
            for graph in (self._names.ontology, self._names.vocabularies, self._names.shapes)
        )
        labels = _labels(ontology) | _labels(vocabularies)
        counts = {row["t"].value: row for row in self._ask.rows(_counted("{}"))}
        invented = {
            row["t"].value: row for row in self._ask.rows(_counted(f"GRAPH {iri(self._names.illustrative)} {{}}"))
        }
        modules = sorted(name for name in ontology.subjects(_OWL + "Ontology") if "/alignments/" not in name)
        words = list(_words(ontology, labels, counts, invented))
        schemes = sorted(vocabularies.subjects(_SKOS + "ConceptScheme"))
        return Lexicon(
            tuple(_module(ontology, name, words) for name in modules),
            tuple(_scheme(vocabularies, name, counts) for name in schemes),
            tuple(sorted(_rules(shapes), key=lambda rule: rule.iri)),
            labels,
        )


def _counted(within: str) -> str:
    """Return the query that counts what each word is used for, of statements in the graph that `within` names."""
    cases = (
        f'?s a ?t FILTER(STRSTARTS(STR(?t), "{PREFIXES["kg"]}"))',
        f'?s ?t ?o FILTER(STRSTARTS(STR(?t), "{PREFIXES["kg"]}"))',
        f'?s ?p ?t FILTER(STRSTARTS(STR(?t), "{PREFIXES["kgv"]}") && !STRSTARTS(STR(?s), "{PREFIXES["kgv"]}"))',
    )
    found = " UNION ".join(f"{{ {within.replace('{}', '{ ' + case + ' }')} }}" for case in cases)
    return f"SELECT ?t (COUNT(*) AS ?n) (SAMPLE(?s) AS ?one) WHERE {{ {found} }} GROUP BY ?t"


def _labels(said: Said) -> dict[str, Texts]:
    kinds = (*(_OWL + kind for kind in _KINDS), _SKOS + "Concept")
    return {name: said.texts(name, _RDFS + "label") for kind in kinds for name in said.subjects(kind)}


def _words(said: Said, labels: Mapping[str, Texts], counts: _Counts, invented: _Counts) -> Iterable[Word]:
    for kind, named in _KINDS.items():
        for name in said.subjects(_OWL + kind):
            if not name.startswith(PREFIXES["kg"]):
                continue
            equivalent = [*said.terms(name, _OWL + "equivalentClass")]
            found, more = counts.get(name, {}), invented.get(name, {})
            yield Word(
                iri=name,
                kind=named,
                module=next(iter(said.iris(name, _RDFS + "isDefinedBy")), ""),
                label=labels.get(name, {}),
                definition=said.texts(name, _SKOS + "definition"),
                example=said.texts(name, _SKOS + "example"),
                sources=said.iris(name, _DC + "source"),
                above=_above(said, name),
                domain=_classes(said, name, _RDFS + "domain"),
                range=_classes(said, name, _RDFS + "range") or said.iris(name, PREFIXES["kg"] + "valueDatatype"),
                meaning={lang: told(said, term, labels, lang) for term in equivalent[:1] for lang in ("en", "ru")},
                matches=tuple(match for property_ in _MATCHES for match in said.iris(name, property_)),
                count=int(found["n"].value) if found else 0,
                invented=int(more["n"].value) if more else 0,
                sample=(found or more)["one"].value if "one" in (found or more) else "",
            )


def _above(said: Said, name: str) -> tuple[str, ...]:
    """The terms directly above one: as stated, and the classes that its definition joins."""
    stated = said.iris(name, _RDFS + "subClassOf") + said.iris(name, _RDFS + "subPropertyOf")
    heads = [
        h
        for term in said.terms(name, _OWL + "equivalentClass")
        for h in said.terms(term.value, _OWL + "intersectionOf")
    ]
    joined = [member.value for head in heads for member in said.members(head.value) if member.kind == "uri"]
    return tuple(dict.fromkeys((*stated, *joined)))


def _classes(said: Said, name: str, on: str) -> tuple[str, ...]:
    """The classes of a domain or range, those of a union one by one."""
    found = list(said.iris(name, on))
    for term in said.terms(name, on):
        for head in said.terms(term.value, _OWL + "unionOf"):
            found += [member.value for member in said.members(head.value)]
    return tuple(found)


def _module(said: Said, name: str, words: Iterable[Word]) -> Module:
    own = sorted((word for word in words if word.module == name), key=lambda word: (word.kind != "class", word.iri))
    version, changes = next(iter(said.iris(name, _OWL + "versionIRI")), ""), said.texts(name, _SKOS + "changeNote")
    title, abstract = said.texts(name, _DC + "title"), said.texts(name, _DC + "abstract")
    return Module(name, title, abstract, version, changes, tuple(own))


def _scheme(said: Said, name: str, counts: _Counts) -> Scheme:
    members = [one for one in said.subjects(_SKOS + "Concept") if name in said.iris(one, _SKOS + "inScheme")]
    concepts = tuple(
        Concept(
            one,
            said.texts(one, _RDFS + "label"),
            said.texts(one, _SKOS + "definition"),
            said.text(one, _SKOS + "notation"),
            said.iris(one, _DC + "source"),
            said.iris(one, _SKOS + "broader"),
            int(counts[one]["n"].value) if one in counts else 0,
        )
        for one in members
    )
    return Scheme(name, said.texts(name, _DC + "title"), said.texts(name, _SKOS + "definition"), concepts)


def _rules(said: Said) -> Iterable[Rule]:
    for shape in said.subjects(_SH + "NodeShape"):
        targets = said.iris(shape, _SH + "targetClass")
        for rule in said.iris(shape, _SH + "property"):
            path = next(iter(said.iris(rule, _SH + "path")), "")
            yield _rule(said, rule, targets, path, rule)
        for constraint in said.terms(shape, _SH + "sparql"):
            yield _rule(said, shape, targets, "", constraint.value)


def _rule(said: Said, name: str, targets: tuple[str, ...], path: str, speaker: str) -> Rule:
    message = said.texts(speaker, _SH + "message") or said.texts(name, _SH + "message")
    severity = next(iter(said.iris(name, _SH + "severity")), "Violation").rpartition("#")[2]
    return Rule(name, targets, path, said.texts(name, _SH + "name"), message,
                said.texts(name, _SH + "description"), severity)  # fmt: skip
