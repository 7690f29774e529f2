"""Run every suite of tests, three at a time, say how long each took and what it skipped, and end with one count.

Usage: python tools/suites.py [--soak] [--alone] [SUITE …]     (--alone: one at a time, each line as it comes)
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUITES: dict[str, list[str]] = {
    "browser": ["tests/browser"],
    "curate": ["tests/curate"],
    "knowledge": ["tests/knowledge", "tests/test_ontology.py", "tests/test_shapes.py"],
    "walks": [
        "tests/walks/test_bad_input.py",
        "tests/walks/test_import.py",
        "tests/walks/test_query.py",
        "tests/walks/test_sameness.py",
        "tests/walks/test_state.py",
    ],
    "crashes": [
        "tests/walks/test_again.py",
        "tests/walks/test_crash.py",
        "tests/walks/test_decisions.py",
        "tests/walks/test_rebase.py",
        "tests/walks/test_upgrade.py",
    ],
    "actions": ["tests/actions", "tests/catalogue"],
    "store": ["tests/store"],
    "drafts": ["tests/drafts"],
    "intake": ["tests/intake", "tests/test_sources.py", "tests/test_reference.py"],
    "languages": ["tests/sparql", "tests/rml", "tests/shacl"],
    "house": ["tests/test_architecture.py", "tests/test_documentation.py", "tests/ground", "tests/locale", "tests/cli"],
    "parity": ["tests/parity"],
    "releases": ["tests/releases"],
    "people": ["tests/access", "tests/jobs"],
    "web": ["tests/web"],
    "answers": ["tests/test_answers.py", "tests/test_queries.py", "tests/test_seeded.py"],
    "messy": ["tests/messy", "tests/reports"],
    "search": ["tests/search"],
    "conformance": ["tests/conformance"],
    "clients": ["tests/clients"],
    "hostile": ["tests/hostile"],
}
BUDGET_SECONDS = 12 * 60
LANES = 3
"""Suites at a time, one more than cores: many tests wait for a browser, a worker or a deadline.

The first of the table begin first, so that the longest do not end last.
"""


def environment() -> dict[str, str]:
    """Return this environment without settings that would change what the tests see."""
    kept = {"KG_CONFORMANCE", "KG_REFERENCE_DATA"}
    return {name: value for name, value in os.environ.items() if not name.startswith("KG_") or name in kept}


def run(suite: str, soak: bool, folder: Path, alone: bool) -> tuple[Counter[str], str]:
    """Run one suite; return passed, failed, skipped and seconds, and what it printed unless it ran alone."""
    report = folder / f"{suite}.xml"
    paths = [path for path in SUITES[suite] if (ROOT / path).exists()]
    marks = [] if soak else ["-m", "not soak"]
    started = time.monotonic()
    done = subprocess.run(
        # -rs: every skip with its reason
        [sys.executable, "-m", "pytest", "-q", "-rs", "--no-header", f"--junitxml={report}", *marks, *paths],
        cwd=ROOT,
        env={
            **environment(),
            "KGTEST_SHARED": str(folder),  # the real release is built once: tests/conftest.py
            "KGTEST_PROPERTIES": "explore" if soak else "fixed",
        },
        check=False,
        text=True,
        stdout=None if alone else subprocess.PIPE,
        stderr=None if alone else subprocess.STDOUT,
    )
    seconds = time.monotonic() - started
    counts: Counter[str] = Counter()
    if report.exists():
        for case in ElementTree.parse(report).iter("testsuite"):
            numbers = {key: int(case.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
            counts["failed"] += numbers["failures"] + numbers["errors"]
            counts["skipped"] += numbers["skipped"]
            counts["passed"] += numbers["tests"] - numbers["failures"] - numbers["errors"] - numbers["skipped"]
    if done.returncode not in (0, 5) and not counts["failed"]:
        counts["failed"] += 1
    counts["seconds"] = round(seconds)
    return counts, done.stdout or ""


def forgotten() -> list[str]:
    """Return the files of tests that no suite has."""
    listed = [ROOT / path for paths in SUITES.values() for path in paths]
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in found if not any({path, *path.parents} & {one} for one in listed)]


def main() -> int:
    """Run the named suites, or all; return 1 when anything failed."""
    soak, alone = "--soak" in sys.argv, "--alone" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or list(SUITES)
    listed = Counter(path for paths in SUITES.values() for path in paths)
    if twice := [path for path, times in listed.items() if times > 1]:
        print(f"Two suites have {', '.join(twice)}: leave them to one.", file=sys.stderr)
        return 1
    if forgotten():
        print(f"No suite has {', '.join(forgotten())}: add them to SUITES.", file=sys.stderr)
        return 1
    results: dict[str, Counter[str]] = {}
    started = time.monotonic()
    lanes = 1 if alone else min(LANES, (os.cpu_count() or 1) + 1)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(lanes) as pool:
        running = {pool.submit(run, suite, soak, Path(folder), alone): suite for suite in names}
        for future in as_completed(running):
            results[running[future]], text = future.result()
            print(f"\n=== {running[future]} ===\n{text}", flush=True)
    whole = round(time.monotonic() - started)
    print("\nsuite         passed  failed  skipped  seconds")
    for suite, counts in sorted(results.items(), key=lambda item: names.index(item[0])):
        print(f"{suite:12} {counts['passed']:7} {counts['failed']:7} {counts['skipped']:8} {counts['seconds']:8}")
    total = sum(results.values(), Counter[str]())
    if total["skipped"]:
        print(f"\n{total['skipped']} tests were SKIPPED; pytest named each with its reason above.")
    print(f"\n{whole} s in all, {lanes} at a time; the budget is {BUDGET_SECONDS} s.")
    if not soak and whole > BUDGET_SECONDS:
        print(f"OVER BUDGET by {whole - BUDGET_SECONDS} s.")
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
