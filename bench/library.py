"""How long the questions of the library take on the real graph, and the measures of a large network."""

import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from filling import BASE, PROGRAM
from kgservice.actions.ask import Ask
from kgservice.knowledge.measures import measures
from kgservice.settings import Settings
from kgservice.sparql import parse
from kgservice.store.interface import Question
from kgservice.wiring import build

KG = "https://w3id.org/kgservice/ontology#"


def questions(work: Path, checkout: Path) -> dict[str, float]:
    """Measure every question, over known and over all statements: best of five, seen from outside the worker."""
    state = {"KG_STATE": str(work / "real"), "KG_CONTENT": str(checkout), "KG_WORKERS": "1"}
    subprocess.run([PROGRAM, "build"], env={**os.environ, **state}, check=True, capture_output=True)
    taken = {}
    with build(Settings.read(state)) as service:
        everything = (f"{service.settings.base}graph/known", f"{service.settings.base}graph/illustrative")
        for name in service.ask.library.queries:
            text = service.ask.library.fill(name, {})
            form = "turtle" if parse(text).form in ("construct", "describe") else "json"
            for graphs in ((), everything):
                taken[name, graphs] = min(_asked(service.ask, Question(text, form, graphs)) for _ in range(5))
    slowest = max(taken, key=lambda one: taken[one])
    print(f"slowest question of the library: {slowest[0]}")
    milliseconds = [value * 1000 for value in taken.values()]
    return {
        "library.questions": len(taken) / 2,
        "library.median_ms": statistics.median(milliseconds),
        "library.slowest_ms": max(milliseconds),
    }


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
