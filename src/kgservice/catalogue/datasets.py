"""What there is in a release, as DCAT and VoID: the whole and a part for each source, with sizes and licences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgservice.catalogue.provenance import source_dataset
from kgservice.terms import PREFIXES, iri, is_iri, literal, segment

_RDF, _DCAT, _VOID = PREFIXES["rdf"], PREFIXES["dcat"], PREFIXES["void"]
_DCTERMS, _XSD = PREFIXES["dcterms"], PREFIXES["xsd"]


@dataclass(frozen=True, slots=True)
class Described:
    """A source as its `source.toml` describes it, with the graphs that it fills."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    publisher: str
    licence: str
    origin: str
    graphs: Mapping[str, int]
    """Triples by graph IRI."""


def datasets(base: str, url: str, created: str, known: int, sources: list[Described]) -> Iterator[str]:
    """Yield N-Triples lines without line ends (DCAT 3, VoID): the whole with its endpoint, and a part for each source.

    `known` is the number of triples that sources and authors made in the default graph; `url` is where we are reached.
    """
    catalogue = f"{base}catalogue/"
    whole = f"{catalogue}dataset"
    for kind in (_DCAT + "Dataset", _VOID + "Dataset"):
        yield _triple(whole, _RDF + "type", iri(kind))
    yield _triple(whole, _DCTERMS + "issued", literal(created, _XSD + "dateTime"))
    yield _triple(whole, _VOID + "triples", literal(str(known), _XSD + "integer"))
    yield _triple(whole, _VOID + "sparqlEndpoint", iri(f"{url}sparql"))
    yield _triple(whole, _VOID + "uriSpace", literal(f"{base}id/"))
    for source in sources:
        part = source_dataset(catalogue, source.name)
        yield _triple(whole, _VOID + "subset", iri(part))
        yield _triple(whole, _DCTERMS + "hasPart", iri(part))
        yield from _part(catalogue, part, source)


def _part(catalogue: str, part: str, source: Described) -> Iterator[str]:
    for kind in (_DCAT + "Dataset", _VOID + "Dataset"):
        yield _triple(part, _RDF + "type", iri(kind))
    yield _triple(part, _DCTERMS + "identifier", literal(source.name))
    for term, texts in (("title", source.title), ("description", source.description)):
        for language, text in sorted(texts.items()):
            yield _triple(part, _DCTERMS + term, literal(text, language=language))
    if source.publisher:
        publisher = f"{catalogue}agent/{segment(source.publisher)}"
        yield _triple(part, _DCTERMS + "publisher", iri(publisher))
        yield _triple(publisher, _RDF + "type", iri(PREFIXES["foaf"] + "Agent"))
        yield _triple(publisher, PREFIXES["foaf"] + "name", literal(source.publisher))
    for term, text in (("source", source.origin), ("license", source.licence)):
        if text:
            yield _triple(part, _DCTERMS + term, iri(text) if is_iri(text) else literal(text))
    yield _triple(part, _VOID + "triples", literal(str(sum(source.graphs.values())), _XSD + "integer"))
    for graph, triples in sorted(source.graphs.items()):
        yield _triple(part, _VOID + "subset", iri(graph))
        yield _triple(graph, _RDF + "type", iri(_VOID + "Dataset"))
        yield _triple(graph, _VOID + "triples", literal(str(triples), _XSD + "integer"))


def _triple(subject: str, predicate: str, value: str) -> str:
    return f"<{subject}> <{predicate}> {value} ."
