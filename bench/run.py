"""Run every benchmark, print the figures beside what they must reach, and write them as JSON.

Usage: python bench/run.py [--quick] [serving|filling|findings|switching|library|country|validation|search …]
"""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
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

PARTS = (
    "filling", "intake", "findings", "serving", "analysts", "switching", "library", "country", "validation", "search",
    "review",
)  # fmt: skip

GOALS: dict[str, tuple[str, float]] = {
    "small.ours/flask-in-process": ("<=", 1.6),
    "small.ours/rdflib-endpoint": ("<=", 0.5),
    "small.latency_above_in_process_ms": ("<=", 5),
    "large.ours/flask-in-process": ("<=", 1.3),
    "304.ours/flask": ("<=", 1.5),
    "description.milliseconds": ("<=", 50),
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


def steps(name: str, work: Path, quick: bool, data: str) -> list[Callable[[], dict[str, float]]]:
    """Return what one part measures, one after the other."""
    sizes = (100_000,) if quick else (100_000, 1_000_000)
    table: dict[str, list[Callable[[], dict[str, float]]]] = {
        "filling": [
            lambda: filling.building(work, CHECKOUT),
            lambda: filling.mapping(work, 5_000 if quick else 100_000),
            lambda: filling.seeded(work, 1_000 if quick else 10_000),
        ],
        "intake": [
            lambda: million.million(work, 20_000 if quick else 1_000_000),
            lambda: reference.whole(work / "reference", Path(data)) if data and not quick else {},
        ],
        "findings": [lambda: findings.figures(work / "findings", 1_000 if quick else 10_000)],
        "serving": [
            lambda: serving.costs(work, CHECKOUT, 20_000 if quick else 200_000, 200 if quick else 1_000),
            lambda: serving.pressure(work, CHECKOUT, 3 if quick else 10),
            lambda: streams.answers(work, CHECKOUT, 150_000 if quick else 1_000_000),
        ],
        "analysts": [
            lambda: analysts.hundred_thousand(work, CHECKOUT, 5_000 if quick else 100_000),
            lambda: analysts.million(work, CHECKOUT, 20_000 if quick else 1_000_000),
        ],
        "switching": [lambda: filling.building(work, CHECKOUT), lambda: switching.publish(work, CHECKOUT)],
        "library": [
            lambda: library.questions(work, CHECKOUT),
            lambda: library.measured(1_500 if quick else 15_000),
        ],
        "country": [lambda: library.large(work, CHECKOUT, 50_000 if quick else 1_000_000)],
        "validation": [
            lambda: validation.dossier(work, sizes, change=True),
            lambda: validation.ours(work, sizes),
        ],
        "search": [lambda: search.figures(*((50_000, 1_000, 10_000) if quick else (1_000_000, 10_000, 100_000)))],
        "review": [lambda: review.figures(work / "review", sizes)],
    }
    return table[name]


def main() -> None:
    """Run the named parts, or all; each figure is told as soon as it is known."""
    quick = "--quick" in sys.argv
    parts = [name for name in sys.argv[1:] if not name.startswith("-")] or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"No part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    data = os.environ.get("KG_REFERENCE_DATA", "")
    for name in [name for name in os.environ if name.startswith("KG_")]:
        del os.environ[name]
    figures: dict[str, float] = {}
    for part in parts:
        with tempfile.TemporaryDirectory(dir=CHECKOUT / "bench" if "--here" in sys.argv else None) as folder:
            for step in steps(part, Path(folder), quick, data):
                found = step()
                figures |= found
                for name, value in found.items():
                    print(f"{name:52} {value:14,.3f}  {verdict(name, value)}".rstrip(), flush=True)
    results = CHECKOUT / "bench" / "results"
    results.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    body = {"when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "on": machine, "figures": figures}
    (results / "latest.json").write_text(json.dumps(body, indent=1))
    missed = [name for name, value in figures.items() if verdict(name, value).endswith("MISSED")]
    print(f"\n{len(figures)} figures, {len(missed)} missed: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
