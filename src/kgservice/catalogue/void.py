"""VoID of the whole: sizes, partitions by class, property and datatype, and linksets to other datasets."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

from kgservice.catalogue.lines import Subject, name
from kgservice.catalogue.statistics import TARGETS, Statistics
from kgservice.terms import PREFIXES, Graphs

_FEATURES = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")
_DETAILED = (PREFIXES["kg"], PREFIXES["skos"])
"""Classes whose properties are told one by one; of others, the ontology's own, it is known what they have."""


def void(names: Graphs, found: Statistics, release: int, dumps: Mapping[str, str]) -> Iterator[str]:
    """Yield N-Triples lines (VoID 2 to 5, and the datatype partitions of <http://ldf.fi/void-ext#>).

    `found` was measured over what sources and authors made; `dumps` are addresses of files of the default graph.
    """
    whole = Subject(f"{names.base}catalogue/dataset")
    document = Subject(names.void)
    yield from document.kinds("void:DatasetDescription")
    yield from document.link("foaf:primaryTopic", whole.iri)
    yield from document.texts("dcterms:title", {"en": f"VoID description of release {release}"})
    yield from whole.count("void:entities", found.subjects)
    yield from whole.count("void:distinctSubjects", found.subjects)
    yield from whole.count("void:distinctObjects", found.objects)
    yield from whole.count("void:classes", len(found.entities))
    yield from whole.count("void:properties", len(found.properties))
    yield from whole.link("void:dataDump", *dumps.values())
    yield from whole.link("void:feature", *(name(f"formats:{feature}") for feature in _FEATURES))
    yield from whole.link("void:vocabulary", *_vocabularies(found))
    yield from _classes(names, whole, found)
    for predicate, triples in sorted(found.properties.items()):
        part = _part(names, "property", predicate)
        yield from whole.link("void:propertyPartition", part.iri)
        yield from part.link("void:property", predicate)
        yield from part.count("void:triples", triples)
    yield from _linksets(names, whole, found)


def _classes(names: Graphs, whole: Subject, found: Statistics) -> Iterator[str]:
    properties: dict[str, list[str]] = defaultdict(list)
    for kind, predicate in sorted(found.used):
        properties[kind].append(predicate)
    details: dict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
    for predicate, counts in (("void:class", found.linked), ("ext:datatype", found.typed)):
        for (kind, used, other), triples in sorted(counts.items()):
            details[kind, used].append((predicate, other, triples))
    for kind, entities in sorted(found.entities.items()):
        part = _part(names, "class", kind)
        yield from whole.link("void:classPartition", part.iri)
        yield from part.link("void:class", kind)
        yield from part.count("void:entities", entities)
        for used in properties[kind] if kind.startswith(_DETAILED) else ():
            inner = _part(names, "class", kind, used)
            yield from part.link("void:propertyPartition", inner.iri)
            yield from inner.link("void:property", used)
            yield from inner.count("void:triples", found.used[kind, used])
            for predicate, other, triples in details[kind, used]:
                leaf = _part(names, "class", kind, used, other)
                link = "void:classPartition" if predicate == "void:class" else "ext:datatypePartition"
                yield from inner.link(link, leaf.iri)
                yield from leaf.link(predicate, other)
                yield from leaf.count("void:triples", triples)


def _linksets(names: Graphs, whole: Subject, found: Statistics) -> Iterator[str]:
    for (predicate, target), triples in sorted(found.outward.items()):
        linkset = _part(names, "linkset", predicate, target)
        other = Subject(f"{names.void}#{target}")
        yield from whole.link("void:subset", linkset.iri)
        yield from linkset.kinds("void:Linkset")
        yield from linkset.link("void:linkPredicate", predicate)
        yield from linkset.link("void:subjectsTarget", whole.iri)
        yield from linkset.link("void:objectsTarget", other.iri)
        yield from linkset.count("void:triples", triples)
        yield from other.kinds("void:Dataset")
        yield from other.text("void:uriSpace", TARGETS[target])
        yield from other.texts("dcterms:title", {"en": target})


def _vocabularies(found: Statistics) -> list[str]:
    used = [*found.properties, *found.entities]
    return sorted(space for space in set(PREFIXES.values()) if any(iri.startswith(space) for iri in used))


def _part(names: Graphs, kind: str, *keys: str) -> Subject:
    digest = hashlib.sha256("|".join(keys).encode()).hexdigest()[:16]
    return Subject(f"{names.void}#{kind}-{digest}")
