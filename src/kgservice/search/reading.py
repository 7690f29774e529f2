"""Reads the things that are compared out of statement files: names, codes and places by IRI."""

from collections.abc import Iterable

from kgservice.search.building import literal_text
from kgservice.search.names import Named
from kgservice.terms import PREFIXES

KINDS = ("organization", "profession", "competency")
"""Kinds of things that duplicates are looked for among."""
_NAMES = {
    PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel",
    PREFIXES["kg"] + "formerName",
}  # fmt: skip
_CODES = {PREFIXES["kg"] + "inn": "INN", PREFIXES["kg"] + "ogrn": "OGRN", PREFIXES["skos"] + "notation": "code"}
_PLACES = {PREFIXES["kg"] + "locatedIn"}


def named(lines: Iterable[bytes], base: str, kinds: Iterable[str] = KINDS) -> dict[str, Named]:
    """Return the things of these kinds that sorted N-Triples lines speak of, with what they are compared by."""
    heads = {f"<{base}id/{kind}/".encode(): kind for kind in kinds}
    names = {f"<{name}>".encode() for name in _NAMES}
    codes = {f"<{name}>".encode(): said for name, said in _CODES.items()}
    places = {f"<{name}>".encode() for name in _PLACES}
    found: dict[str, Named] = {}
    for line in lines:
        kind = next((kind for head, kind in heads.items() if line.startswith(head)), "")
        if not kind:
            continue
        subject, predicate, value = line.rstrip(b" .\n").split(b" ", 2)
        if predicate not in names and predicate not in codes and predicate not in places:
            continue
        iri = subject[1:-1].decode()
        thing = found.setdefault(iri, Named(iri, kind))
        text = literal_text(value) if value[:1] == b'"' else None
        if predicate in names and text and text[0] not in thing.names:
            thing.names.append(text[0])
        elif predicate in codes and text:
            thing.codes.add((codes[predicate], text[0]))
        elif predicate in places and value[:1] == b"<":
            thing.places.add(value[1:-1].decode())
    return {iri: thing for iri, thing in found.items() if thing.names}
