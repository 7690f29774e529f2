"""Clients that others wrote do their work on a draft: rdflib's SPARQLUpdateStore and SPARQLWrapper."""

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, SPARQLWrapper

from region import SOURCED

S, P = URIRef("http://example.org/s"), URIRef("http://example.org/p")


@pytest.fixture
def addresses(served, draft):
    return f"{served.url}{draft.path}/sparql", f"{served.url}{draft.path}/update"


def test_rdflib_writes_and_reads_through_its_update_store(served, addresses):
    query, update = addresses
    store = SPARQLUpdateStore(query, update, auth=("anybody", served.token), autocommit=True, returnFormat="json")
    graph = Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)

    graph.add((S, P, Literal("один")))
    graph.add((S, P, Literal("two")))
    graph.remove((S, P, Literal("один")))
    store.update(f'INSERT DATA {{ <{S}> <{P}> "three" }}')

    assert set(graph.objects(S, P)) == {Literal("two"), Literal("three")}
    assert len(graph) == 2


def test_rdflib_works_in_a_named_graph(served, addresses):
    query, update = addresses
    store = SPARQLUpdateStore(query, update, auth=("anybody", served.token), context_aware=True, returnFormat="json")
    graph = Graph(store, identifier=URIRef("http://example.org/g"))

    graph.add((S, P, Literal(1)))
    graph.commit()

    assert (S, P, Literal(1)) in graph
    assert len(Graph(store, identifier=URIRef(SOURCED))) > 100


@pytest.mark.parametrize("how", ["urlencoded", POSTDIRECTLY])
def test_sparqlwrapper_updates_and_asks(served, addresses, how):
    query, update = addresses
    writer = SPARQLWrapper(query, updateEndpoint=update)
    writer.setCredentials("anybody", served.token)
    writer.setMethod(POST)
    writer.setRequestMethod(how)
    writer.setQuery(f'INSERT DATA {{ <{S}> <{P}> "{how}" }}')
    writer.query()

    reader = SPARQLWrapper(query)
    reader.addCustomHttpHeader("Authorization", f"Bearer {served.token}")
    reader.setReturnFormat(JSON)
    reader.setMethod(POST)
    reader.setQuery(f"SELECT ?o {{ <{S}> <{P}> ?o }}")
    found = reader.query().convert()

    assert [row["o"]["value"] for row in found["results"]["bindings"]] == [how]
