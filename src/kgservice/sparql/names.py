"""Names in a query: declared and used prefixes, known functions; the first wrong one is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from kgservice.sparql.hints import AGGREGATES
from kgservice.sparql.messages import invalid
from kgservice.sparql.tree import CLOSING, OPENING, Tree

WELL_KNOWN = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#", "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "dc": "http://purl.org/dc/elements/1.1/", "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "schema": "https://schema.org/",
    "org": "http://www.w3.org/ns/org#", "prov": "http://www.w3.org/ns/prov#", "sh": "http://www.w3.org/ns/shacl#",
    "dcat": "http://www.w3.org/ns/dcat#", "void": "http://rdfs.org/ns/void#", "sd": "http://www.w3.org/ns/sparql-service-description#",
    "time": "http://www.w3.org/2006/time#", "geo": "http://www.opengis.net/ont/geosparql#",
    "geof": "http://www.opengis.net/def/function/geosparql/", "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "qb": "http://purl.org/linked-data/cube#",
    "fn": "http://www.w3.org/2005/xpath-functions#", "math": "http://www.w3.org/2005/xpath-functions/math#",
    "wd": "http://www.wikidata.org/entity/", "wdt": "http://www.wikidata.org/prop/direct/",
    "dbo": "http://dbpedia.org/ontology/", "dbr": "http://dbpedia.org/resource/",
    "esco": "http://data.europa.eu/esco/model#", "elm": "http://data.europa.eu/snb/model/elm/",
    "ceterms": "https://purl.org/ctdl/terms/", "vann": "http://purl.org/vocab/vann/",
}  # fmt: skip
"""Prefixes of the lists that people copy from; a table of the caller goes before."""

_BUILT_IN = (
    "abs adjust avg bnode bound ceil coalesce concat contains count datatype day encode_for_uri floor group_concat "
    "haslang haslangdir hours if iri isblank isiri isliteral isnumeric istriple isuri lang langdir langmatches lcase "
    "max md5 min minutes month now object predicate rand regex replace round sameterm sample seconds sha1 sha256 "
    "sha384 sha512 str strafter strbefore strdt strends strlang strlangdir strlen strstarts struuid subject substr "
    "sum timezone triple tz ucase uri uuid year"
)
FUNCTIONS = frozenset(_BUILT_IN.split())
"""Built-in functions and aggregates of SPARQL 1.1 and 1.2, and ADJUST of the engine, in lower case."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A PREFIX line: its name without the colon, its namespace as written, its span, whether it is used."""

    name: str
    namespace: str
    start: int
    end: int
    used: bool
    duplicate: bool
    """True when an earlier line declares the same name."""


def prefixes_of(tree: Tree, known: Mapping[str, str]) -> tuple[Prefix, ...]:
    """Return the PREFIX lines of a text.

    Raises QueryInvalid at the first prefix that no line declares; the hint gives the line to add where `known` or a
    well-known list has the name.
    """
    lines = {node.first: node for node in tree.named("Prefix")}
    declared: dict[str, int] = {}
    found: list[Prefix] = []
    used: set[int] = set()
    for at in tree.places.get("PN", ()):
        token = tree.tokens[at]
        name, _, local = tree.text[token.start : token.end].partition(":")
        node = lines.get(at - 1)
        if node is None:
            if name not in declared:
                raise _undeclared(tree, token.start, name, declared, {**WELL_KNOWN, **known})
            used.add(declared[name])
        else:
            if local:
                template = "Line {line}, column {column}: a prefix ends with its colon; {found} does not."
                raise invalid(tree.text, token.start, template, found=f"{name}:{local}")
            start, end = tree.span(node)
            found.append(Prefix(name, tree.word(at + 1)[1:-1], start, end, False, name in declared))
            declared[name] = len(found) - 1
    return tuple(
        Prefix(line.name, line.namespace, line.start, line.end, at in used, line.duplicate)
        for at, line in enumerate(found)
    )


def refuse_unknown_functions(tree: Tree) -> None:
    """Raise QueryInvalid at the first call of a built-in function that SPARQL does not have."""
    calls = {node.first for node in tree.named("Args")}
    for at in tree.places.get("FN", ()):
        word = tree.word(at)
        if word.lower() in FUNCTIONS or at + 1 not in calls:
            continue
        close = get_close_matches(word.lower(), FUNCTIONS, n=1, cutoff=0.6)
        template = "Line {line}, column {column}: there is no function {found}."
        hinted = "Did you mean {near}?" if close else "Functions that are not built in are called by their IRI."
        raise invalid(
            tree.text, tree.tokens[at].start, template, hinted, found=word, near=close[0].upper() if close else ""
        )


def refuse_many_values(tree: Tree) -> None:
    """Raise QueryInvalid at the comma of an aggregate that is given more than one value."""
    for call in tree.named("Args"):
        depth = 0
        for at in range(call.first, call.end) if tree.word(call.first - 1).lower() in AGGREGATES else ():
            kind = tree.tokens[at].kind
            depth += (kind in OPENING) - (kind in CLOSING)
            if kind == "," and depth == 1:
                template = "Line {line}, column {column}: {found} takes one value."
                hinted = "Join them into one, as in {found}(DISTINCT CONCAT(STR(?a), ' ', STR(?b)))."
                found = tree.word(call.first - 1).upper()
                raise invalid(tree.text, tree.tokens[at].start, template, hinted, found=found)


def _undeclared(tree: Tree, start: int, name: str, declared: Mapping[str, int], known: Mapping[str, str]) -> Exception:
    template = "Line {line}, column {column}: the prefix {found} is not declared."
    close = get_close_matches(name, list(declared), n=1, cutoff=0.6) or get_close_matches(name, list(known), n=1)
    if name in known:
        hinted, near = "Add at the top: PREFIX {near}: <{namespace}>", name
    elif close and close[0] in declared:
        hinted, near = "Did you mean {near}:?", close[0]
    elif close:
        hinted, near = "Did you mean {near}:? Then add at the top: PREFIX {near}: <{namespace}>", close[0]
    else:
        hinted, near = "Add at the top: PREFIX {near}: <namespace>", name
    namespace = known.get(near, "")
    return invalid(tree.text, start, template, hinted, found=f"{name}:", near=near, namespace=namespace)
