"""A triple that stands in several graphs of a default graph counts once (SPARQL 1.1 Query 13.2.1)."""

import json

import pyoxigraph
import pytest

from kgservice.errors import ParameterInvalid, QueryForbidden
from kgservice.store import datasets
from stores import EX, ONE, OTHER, body, release

BASE = "http://localhost:8080/"
BOTH = f"FROM <{EX}one> FROM <{EX}other>"
COUNT = "SELECT (COUNT(*) AS ?n) {dataset} {{ ?s ?p ?o }}"


@pytest.fixture
def store(tmp_path, pool):
    apart = f'<{EX}b> <{EX}p> "apart" .\n'
    return pool(release(tmp_path / "r", f'<{EX}d> <{EX}p> "default" .\n', one=ONE, other=OTHER, apart=apart))


def number(store, query, **values):
    return int(json.loads(body(store, query, **values))["results"]["bindings"][0]["n"]["value"])


def test_engine_alone_counts_a_shared_triple_twice(tmp_path):
    bare = pyoxigraph.Store.read_only(str(release(tmp_path / "bare", "", one=ONE, other=OTHER)))

    assert [row[0].value for row in bare.query(COUNT.format(dataset=BOTH))] == ["4"]


def test_from_and_from_counts_it_once(store):
    assert number(store, COUNT.format(dataset=BOTH)) == 3
    assert number(store, COUNT.format(dataset=f"FROM <{EX}one> FROM <{EX}one>")) == 2
    assert number(store, f"PREFIX e: <{EX}> " + COUNT.format(dataset="FROM e:one FROM e:other")) == 3
    assert number(store, COUNT.format(dataset="FROM <one> FROM <other>"), base=EX) == 3


def test_default_graphs_of_the_protocol_count_it_once(store):
    graphs = (EX + "one", EX + "other", EX + "apart")

    assert number(store, COUNT.format(dataset=f"FROM <{EX}none>"), default_graphs=graphs) == 4
    assert body(store, "SELECT ?o { ?s ?p ?o }", "csv", default_graphs=graphs).split().count(b"shared") == 1
    assert body(store, "SELECT DISTINCT ?o { ?s ?p ?o }", "csv", default_graphs=graphs).split().count(b"shared") == 1


def test_named_graphs_stand_beside_a_union(store):
    query = f"SELECT (COUNT(*) AS ?n) {BOTH} FROM NAMED <{EX}one> {{ ?s ?p ?o GRAPH ?g {{ ?a ?b ?c }} }}"

    assert number(store, query) == 6


def test_every_graph_may_stand_beside_chosen_ones(store):
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    chosen = (BASE + "graph/known", BASE + "graph/illustrative")

    assert number(store, query, default_graphs=chosen) == 0  # as the protocol has it
    assert number(store, query, default_graphs=chosen, every_graph=True) == 5


def test_known_names_the_default_graph(store):
    known = BASE + "graph/known"

    assert number(store, COUNT.format(dataset=f"FROM <{known}>")) == 1
    assert number(store, COUNT.format(dataset=""), default_graphs=(known, EX + "one")) == 3


def test_from_named_alone_leaves_the_default_graph_empty(store):
    assert number(store, COUNT.format(dataset=f"FROM NAMED <{EX}one>")) == 0


def test_unknown_graph_is_empty_and_a_graph_that_is_no_iri_is_refused(store):
    assert number(store, COUNT.format(dataset=f"FROM <{EX}none>")) == 0
    with pytest.raises(ParameterInvalid, match="no iri"):
        body(store, "ASK {}", default_graphs=("no iri",))


def test_union_that_is_too_large_is_refused_not_miscounted(tmp_path):
    from kgservice.sparql import parse
    from kgservice.store.interface import Question

    bare = pyoxigraph.Store.read_only(str(release(tmp_path / "bare", "", one=ONE, other=OTHER)))
    text = COUNT.format(dataset=BOTH)

    with pytest.raises(QueryForbidden, match=r"more than 3 together \(KG_MERGE_STATEMENTS\)"):
        datasets.Datasets(bare, "", 3).choose(Question(text), parse(text))
