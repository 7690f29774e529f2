"""Where a release came from, as PROV: each delivery, its files, the mapping, who brought it in, what it made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kgservice.terms import PREFIXES, iri, literal, segment

_RDF, _PROV, _SPDX = PREFIXES["rdf"], PREFIXES["prov"], PREFIXES["spdx"]
_DCTERMS, _XSD = PREFIXES["dcterms"], PREFIXES["xsd"]
_SHA256 = f"{_SPDX}checksumAlgorithm_sha256"


@dataclass(frozen=True, slots=True)
class Import:
    """One delivery that stands in a release."""

    source: str
    delivery: str
    """SHA-256 of the delivery."""
    files: Mapping[str, str]
    """SHA-256 by file name."""
    mapping: str
    """SHA-256 of everything that decides what the delivery becomes."""
    graphs: tuple[str, ...]
    actor: str
    received: str
    """When the files came, UTC."""
    imported: str
    """When they were converted, UTC."""


def provenance(base: str, release: int, created: str, actor: str, imports: Iterable[Import]) -> Iterator[str]:
    """Yield N-Triples lines without line ends (PROV-O 3): imports, files with checksums, graphs, the release."""
    catalogue = f"{base}catalogue/"
    sealed = f"{catalogue}release/{release}"
    yield from _typed(sealed, _PROV + "Collection")
    yield _triple(sealed, _PROV + "generatedAtTime", _time(created))
    yield _triple(sealed, _PROV + "wasAttributedTo", iri(_agent(catalogue, actor)))
    yield from _person(catalogue, actor)
    for one in imports:
        yield from _activity(catalogue, sealed, one)


def _activity(catalogue: str, release: str, one: Import) -> Iterator[str]:
    activity = f"{catalogue}import/{segment(one.source)}/{one.delivery[:16]}"
    mapping = f"{catalogue}mapping/{segment(one.source)}/{one.mapping[:16]}"
    yield from _typed(activity, _PROV + "Activity")
    yield _triple(activity, _PROV + "used", iri(mapping))
    yield _triple(activity, _PROV + "startedAtTime", _time(one.received))
    yield _triple(activity, _PROV + "endedAtTime", _time(one.imported))
    yield _triple(activity, _PROV + "wasAssociatedWith", iri(_agent(catalogue, one.actor)))
    yield _triple(activity, _DCTERMS + "source", iri(source_dataset(catalogue, one.source)))
    yield from _person(catalogue, one.actor)
    yield from _typed(mapping, _PROV + "Entity")
    yield from _checksum(mapping, one.mapping)
    for name, sha256 in one.files.items():
        file = f"{catalogue}file/{sha256[:16]}/{segment(name)}"
        yield from _typed(file, _PROV + "Entity")
        yield _triple(file, _DCTERMS + "title", literal(name))
        yield from _checksum(file, sha256)
        yield _triple(activity, _PROV + "used", iri(file))
    for graph in one.graphs:
        yield from _typed(graph, _PROV + "Entity")
        yield _triple(graph, _PROV + "wasGeneratedBy", iri(activity))
        yield _triple(release, _PROV + "hadMember", iri(graph))


def source_dataset(catalogue: str, source: str) -> str:
    """Return the IRI of a source's dataset; `catalogue` ends with a slash."""
    return f"{catalogue}source/{segment(source)}"


def _checksum(file: str, sha256: str) -> Iterator[str]:
    checksum = f"{file}/checksum"
    yield _triple(file, _SPDX + "checksum", iri(checksum))
    yield from _typed(checksum, _SPDX + "Checksum")
    yield _triple(checksum, _SPDX + "algorithm", iri(_SHA256))
    yield _triple(checksum, _SPDX + "checksumValue", literal(sha256, _XSD + "hexBinary"))


def _person(catalogue: str, actor: str) -> Iterator[str]:
    agent = _agent(catalogue, actor)
    yield from _typed(agent, _PROV + "Agent")
    yield _triple(agent, PREFIXES["foaf"] + "name", literal(actor or "?"))


def _agent(catalogue: str, actor: str) -> str:
    return f"{catalogue}agent/{segment(actor or '?')}"


def _time(text: str) -> str:
    return literal(text, _XSD + "dateTime")


def _typed(subject: str, kind: str) -> Iterator[str]:
    yield _triple(subject, _RDF + "type", iri(kind))


def _triple(subject: str, predicate: str, value: str) -> str:
    return f"<{subject}> <{predicate}> {value} ."
