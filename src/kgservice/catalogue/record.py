"""The record for data portals, DCAT-AP 3.0.1: catalogue, dataset with its parts and distributions, data service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kgservice.catalogue.datasets import Described
from kgservice.catalogue.lines import EU, Subject, name
from kgservice.catalogue.provenance import source_dataset
from kgservice.catalogue.service import described
from kgservice.terms import Graphs, is_iri, literal, segment

_LANGUAGES = {"ru": f"{EU}language/RUS", "en": f"{EU}language/ENG"}
_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": f"{EU}licence/CC_BY_4_0",
    "https://creativecommons.org/publicdomain/zero/1.0/": f"{EU}licence/CC0",
}
_PUBLIC = f"{EU}access-right/PUBLIC"
SIZE = "urn:kgservice:size"
"""Stands for xsd:nonNegativeInteger, which DCAT-AP demands and the engine would turn into xsd:integer."""
_IANA = "https://www.iana.org/assignments/media-types/"
_SPARQL = "http://www.w3.org/TR/sparql11-protocol/"


@dataclass(frozen=True, slots=True)
class Whole:
    """What `data/catalogue.toml` says of the whole; texts by language."""

    title: Mapping[str, str]
    description: Mapping[str, str]
    publisher: str
    page: str = ""
    licence: str = ""
    themes: Sequence[str] = ()
    """Codes of the EU Vocabulary data-theme."""
    spatial: Sequence[str] = ()
    start: str = ""
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """A dump of a release: its address, what it is (a code of the EU Vocabulary file-type) and its media type."""

    name: str
    address: str
    form: str
    media: str
    title: Mapping[str, str]


def record(
    names: Graphs, url: str, release: int, created: str, whole: Whole, parts: Sequence[Described], files: Sequence[File]
) -> Iterator[str]:
    """Yield N-Triples lines; checksums and sizes of the files are not among them (see `weighed`)."""
    catalogue, dataset = Subject(names.record), Subject(f"{names.base}catalogue/dataset")
    publisher = agent(names, whole.publisher)
    yield from _agents(names, whole, parts)
    yield from catalogue.kinds("dcat:Catalog")
    for subject in (catalogue, dataset):
        yield from subject.texts("dcterms:title", whole.title)
        yield from subject.texts("dcterms:description", whole.description)
        yield from subject.link("dcterms:publisher", publisher)
        yield from subject.link("dcterms:language", *_LANGUAGES.values())
        yield from subject.text("dcterms:issued", created, "xsd:dateTime")
        yield from subject.text("dcterms:modified", created, "xsd:dateTime")
        yield from subject.link("foaf:homepage" if subject is catalogue else "dcat:landingPage", url)
        yield from _concepts(subject, "dcat:theme" if subject is dataset else "dcat:themeTaxonomy", whole)
    yield from _licensed(catalogue, whole.licence)
    yield from Subject(url).kinds("foaf:Document")
    for language in _LANGUAGES.values():
        yield from Subject(language).kinds("dcterms:LinguisticSystem")
    yield from catalogue.link("dcat:dataset", dataset.iri, *(_part(names, part) for part in parts))
    yield from catalogue.link("dcat:service", described(names))
    yield from _dataset(names, dataset, release, whole, url)
    yield from _service(names, url, dataset, whole, publisher)
    for file in files:
        yield from _distribution(names, dataset, file, whole, release, created)
    yield from _endpoint(names, url, dataset, whole)
    for part in parts:
        yield from _source(names, dataset, part, created)
    codes = (*_LANGUAGES.values(), _PUBLIC, *(f"{EU}file-type/{file.form}" for file in files), f"{EU}file-type/SPARQLQ")
    for code in (*codes, _LICENCES.get(whole.licence, "")):
        if code:
            yield from Subject(code).link("skos:inScheme", code.rpartition("/")[0])


def weighed(names: Graphs, weights: Mapping[str, tuple[str, int]]) -> Iterator[str]:
    """Yield what only the finished files tell: SHA-256 and bytes of each, by its name; never part of the graph."""
    for file, (sha256, size) in sorted(weights.items()):
        distribution = Subject(_file(names, file))
        checksum = Subject(f"{distribution.iri}/checksum")
        yield f"<{distribution.iri}> <{name('dcat:byteSize')}> {literal(str(size), SIZE)} ."
        yield from distribution.link("spdx:checksum", checksum.iri)
        yield from checksum.kinds("spdx:Checksum")
        yield from checksum.link("spdx:algorithm", name("spdx:checksumAlgorithm_sha256"))
        yield from checksum.text("spdx:checksumValue", sha256, "xsd:hexBinary")


def agent(names: Graphs, called: str) -> str:
    """Return the IRI of a publisher by its name."""
    return f"{names.base}catalogue/agent/{segment(called or '?')}"


def _agents(names: Graphs, whole: Whole, parts: Sequence[Described]) -> Iterator[str]:
    for called in sorted({whole.publisher, *(part.publisher for part in parts if part.publisher)}):
        publisher = Subject(agent(names, called))
        yield from publisher.kinds("foaf:Agent")
        yield from publisher.text("foaf:name", called)
    if whole.page:
        yield from Subject(agent(names, whole.publisher)).link("foaf:homepage", whole.page)


def _concepts(subject: Subject, predicate: str, whole: Whole) -> Iterator[str]:
    scheme = f"{EU}data-theme"
    if predicate == "dcat:themeTaxonomy":
        yield from subject.link(predicate, scheme)
        yield from Subject(scheme).kinds("skos:ConceptScheme")
        yield from Subject(scheme).texts("dcterms:title", {"en": "Data theme"})
        return
    labels = {"EDUC": "Education, culture and sport", "SOCI": "Population and society", "ECON": "Economy and finance"}
    for code in whole.themes:
        theme = Subject(f"{scheme}/{code}")
        yield from subject.link(predicate, theme.iri)
        yield from theme.kinds("skos:Concept")
        yield from theme.texts("skos:prefLabel", {"en": labels.get(code, code)})
        yield from theme.link("skos:inScheme", scheme)


def _dataset(names: Graphs, dataset: Subject, release: int, whole: Whole, url: str) -> Iterator[str]:
    yield from dataset.kinds("dcat:Dataset")
    yield from dataset.text("dcterms:identifier", dataset.iri)
    yield from dataset.text("dcat:version", str(release))
    for language, words in sorted(whole.keywords.items()):
        yield from dataset.texts("dcat:keyword", [(language, word) for word in words])
    yield from dataset.link("dcterms:accessRights", _PUBLIC)
    yield from Subject(_PUBLIC).kinds("dcterms:RightsStatement")
    for place in whole.spatial:
        yield from dataset.link("dcterms:spatial", place)
        yield from Subject(place).kinds("dcterms:Location")
    if whole.start:
        period = Subject(f"{dataset.iri}/period")
        yield from dataset.link("dcterms:temporal", period.iri)
        yield from period.kinds("dcterms:PeriodOfTime")
        yield from period.text("dcat:startDate", whole.start, "xsd:date")
    contact = Subject(f"{names.base}catalogue/contact")
    yield from dataset.link("dcat:contactPoint", contact.iri)
    yield from contact.kinds("vcard:Kind", "vcard:Organization")
    yield from contact.text("vcard:fn", whole.publisher)
    yield from contact.link("vcard:hasURL", whole.page or url)


def _service(names: Graphs, url: str, dataset: Subject, whole: Whole, publisher: str) -> Iterator[str]:
    endpoint = Subject(described(names))
    yield from endpoint.kinds("dcat:DataService")
    yield from endpoint.texts("dcterms:title", {"en": "SPARQL endpoint", "ru": "Точка доступа SPARQL"})
    yield from endpoint.link("dcat:endpointURL", f"{url}sparql")
    yield from endpoint.link("dcat:endpointDescription", f"{url}sparql")
    yield from endpoint.link("dcat:servesDataset", dataset.iri)
    yield from endpoint.link("dcterms:conformsTo", _SPARQL)
    yield from Subject(_SPARQL).kinds("dcterms:Standard")
    yield from endpoint.link("dcterms:publisher", publisher)
    yield from endpoint.link("dcterms:accessRights", _PUBLIC)
    yield from _licensed(endpoint, whole.licence)


def _distribution(
    names: Graphs, dataset: Subject, file: File, whole: Whole, release: int, created: str
) -> Iterator[str]:
    found = Subject(_file(names, file.name))
    yield from dataset.link("dcat:distribution", found.iri)
    yield from found.kinds("dcat:Distribution")
    yield from found.texts("dcterms:title", file.title)
    yield from found.link("dcat:accessURL", file.address)
    yield from found.link("dcat:downloadURL", file.address)
    yield from found.text("dcterms:issued", created, "xsd:dateTime")
    yield from found.text("dcterms:modified", created, "xsd:dateTime")
    form, media, packed = f"{EU}file-type/{file.form}", f"{_IANA}{file.media}", f"{_IANA}application/gzip"
    yield from found.link("dcterms:format", form)
    yield from Subject(form).kinds("dcterms:MediaTypeOrExtent")
    yield from found.link("dcat:mediaType", media)
    yield from found.link("dcat:compressFormat", packed)
    for kind in (media, packed):
        yield from Subject(kind).kinds("dcterms:MediaType")
    yield from _licensed(found, whole.licence)
    yield from found.link("dcterms:rights", _PUBLIC)


def _endpoint(names: Graphs, url: str, dataset: Subject, whole: Whole) -> Iterator[str]:
    """Yield the endpoint as a distribution: where the data can be had without a file."""
    found = Subject(f"{names.base}catalogue/distribution/sparql")
    form = f"{EU}file-type/SPARQLQ"
    yield from dataset.link("dcat:distribution", found.iri)
    yield from found.kinds("dcat:Distribution")
    yield from found.texts("dcterms:title", {"en": "SPARQL endpoint", "ru": "Точка доступа SPARQL"})
    yield from found.link("dcat:accessURL", f"{url}sparql")
    yield from found.link("dcat:accessService", described(names))
    yield from found.link("dcterms:format", form)
    yield from Subject(form).kinds("dcterms:MediaTypeOrExtent")
    yield from _licensed(found, whole.licence)


def _source(names: Graphs, dataset: Subject, part: Described, created: str) -> Iterator[str]:
    found = Subject(_part(names, part))
    yield from found.kinds("dcat:Dataset")
    yield from found.texts("dcterms:title", part.title)
    yield from found.texts("dcterms:description", part.description or part.title)
    if part.publisher:
        yield from found.link("dcterms:publisher", agent(names, part.publisher))
    yield from found.text("dcterms:modified", created, "xsd:dateTime")
    yield from found.link("dcterms:isPartOf", dataset.iri)
    yield from dataset.link("dcterms:hasPart", found.iri)


def _licensed(subject: Subject, licence: str) -> Iterator[str]:
    if is_iri(licence):
        known = _LICENCES.get(licence, licence)
        yield from subject.link("dcterms:license", known)
        yield from Subject(known).kinds("dcterms:LicenseDocument")
        if known != licence:
            yield from Subject(known).link("skos:exactMatch", licence)


def _part(names: Graphs, part: Described) -> str:
    return source_dataset(f"{names.base}catalogue/", part.name)


def _file(names: Graphs, file: str) -> str:
    return f"{names.base}catalogue/distribution/{file}"
