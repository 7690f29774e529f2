"""Run every benchmark, print the figures beside what they must reach, and write them as JSON.

Usage: python bench/run.py [--quick] [serving|filling|findings|switching|library|country|validation|search …]
"""

import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "bench"))

import analysts  # noqa: E402
import filling  # noqa: E402
import findings  # noqa: E402
import library  # noqa: E402
import million  # noqa: E402
import reference  # noqa: E402
import review  # noqa: E402
import search  # noqa: E402
import serving  # noqa: E402
import streams  # noqa: E402
import switching  # noqa: E402
import validation  # noqa: E402

GOALS: dict[str, tuple[str, float]] = {
    "small.ours/flask-in-process": ("<=", 1.6),
    "small.ours/rdflib-endpoint": ("<=", 0.5),
    "small.latency_above_in_process_ms": ("<=", 5),
    "large.ours/flask-in-process": ("<=", 1.3),
    "304.ours/flask": ("<=", 1.5),
    "analyst.sum.ours/oxigraph-server": ("<=", 1.15),
    "analyst.worst.throughput/oxigraph-server": (">=", 0.5),
    "peers.worst.ours/rdflib-endpoint": ("<=", 1),
    "peers.sum.rdflib-endpoint/ours": (">=", 20),
    "stream.first_byte_past_spool_seconds": ("<=", 0.3),
    "stream.readers_whole": ("==", streams.READERS),
    "stream.web_megabytes": ("<=", 250),
    "xlsx.cpu_seconds": ("<=", 10),
    "xlsx.worker_grows_megabytes": ("<=", 20),
    "deadline.status": ("==", 503),
    "deadline.seconds_past_it": ("<=", 0.5),
    "deadline.next_query_seconds": ("<=", 0.5),
    "deadline.p95_of_others/quiet": ("<=", 2.0),
    "mapping.triples_per_cpu_second": (">=", 500_000),
    "million.triples_per_cpu_second": (">=", 500_000),
    "million.megabytes": ("<=", 800),
    "reference.cpu_seconds": ("<=", 150),
    "findings.import.cpu_seconds": ("<=", 10),
    "findings.again.cpu_seconds": ("<=", 1),
    "findings.grouped.cpu_seconds": ("<=", 1),
    "findings.xlsx.cpu_seconds": ("<=", 5),
    "release.triples_per_cpu_second": (">=", 20_000),
    "build.cpu_seconds": ("<=", 30),
    "build.again_wall_seconds": ("<=", 3),
    "serve.ready_seconds": ("<=", 2),
    "switch.failed": ("==", 0),
    "switch.slowest_ms": ("<=", 100),
    "library.slowest_ms": ("<=", 100),
    "library.country.p95_seconds": ("<=", 1),
    "validation.network_100000.cpu_seconds": ("<=", 1.2 * 2.3),
    "validation.network_100000.results": ("==", 225),
    "validation.network_1000000.cpu_seconds": ("<=", 1.2 * 27),
    "validation.network_1000000.results": ("==", 2329),
    "validation.network_1000000.slowest_constraint_seconds": ("<=", 5),
    "validation.network_1000000.megabytes": ("<=", 1200),
    "validation.network_1000000.change_cpu_seconds": ("<=", 1),
    "validation.network_1000000.change_differs_from_full": ("==", 0),
    "validation.ours_100000.cpu_seconds": ("<=", 8),
    "validation.ours_1000000.cpu_seconds": ("<=", 80),
    "validation.ours_1000000.slowest_constraint_seconds": ("<=", 5),
    "validation.ours_1000000.megabytes": ("<=", 1200),
    "measures.1020000_statements.cpu_seconds": ("<=", 30),
    "review.ready.wall_seconds_1000000": ("<=", 5),
    "review.publish.cpu_seconds_100000": ("<=", 10),
    "review.publish.cpu_seconds_1000000": ("<=", 90),
    "review.rollback.wall_seconds_100000": ("<=", 1),
    "review.rollback.wall_seconds_1000000": ("<=", 1),
    "review.backup.wall_seconds_1000000": ("<=", 10),
    "review.backup.failed_1000000": ("==", 0),
    "review.diff.cpu_seconds_100000": ("<=", 3),
    "search.search.p95_ms": ("<=", 30),
    "search.complete.p95_ms": ("<=", 5),
    "search.typos.p95_ms": ("<=", 60),
    "search.duplicates.cpu_s": ("<=", 20),
}


def verdict(name: str, value: float) -> str:
    """Say whether a figure reaches its goal; empty where there is none."""
    if name not in GOALS:
        return ""
    sign, goal = GOALS[name]
    reached = {"<=": value <= goal, ">=": value >= goal, "==": value == goal}[sign]
    return f"{sign} {goal:,g}  {'reached' if reached else 'MISSED'}"


def main() -> None:
    """Run the named parts, or all."""
    quick = "--quick" in sys.argv
    parts = [name for name in sys.argv[1:] if not name.startswith("-")] or [
        "filling",
        "intake",
        "findings",
        "serving",
        "switching",
        "library",
        "country",
        "validation",
        "search",
        "review",
    ]
    data = os.environ.get("KG_REFERENCE_DATA", "")
    for name in [name for name in os.environ if name.startswith("KG_")]:
        del os.environ[name]
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=CHECKOUT / "bench" if "--here" in sys.argv else None) as folder:
        work = Path(folder)
        if "filling" in parts or "switching" in parts:
            figures |= filling.building(work, CHECKOUT)
        if "filling" in parts:
            figures |= filling.mapping(work, 5_000 if quick else 100_000)
            figures |= filling.seeded(work, 1_000 if quick else 10_000)
        if "intake" in parts:
            figures |= million.million(work, 20_000 if quick else 1_000_000)
            if data and not quick:
                figures |= reference.whole(work / "reference", Path(data))
        if "findings" in parts:
            figures |= findings.figures(work / "findings", 1_000 if quick else 10_000)
        if "serving" in parts:
            figures |= serving.costs(work, CHECKOUT, 20_000 if quick else 200_000, 200 if quick else 1_000)
            figures |= serving.pressure(work, CHECKOUT, 3 if quick else 10)
            figures |= streams.answers(work, CHECKOUT, 150_000 if quick else 1_000_000)
            figures |= analysts.hundred_thousand(work, CHECKOUT, 5_000 if quick else 100_000)
            figures |= analysts.million(work, CHECKOUT, 20_000 if quick else 1_000_000)
        if "switching" in parts:
            figures |= switching.publish(work, CHECKOUT)
        if "library" in parts:
            figures |= library.questions(work, CHECKOUT)
            figures |= library.measured(1_500 if quick else 15_000)
        if "country" in parts:
            figures |= library.large(work, CHECKOUT, 50_000 if quick else 1_000_000)
        if "validation" in parts:
            sizes = (100_000,) if quick else (100_000, 1_000_000)
            figures |= validation.dossier(work, sizes, change=True)
            figures |= validation.ours(work, sizes)
        if "search" in parts:
            figures |= search.figures(*((50_000, 1_000, 10_000) if quick else (1_000_000, 10_000, 100_000)))
        if "review" in parts:
            figures |= review.figures(work / "review", (100_000,) if quick else (100_000, 1_000_000))
    for name, value in figures.items():
        print(f"{name:52} {value:14,.3f}  {verdict(name, value)}".rstrip())
    results = CHECKOUT / "bench" / "results"
    results.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    body = {"when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "on": machine, "figures": figures}
    (results / "latest.json").write_text(json.dumps(body, indent=1))


if __name__ == "__main__":
    main()
