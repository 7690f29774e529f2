"""How others score an endpoint: the queries of SPARQLES and the checks of YummyData's Umaka score, from outside.

SPARQLES asks its features about IRIs that nothing knows: every answer is 200 and well-formed. Umaka asks for the
description, for classes by graph, for links outward, and times them.
"""

import json
import time
from urllib.parse import urlsplit

import pytest
import rdflib
from rdflib.namespace import RDF

from conformance.suite import graph
from region import BASE

NS = "http://nonsensical.com/1/{}"
S, P, O, G = (f"<{NS.format(number)}>" for number in (1, 2, 3, 4))  # noqa: E741  (as SPARQL says)
SPARQL_10 = {
    "ask": f"ASK WHERE {{ {S} {P} {O} }}",
    "con": f"CONSTRUCT {{ ?s ?p {O} }} WHERE {{ ?s ?p {O} }}",
    "con-join": f"CONSTRUCT {{ ?s {P} ?o }} WHERE {{ ?s {P} ?x . ?x {P} ?o }}",
    "con-opt": f"CONSTRUCT {{ ?s {P} ?o }} WHERE {{ ?s {P} {O} OPTIONAL {{ ?s {G} ?o }} }}",
    "sel": f"SELECT * WHERE {{ {S} {P} ?o }}",
    "sel-bnode": f"SELECT * WHERE {{ [] {P} [ {G} ?o ] }}",
    "sel-distinct": f"SELECT DISTINCT ?o WHERE {{ {S} {P} ?o }}",
    "sel-empty": "SELECT * WHERE {}",
    "sel-filter-bound": f"SELECT * WHERE {{ ?s {P} {O} OPTIONAL {{ ?s {G} ?o }} FILTER(!bound(?o)) }}",
    "sel-filter-regex": f"SELECT * WHERE {{ {S} {P} ?o FILTER regex(?o, '^no') }}",
    "sel-filter-regex-i": f"SELECT * WHERE {{ {S} {P} ?o FILTER regex(?o, '^no', 'i') }}",
    "sel-filter-blank": f"SELECT * WHERE {{ {S} {P} ?o FILTER isBlank(?o) }}",
    "sel-filter-bool": f"SELECT * WHERE {{ {S} {P} ?o FILTER(?o = true) }}",
    "sel-filter-iri": f"SELECT * WHERE {{ {S} {P} ?o FILTER isIRI(?o) }}",
    "sel-filter-num": f"SELECT * WHERE {{ {S} {P} ?o FILTER(?o > 1) }}",
    "sel-filter-str": f"SELECT * WHERE {{ {S} {P} ?o FILTER(str(?o) = 'no') }}",
    "sel-from": f"SELECT * FROM {G} WHERE {{ ?s ?p ?o }}",
    "sel-graph": f"SELECT * WHERE {{ GRAPH {G} {{ ?s ?p ?o }} }}",
    "sel-graph-union": f"SELECT * WHERE {{ {{ GRAPH {G} {{ ?s {P} ?o }} }} UNION {{ GRAPH ?g {{ {S} {P} ?o }} }} }}",
    "sel-join": f"SELECT * WHERE {{ {S} {P} ?o . ?o {P} ?x }}",
    "sel-opt": f"SELECT * WHERE {{ {S} {P} ?o OPTIONAL {{ ?o {P} ?x }} }}",
    "sel-order": f"SELECT * WHERE {{ {S} {P} ?o }} ORDER BY DESC(?o) LIMIT 10 OFFSET 1",
    "sel-reduced": f"SELECT REDUCED ?o WHERE {{ {S} {P} ?o }}",
    "sel-union": f"SELECT * WHERE {{ {{ {S} {P} ?o }} UNION {{ {O} {P} ?o }} }}",
}
SPARQL_11 = {
    "ask-not-in": f"ASK WHERE {{ {S} {P} ?o FILTER(?o NOT IN ({O}, {G})) }}",
    "con-short": f"CONSTRUCT WHERE {{ {S} {P} ?o }}",
    "sel-avg": f"SELECT (AVG(?o) AS ?n) WHERE {{ {S} {P} ?o }}",
    "sel-avg-group": f"SELECT ?s (AVG(?o) AS ?n) WHERE {{ ?s {P} ?o }} GROUP BY ?s",
    "sel-bind": f"SELECT * WHERE {{ {S} {P} ?o BIND(?o + 1 AS ?n) }}",
    "sel-bindings": f"SELECT * WHERE {{ ?s {P} ?o }} VALUES ?s {{ {S} {O} }}",
    "sel-count-group": f"SELECT ?s (COUNT(?o) AS ?n) WHERE {{ ?s {P} ?o }} GROUP BY ?s",
    "sel-not-exists": f"SELECT * WHERE {{ {S} {P} ?o FILTER NOT EXISTS {{ ?o {P} ?x }} }}",
    "sel-exists": f"SELECT * WHERE {{ {S} {P} ?o FILTER EXISTS {{ ?o {P} ?x }} }}",
    "sel-strstarts": f"SELECT * WHERE {{ {S} {P} ?o FILTER STRSTARTS(str(?o), 'http') }}",
    "sel-max": f"SELECT (MAX(?o) AS ?n) WHERE {{ {S} {P} ?o }}",
    "sel-min": f"SELECT (MIN(?o) AS ?n) WHERE {{ {S} {P} ?o }}",
    "sel-minus": f"SELECT * WHERE {{ {S} {P} ?o MINUS {{ {S} {G} ?o }} }}",
    "sel-paths": f"SELECT * WHERE {{ {S} {P}+ ?o }}",
    "sel-service": f"SELECT * WHERE {{ {S} {P} ?o SERVICE <http://dbpedia.org/sparql> {{ {S} {P} ?o }} }}",
    "sel-subquery": f"SELECT * WHERE {{ {{ SELECT ?o WHERE {{ {S} {P} ?o }} LIMIT 1 }} }}",
    "sel-sum": f"SELECT (SUM(?o) AS ?n) WHERE {{ {S} {P} ?o }}",
    "sel-values": f"SELECT * WHERE {{ VALUES ?s {{ {S} {O} }} ?s {P} ?o }}",
}
QUERIES = SPARQL_10 | SPARQL_11
SHAPES = ("?s {p} {o}", "{s} ?p {o}", "{s} {p} ?o", "{s} ?p ?o", "?s {p} ?o", "?s ?p {o}", "{s} {p} {o}")
CLASSES = "SELECT DISTINCT ?c WHERE { GRAPH ?g { [] a ?c } } LIMIT 100 OFFSET %d"


def rows(reply) -> list[dict]:
    assert reply.status == 200, reply.body[:400]
    assert reply.headers["kg-complete"] == "true"
    return json.loads(reply.body)["results"]["bindings"]


def test_sparqles_asks_42_features():
    assert (len(SPARQL_10), len(SPARQL_11)) == (24, 18)


@pytest.mark.parametrize("name", QUERIES)
def test_sparqles_interoperability(served, name):
    reply = served.query(QUERIES[name])

    assert reply.status == 200, reply.body[:400]
    if name.startswith("con"):
        assert len(rdflib.Graph().parse(data=reply.body, format="turtle")) == 0
    else:
        assert json.loads(reply.body).keys() >= {"head"}


def test_sparqles_availability(served):
    assert json.loads(served.query("ASK WHERE { ?s ?p ?o }").body)["boolean"] is True
    assert len(rows(served.query("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"))) == 1


def test_sparqles_discoverability(served):
    """Description at the endpoint and at /.well-known/void, the self query, robots and sitemap, and a name."""
    accept = "application/rdf+xml, application/x-turtle, application/rdf+n3, application/xml, text/turtle"
    for path, namespace in (("/sparql", "service-description"), ("/.well-known/void", "rdfs.org/ns/void#")):
        found = graph(served.get(path, Accept=accept))
        assert any(namespace in str(predicate) for predicate in found.predicates())
    self_query = (
        "PREFIX void: <http://rdfs.org/ns/void#> "
        f"SELECT DISTINCT ?ds WHERE {{ ?ds a void:Dataset . ?ds void:sparqlEndpoint <{served.url}sparql> . }}"
    )

    assert [row["ds"]["value"] for row in rows(served.query(self_query))] == [BASE + "catalogue/dataset"]
    assert served.get("/robots.txt").status == 200
    assert b"sparqlEndpointLocation" in served.get("/sitemap.xml").body
    assert served.get("/sparql").headers["server"] == "kgservice"


@pytest.mark.parametrize("shape", SHAPES)
def test_sparqles_performance_asks(served, shape):
    text = shape.format(s=S, p=P, o=O)

    assert served.query(f"ASK WHERE {{ {text} }}").status == 200


@pytest.mark.parametrize("limit", [1, 100, 100_002])
def test_sparqles_finds_no_threshold(served, limit):
    found = rows(served.query(f"SELECT * WHERE {{ ?s ?p ?o }} LIMIT {limit}"))
    (counted,) = rows(served.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"))

    assert len(found) == min(limit, int(counted["n"]["value"]))


def test_umaka_availability(served):
    reply = served.send(
        "POST", "/sparql", "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 1",
        Content_Type="application/sparql-query", Accept="text/turtle",
    )  # fmt: skip

    assert reply.status == 200
    assert len(rdflib.Graph().parse(data=reply.body, format="turtle")) == 1


def test_umaka_freshness(served):
    query = """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX void: <http://rdfs.org/ns/void#>
    SELECT (MAX(?d) AS ?latest) WHERE { ?ds a void:Dataset ; dcterms:modified|dcterms:issued ?d }"""
    (found,) = rows(served.query(query))

    assert found["latest"]["value"] == served.service.shelf.current().manifest.created


def test_umaka_operation(served):
    sd = graph(served.get("/sparql", Accept="text/turtle"))
    void = graph(served.get("/.well-known/void", Accept="text/turtle"))

    assert (None, RDF.type, rdflib.URIRef("http://www.w3.org/ns/sparql-service-description#Service")) in sd
    assert (None, rdflib.URIRef("http://rdfs.org/ns/void#triples"), None) in void


def test_umaka_usefulness(served):
    """Classes are told by graph, and what our own are called."""
    classes = {row["c"]["value"] for row in rows(served.query(CLASSES % 0))}
    label = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?c WHERE { GRAPH ?g { ?c rdfs:label ?l } }"
    named = {row["c"]["value"] for row in rows(served.query(label))}
    ours = {c for c in classes if c.startswith("https://w3id.org/kgservice/ontology#")}

    assert ours
    assert ours <= named


def test_umaka_validity(served):
    """HTTP IRIs that lead to Turtle and RDF/XML of the right type."""
    (thing, *_) = rows(served.query(f"SELECT ?s WHERE {{ ?s a ?c FILTER STRSTARTS(STR(?s), '{BASE}id/') }} LIMIT 1"))
    path = thing["s"]["value"].removeprefix(BASE)
    for media in ("text/turtle", "application/rdf+xml"):
        moved = served.get("/" + path, Accept=media)
        assert moved.status == 303
        found = served.get(urlsplit(moved.headers["location"]).path, Accept=media)
        assert (found.status, found.media) == (200, media)


def test_umaka_performance(served):
    """The mean of three pages of classes, less an ASK, in at most a microsecond a triple of a small region (20 ms)."""

    def took(query: str) -> float:
        begun = time.monotonic()
        assert served.query(query).status == 200
        return time.monotonic() - begun

    waited = min(took("ASK {}") for _ in range(5))
    pages = [min(took(CLASSES % offset) for _ in range(5)) - waited for offset in (0, 100, 200)]

    assert sum(pages) / 3 < 0.02


def test_cors_is_open_literally_on_answers_errors_and_preflights(served):
    for reply in (
        served.query("ASK {}"),
        served.query("ASK {"),
        served.get("/nowhere"),
        served.send("OPTIONS", "/sparql", Origin="https://a.example", Access_Control_Request_Headers="x-odd"),
    ):
        assert reply.headers["access-control-allow-origin"] == "*"
    assert (
        "x-odd"
        in served.send("OPTIONS", "/sparql", Access_Control_Request_Headers="x-odd").headers[
            "access-control-allow-headers"
        ]
    )


def test_sib_editor_finds_partitions_examples_and_prefixes(served):
    """The three queries with which sib-swiss/sparql-editor fills its hints; no GRAPH in them."""
    partitions = """PREFIX void: <http://rdfs.org/ns/void#> PREFIX ext: <http://ldf.fi/void-ext#>
    SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
      ?cp void:class ?subjectClass ; void:propertyPartition ?pp . ?pp void:property ?prop .
      OPTIONAL { { ?pp void:classPartition/void:class ?objectClass }
        UNION { ?pp ext:datatypePartition/ext:datatype ?objectDatatype } } }"""
    examples = """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    SELECT DISTINCT ?sq ?comment ?query WHERE { ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
      sh:select|sh:ask|sh:construct|sh:describe ?query } ORDER BY ?sq"""
    prefixes = """PREFIX sh: <http://www.w3.org/ns/shacl#>
    SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"""

    found = rows(served.query(partitions))
    assert any("objectDatatype" in row for row in found)
    assert any("objectClass" in row for row in found)
    assert len(rows(served.query(examples))) >= 2
    assert {"kg", "rdfs"} <= {row["prefix"]["value"] for row in rows(served.query(prefixes))}
