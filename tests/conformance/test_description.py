"""What the service says of itself: service description (W3C), VoID, DCAT-AP, examples, dumps with checksums."""

import collections
import gzip
import hashlib
import os
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCTERMS, FOAF, OWL, RDF, VOID

from conformance.suite import MEDIA, graph
from kgservice.sparql import parse
from region import BASE

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
EXT = rdflib.Namespace("http://ldf.fi/void-ext#")
WHOLE = rdflib.URIRef(BASE + "catalogue/dataset")
STRANGE = (
    "",
    "*/*",
    "application/rdf+xml, application/x-turtle, application/rdf+n3, application/xml, text/turtle, text/rdf, text/n3",
    "application/rdf+xml",
    "application/x-turtle",
    "text/n3",
    "application/sparql-results+json",
    "image/png",
    ";;;,,q=1/2",
    "text/turtle;q=0.1, text/html;q=0.05",
    "application/trig;q=0.95, application/ld+json;q=0.9, application/n-quads;q=0.7, text/turtle;q=0.6, text/html;q=0.2",
    "x" * 20_000,
)


def test_returns_rdf(served):
    """W3C service-description/returns-rdf."""
    assert len(graph(served.get("/sparql"))) > 30


def test_has_endpoint_triple(served):
    """W3C service-description/has-endpoint-triple."""
    assert (None, SD.endpoint, rdflib.URIRef(served.url + "sparql")) in graph(served.get("/sparql"))


def test_conforms_to_schema(served):
    """W3C service-description/conforms-to-schema: what section 3 says of domains, ranges and required properties."""
    found = graph(served.get("/sparql"))
    (service,) = found.subjects(RDF.type, SD.Service)
    dataset = found.value(service, SD.defaultDataset)
    named = list(found.objects(dataset, SD.namedGraph))

    assert set(found.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert (dataset, RDF.type, SD.Dataset) in found
    assert (found.value(dataset, SD.defaultGraph), RDF.type, SD.Graph) in found
    for entry in named:
        assert (entry, RDF.type, SD.NamedGraph) in found
        assert len(list(found.objects(entry, SD.name))) == 1
        assert (found.value(entry, SD.graph), RDF.type, SD.Graph) in found
    assert all(str(form).startswith("http://") for form in found.objects(service, SD.resultFormat))


@pytest.mark.parametrize("accept", STRANGE, ids=lambda text: text[:40] or "none")
def test_whoever_asks_for_no_page_gets_rdf(served, accept):
    assert graph(served.get("/sparql", Accept=accept))


def test_a_browser_gets_the_page_and_every_format_says_the_same(served):
    turtle = graph(served.get("/sparql"))

    assert served.get("/sparql", Accept="text/html,application/xml;q=0.9,*/*;q=0.8").media == "text/html"
    for media in MEDIA:
        reply = served.get("/sparql", Accept=media)
        assert reply.media == media
        assert rdflib.compare.isomorphic(graph(reply), turtle)


def test_the_description_claims_no_entailment_and_no_federation(served):
    found = graph(served.get("/sparql"))

    assert set(found.objects(None, SD.defaultEntailmentRegime)) == {
        rdflib.URIRef("http://www.w3.org/ns/entailment/Simple")
    }
    assert list(found.objects(None, SD.feature)) == []


def test_every_graph_is_named_with_its_true_size(served):
    found = graph(served.get("/sparql"))
    said = {str(g): int(found.value(g, VOID.triples)) for g in found.subjects(RDF.type, SD.Graph)}
    store = pyoxigraph.Store.read_only(str(served.service.shelf.current().store))
    true = {g.value: sum(1 for _ in store.quads_for_pattern(None, None, None, g)) for g in store.named_graphs()}
    true[BASE + "graph/known"] = sum(1 for _ in store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph()))

    counts = served.service.shelf.current().manifest.counts
    assert said == true == {graph: triples for graph, triples in counts.items() if triples}


def test_the_description_comes_at_once_and_need_not_come_again(served):
    first = served.get("/sparql")
    fastest = min(served.get("/sparql").seconds for _ in range(5))
    again = served.get("/sparql", If_None_Match=first.headers["etag"])

    assert fastest < 0.05
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/.well-known/void", "/void.ttl"])
def test_void_counts_classes_properties_and_datatypes(served, path):
    found = graph(served.get(path))
    place = rdflib.URIRef("https://w3id.org/kgservice/ontology#Place")
    label = rdflib.URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    part = next(p for p in found.subjects(VOID["class"], place) if (WHOLE, VOID.classPartition, p) in found)
    labels = next(p for p in found.objects(part, VOID.propertyPartition) if found.value(p, VOID.property) == label)
    datatypes = {found.value(leaf, EXT.datatype) for leaf in found.objects(labels, EXT.datatypePartition)}
    (counted,) = served.service.ask.rows(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{place}> }}")

    assert int(found.value(part, VOID.entities)) == int(counted["n"].value)
    assert int(found.value(labels, VOID.triples)) > 0
    assert rdflib.URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString") in datatypes
    assert (WHOLE, VOID.propertyPartition, None) in found
    assert served.get("/void.ttl").media == "text/turtle"


def test_every_count_of_void_is_what_the_dump_holds(served):
    found = graph(served.get("/.well-known/void"))
    dump = gzip.decompress(served.get("/releases/1/dumps/all.nq.gz").body)
    aside = {BASE + name for name in (".well-known/sparql-examples", ".well-known/void", "catalogue")}
    aside |= {f"{BASE}graph/{name}" for name in ("catalogue", "service", "measures", "shapes")}
    known = {
        quad.triple
        for quad in pyoxigraph.parse(dump, pyoxigraph.RdfFormat.N_QUADS)
        if quad.graph_name.value not in aside and not quad.graph_name.value.endswith("/illustrative")
    }

    def parts(link, key, count):
        return {str(found.value(part, key)): int(found.value(part, count)) for part in found.objects(WHOLE, link)}

    types = collections.Counter(one.object.value for one in known if one.predicate.value == str(RDF.type))
    assert parts(VOID.classPartition, VOID["class"], VOID.entities) == types
    assert parts(VOID.propertyPartition, VOID.property, VOID.triples) == collections.Counter(
        one.predicate.value for one in known
    )
    assert int(found.value(WHOLE, VOID.distinctSubjects)) == len({one.subject for one in known})
    assert int(found.value(WHOLE, VOID.distinctObjects)) == len({one.object for one in known})


def record(served) -> rdflib.Graph:
    return graph(served.get("/catalogue"))


@pytest.mark.parametrize("name", ["shapes", "range", "mdr-vocabularies.shape", "deprecateduris"])
def test_the_record_is_valid_dcat_ap(served, name):
    folder = Path(os.environ.get("KG_CONFORMANCE", "")) / "dcat-ap-3.0.1"
    if not os.environ.get("KG_CONFORMANCE") or not folder.is_dir():
        pytest.skip("KG_CONFORMANCE names no folder with the shapes of DCAT-AP: the record is NOT validated")
    shapes = rdflib.Graph().parse(folder / f"{name}.ttl")
    shapes.remove((None, OWL.imports, None))

    _, report, text = pyshacl.validate(record(served), shacl_graph=shapes)

    worst = {r for r in report.objects(None, SH.result) if report.value(r, SH.resultSeverity) == SH.Violation}
    # NOTE: these shapes want https in the IRIs of SPDX, whose vocabulary has http; hashes are right as they are
    assert worst - set(report.subjects(SH.resultPath, SPDX.algorithm)) == set(), text


def test_the_record_scores_on_every_dimension_of_data_europa_eu(served):
    """The 405 points of the metadata quality assessment: what must be there, and from which vocabulary."""
    found = record(served)
    files = [d for d in found.objects(WHOLE, DCAT.distribution) if (d, DCAT.downloadURL, None) in found]
    authority = "http://publications.europa.eu/resource/authority/"

    for term in (
        DCAT.keyword, DCAT.theme, DCTERMS.spatial, DCTERMS.temporal, DCAT.contactPoint, DCTERMS.publisher,
        DCTERMS.accessRights, DCTERMS.issued, DCTERMS.modified,
    ):  # fmt: skip
        assert (WHOLE, term, None) in found, term
    assert len(files) == 2
    for file in files:
        for term in (
            DCAT.accessURL, DCTERMS.format, DCAT.mediaType, DCTERMS.license, DCTERMS.rights, DCAT.byteSize,
            DCTERMS.issued, DCTERMS.modified,
        ):  # fmt: skip
            assert (file, term, None) in found, term
        assert str(found.value(file, DCTERMS.format)).startswith(authority + "file-type/")
        assert str(found.value(file, DCTERMS.license)).startswith(authority + "licence/")
        assert str(found.value(file, DCAT.mediaType)).startswith("https://www.iana.org/assignments/media-types/")
    assert str(found.value(WHOLE, DCTERMS.accessRights)).startswith(authority + "access-right/")


def test_each_dump_is_there_with_the_checksum_and_size_that_the_record_names(served):
    found = record(served)
    for file in found.subjects(DCAT.downloadURL, None):
        reply = served.get(str(found.value(file, DCAT.downloadURL)).removeprefix(served.url.rstrip("/")))

        assert reply.status == 200
        assert len(reply.body) == int(found.value(file, DCAT.byteSize))
        checksum = found.value(file, SPDX.checksum)
        assert hashlib.sha256(reply.body).hexdigest() == str(found.value(checksum, SPDX.checksumValue)).lower()


def test_checksums_of_dumps_stand_beside_the_graph_and_not_in_it(served):
    assert not served.service.ask.ask(f"ASK {{ ?d a <{DCAT.Distribution}> ; <{SPDX.checksum}> ?c }}")
    assert not served.service.ask.ask(f"ASK {{ GRAPH ?g {{ ?d <{DCAT.byteSize}> ?c }} }}")


def test_the_dumps_hold_what_the_store_holds(served):
    release = served.service.shelf.current()
    store = pyoxigraph.Store.read_only(str(release.store))
    quads = gzip.decompress((release.path / "dumps/all.nq.gz").read_bytes())
    turtle = gzip.decompress((release.path / "dumps/known.ttl.gz").read_bytes())
    left_out = {BASE + "graph/illustrative"}

    dumped = {str(quad) for quad in pyoxigraph.parse(quads, pyoxigraph.RdfFormat.N_QUADS)}
    known = {str(quad.triple) for quad in pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE)}

    assert dumped == {
        str(quad)
        for graph in store.named_graphs()
        if graph.value not in left_out
        for quad in store.quads_for_pattern(None, None, None, graph)
    }
    assert known == {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())}


def test_questions_stand_in_the_graph_as_examples_that_parse(served):
    found = graph(served.get("/.well-known/sparql-examples"))
    examples = list(found.subjects(RDF.type, SH.SPARQLExecutable))
    library = served.service.ask.library.queries

    assert {str(example).rpartition("/")[2] for example in examples} == set(library)
    for example in examples:
        text = next(
            found.value(example, form) for form in (SH.select, SH.ask, SH.construct) if found.value(example, form)
        )
        assert parse(str(text))
        assert {label.language for label in found.objects(example, rdflib.RDFS.comment)} == {"en", "ru"}
        assert (example, rdflib.URIRef("https://schema.org/target"), rdflib.URIRef(served.url + "sparql")) in found
        assert found.value(example, SH.prefixes) is not None
    assert served.get("/.well-known/sparql-examples/" + next(iter(library))).status == 303


def test_prefixes_are_declared(served):
    found = graph(served.get("/.well-known/sparql-examples"))
    declared = {str(found.value(d, SH.prefix)): found.value(d, SH.namespace) for d in found.objects(None, SH.declare)}

    assert str(declared["kg"]) == "https://w3id.org/kgservice/ontology#"
    assert declared["kg"].datatype == rdflib.XSD.anyURI


def test_robots_and_sitemap_lead_to_the_endpoint_but_not_into_queries(served):
    robots = served.get("/robots.txt").body.decode()
    sitemap = served.get("/sitemap.xml").body.decode()

    assert f"Sitemap: {served.url}sitemap.xml" in robots
    assert "Disallow: /sparql?\n" in robots
    assert "Disallow: /sparql\n" not in robots
    assert f"<sc:sparqlEndpointLocation>{served.url}sparql</sc:sparqlEndpointLocation>" in sitemap
    assert f"<sc:datasetURI>{WHOLE}</sc:datasetURI>" in sitemap
    assert f"<loc>{served.url}page/place/town-1</loc>" in sitemap
    assert served.get("/page/place/town-1").status == 200


def test_the_publisher_of_a_source_is_an_agent_with_a_name(served):
    found = record(served)

    for publisher in set(found.objects(None, DCTERMS.publisher)):
        assert (publisher, RDF.type, FOAF.Agent) in found
        assert found.value(publisher, FOAF.name)
