"""Run every suite of tests, say how long each took and what it skipped, and end with one count.

Usage: python tools/suites.py [--soak] [SUITE …]
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUITES: dict[str, list[str]] = {
    "house": ["tests/test_architecture.py", "tests/test_documentation.py", "tests/ground", "tests/locale", "tests/cli"],
    "languages": ["tests/sparql", "tests/rml", "tests/shacl"],
    "intake": ["tests/intake", "tests/test_sources.py"],
    "knowledge": ["tests/knowledge", "tests/test_ontology.py", "tests/test_shapes.py", "tests/test_queries.py"],
    "answers": ["tests/test_answers.py"],
    "store": ["tests/store"],
    "conformance": ["tests/conformance"],
    "search": ["tests/search"],
    "releases": ["tests/releases", "tests/actions", "tests/catalogue"],
    "web": ["tests/web"],
    "drafts": ["tests/drafts"],
    "desk": ["tests/access", "tests/jobs", "tests/curate"],
    "walks": ["tests/walks"],
    "clients": ["tests/clients"],
    "parity": ["tests/parity"],
    "hostile": ["tests/hostile"],
    "browser": ["tests/browser"],
}
BUDGET_SECONDS = 12 * 60


def environment() -> dict[str, str]:
    """Return this environment without settings that would change what the tests see."""
    kept = {"KG_CONFORMANCE", "KG_REFERENCE_DATA"}
    return {name: value for name, value in os.environ.items() if not name.startswith("KG_") or name in kept}


def run(suite: str, soak: bool, folder: Path) -> Counter[str]:
    """Run one suite; return passed, failed, skipped and seconds."""
    report = folder / f"{suite}.xml"
    paths = [path for path in SUITES[suite] if (ROOT / path).exists()]
    marks = [] if soak else ["-m", "not soak"]
    started = time.monotonic()
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", f"--junitxml={report}", *marks, *paths],
        cwd=ROOT,
        env=environment(),
        check=False,
    ).returncode
    seconds = time.monotonic() - started
    counts: Counter[str] = Counter()
    if report.exists():
        for case in ElementTree.parse(report).iter("testsuite"):
            numbers = {key: int(case.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
            counts["failed"] += numbers["failures"] + numbers["errors"]
            counts["skipped"] += numbers["skipped"]
            counts["passed"] += numbers["tests"] - numbers["failures"] - numbers["errors"] - numbers["skipped"]
    if code not in (0, 5) and not counts["failed"]:
        counts["failed"] += 1
    counts["seconds"] = round(seconds)
    return counts


def main() -> int:
    """Run the named suites, or all; return 1 when anything failed."""
    soak = "--soak" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or list(SUITES)
    results: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for suite in names:
            print(f"\n=== {suite} ===", flush=True)
            results[suite] = run(suite, soak, Path(folder))
    print("\nsuite         passed  failed  skipped  seconds")
    for suite, counts in results.items():
        print(f"{suite:12} {counts['passed']:7} {counts['failed']:7} {counts['skipped']:8} {counts['seconds']:8}")
    total = sum(results.values(), Counter[str]())
    if total["skipped"]:
        print(f"\n{total['skipped']} tests were SKIPPED; pytest named each with its reason above.")
    if not soak and total["seconds"] > BUDGET_SECONDS:
        print(f"\nOver budget: {total['seconds']} s of {BUDGET_SECONDS} s.")
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
