"""The words that a release knows: classes and properties with how often they are used, and their labels."""

import threading
from dataclasses import dataclass

from kgservice.actions.ask import Ask
from kgservice.actions.labels import Labels
from kgservice.errors import KgError
from kgservice.terms import PREFIXES, Graphs, iri

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
        """Return those of some IRIs that are no word of the release; none where it does not tell its words."""
        try:
            words = {word.iri for word in self.known(lang)}
        except KgError:
            return set()  # a look is not the place to tell that the store is down
        return iris - words if words and len(words) < MOST else set()

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
