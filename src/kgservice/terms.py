"""The names of the graph: namespaces, IRIs of things and graphs, and terms as N-Triples text."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

PREFIXES: dict[str, str] = {
    "kg": "https://w3id.org/kgservice/ontology#",
    "kgv": "https://w3id.org/kgservice/vocabulary/",
    "shape": "https://w3id.org/kgservice/shapes#",
    "fn": "https://w3id.org/kgservice/function#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "sh": "http://www.w3.org/ns/shacl#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vann": "http://purl.org/vocab/vann/",
    "rml": "http://w3id.org/rml/",
    "esco": "http://data.europa.eu/esco/model#",
    "elm": "http://data.europa.eu/snb/model/elm/",
    "ceterms": "https://purl.org/ctdl/terms/",
    "ceasn": "https://purl.org/ctdlasn/terms/",
    "fibo-fnd-agr-agr": "https://spec.edmcouncil.org/fibo/ontology/FND/Agreements/Agreements/",
    "cv": "http://data.europa.eu/m8g/",
    "rov": "http://www.w3.org/ns/regorg#",
    "legal": "http://www.w3.org/ns/legal#",
    "locn": "http://www.w3.org/ns/locn#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "qb": "http://purl.org/linked-data/cube#",
    "time": "http://www.w3.org/2006/time#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}
"""Prefixes that queries may rely on in our pages and library, and that our Turtle uses."""

KINDS = frozenset(
    {
        "organization", "partnership", "membership", "contribution", "place", "site", "sector", "profession",
        "standard", "competency", "requirement", "programme", "module", "offering", "provision", "demand",
        "indicator", "change", "evidence", "publication", "agreement", "conflict",
    }
)  # fmt: skip
"""Kinds of things that have IRIs `<KG_BASE>id/<kind>/<key>`."""


class Evidence(StrEnum):
    """How a statement is known; each source has a graph per kind."""

    SOURCED = "sourced"
    INFERRED = "inferred"
    RECALLED = "recalled"
    SEEN_WITHOUT_ADDRESS = "seen-without-address"
    ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graph IRIs of one installation, from its `base` (KG_BASE, ends with a slash)."""

    base: str

    @property
    def known(self) -> str:
        """Name the graph that equals the default graph."""
        return f"{self.base}graph/known"

    @property
    def illustrative(self) -> str:
        """Name the graph of everything illustrative and not known."""
        return f"{self.base}graph/illustrative"

    @property
    def ontology(self) -> str:
        """Name the graph of the ontology and its alignments."""
        return f"{self.base}graph/ontology"

    @property
    def vocabularies(self) -> str:
        """Name the graph of the SKOS vocabularies."""
        return f"{self.base}graph/vocabularies"

    @property
    def shapes(self) -> str:
        """Name the graph of the shapes."""
        return f"{self.base}graph/shapes"

    @property
    def catalogue(self) -> str:
        """Name the graph of PROV, DCAT and VoID statements made at publish."""
        return f"{self.base}graph/catalogue"

    @property
    def measures(self) -> str:
        """Name the graph of measures of the network, computed at publish."""
        return f"{self.base}graph/measures"

    @property
    def record(self) -> str:
        """Name the graph and document of the DCAT-AP record."""
        return f"{self.base}catalogue"

    @property
    def void(self) -> str:
        """Name the graph and document of the VoID description."""
        return f"{self.base}.well-known/void"

    @property
    def service(self) -> str:
        """Name the graph of the service description."""
        return f"{self.base}graph/service"

    @property
    def examples(self) -> str:
        """Name the graph and document of the library as SPARQL examples."""
        return f"{self.base}.well-known/sparql-examples"

    def source(self, name: str, evidence: str) -> str:
        """Name the graph of a source's statements of one kind of evidence."""
        return f"{self.base}graph/source/{name}/{evidence}"

    def split(self, graph: str) -> tuple[str, str] | None:
        """Return (source, evidence) of a source's graph, or None for any other graph."""
        head = f"{self.base}graph/source/"
        if not graph.startswith(head):
            return None
        name, _, evidence = graph.removeprefix(head).rpartition("/")
        return (name, evidence) if name else None


def thing(base: str, kind: str, key: str) -> str:
    """Return the IRI of a thing; characters that an IRI path segment may not hold are %-encoded (RFC 3987 2.2)."""
    return f"{base}id/{kind}/{segment(key)}"


UNRESERVED = (
    r"A-Za-z0-9\-._~\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane * 0x10000)}-{chr(plane * 0x10000 + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)
"""Characters that an IRI may hold anywhere (RFC 3987 2.2, iunreserved), for a regular expression's class."""
_RESERVED = re.compile(f"[^{UNRESERVED}]")


def segment(key: str) -> str:
    """Return a key as one IRI path segment, as RML templates write it: letters stay, the rest is %-encoded."""
    return _RESERVED.sub(lambda match: quote(match[0], safe=""), key)


_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|\\^`\x7f-\x9f]*')


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI that N-Triples can hold (RFC 3987; no spaces, quotes or brackets)."""
    return _IRI.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """Tell whether an IRI may be shown as a link: http or https and nothing else."""
    return is_iri(text) and text.lower().startswith(("http://", "https://"))


ESCAPES = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)},
    "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\",
}  # fmt: skip
"""How a character of a literal is written in canonical N-Triples (RDF 1.2 N-Triples 3, as the engine dumps it)."""
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f\ufffe\uffff]')


def literal(text: str, datatype: str = "", language: str = "") -> str:
    """Return a literal in canonical N-Triples (RDF 1.2 N-Triples 3: Canonical form)."""
    quoted = '"' + _ESCAPED.sub(lambda match: ESCAPES[match[0]], text) + '"'
    if language:
        return f"{quoted}@{language.lower()}"
    if datatype and datatype != PREFIXES["xsd"] + "string":
        return f"{quoted}^^<{datatype}>"
    return quoted


def iri(text: str) -> str:
    """Return an IRI in N-Triples."""
    return f"<{text}>"


def shortened(text: str) -> str:
    """Return an IRI as `prefix:local` where a prefix of ours fits, else the IRI itself."""
    for prefix, namespace in PREFIXES.items():
        local = text.removeprefix(namespace)
        if local != text and re.fullmatch(r"[\w\-]+", local):
            return f"{prefix}:{local}"
    return text


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term as a SPARQL results document gives it."""

    kind: str
    """`uri`, `literal` or `bnode` (SPARQL 1.1 Query Results JSON 3.2.2)."""
    value: str
    language: str = ""
    datatype: str = ""


_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^<>]*)>)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_UNESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def parsed(text: str) -> Term:
    """Return the term that N-Triples text stands for; text that is none is a literal of its own."""
    if text.startswith("<") and not text.startswith("<<"):
        return Term("uri", _plain(text[1:-1]))
    if text.startswith("_:"):
        return Term("bnode", text[2:])
    found = _LITERAL.fullmatch(text)
    return Term("literal", _plain(found[1]), found[2] or "", found[3] or "") if found else Term("literal", text)


def _plain(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _UNESCAPED.get(found[3], found[3])
