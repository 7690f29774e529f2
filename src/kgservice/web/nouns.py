"""What kinds of things and common properties are called; the words are message ids."""

from collections.abc import Mapping

from kgservice.locale import plural, translate
from kgservice.terms import PREFIXES, shortened

NOUNS: Mapping[str, tuple[str, str, str]] = {
    # message ids of one, of many, and of a heading
    "organization": ("organization", "organizations", "Organizations"),
    "partnership": ("partnership", "partnerships", "Partnerships"),
    "membership": ("membership of a partnership", "memberships of partnerships", "Memberships of partnerships"),
    "contribution": ("contribution", "contributions", "Contributions"),
    "place": ("place", "places", "Places"),
    "site": ("training site", "training sites", "Training sites"),
    "sector": ("economic activity", "economic activities", "Economic activities"),
    "profession": ("profession", "professions", "Professions"),
    "standard": ("professional standard", "professional standards", "Professional standards"),
    "competency": ("competency", "competencies", "Competencies"),
    "requirement": ("requirement of a profession", "requirements of professions", "Requirements of professions"),
    "programme": ("programme", "programmes", "Programmes"),
    "module": ("module", "modules", "Modules"),
    "offering": ("offering", "offerings", "Offerings"),
    "provision": ("provision", "provisions", "Provisions"),
    "demand": ("observation of demand", "observations of demand", "Observations of demand"),
    "indicator": ("indicator", "indicators", "Indicators"),
    "change": ("change", "changes", "Changes"),
    "evidence": ("evidence of a competency", "evidences of competencies", "Evidences of competencies"),
    "publication": ("publication", "publications", "Publications"),
    "agreement": ("agreement", "agreements", "Agreements"),
    "conflict": ("disagreement of sources", "disagreements of sources", "Disagreements of sources"),
}


def noun(kind: str, count: int, lang: str) -> str:
    """Return what that many things of a kind are called; the kind itself where there is no word."""
    return plural(*NOUNS[kind][:2], count, lang) if kind in NOUNS else kind


PROPERTIES: Mapping[str, str] = {
    # properties of others that our ontology has no label for, by prefixed name
    "rdf:type": "kind",
    "rdfs:label": "name",
    "rdfs:comment": "comment",
    "rdfs:subClassOf": "kind of",
    "rdfs:isDefinedBy": "defined in",
    "rdfs:seeAlso": "see also",
    "skos:prefLabel": "preferred name",
    "skos:altLabel": "other name",
    "skos:note": "note",
    "skos:notation": "code",
    "skos:definition": "definition",
    "skos:inScheme": "vocabulary",
    "skos:topConceptOf": "top of the vocabulary",
    "skos:broader": "broader concept",
    "skos:narrower": "narrower concept",
    "skos:exactMatch": "the same as",
    "skos:closeMatch": "close to",
    "skos:broadMatch": "part of the broader",
    "skos:relatedMatch": "related to",
    "dcterms:source": "source",
    "dcterms:identifier": "identifier",
    "dcterms:isReplacedBy": "replaced by",
    "dcterms:replaces": "replaces",
    "dcterms:title": "title",
    "foaf:homepage": "web site",
    "schema:sameAs": "the same elsewhere",
    "wgs:lat": "latitude",
    "wgs:long": "longitude",
}


def heading(kind: str, lang: str) -> str:
    """Return what a list of things of a kind is called."""
    return translate(NOUNS[kind][2], lang) if kind in NOUNS else kind


def property_name(iri: str, label: str, lang: str) -> str:
    """Return what a property is called: its label in the graph, else a word of ours for a common one."""
    short = shortened(iri)
    return translate(PROPERTIES[short], lang) if label == short and short in PROPERTIES else label


def person(actor: str, lang: str) -> str:
    """Return who did something, of the name that it is written down under: `user:anna` is anna."""
    kind, _, name = actor.partition(":")
    if kind == "token":
        return translate("{name} (program)", lang).format(name=name)
    if kind == "os":
        return translate("{name} (command)", lang).format(name=name)
    return name if kind == "user" else actor


def address(iri: str, base: str) -> str:
    """Return an IRI as people may read it: kind and key of a thing of ours, a prefixed name, else the IRI."""
    if iri.startswith(f"{base}id/"):
        return iri.removeprefix(f"{base}id/")
    for prefix in ("kgv", "kg"):
        if iri.startswith(PREFIXES[prefix]):
            return f"{prefix}:{iri.removeprefix(PREFIXES[prefix])}"
    return shortened(iri)
