"""A 304 that the application gave once is said again without it, as long as the very same is asked of one release."""

import pytest

from kgservice.metrics import Metrics
from kgservice.web.unchanged import Unchanged

SELECT = "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 1"


class Inner:
    """An application that says 304 and may mark it as lasting."""

    def __init__(self):
        self.calls, self.lasting, self.release = 0, True, "1"

    def __call__(self, environ, start):
        self.calls += 1
        if self.lasting:
            environ["kgservice.unchanged"] = True
        start("304 NOT MODIFIED", [("KG-Release", self.release), ("Query-Id", f"{self.calls:08}"), ("ETag", '"a"')])
        return []


@pytest.fixture
def inner():
    return Inner()


@pytest.fixture
def ask(inner):
    metrics = Metrics()
    metrics.declare("kg_requests_total", "counter", "")
    front = Unchanged(inner, lambda: inner.release, metrics)

    def asked(**more):
        got = {}
        environ = {
            "PATH_INFO": "/sparql",
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": "query=1",
            "HTTP_IF_NONE_MATCH": "a",
        }
        front({**environ, **more}, lambda status, headers, *error: got.update(status=status, **dict(headers)))
        return got

    asked.metrics = metrics
    return asked


def test_the_same_again_is_answered_without_the_application_and_counted(ask, inner):
    assert ask()["Query-Id"]
    assert ask() == {"status": "304 NOT MODIFIED", "KG-Release": "1", "ETag": '"a"'}
    assert inner.calls == 1
    assert ask.metrics.value("kg_requests_total", room="sparql", status="304") == 1


@pytest.mark.parametrize(
    "more",
    [
        {"QUERY_STRING": "query=2"}, {"HTTP_IF_NONE_MATCH": "b"}, {"HTTP_ACCEPT": "text/csv"}, {"HTTP_HOST": "b"},
        {"HTTP_COOKIE": "lang=ru"}, {"HTTP_ACCEPT_LANGUAGE": "ru"}, {"REQUEST_METHOD": "HEAD"},
        {"PATH_INFO": "/releases/1/sparql"}, {"HTTP_QUERY_ID": "12345678"},
    ],
)  # fmt: skip
def test_anything_else_that_is_asked_goes_to_the_application(ask, inner, more):
    ask()
    ask(**more)

    assert inner.calls == 2


def test_another_release_makes_it_forget(ask, inner):
    ask()
    inner.release = "2"

    assert ask()["KG-Release"] == "2"
    assert inner.calls == 2
    assert "Query-Id" not in ask()


def test_what_is_not_marked_is_not_remembered(ask, inner):
    inner.lasting = False
    ask()
    ask()

    assert inner.calls == 2


def test_the_endpoint_says_it_again_with_the_headers_of_the_first_time(client):
    tag = client.get("/sparql", query_string={"query": SELECT}).headers["ETag"]
    once, again = (
        client.get("/sparql", query_string={"query": SELECT}, headers={"If-None-Match": tag}) for _ in range(2)
    )

    assert (once.status_code, again.status_code) == (304, 304)
    assert dict(again.headers) == {name: value for name, value in once.headers.items() if name != "Query-Id"}
    assert "Query-Id" in once.headers
