"""How long the questions of the library take on the real graph, and the measures of a large network."""

import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import regions
from filling import BASE, PROGRAM
from kgservice.actions.ask import Ask
from kgservice.errors import KgError
from kgservice.knowledge.measures import measures
from kgservice.releases import Manifest, Shelf, Statements
from kgservice.report import Report
from kgservice.settings import Settings
from kgservice.sparql import parse
from kgservice.store import embedded
from kgservice.store.interface import Question
from kgservice.terms import Graphs
from kgservice.wiring import build

KG = "https://w3id.org/kgservice/ontology#"


def questions(work: Path, checkout: Path) -> dict[str, float]:
    """Measure every question, over known and over all statements: best of five, seen from outside the worker."""
    state = {"KG_STATE": str(work / "real"), "KG_CONTENT": str(checkout), "KG_WORKERS": "1"}
    subprocess.run([PROGRAM, "build"], env={**os.environ, **state}, check=True, capture_output=True)
    taken: dict[tuple[str, tuple[str, ...]], float] = {}
    with build(Settings.read(state)) as service:
        everything = (f"{service.settings.base}graph/known", f"{service.settings.base}graph/illustrative")
        for name in service.ask.library.queries:
            text = service.ask.library.fill(name, {})
            form = "turtle" if parse(text).form in ("construct", "describe") else "json"
            for graphs in ((), everything):
                taken[name, graphs] = min(_asked(service.ask, Question(text, form, graphs)) for _ in range(5))
    _told("on the real graph, best of five", taken)
    milliseconds = [value * 1000 for value in taken.values()]
    return {
        "library.questions": len(taken) / 2,
        "library.median_ms": statistics.median(milliseconds),
        "library.slowest_ms": max(milliseconds),
    }


def large(work: Path, checkout: Path, size: int) -> dict[str, float]:
    """Measure every question over about `size` statements: a country of regions like the real one.

    Each is asked twice, over known and over all statements, and the better time counts: from the question to the
    last byte of the whole answer as JSON or Turtle, read through the pool. The 95th percentile is over all of these.
    """
    real = work / "real"
    state = {"KG_STATE": str(real), "KG_CONTENT": str(checkout), "KG_WORKERS": "1"}
    if not (real / "current").exists():
        subprocess.run([PROGRAM, "build"], env={**os.environ, **state}, check=True, capture_output=True)
    folder = work / "country"
    folder.mkdir()
    known, invented, counts = regions.write(real / "releases" / "1" / "dumps", folder, size)
    settings = Settings.read({**state, "KG_STATE": str(folder / "state")})
    names = Graphs(settings.base)
    shelf = Shelf(settings.state, settings.base)
    with shelf.lock("writer", actor="bench", job="bench"), shelf.building() as (number, there):
        total = embedded.build(there / "store", [(None, known), (names.known, known), (names.illustrative, invented)])
        graphs = {names.known: Statements("known", "0", total)}
        made = Manifest(number, None, "2026-11-25T00:00:00Z", settings.base, "build", "bench", graphs)
        shelf.seal(there, made, Report())
        shelf.point(number)
    taken: dict[tuple[str, tuple[str, ...]], float] = {}
    with build(settings) as service:
        for name in service.ask.library.queries:
            text = service.ask.library.fill(name, {})
            form = "turtle" if parse(text).form in ("construct", "describe") else "json"
            for seen in ((), (names.known, names.illustrative)):
                try:
                    taken[name, seen] = min(_asked(service.ask, Question(text, form, seen)) for _ in range(2))
                except KgError as error:
                    print(f"{name}: {error}")
                    taken[name, seen] = settings.query_seconds
    _told(f"over {total // 2} statements, best of two", taken)
    return {f"library.country.{name}": number for name, number in counts.items()} | {
        "library.country.statements": total / 2,
        "library.country.p95_seconds": statistics.quantiles(taken.values(), n=20)[-1],
        "library.country.slowest_seconds": max(taken.values()),
        "library.country.over_a_second": sum(seconds > 1 for seconds in taken.values()),
    }


def _told(where: str, taken: dict[tuple[str, tuple[str, ...]], float]) -> None:
    """Print the time of each question over known and over all statements, the slowest first."""
    names = sorted({name for name, _ in taken}, key=lambda name: -max(taken[key] for key in taken if key[0] == name))
    print(f"questions of the library {where}; milliseconds over known and over all statements:")
    for name in names:
        known, everything = (1000 * taken[key] for key in sorted(key for key in taken if key[0] == name))
        print(f"  {known:8.1f} {everything:8.1f}  {name}")


def _asked(ask: Ask, question: Question) -> float:
    started = time.perf_counter()
    answer = ask.question(question).answer
    for _ in answer.chunks:
        pass
    answer.close()
    return time.perf_counter() - started


def measured(organizations: int) -> dict[str, float]:
    """Measure the measures in the proportions of bench/network.py: 15,000 organizations in a million statements."""
    lines = list(_statements(organizations, organizations // 5))
    begun = time.process_time()
    for _ in measures(lines, BASE, 1):
        pass
    return {f"measures.{len(lines)}_statements.cpu_seconds": time.process_time() - begun}


def _statements(organizations: int, partnerships: int) -> Iterator[bytes]:
    draw = random.Random(20261125)
    for number in range(organizations):
        for partnership in draw.sample(range(partnerships), 2):
            subject = f"<{BASE}id/membership/{partnership}--{number}>"
            yield f"{subject} <{KG}member> <{BASE}id/organization/g{number}> .\n".encode()
            yield f"{subject} <{KG}partnership> <{BASE}id/partnership/{partnership}> .\n".encode()
            for other in range(32):
                yield f'{subject} <http://purl.org/dc/terms/source{other}> "x" .\n'.encode()
