"""Reads the things that are compared out of statement files: names, codes and places by IRI."""

import re
from collections.abc import Callable, Iterable

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


def compared(base: str, kinds: Iterable[str] = KINDS) -> Callable[[bytes], object]:
    """Return what tells whether things of these kinds are compared by a line: a small part of all that is said."""
    heads = "|".join(re.escape(f"{base}id/{kind}/") for kind in kinds)
    told = "|".join(map(re.escape, sorted({*_NAMES, *_CODES, *_PLACES})))
    return re.compile(f"<(?:{heads})[^>]*> <(?:{told})> ".encode()).match


def named(lines: Iterable[bytes], base: str, kinds: Iterable[str] = KINDS) -> dict[str, Named]:
    """Return the things of these kinds that sorted N-Triples lines speak of, with what they are compared by."""
    heads = tuple(f"<{base}id/{kind}/".encode() for kind in kinds)
    start = len(f"<{base}id/")
    names = {f"<{name}>".encode() for name in _NAMES}
    codes = {f"<{name}>".encode(): said for name, said in _CODES.items()}
    places = {f"<{name}>".encode() for name in _PLACES}
    told = {*names, *codes, *places}
    found: dict[bytes, Named] = {}
    for line in lines:
        if not line.startswith(heads):
            continue
        subject, predicate, value = line.split(b" ", 2)
        if predicate not in told:
            continue
        thing = found.get(subject)
        if thing is None:
            iri = subject[1:-1].decode()
            thing = found[subject] = Named(iri, iri[start - 1 :].partition("/")[0])
        value = value.rstrip(b" .\n")
        text = literal_text(value) if value[:1] == b'"' else None
        if predicate in names and text and text[0] not in thing.names:
            thing.names.append(text[0])
        elif predicate in codes and text:
            thing.codes.add((codes[predicate], text[0]))
        elif predicate in places and value[:1] == b"<":
            thing.places.add(value[1:-1].decode())
    return {thing.iri: thing for thing in found.values() if thing.names}
