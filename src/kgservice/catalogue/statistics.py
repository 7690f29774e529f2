"""What a graph is made of: classes and properties with their counts, links outward, in two readings of its lines."""

from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field

_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LANG = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"
_STRING = b"<http://www.w3.org/2001/XMLSchema#string>"
TARGETS = {
    # what links lead to: name and beginning of IRIs
    "esco": "http://data.europa.eu/esco/",
    "isco": "http://data.europa.eu/esco/isco/",
    "wikidata": "http://www.wikidata.org/entity/",
    "schema.org": "https://schema.org/",
    "org": "http://www.w3.org/ns/org#",
    "elm": "http://data.europa.eu/snb/model/elm/",
    "eu-vocabularies": "http://publications.europa.eu/resource/authority/",
    "geonames": "https://sws.geonames.org/",
    "fibo": "https://spec.edmcouncil.org/fibo/",
    "ctdl": "https://purl.org/ctdl/terms/",
}
_TARGETS = [(f"<{start}".encode(), name) for name, start in sorted(TARGETS.items(), key=lambda item: -len(item[1]))]


@dataclass(slots=True)
class Statistics:
    """Counts; classes, properties and datatypes are IRIs."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    repeated: int = 0
    """Lines that the catalogue says too."""
    entities: Counter[str] = field(default_factory=Counter)
    """By class."""
    properties: Counter[str] = field(default_factory=Counter)
    """Triples by property."""
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Triples by class of the subject and property."""
    linked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Triples by class of the subject, property, and class of the object."""
    typed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Triples by class of the subject, property, and datatype of the object."""
    outward: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Triples by property and name in `TARGETS`."""


def measure(read: Callable[[], Iterable[bytes]], told: Set[bytes] = frozenset()) -> Statistics:
    """Return the statistics of canonical, sorted N-Triples lines; `read` gives them anew each time it is called."""
    classes: dict[bytes, list[bytes]] = {}
    for line in read():
        subject, predicate, rest = line.split(b" ", 2)
        if predicate == _TYPE:
            classes.setdefault(subject, []).append(rest[:-3])
    raw: dict[str, Counter[tuple[bytes, ...]]] = {key: Counter() for key in ("used", "linked", "typed", "outward")}
    entities: Counter[bytes] = Counter(kind for kinds in classes.values() for kind in kinds)
    properties: Counter[bytes] = Counter()
    found, last, objects = Statistics(), b"", set()
    for line in read():
        subject, predicate, rest = line.split(b" ", 2)
        value = rest[:-3]
        found.triples += 1
        found.repeated += line in told
        found.subjects += subject != last
        last = subject
        objects.add(hash(value))
        properties[predicate] += 1
        _place(raw, predicate, value, classes.get(subject, ()), classes)
    found.objects = len(objects)
    found.entities.update({_iri(kind): count for kind, count in entities.items()})
    found.properties.update({_iri(name): count for name, count in properties.items()})
    found.used.update({(_iri(one), _iri(two)): count for (one, two), count in raw["used"].items()})
    for name, counts in (("linked", found.linked), ("typed", found.typed)):
        counts.update({(_iri(one), _iri(two), _iri(three)): n for (one, two, three), n in raw[name].items()})
    found.outward.update({(_iri(name), target.decode()): n for (name, target), n in raw["outward"].items()})
    return found


def _place(
    raw: dict[str, Counter[tuple[bytes, ...]]],
    predicate: bytes,
    value: bytes,
    kinds: Iterable[bytes],
    classes: dict[bytes, list[bytes]],
) -> None:
    literal = value.startswith(b'"')
    if not literal and predicate != _TYPE:
        for start, target in _TARGETS:
            if value.startswith(start):
                raw["outward"][predicate, target.encode()] += 1
                break
    datatype = _datatype(value) if literal else b""
    for kind in kinds:
        raw["used"][kind, predicate] += 1
        if datatype:
            raw["typed"][kind, predicate, datatype] += 1
        else:
            for other in classes.get(value, ()):
                raw["linked"][kind, predicate, other] += 1


def _datatype(value: bytes) -> bytes:
    if value.endswith(b'"'):
        return _STRING
    if value.endswith(b">"):
        return value[value.rindex(b"^^") + 2 :]
    return _LANG


def _iri(text: bytes) -> str:
    return text[1:-1].decode()
