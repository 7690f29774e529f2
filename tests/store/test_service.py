"""SERVICE never leaves the service: refused when its call is due, and not before."""

import pytest

from kgservice.errors import QueryForbidden
from stores import EX, body

REMOTE = "<http://dbpedia.org/sparql>"


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ <{EX}none> ?p ?o . SERVICE {REMOTE} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ FILTER(false) SERVICE {REMOTE} {{ ?s ?p ?o }} }}",
    ],
)
def test_a_service_behind_an_empty_pattern_is_no_error(pool, query):
    assert body(pool(), query, "csv").count(b"\r\n") <= 1


@pytest.mark.parametrize(
    "address", [REMOTE, "<http://127.0.0.1:8080/sparql>", "<http://[::1]/>", "<file:///etc/passwd>"]
)
def test_a_service_whose_call_is_due_is_refused(pool, address):
    with pytest.raises(QueryForbidden, match="SERVICE"):
        body(pool(), f"SELECT * {{ SERVICE {address} {{ ?s ?p ?o }} }}")


def test_a_silent_service_yields_one_solution_that_says_nothing(pool):
    query = f"SELECT ?o ?x {{ <{EX}s1> <{EX}number> ?o . SERVICE SILENT {REMOTE} {{ ?x ?y ?z }} }}"

    assert body(pool(), query, "csv") == b"o,x\r\n1,\r\n"


@pytest.mark.parametrize("form", ["FILTER EXISTS", "FILTER NOT EXISTS", "MINUS"])
def test_a_service_whose_failure_the_engine_would_not_tell_is_refused(pool, form):
    query = f"SELECT * {{ ?a ?b ?c {form} {{ SERVICE <http://127.0.0.1:9/sparql> {{ ?a ?p ?o }} }} }}"

    with pytest.raises(QueryForbidden, match="SERVICE"):
        body(pool(), query, "json")
