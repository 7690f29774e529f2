"""SERVICE on an endpoint of our own making: asked with what is known, within limits, or refused by name."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest

from fakes import BASE, fake_service
from kgservice.actions.ask import Ask
from kgservice.errors import QueryForbidden, QueryStopped, ServiceFailed
from kgservice.store import admission, outward
from kgservice.store.interface import Question
from kgservice.store.outward import public

KG = "PREFIX kg: <https://w3id.org/kgservice/ontology#> PREFIX o: <http://other.example/> "
THERE = f"""
<{BASE}id/organization/spt> <http://other.example/students> 812 .
<{BASE}id/organization/kgtt> <http://other.example/students> 377 .
<http://other.example/x> <http://other.example/students> 9 .
<http://other.example/x> <http://other.example/says> "two\\nlines and \\"quotes\\""@ru .
<http://other.example/x> <http://other.example/knows> [ <http://other.example/says> "nobody" ] .
"""


@dataclass
class Elsewhere:
    """An endpoint of a few statements; `mood` says how it behaves."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    mood: str = "well"
    store: pyoxigraph.Store = field(default_factory=pyoxigraph.Store)

    def answer(self, handler: BaseHTTPRequestHandler, query: str) -> None:
        self.asked.append(query)
        if self.mood == "silent":
            time.sleep(3)
        if self.mood == "moved":
            handler.send_response(302)
            handler.send_header("Location", self.url)
            handler.end_headers()
            return
        body = b"<html>" if self.mood == "strange" else b""
        if not body:
            body = self.store.query(query).serialize(format=pyoxigraph.QueryResultsFormat.JSON) or b""
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body) + (self.mood == "short")))
        handler.end_headers()
        with contextlib.suppress(OSError):  # who asked has left
            handler.wfile.write(body)


@pytest.fixture(scope="module")
def server() -> Iterator[Elsewhere]:
    there = Elsewhere()
    there.store.load(THERE.encode(), pyoxigraph.RdfFormat.TURTLE)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.answer(self, parse_qs(urlsplit(self.path).query)["query"][0])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            there.answer(self, parse_qs(body)["query"][0])

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    there.url = f"http://127.0.0.1:{running.server_port}/sparql"
    yield there
    running.shutdown()
    running.server_close()


@pytest.fixture
def elsewhere(server: Elsewhere) -> Elsewhere:
    server.asked.clear()
    server.mood = "well"
    return server


@pytest.fixture(scope="module")
def asks(server: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ask]:
    made: dict[tuple[tuple[str, str], ...], Ask] = {}

    def make(**settings: str) -> Ask:
        key = tuple(settings.items())
        if key not in made:
            given = {
                "KG_SERVICE_ALLOW": server.url, "KG_SERVICE_PRIVATE": "yes", "KG_SERVICE_SECONDS": "1",
                "KG_SERVICE_ROWS": "5",
            } | settings  # fmt: skip
            made[key] = fake_service(tmp_path_factory.mktemp("federate"), **given).ask
        return made[key]

    return make


def rows(ask: Ask, query: str, **more: object) -> str:
    reply = ask.question(Question(KG + query, "csv", **more))  # type: ignore[arg-type]
    assert reply.etag == ""
    return b"".join(reply.answer.chunks).decode().replace("\r\n", "\n").replace(f"{BASE}id/organization/", "")


def test_what_is_known_goes_along_and_what_comes_is_joined(asks, elsewhere):
    found = rows(
        asks(), f"SELECT ?s ?n {{ ?s a kg:College SERVICE <{elsewhere.url}> {{ ?s o:students ?n }} }} ORDER BY ?n"
    )

    assert found == "s,n\nkgtt,377\nspt,812\n"
    assert len(elsewhere.asked) == 1
    assert "organization/spt>" in elsewhere.asked[0]
    assert "azot" not in elsewhere.asked[0]


def test_nobody_is_asked_where_nothing_can_join(asks, elsewhere):
    elsewhere.mood = "strange"

    found = rows(asks(), f"SELECT ?s ?n {{ ?s a kg:Nothing SERVICE <{elsewhere.url}> {{ ?s o:students ?n }} }}")

    assert found == "s,n\n"
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{S} {{ ?s o:students ?n FILTER(?n < 10) }}", "n\n9\n"),
        ("VALUES ?s {{ <http://other.example/x> }} {S} {{ ?s o:students ?n }}", "n\n9\n"),
        ("VALUES ?n {{ 1 }} OPTIONAL {{ {S} {{ ?x o:students 812 }} }}", "n\n1\n"),
        ("{{ VALUES ?n {{ 1 }} }} UNION {{ {S} {{ o:x o:students ?n }} }}", "n\n1\n9\n"),
        ("VALUES ?n {{ 1 9 }} MINUS {{ {S} {{ o:x o:students ?n }} }}", "n\n1\n"),
        ("VALUES ?n {{ 1 9 }} FILTER EXISTS {{ {S} {{ o:x o:students ?n }} }}", "n\n9\n"),
        ("{{ SELECT (COUNT(*) AS ?n) {{ {S} {{ ?x o:students ?y }} }} }}", "n\n3\n"),
        ("{S} {{ o:x o:students 9 }} BIND(1 AS ?n)", "n\n1\n"),
        ("{S} {{ o:x o:students 10 }} BIND(1 AS ?n)", "n\n"),
    ],
)
def test_service_stands_wherever_a_pattern_may(asks, elsewhere, pattern, expected):
    text = pattern.format(S=f"SERVICE <{elsewhere.url}>")

    assert rows(asks(), f"SELECT ?n {{ {text} }} ORDER BY ?n") == expected


def test_texts_come_over_with_language_quotes_and_line_ends(asks, elsewhere):
    found = rows(asks(), f"SELECT ?t (LANG(?t) AS ?l) {{ SERVICE <{elsewhere.url}> {{ o:x o:says ?t }} }}")

    assert found == 't,l\n"two\nlines and ""quotes""",ru\n'


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("moved", "302: redirects are not followed"),
        ("strange", "SPARQL results in JSON"),
        ("short", "cannot be reached|broke off"),
        ("silent", r"within 1 s \(KG_SERVICE_SECONDS\)"),
    ],
)
def test_an_endpoint_that_misbehaves_is_named_and_forgiven_where_silent(asks, elsewhere, mood, says):
    elsewhere.mood = mood

    with pytest.raises(ServiceFailed, match=says):
        rows(asks(), f"SELECT * {{ SERVICE <{elsewhere.url}> {{ ?s o:students ?n }} }}")
    found = rows(
        asks(), f"SELECT ?x ?s ?n {{ VALUES ?x {{ 1 }} SERVICE SILENT <{elsewhere.url}> {{ ?s o:students ?n }} }}"
    )

    assert found.splitlines()[1:] == ["1,,"]


def test_a_failure_behind_an_empty_pattern_is_no_failure(asks, elsewhere, monkeypatch):
    monkeypatch.setattr(admission, "networkless", lambda: True)  # as in a worker
    elsewhere.mood = "strange"

    assert rows(asks(), f"SELECT ?s ?n {{ FILTER(false) SERVICE <{elsewhere.url}> {{ ?s o:students ?n }} }}") == "s,n\n"


def test_more_rows_than_may_be_are_refused(asks, elsewhere):
    with pytest.raises(ServiceFailed, match=r"more than 2 rows to say \(KG_SERVICE_ROWS\)"):
        rows(asks(KG_SERVICE_ROWS="2"), f"SELECT * {{ SERVICE <{elsewhere.url}> {{ ?s o:students ?n }} }}")


def test_more_blocks_than_may_be_are_refused(asks, elsewhere):
    with pytest.raises(ServiceFailed, match=r"hold 2 SERVICE blocks \(KG_SERVICE_BLOCKS\), this one holds 3"):
        rows(
            asks(KG_SERVICE_BLOCKS="2"), "SELECT * {" + f" SERVICE <{elsewhere.url}> {{ ?s o:students ?n }}" * 3 + " }"
        )


def test_blank_nodes_are_refused(asks, elsewhere):
    with pytest.raises(ServiceFailed, match="blank nodes"):
        rows(asks(), f"SELECT * {{ SERVICE <{elsewhere.url}> {{ ?s o:knows ?n }} }}")


def test_addresses_of_this_machine_are_refused_unless_set(asks, elsewhere):
    with pytest.raises(ServiceFailed, match=r"127\.0\.0\.1, which is no public address \(KG_SERVICE_PRIVATE\)"):
        rows(asks(KG_SERVICE_PRIVATE="no"), f"SELECT * {{ SERVICE <{elsewhere.url}> {{ ?s ?p ?o }} }}")
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "ff02::1"],
)  # fmt: skip
def test_no_address_within_is_public(address):
    assert not public(address)
    assert public("93.184.216.34")
    assert public("2606:2800:220:1:248:1893:25c8:1946")


def test_an_endpoint_that_is_not_allowed_is_refused_and_so_is_a_variable(asks, elsewhere):
    for endpoint in ("<http://other.example/sparql>", f"<{elsewhere.url.replace('sparql', '../sparql')}>", "?s"):
        with pytest.raises(QueryForbidden, match="KG_SERVICE_ALLOW"):
            rows(asks(), f"SELECT * {{ BIND(o:x AS ?s) SERVICE {endpoint} {{ ?x ?p ?o }} }}")
    assert elsewhere.asked == []


def test_who_is_asked_by_a_service_asks_nobody_else(asks, elsewhere):
    with pytest.raises(QueryForbidden):
        rows(asks(), f"SELECT * {{ SERVICE <{elsewhere.url}> {{ ?s ?p ?o }} }}", federated=True)
    assert elsewhere.asked == []


def test_a_query_that_waits_for_another_endpoint_is_stopped(asks, elsewhere):
    elsewhere.mood = "silent"
    ask = asks(KG_SERVICE_SECONDS="20")
    ended = []

    def run() -> None:
        with pytest.raises(QueryStopped):
            rows(ask, f"SELECT * {{ SERVICE <{elsewhere.url}> {{ ?s o:students ?n }} }}", id="mine")
        ended.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    while not elsewhere.asked:
        time.sleep(0.01)
    assert [one.state for one in ask.running()] == ["federating"]
    begun = time.monotonic()
    assert ask.stop("mine")
    thread.join(5)

    assert ended[0] - begun < 4


def test_a_name_that_nobody_resolves_waits_no_longer_than_the_deadline_and_is_stopped(asks, elsewhere, monkeypatch):
    silent = threading.Event()
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *_, **__: silent.wait(20) and [])
    ask = asks(KG_SERVICE_ALLOW="http://slow.example/")
    asked = "SELECT * { SERVICE <http://slow.example/sparql> { ?s ?p ?o } }"
    begun = time.monotonic()
    with pytest.raises(ServiceFailed, match="did not answer within 1 s"):
        rows(ask, asked)

    assert time.monotonic() - begun < 10  # of 20 s that the look-up takes

    stopping = threading.Timer(0.2, lambda: ask.stop("mine"))
    stopping.start()
    begun = time.monotonic()
    with pytest.raises(QueryStopped):
        rows(ask, asked, id="mine")

    assert time.monotonic() - begun < 10
    silent.set()
    for thread in threading.enumerate():
        if thread.name == "look-up":
            thread.join(5)
