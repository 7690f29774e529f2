"""The library of questions as SPARQL examples (SHACL 12 SPARQL, sib-swiss/sparql-examples)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kgservice.catalogue.lines import Subject
from kgservice.terms import PREFIXES, Graphs

_FORMS = {
    "select": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ask": ("sh:SPARQLAskExecutable", "sh:ask"),
    "construct": ("sh:SPARQLConstructExecutable", "sh:construct"),
    "describe": ("spex:SPARQLDescribeExecutable", "spex:describe"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A question that runs as it is."""

    name: str
    subject: str
    form: str
    text: str
    summary: Mapping[str, str]
    tags: tuple[str, ...]


def examples(names: Graphs, url: str, questions: Iterable[Example]) -> Iterator[str]:
    """Yield N-Triples lines; each example is `<KG_BASE>.well-known/sparql-examples/<name>`."""
    prefixes = Subject(f"{names.examples}#prefixes")
    yield from prefixes.kinds("owl:Ontology")
    yield from prefixes.texts("rdfs:label", {"en": "Prefixes of the examples", "ru": "Префиксы примеров"})
    for prefix, namespace in sorted(PREFIXES.items()):
        declared = Subject(f"{names.examples}#prefix-{prefix}")
        yield from prefixes.link("sh:declare", declared.iri)
        yield from declared.kinds("sh:PrefixDeclaration")
        yield from declared.text("sh:prefix", prefix)
        yield from declared.text("sh:namespace", namespace, "xsd:anyURI")
    for question in questions:
        kind, predicate = _FORMS[question.form]
        example = Subject(f"{names.examples}/{question.name}")
        yield from example.kinds("sh:SPARQLExecutable", kind)
        yield from example.texts("rdfs:label", question.summary)
        yield from example.texts("rdfs:comment", question.summary)
        yield from example.link("sh:prefixes", prefixes.iri)
        yield from example.text(predicate, question.text)
        for tag in dict.fromkeys((question.subject, *question.tags)):
            yield from example.text("schema:keywords", tag)
        yield from example.link("schema:target", f"{url}sparql")
        yield from example.link("foaf:page", f"{url}queries/{question.name}")
