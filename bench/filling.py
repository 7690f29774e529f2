"""Filling: rows to statements, statements to a sealed release, the real build, and a start with nothing to do."""

import http.client
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import polars

import deliveries
from kgservice.intake.conversion import convert
from kgservice.intake.sources import load_source
from kgservice.intake.staging import stage
from kgservice.releases import Manifest, Shelf
from kgservice.report import Report
from kgservice.rml import load, map_table
from kgservice.store import embedded
from meter import free_port

BASE = "http://localhost:8080/"
PROGRAM = str(Path(sys.executable).with_name("kgservice"))


def _spent() -> float:
    """Return the CPU seconds of this process and of its children that ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    return total


def mapping(work: Path, rows: int) -> dict[str, float]:
    """Measure a table of our own source: rows to sorted statement files, then to a sealed release without checks."""
    content = work / "content"
    deliveries.content(rows, content)
    folder = content / "data" / "sources" / "organizations"
    source = load_source(folder)
    delivery = stage(source, sorted((folder / "deliveries").iterdir()), work / "kept", 1 << 30)
    table = polars.read_csv(delivery.files[0].path, infer_schema=False)
    table = table.with_row_index("__row", offset=2)
    rules = load(folder / "mapping.rml.ttl", lookups=folder / "lookups")
    begun = _spent()
    mapped = sum(made.statements.height for made in map_table(rules, "organizations", table, BASE))
    spent = _spent() - begun
    begun = _spent()
    made = convert(source, delivery, BASE, work / "converted", 10_000)
    converted = _spent() - begun
    triples = sum(file.triples for file in made.graphs.values())
    begun = _spent()
    shelf = Shelf(work / "sealed", BASE)
    with shelf.lock("writer", actor="bench", job="bench"), shelf.building() as (number, building):
        pairs = [(graph, file.path) for graph, file in made.graphs.items()]
        count = embedded.build(building / "store", [*pairs, *((None, path) for _, path in pairs)])
        manifest = Manifest(
            id=number, parent=None, created="2026-01-01T00:00:00Z", base=BASE, graphs={}, inputs="bench",
            origin="build", actor="bench", counts={"": count},
        )  # fmt: skip
        shelf.seal(building, manifest, Report())
        shelf.point(number)
    sealed = _spent() - begun
    return {
        "mapping.rows": rows,
        "mapping.triples": triples,
        "mapping.triples_per_cpu_second": mapped / spent,
        "conversion.triples_per_cpu_second": triples / converted,
        "release.triples_per_cpu_second": triples / (converted + sealed),
    }


def seeded(work: Path, rows: int) -> dict[str, float]:
    """Measure how many of the seeded errors a findings report names at their very cell."""
    content = work / "seeded"
    truth = deliveries.content(rows, content, share=0.02)
    folder = content / "data" / "sources" / "organizations"
    source = load_source(folder)
    delivery = stage(source, sorted((folder / "deliveries").iterdir()), work / "kept", 1 << 30)
    made = convert(source, delivery, BASE, work / "converted-seeded", 10_000)
    named = {(cell.row, cell.column) for finding in made.report.findings for cell in finding.cells}
    wanted = {(error.row, error.column) for error in truth if error.file == "organizations.csv"}
    return {"seeded.errors": len(wanted), "seeded.named_at_their_cell": len(wanted & named)}


def building(work: Path, checkout: Path) -> dict[str, float]:
    """Measure `kgservice build` of everything that is real, a second build, and `serve` until it is ready."""
    environment = {**os.environ, "KG_STATE": str(work / "real"), "KG_CONTENT": str(checkout)}
    begun, started = _spent(), time.monotonic()
    subprocess.run([PROGRAM, "build"], env=environment, check=True, capture_output=True)
    figures = {"build.cpu_seconds": _spent() - begun, "build.wall_seconds": time.monotonic() - started}
    started = time.monotonic()
    subprocess.run([PROGRAM, "build"], env=environment, check=True, capture_output=True)
    figures["build.again_wall_seconds"] = time.monotonic() - started
    port = free_port()
    started = time.monotonic()
    server = subprocess.Popen(
        [PROGRAM, "serve", "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        figures["serve.ready_seconds"] = _ready(port, started)
    finally:
        server.terminate()
        server.wait(20)
    return figures


def _ready(port: int, started: float) -> float:
    while time.monotonic() - started < 30:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                return time.monotonic() - started
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError("serve was not ready within 30 s")
