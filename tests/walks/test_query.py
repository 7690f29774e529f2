"""A question from end to end: a served release, asked by clients that others wrote, and by clients that misbehave."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import Message

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper

from region import BASE, write_content

PROGRAM = str(pathlib.Path(sys.executable).with_name("kgservice"))
TOWNS = f"SELECT ?town WHERE {{ ?town <https://w3id.org/kgservice/ontology#within> <{BASE}id/place/region> }}"
BOMB = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server over a release of 50 rows, with a deadline of one second."""
    folder = tmp_path_factory.mktemp("served")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    environment = {
        **kept, "KG_STATE": str(folder / "state"), "KG_CONTENT": str(write_content(folder / "content")),
        "KG_BASE": BASE, "KG_QUERY_SECONDS": "1", "KG_WORKERS": "4",
    }  # fmt: skip
    subprocess.run([PROGRAM, "build"], env=environment, check=True, capture_output=True)
    server = subprocess.Popen([PROGRAM, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        found = re.search(r"http://\S+/", server.stdout.readline())
        assert found is not None
        yield found[0]
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()


def ask(address: str, query: str, **headers: str) -> tuple[int, Message, bytes]:
    body = urllib.parse.urlencode({"query": query}).encode()
    request = urllib.request.Request(address + "sparql", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("requested", ["urlencoded", "postdirectly"])
def test_sparqlwrapper_gets_rows_by_every_method(address: str, method: str, requested: str) -> None:
    client = SPARQLWrapper(address + "sparql")
    client.setMethod(method)
    if method == POST and requested == "postdirectly":
        client.setRequestMethod(POSTDIRECTLY)
    client.setQuery(TOWNS)
    client.setReturnFormat(JSON)

    rows = client.query().convert()["results"]["bindings"]

    assert len(rows) == 39


@pytest.mark.parametrize(("form", "beginning"), [(CSV, b"town\r\n"), (XML, None), (TURTLE, None)])
def test_sparqlwrapper_gets_every_format(address: str, form: str, beginning: bytes | None) -> None:
    client = SPARQLWrapper(address + "sparql")
    client.setQuery(TOWNS if form != TURTLE else "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 5")
    client.setReturnFormat(form)

    answer = client.query().convert()

    if beginning:
        assert answer.startswith(beginning)
    elif form == TURTLE:
        assert len(rdflib.Graph().parse(data=answer, format="turtle")) == 5
    else:
        assert len(answer.getElementsByTagName("result")) == 39


def test_rdflib_reads_the_endpoint_as_a_graph(address: str) -> None:
    store = SPARQLStore(address + "sparql", returnFormat="json")
    graph = rdflib.Graph(store=store)

    rows = list(graph.query(TOWNS))
    label = graph.value(rdflib.URIRef(BASE + "id/place/region"), rdflib.RDFS.label, any=True)

    assert len(rows) == 39
    assert label is not None


def test_answer_names_its_release_and_is_not_sent_twice(address: str) -> None:
    status, headers, _ = ask(address, TOWNS)
    again, _, body = ask(address, TOWNS, **{"If-None-Match": headers["ETag"]})

    assert (status, headers["KG-Release"], headers["KG-Complete"]) == (200, "1", "true")
    assert (again, body) == (304, b"")


def test_late_query_is_a_503_that_says_which_limit_and_the_next_one_is_answered(address: str) -> None:
    started = time.monotonic()
    status, headers, body = ask(address, BOMB)
    late = time.monotonic() - started
    started = time.monotonic()
    following, _, _ = ask(address, TOWNS)

    assert status == 503
    assert "Retry-After" in headers
    assert json.loads(body)["type"].endswith("query-timeout")
    assert late < 15  # the deadline is one second; the query would take years
    assert following == 200
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "query-forbidden"),
        ("INSERT DATA { <u:a> <u:b> <u:c> }", 403, "query-forbidden"),
        ("SELECT ?s WHERE { ?s ?p }", 400, "query-syntax"),
        ("SELECT * WHERE " + "{" * 5000 + "}" * 5000, 400, "query-too-complex"),
    ],
)
def test_refusal_has_its_own_name(address: str, query: str, status: int, slug: str) -> None:
    got, headers, body = ask(address, query)

    assert got == status
    assert headers["Content-Type"].startswith("application/problem+json")
    assert json.loads(body)["type"].endswith(slug)


def test_asker_who_leaves_does_not_keep_a_worker(address: str) -> None:
    host, port = re.match(r"http://(.*):(\d+)/", address).groups()  # type: ignore[union-attr]
    for _ in range(6):
        with socket.create_connection((host, int(port)), 5) as line:
            body = urllib.parse.urlencode({"query": BOMB}).encode()
            head = (
                "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            line.sendall(head.encode() + body)
            time.sleep(0.05)

    assert ask(address, TOWNS)[0] == 200


def test_page_of_a_thing_is_found_through_its_iri(address: str) -> None:
    with urllib.request.urlopen(
        urllib.request.Request(address + "id/place/region", headers={"Accept": "text/turtle"}), timeout=20
    ) as response:
        graph = rdflib.Graph().parse(data=response.read(), format="turtle")

    assert (rdflib.URIRef(BASE + "id/place/region"), rdflib.RDFS.label, rdflib.Literal("Кузбасс", "ru")) in graph
    assert response.url.startswith(address)
