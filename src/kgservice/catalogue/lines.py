"""Statements of the catalogue as N-Triples lines without line ends, written with prefixed names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kgservice.terms import PREFIXES, iri, literal

_MORE = {
    "formats": "http://www.w3.org/ns/formats/",
    "ext": "http://ldf.fi/void-ext#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "ent": "http://www.w3.org/ns/entailment/",
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "dctype": "http://purl.org/dc/dcmitype/",
}
EU = "http://publications.europa.eu/resource/authority/"
"""Beginning of the lists of the EU Vocabularies."""


def name(prefixed: str) -> str:
    """Return the IRI of a prefixed name."""
    prefix, _, local = prefixed.partition(":")
    return (PREFIXES.get(prefix) or _MORE[prefix]) + local


@dataclass(frozen=True, slots=True)
class Subject:
    """What statements are made about."""

    iri: str

    def kinds(self, *kinds: str) -> Iterator[str]:
        """Yield its classes, as prefixed names."""
        for kind in kinds:
            yield f"<{self.iri}> <{name('rdf:type')}> <{name(kind)}> ."

    def link(self, predicate: str, *targets: str) -> Iterator[str]:
        """Yield a link to each IRI."""
        for target in targets:
            yield f"<{self.iri}> <{name(predicate)}> {iri(target)} ."

    def count(self, predicate: str, number: int) -> Iterator[str]:
        """Yield a whole number."""
        yield f"<{self.iri}> <{name(predicate)}> {literal(str(number), name('xsd:integer'))} ."

    def text(self, predicate: str, text: str, datatype: str = "") -> Iterator[str]:
        """Yield a text; an empty one says nothing."""
        if text:
            yield f"<{self.iri}> <{name(predicate)}> {literal(text, name(datatype) if datatype else '')} ."

    def texts(self, predicate: str, texts: Mapping[str, str] | Iterable[tuple[str, str]]) -> Iterator[str]:
        """Yield texts by language."""
        for language, text in sorted(texts.items() if isinstance(texts, Mapping) else texts):
            yield f"<{self.iri}> <{name(predicate)}> {literal(text, language=language)} ."
