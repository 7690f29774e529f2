"""The thirteen analyst questions over HTTP: CPU and throughput against the Rust server, and against rdflib-endpoint."""

import http.client
import threading
import time
from pathlib import Path

from meter import Client, cpu
from network import generate
from questions import QUESTIONS
from serving import form, ours, peer, release_of

CLIENTS = 16
ROUNDS = 3  # of each question; the median counts
WINDOW = 3.0  # seconds in which clients ask again; each question that was begun is waited for
PATIENCE = 120.0  # seconds that rdflib-endpoint gets for one question
RUST, RDFLIB = "oxigraph-server", "rdflib-endpoint"


def million(work: Path, content: Path, size: int) -> dict[str, float]:
    """Compare with the bare Rust server on the same triples: CPU of each question, and answers of sixteen clients."""
    file = generate(size, work / "analysts.nt")
    state, log = work / "analysts", work / "serving.log"
    store = release_of(file, state)
    figures: dict[str, float] = {}
    spent: dict[str, dict[str, float]] = {}
    # NOTE: sixteen analysts at once wait longer than strangers should; the Rust server lets them wait for ever
    patient = {"KG_QUEUE_SECONDS": "300", "KG_QUERY_SECONDS": "300"}
    with ours(state, content, log, **patient) as (port, pid), peer(RUST, file, store, log) as (other, rust, path):
        sides = {"ours": (port, pid, "/sparql"), RUST: (other, rust, path)}
        for name, query in QUESTIONS.items():
            spent[name] = _interleaved(sides, query)
            figures |= {f"analyst.{name}.{side}_ms": value for side, value in spent[name].items()}
        for name, query in QUESTIONS.items():
            mine, theirs = (_throughput(*side, query) for side in sides.values())
            figures[f"analyst.{name}.throughput/{RUST}"] = mine / theirs
    figures[f"analyst.sum.ours/{RUST}"] = _sum(spent, "ours") / _sum(spent, RUST)
    worst = min(value for key, value in figures.items() if ".throughput/" in key)
    figures[f"analyst.worst.throughput/{RUST}"] = worst
    return figures


def hundred_thousand(work: Path, content: Path, size: int) -> dict[str, float]:
    """Compare with rdflib-endpoint; a question that it does not answer in time counts with what it spent until then."""
    file = generate(size, work / "peers.nt")
    state, log = work / "peers", work / "serving.log"
    store = release_of(file, state)
    spent: dict[str, dict[str, float]] = {}
    with ours(state, content, log) as (port, pid), peer(RDFLIB, file, store, log) as (other, rdflib, path):
        for name, query in QUESTIONS.items():
            spent[name] = {"ours": _spent(port, pid, "/sparql", query, 3), RDFLIB: _spent(other, rdflib, path, query)}
            if not spent[name][RDFLIB]:
                del spent[name]  # it has no answer to this one
    figures = {f"peers.{name}.ours/{RDFLIB}": both["ours"] / both[RDFLIB] for name, both in spent.items()}
    figures[f"peers.worst.ours/{RDFLIB}"] = max(figures.values())
    figures[f"peers.sum.{RDFLIB}/ours"] = _sum(spent, RDFLIB) / _sum(spent, "ours")
    figures["peers.questions"] = len(spent)
    return figures


def _sum(spent: dict[str, dict[str, float]], side: str) -> float:
    return sum(both[side] for both in spent.values())


def _interleaved(sides: dict[str, tuple[int, int, str]], query: str) -> dict[str, float]:
    """Return the median CPU milliseconds of each side, asked in turns, after one round that does not count."""
    found: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(ROUNDS + 1):
        for side, where in sides.items():
            spent = _spent(*where, query)
            if turn:
                found[side].append(spent)
    return {side: sorted(values)[len(values) // 2] for side, values in found.items()}


def _spent(port: int, pid: int, path: str, query: str, times: int = 1) -> float:
    """Return the CPU milliseconds of a service per answer; 0 where it refuses, what it spent where it is too slow."""
    before = cpu(pid)
    for _ in range(times):
        client = Client(port, path, patience=PATIENCE)
        try:
            status, _ = client.ask(form(query), _accept(query))
        except (TimeoutError, http.client.HTTPException):
            status = 200
        finally:
            client.close()
        if status != 200:
            return 0.0
    return max(1000 * (cpu(pid) - before) / times, 1.0)


def _throughput(port: int, pid: int, path: str, query: str) -> float:
    """Return the answers in a second of clients that ask at once; who is told to come again later does so."""
    begun, counts = time.monotonic(), [0] * CLIENTS

    def ask(number: int) -> None:
        client = Client(port, path, f"127.0.1.{number + 1}", 600)
        while not counts[number] or time.monotonic() - begun < WINDOW:
            status, _ = client.ask(form(query), _accept(query))
            if status == 200:
                counts[number] += 1
            elif status == 503:
                time.sleep(0.2)
            else:
                raise RuntimeError(f"an analyst got {status}")
        client.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - begun)


def _accept(query: str) -> str:
    return "application/n-triples" if "CONSTRUCT" in query else "application/sparql-results+json"
