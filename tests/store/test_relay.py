"""A remote store may lie, break off or be gone: the asker gets an error that says so, never half an answer."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from kgservice.errors import QueryForbidden, QueryInvalid, SettingInvalid, StoreUnavailable
from kgservice.store.remote import RemoteStore
from stores import body

JSON = "application/sparql-results+json"
RESULT = (
    b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"typed-literal","value":"1","datatype":"http://a"}}]}}'
)
TRIPLES = b"<http://a> <http://p> <http://b> .\n"


class Endpoint(BaseHTTPRequestHandler):
    """Answers what `server.reply` says: status, headers, body; remembers what it was asked."""

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((parse_qs(text), self.headers))
        status, headers, content = self.server.reply
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def endpoint():
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        server.asked, server.reply = [], (200, {"Content-Type": JSON}, RESULT)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def remote(endpoint, settings):
    store = RemoteStore(f"http://127.0.0.1:{endpoint.server_port}/sparql", settings(workers=1))
    yield store
    store.close()


def test_query_is_posted_as_a_form_with_its_dataset(remote, endpoint):
    text = body(
        remote, "SELECT ?x {}", "csv", default_graphs=("http://g/1", "http://g/2"), named_graphs=("http://g/3",)
    )

    form, headers = endpoint.asked[-1]
    assert form["query"] == ["SELECT ?x {}"]
    assert form["default-graph-uri"] == ["http://g/1", "http://g/2"]
    assert form["named-graph-uri"] == ["http://g/3"]
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert text == b"x\r\n1\r\n"


def test_base_is_sent_only_where_a_relative_iri_needs_it(remote, endpoint):
    body(remote, "SELECT ?x { ?x a <http://c> }", base="http://base/")
    body(remote, "SELECT ?x { ?x a <c> }", base="http://base/")

    assert [form["query"] for form, _ in endpoint.asked] == [
        ["SELECT ?x { ?x a <http://c> }"],
        ["BASE <http://base/> SELECT ?x { ?x a <c> }"],
    ]


def test_service_is_refused_before_anything_is_sent(remote, endpoint):
    with pytest.raises(QueryForbidden):
        body(remote, "SELECT * { SERVICE <http://elsewhere/> { ?s ?p ?o } }")

    assert endpoint.asked == []


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (200, {"Content-Type": JSON}, RESULT[:-30]),
        (200, {"Content-Type": JSON}, RESULT[:-2] + b"The SPARQL operation has been cancelled"),
        (200, {"Content-Type": "text/html"}, b"<html>"),
        (200, {"Content-Type": "text/csv"}, b"x\r\n1\r\n"),
        (200, {"Content-Type": JSON, "Content-Length": str(len(RESULT) + 9)}, RESULT),
        (401, {}, b""),
        (404, {}, b""),
        (429, {}, b""),
        (500, {}, b"stack trace"),
        (503, {}, b""),
    ],
)
def test_anything_but_a_whole_answer_is_unavailable(remote, endpoint, status, headers, content):
    endpoint.reply = status, headers, content

    with pytest.raises(StoreUnavailable, match="remote store"):
        body(remote, "SELECT ?x {}")


@pytest.mark.parametrize("cut", [10, len(TRIPLES)])
def test_cut_graph_is_unavailable_even_at_a_line_end(remote, endpoint, cut):
    content = (TRIPLES * 3)[:-cut]
    endpoint.reply = 200, {"Content-Type": "application/n-triples", "Content-Length": str(len(TRIPLES) * 3)}, content

    with pytest.raises(StoreUnavailable, match="remote store"):
        body(remote, "CONSTRUCT WHERE { ?s ?p ?o }", "turtle")


def test_refusal_of_the_query_is_the_askers(remote, endpoint):
    endpoint.reply = 400, {}, b"no such function"

    with pytest.raises(QueryInvalid, match="no such function"):
        body(remote, "SELECT ?x {}")


def test_redirect_to_another_address_is_not_followed(remote, endpoint):
    with HTTPServer(("127.0.0.1", 0), Endpoint) as other:
        other.asked, other.reply = [], (200, {"Content-Type": JSON}, RESULT)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        for host in ("127.0.0.1", "localhost"):
            endpoint.reply = 302, {"Location": f"http://{host}:{other.server_port}/sparql"}, b""
            with pytest.raises(StoreUnavailable):
                body(remote, "SELECT ?x {}")
        other.shutdown()

        assert other.asked == []


def test_endpoint_that_is_gone_is_unavailable_and_its_return_is_noticed(settings, endpoint):
    port = endpoint.server_port
    endpoint.shutdown()
    endpoint.server_close()
    store = RemoteStore(f"http://127.0.0.1:{port}/sparql", settings(workers=1))

    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        body(store, "SELECT ?x {}")
    with HTTPServer(("127.0.0.1", port), Endpoint) as server:
        server.asked, server.reply = [], (200, {"Content-Type": JSON}, RESULT)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert body(store, "SELECT ?x {}", "csv") == b"x\r\n1\r\n"
        server.shutdown()
    store.close()


@pytest.mark.parametrize("address", ["ftp://a/b", "file:///etc/passwd", "nonsense", "http://a b/"])
def test_address_that_is_no_endpoint_is_a_wrong_setting(settings, address):
    with pytest.raises(SettingInvalid, match="KG_STORE"):
        RemoteStore(address, settings())
