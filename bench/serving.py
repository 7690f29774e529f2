"""Serving: what a worker costs against the engine in process and against peers, and what a bad query costs others."""

import json
import statistics
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph

from kgservice.releases import Manifest, Shelf
from kgservice.report import Report
from kgservice.store import embedded
from meter import Client, cpu, free_port, service, settle
from network import generate
from questions import PREFIXES

TEN_ROWS = PREFIXES + "SELECT ?p ?l WHERE { ?p a o:Profession ; rdfs:label ?l } LIMIT 10"
MANY_ROWS = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 100000"
HUNDRED = " ".join(map(str, range(100)))
SLOW = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' '.join(f'VALUES ?v{n} {{ {HUNDRED} }}' for n in range(6))} }}"
KILN = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
BASE = "http://localhost:8080/"


def form(query: str) -> bytes:
    """Return a query as a form body."""
    return urllib.parse.urlencode({"query": query}).encode()


def release_of(file: Path, state: Path) -> Path:
    """Seal a release whose default graph is a file of N-Triples; return its store folder."""
    shelf = Shelf(state, BASE)
    with shelf.lock("writer", actor="bench", job="bench"), shelf.building() as (number, folder):
        count = embedded.build(folder / "store", [(None, file)])
        manifest = Manifest(
            id=number, parent=None, created="2026-01-01T00:00:00Z", base=BASE, graphs={}, inputs="bench",
            origin="build", actor="bench", counts={"": count},
        )  # fmt: skip
        shelf.seal(folder, manifest, Report())
        return shelf.point(number).store


@contextmanager
def ours(state: Path, content: Path, log: Path, **settings: str) -> Iterator[tuple[int, int]]:
    """Serve a state; give port and process id."""
    port = free_port()
    environment = {
        "KG_STATE": str(state),
        "KG_CONTENT": str(content),
        "KG_BASE": BASE,
        "KG_PORT": str(port),
        **settings,
    }
    with service([str(Path(sys.executable).with_name("kgservice")), "serve"], port, environment, log) as process:
        settle(process.pid)
        yield port, process.pid


@contextmanager
def peer(name: str, file: Path, store: Path, log: Path) -> Iterator[tuple[int, int, str]]:
    """Start a peer on the same triples; give port, process id and path of its endpoint."""
    port, folder = free_port(), Path(__file__).parent / "peers"
    commands = {
        "flask-in-process": ([sys.executable, str(folder / "flask_inprocess.py"), str(store), str(port)], "/sparql"),
        "rdflib-endpoint": (
            [sys.executable, str(folder / "rdflib_endpoint_peer.py"), str(file), str(port)],
            "/sparql",
        ),
        "oxigraph-server": (
            [
                str(Path(sys.executable).with_name("oxigraph")), "serve-read-only", "--location", str(store),
                "--bind", f"127.0.0.1:{port}",
            ],
            "/query",
        ),
    }  # fmt: skip
    arguments, path = commands[name]
    with service(arguments, port, {}, log) as process:
        yield port, process.pid, path


def cost(port: int, pid: int, path: str, query: str, times: int) -> float:
    """Return the CPU milliseconds of a service per answered query, after a warm-up."""
    client, body = Client(port, path), form(query)
    accept = "application/n-triples" if "CONSTRUCT" in query else "application/sparql-results+json"
    for _ in range(max(2, times // 10)):
        status, answer = client.ask(body, accept)
        if status != 200:
            raise RuntimeError(f"{status}: {answer[:200]!r}")
    before = cpu(pid)
    for _ in range(times):
        client.ask(body, accept)
    spent = cpu(pid) - before
    client.close()
    return 1000 * spent / times


def costs(work: Path, content: Path, size: int, times: int) -> dict[str, float]:
    """Compare a small and a large answer, and a 304, with the engine in process and peers on the same triples."""
    file = generate(size, work / "network.nt")
    state, log = work / "state", work / "serving.log"
    store = release_of(file, state)
    figures: dict[str, float] = {"small.in_process_ms": _in_process(store, times)}
    with ours(state, content, log) as (port, pid):
        figures["small.ours_ms"] = cost(port, pid, "/sparql", TEN_ROWS, times)
        figures["small.latency_ms"] = _latency(port, times)
        figures["large.ours_ms"] = cost(port, pid, "/sparql", MANY_ROWS, 10)
        figures["304.ours_ms"] = _unchanged(port, pid, times)
        figures["description.milliseconds"] = _description(port)
    for name in ("flask-in-process", "oxigraph-server", "rdflib-endpoint"):
        with peer(name, file, store, log) as (port, pid, path):
            figures[f"small.{name}_ms"] = cost(port, pid, path, TEN_ROWS, times if "rdflib" not in name else times // 5)
            if name != "rdflib-endpoint":
                figures[f"large.{name}_ms"] = cost(port, pid, path, MANY_ROWS, 10)
            if name == "flask-in-process":
                figures["304.flask_ms"] = _empty(port, pid, times)
    figures["small.ours/flask-in-process"] = figures["small.ours_ms"] / figures["small.flask-in-process_ms"]
    figures["small.ours/rdflib-endpoint"] = figures["small.ours_ms"] / figures["small.rdflib-endpoint_ms"]
    figures["small.latency_above_in_process_ms"] = figures["small.latency_ms"] - figures["small.in_process_ms"]
    figures["large.ours/flask-in-process"] = figures["large.ours_ms"] / figures["large.flask-in-process_ms"]
    figures["304.ours/flask"] = figures["304.ours_ms"] / figures["304.flask_ms"]
    return figures


def _in_process(store: Path, times: int) -> float:
    """Return the median milliseconds of a small answer from the engine in this process."""
    engine, found = pyoxigraph.Store.read_only(str(store)), []
    for _ in range(times):
        begun = time.perf_counter()
        engine.query(TEN_ROWS).serialize(format=pyoxigraph.QueryResultsFormat.JSON)  # type: ignore[union-attr]
        found.append(1000 * (time.perf_counter() - begun))
    return statistics.median(found)


def _latency(port: int, times: int) -> float:
    """Return the median milliseconds that one client waits for a small answer."""
    client, body, found = Client(port), form(TEN_ROWS), []
    for _ in range(times):
        begun = time.perf_counter()
        client.ask(body)
        found.append(1000 * (time.perf_counter() - begun))
    client.close()
    return statistics.median(found)


def _description(port: int) -> float:
    """Return the median milliseconds that one client waits for the service description."""
    client, found = Client(port), []
    for _ in range(20):
        begun = time.perf_counter()
        if client.get("/sparql", Accept="text/turtle")[0] != 200:
            raise RuntimeError("no service description")
        found.append(1000 * (time.perf_counter() - begun))
    client.close()
    return statistics.median(found)


def _unchanged(port: int, pid: int, times: int) -> float:
    """Return the CPU milliseconds of telling an asker that the answer is the one it has."""
    client, path = Client(port), f"/sparql?query={urllib.parse.quote(TEN_ROWS)}"
    tag = client.get(path)[2]
    return _gets(client, pid, path, times, 304, If_None_Match=tag)


def _empty(port: int, pid: int, times: int) -> float:
    """Return the CPU milliseconds of Flask's empty answer."""
    return _gets(Client(port), pid, "/empty", times, 204)


def _gets(client: Client, pid: int, path: str, times: int, status: int, **headers: str) -> float:
    for _ in range(times // 10):
        client.get(path, **headers)
    before = cpu(pid)
    for _ in range(times):
        if client.get(path, **headers)[0] != status:
            raise RuntimeError(f"not {status}: {path}")
    spent = cpu(pid) - before
    client.close()
    return 1000 * spent / times


def pressure(work: Path, content: Path, seconds: float) -> dict[str, float]:
    """Measure a query past its deadline and memory bombs: the refusal, the next query, and eight quiet clients."""
    state, log = work / "state", work / "serving.log"
    with ours(state, content, log, KG_QUERY_SECONDS="2", KG_QUERY_MEMORY="400000000") as (port, _):
        quiet = _latencies(port, seconds, None)
        client = Client(port, source="127.0.0.3")
        started = time.monotonic()
        status, _body = client.ask(form(SLOW))
        refused = time.monotonic() - started
        started = time.monotonic()
        following, _body = client.ask(form(TEN_ROWS))
        next_answer = time.monotonic() - started
        loaded = _latencies(port, seconds, form(SLOW))
        bombed, body = client.ask(form(KILN))
        slug = str(json.loads(body).get("type", "")).rpartition("/")[2]
    return {
        "deadline.status": status,
        "deadline.seconds_past_it": refused - 2.0,
        "deadline.next_query_status": following,
        "deadline.next_query_seconds": next_answer,
        "deadline.p95_of_others/quiet": _p95(loaded) / _p95(quiet),
        "deadline.p95_of_others_ms": 1000 * _p95(loaded),
        "memory.status": bombed,
        f"memory.is_{slug}": 1,
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _latencies(port: int, seconds: float, poison: bytes | None) -> list[float]:
    """Return the seconds that ten-row queries of eight clients took, while another one may ask what never ends."""
    found: list[float] = []
    end = time.monotonic() + seconds

    def ask(number: int) -> None:
        client, body = Client(port, source=f"127.0.0.{10 + number}"), form(TEN_ROWS)
        while time.monotonic() < end:
            started = time.monotonic()
            status, _ = client.ask(body)
            if status != 200:
                raise RuntimeError(f"a quiet client got {status}")
            found.append(time.monotonic() - started)
            time.sleep(0.02)

    def spoil() -> None:
        client = Client(port, source="127.0.0.9")
        while time.monotonic() < end:
            client.ask(poison or b"")

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    threads += [threading.Thread(target=spoil)] if poison else []
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
