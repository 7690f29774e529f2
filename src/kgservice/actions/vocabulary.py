"""The words that a release knows: classes and properties with how often they are used, and their labels."""

import threading
from dataclasses import dataclass

from kgservice.actions.ask import Ask
from kgservice.actions.labels import Labels
from kgservice.errors import KgError
from kgservice.terms import PREFIXES, Graphs, iri, is_iri

_COUNTED = """SELECT ?kind ?term ?n WHERE {{ GRAPH {void} {{
  {{ ?dataset void:propertyPartition ?part . ?part void:property ?term ; void:triples ?n BIND("property" AS ?kind)
     FILTER NOT EXISTS {{ ?class void:class ?any ; void:propertyPartition ?part }} }}
  UNION
  {{ ?dataset void:classPartition ?part . ?part void:class ?term ; void:entities ?n BIND("class" AS ?kind) }}
}} }}"""
_DEFINED = """SELECT DISTINCT ?kind ?term WHERE {{ GRAPH {ontology} {{
  VALUES (?type ?kind) {{ (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property")
    (owl:AnnotationProperty "property") (rdf:Property "property") (rdfs:Class "class") }}
  ?term a ?type FILTER(ISIRI(?term)) }} }}"""
_HEAD = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("void", "owl", "rdf", "rdfs"))
_PLACES = ("?s {term} ?o", "?s ?p {term}", "{term} ?p ?o")
_LOOKED_UP = 50  # words at once
_REMEMBERED = 2000
MOST = 5000
"""Words that are told; the most used ones."""


@dataclass(frozen=True, slots=True)
class Known:
    """A word of a release; `count` is of statements for a property, of things for a class."""

    iri: str
    kind: str
    """`class` or `property`."""
    count: int
    label: str


class Vocabulary:
    """Reads the words of the current release, once for each release and language."""

    def __init__(self, ask: Ask, base: str) -> None:
        self._ask = ask
        self._names = Graphs(base)
        self._labels = Labels(ask, self._names)
        self._guard = threading.Lock()
        self._kept: dict[tuple[int, str], tuple[Known, ...]] = {}
        self._seen: tuple[int, dict[str, bool]] = (0, {})

    def known(self, lang: str) -> tuple[Known, ...]:
        """Return the words, most used first, with labels in a language; defined and unused ones come last.

        Raises:
            KgError: as `Ask.rows`.
        """
        release = self._ask.current()
        key = (release.id if release else 0, lang)
        with self._guard:
            if key in self._kept:
                return self._kept[key]
        found = self._read(lang)
        if release is not None:  # a remote store may change at any time
            with self._guard:
                self._kept = {kept: words for kept, words in self._kept.items() if kept[0] == key[0]} | {key: found}
        return found

    def unknown(self, iris: set[str], lang: str) -> set[str]:
        """Return those of some classes and properties that stand nowhere in the release, in no graph of it."""
        try:
            words = {word.iri for word in self.known(lang)}
            release = self._ask.current()
            if release is None:
                return set()
            # NOTE: VoID counts what sources and authors made; what the catalogue says is looked up, once
            seen = self._seen[1] if self._seen[0] == release.id else {}
            asked = sorted(name for name in iris - words - seen.keys() if is_iri(name))[:_LOOKED_UP]
            if asked:
                found = {row["term"].value for row in self._ask.rows(_somewhere(asked))}
                seen = dict(list(seen.items())[-_REMEMBERED:]) | {name: name in found for name in asked}
                self._seen = (release.id, seen)
        except KgError:
            return set()  # a look is not the place to tell that the store is down
        return {name for name in iris if seen.get(name) is False}

    def _read(self, lang: str) -> tuple[Known, ...]:
        counts: dict[tuple[str, str], int] = {}
        for row in self._ask.rows(_HEAD + _DEFINED.format(ontology=iri(self._names.ontology))):
            counts[row["term"].value, row["kind"].value] = 0
        for row in self._ask.rows(_HEAD + _COUNTED.format(void=iri(self._names.void))):
            key = (row["term"].value, row["kind"].value)
            counts[key] = max(counts.get(key, 0), int(row["n"].value))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST]
        labels = self._labels.of((term for (term, _), _ in ordered), lang)
        return tuple(Known(term, kind, count, labels[term]) for (term, kind), count in ordered)


def _somewhere(iris: list[str]) -> str:
    """Return a query for those of some IRIs that stand in any graph; each look is one step in an index."""
    looks = [
        f"{{ SELECT ({iri(name)} AS ?term) {{ GRAPH ?g {{ {place.format(term=iri(name))} }} }} LIMIT 1 }}"
        for name in iris
        for place in _PLACES
    ]
    return f"SELECT DISTINCT ?term {{ {' UNION '.join(looks)} }}"
