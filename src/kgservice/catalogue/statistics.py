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
_Kinds = tuple[bytes, ...]
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
    classes = _classes(read())
    found, last, objects, repeated = Statistics(), b"", set(), 0
    kinds: _Kinds = ()
    # NOTE: counted by (classes of the subject, property, classes or datatype of the object), which are few, and told
    # apart afterwards: a line costs one count
    shapes: Counter[tuple[_Kinds, bytes, _Kinds | bytes]] = Counter()
    links: Counter[tuple[bytes, bytes]] = Counter()
    for line in read():
        subject, predicate, rest = line.split(b" ", 2)
        value = rest[:-3]
        repeated += line in told
        if subject != last:
            found.subjects += 1
            kinds = classes.get(subject, ())
            last = subject
        objects.add(hash(value))
        if value.startswith(b'"'):
            shapes[kinds, predicate, _datatype(value)] += 1
        else:
            shapes[kinds, predicate, classes.get(value, ())] += 1
            if predicate != _TYPE:
                links[predicate, value[: max(value.rfind(b"/"), value.rfind(b"#")) + 1]] += 1
    found.repeated, found.objects = repeated, len(objects)
    found.triples = shapes.total()
    _tell_apart(found, shapes)
    for kinds in classes.values():
        found.entities.update(map(_iri, kinds))
    for (predicate, start), count in links.items():
        for beginning, target in _TARGETS:
            if start.startswith(beginning):
                found.outward[_iri(predicate), target] += count
                break
    return found


def _classes(statements: Iterable[bytes]) -> dict[bytes, _Kinds]:
    found: dict[bytes, list[bytes]] = {}
    for line in statements:
        subject, predicate, rest = line.split(b" ", 2)
        if predicate == _TYPE:
            found.setdefault(subject, []).append(rest[:-3])
    same: dict[_Kinds, _Kinds] = {}
    return {subject: same.setdefault(tuple(kinds), tuple(kinds)) for subject, kinds in found.items()}


def _tell_apart(found: Statistics, shapes: Counter[tuple[_Kinds, bytes, _Kinds | bytes]]) -> None:
    for (kinds, predicate, value), count in shapes.items():
        name = _iri(predicate)
        found.properties[name] += count
        for kind in map(_iri, kinds):
            found.used[kind, name] += count
            if isinstance(value, bytes):
                found.typed[kind, name, _iri(value)] += count
            else:
                for other in value:
                    found.linked[kind, name, _iri(other)] += count


def _datatype(value: bytes) -> bytes:
    if value.endswith(b'"'):
        return _STRING
    if value.endswith(b">"):
        return value[value.rindex(b"^^") + 2 :]
    return _LANG


def _iri(text: bytes) -> str:
    return text[1:-1].decode()
