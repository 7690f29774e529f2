"""The service description by the letter (SPARQL 1.1 Service Description 3): what the endpoint can, over which data."""

import hashlib
from collections.abc import Iterator, Mapping

from kgservice.catalogue.lines import EU, Subject, name
from kgservice.terms import Graphs

_RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads",
)  # fmt: skip
_FILES = ("XLSX", "PARQUET")


def service(
    names: Graphs, url: str, endpoint: str = "", update: bool = False, federated: bool = False
) -> Iterator[str]:
    """Yield N-Triples lines about the endpoint; `url` is where we are reached (KG_URL).

    `endpoint` is the address of another one than the current release's; `update` says that it takes updates too,
    `federated` that SERVICE is carried out (for endpoints that KG_SERVICE_ALLOW names).

    Nothing is inferred (`ent:Simple`), no graph is fetched, hence no `sd:DereferencesURIs`; the default graph leaves
    invented statements out, hence no `sd:UnionDefaultGraph`.
    """
    about = Subject(described(names))
    yield from about.kinds("sd:Service", "dcat:DataService")
    yield from about.link("sd:endpoint", endpoint or f"{url}sparql")
    yield from about.link("sd:supportedLanguage", name("sd:SPARQL11Query"))
    if update:
        yield from about.link("sd:supportedLanguage", name("sd:SPARQL11Update"))
    if federated:
        yield from about.link("sd:feature", name("sd:BasicFederatedQuery"))
    yield from about.link("sd:resultFormat", *(name(f"formats:{result}") for result in _RESULTS))
    yield from about.link("sd:resultFormat", *(f"{EU}file-type/{file}" for file in _FILES))
    yield from about.link("sd:defaultEntailmentRegime", name("ent:Simple"))
    yield from about.link("sd:defaultDataset", whole(names))


def graphs(names: Graphs, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield N-Triples lines about the dataset of the endpoint: each graph with its number of triples."""
    dataset = Subject(whole(names))
    yield from dataset.kinds("sd:Dataset")
    yield from dataset.link("sd:defaultGraph", names.known)
    for graph, triples in sorted(counts.items()):
        if not triples:
            continue  # a graph without statements is not there
        described_graph = Subject(graph)
        yield from described_graph.kinds("sd:Graph", "void:Dataset")
        yield from described_graph.count("void:triples", triples)
        if graph == names.known:
            continue
        entry = Subject(f"{names.service}#graph-{hashlib.sha256(graph.encode()).hexdigest()[:16]}")
        yield from dataset.link("sd:namedGraph", entry.iri)
        yield from entry.kinds("sd:NamedGraph")
        yield from entry.link("sd:name", graph)
        yield from entry.link("sd:graph", graph)
        yield from entry.link("sd:entailmentRegime", name("ent:Simple"))


def described(names: Graphs) -> str:
    """Return the IRI of the service that is described."""
    return f"{names.base}catalogue/service"


def whole(names: Graphs) -> str:
    """Return the IRI of the dataset that the endpoint queries."""
    return f"{names.service}#dataset"
