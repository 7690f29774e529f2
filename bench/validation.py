"""Validation: a generated network against shapes of its own and our sources against ours, in full and by a change.

Usage: python bench/validation.py FULL.nt SHAPES.ttl [changed]   (one measurement, printed as JSON)
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from rdflib import Graph

import deliveries
import partnerships
from kgservice.intake.conversion import convert
from kgservice.intake.sources import load_sources, newest_delivery
from kgservice.intake.staging import stage
from kgservice.knowledge import ontology
from kgservice.shacl import affected, closure, compile_shapes, merged, validate
from kgservice.store.memory import Memory

HERE = Path(__file__).resolve()
BASE = "http://localhost:8080/"
GROUND, OF_ONE = 17_000, 22  # statements of our content, and those that deliveries.py adds for one organization


def dossier(work: Path, sizes: tuple[int, ...], change: bool) -> dict[str, float]:
    """Measure the generated network; a change of 100 rows in the last size."""
    figures = {}
    for size in sizes:
        path = work / f"network-{size}.nt"
        partnerships.write(path, size)
        changed = ["changed"] if change and size == sizes[-1] else []
        for name, value in _apart([path], HERE.with_name("partnerships.ttl"), changed).items():
            figures[f"validation.network_{size}.{name}"] = value
    return figures


def ours(work: Path, sizes: tuple[int, ...]) -> dict[str, float]:
    """Measure our own shapes over our sources with generated rows beside the real ones."""
    figures = {}
    for size in sizes:
        folder = work / f"ours-{size}"
        files = _converted(folder, (size - GROUND) // OF_ONE)
        for name, value in _apart(files, folder / "shapes.nt", []).items():
            figures[f"validation.ours_{size}.{name}"] = value
    return figures


def _converted(folder: Path, organizations: int) -> list[Path]:
    content = folder / "content"
    deliveries.content(organizations, content)
    files = []
    for name, source in sorted(load_sources([content / "data" / "sources"]).items()):
        found = newest_delivery(source)
        delivery = stage(source, found, folder / "kept", 1 << 30)
        out = folder / "made" / name
        out.mkdir(parents=True)
        files += [file.path for file in convert(source, delivery, BASE, out, 1000).graphs.values()]
    for name, lines in ontology.statements(content).items():
        path = folder / f"{name}.nt"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if name != "shapes":
            files.append(path)
    return files


def _apart(files: list[Path], shapes: Path, more: list[str]) -> dict[str, float]:
    """Measure in a process of its own, so that its memory is its own."""
    arguments = [sys.executable, str(HERE), ",".join(map(str, files)), str(shapes), *more]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)


def _measure(files: list[Path], shapes: Path, change: bool) -> dict[str, float]:
    begun = time.process_time()
    memory = Memory(files)
    loaded = time.process_time()
    graph = Graph().parse(shapes)
    checks = compile_shapes(graph, memory.rows)
    found, slowest = [], 0.0
    for check in checks:
        before = time.process_time()
        found += validate([check], memory.rows)
        slowest = max(slowest, time.process_time() - before)
    spent = time.process_time() - begun
    figures = {
        "cpu_seconds": spent,
        "load_cpu_seconds": loaded - begun,
        "slowest_constraint_seconds": slowest,
        "results": len(found),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return figures | (_changed(memory, graph, checks, found) if change else {})


def _changed(memory: Memory, graph: Graph, checks: list, found: list) -> dict[str, float]:
    """Change 100 rows, look only where they matter, and compare with a full run."""
    begun = time.process_time()
    reads = closure(graph)
    closed = time.process_time() - begun
    removed, added = _rows(memory, 100)
    delta = memory.change(added=added)
    # the removed are still there: ways are walked in what was and what is together
    gone = [tuple(line[:-2].split(" ", 2)) for line in removed.decode().splitlines()]
    begun = time.process_time()
    focus = affected(reads, [*delta, *gone], memory.rows)
    memory.change(removed=removed)
    fresh = list(validate(checks, memory.rows, focus))
    spent = time.process_time() - begun
    told = Counter(map(_key, merged(found, fresh, focus)))
    whole = Counter(map(_key, validate(checks, memory.rows)))
    return {
        "closure_cpu_seconds": closed,
        "change_cpu_seconds": spent,
        "change_triples": len(delta) + len(gone),
        "change_differs_from_full": (told - whole).total() + (whole - told).total(),
    }


def _rows(memory: Memory, rows: int) -> tuple[bytes, bytes]:
    """Return statements to remove and to add: identifiers, dates, hours, kinds and roles get other values."""
    draw, removed, added = random.Random(7), [], []
    for name, value in (
        ("value", '"12"'),
        ("endDate", f'"2001-02-03"^^<{partnerships.XSD}date>'),
        ("hours", f'"1"^^<{partnerships.XSD}integer>'),
        ("role", partnerships.kg("guest")),
        ("", partnerships.kg("Employer")),
    ):
        predicate = partnerships.kg(name) if name else partnerships.TYPE
        of_kind = "" if name else f"FILTER(?o = {partnerships.kg('College')})"
        found = sorted(map(tuple, memory.rows(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o {of_kind} }}")))
        for s, o in draw.sample(found, rows // 5):
            removed.append(f"{s} {predicate} {o} .\n")
            added.append(f"{s} {predicate} {value} .\n")
    return "".join(removed).encode(), "".join(added).encode()


def _key(result: object) -> tuple:
    return result.origin.root, result.origin.shape, result.origin.component, result.focus, result.path, result.value


if __name__ == "__main__":
    named = [Path(name) for name in sys.argv[1].split(",")]
    print(json.dumps(_measure(named, Path(sys.argv[2]), "changed" in sys.argv)))
