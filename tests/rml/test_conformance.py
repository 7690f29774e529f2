"""RML core and FNML do what their test suites say (kg-construct, CC BY 4.0), but for expected_failures.txt."""

import csv
import json
import os
from pathlib import Path

import polars as pl
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from kgservice.errors import MappingInvalid
from kgservice.rml import Failure, Mapping, Record, Records, load, map_records, map_table
from rml.conformance_functions import FUNCTIONS

pytestmark = pytest.mark.conformance
HERE = Path(__file__).parent
BASE = "http://example.com/"
DATA_ONLY = {"map/empty-key", "map/no-parent"}  # our findings about rows that RML passes over in silence


def folders() -> list[Path]:
    root = os.environ.get("KG_CONFORMANCE")
    if not root:
        return []
    return sorted(
        folder for suite in ("rml-core", "rml-fnml") for folder in Path(root, suite).iterdir()
        if (folder / "mapping.ttl").exists()
    )  # fmt: skip


def expected_failures() -> dict[str, str]:
    lines = (HERE / "expected_failures.txt").read_text("utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def read_table(path: Path) -> pl.DataFrame:
    heading, *rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    columns = {name: [row[i] or None for row in rows] for i, name in enumerate(heading)}
    return pl.DataFrame(columns, schema=dict.fromkeys(heading, pl.String)).with_row_index("__row", 2)


def whole(path: Path) -> Records:
    return Records([Record(1, json.loads(path.read_text("utf-8")))])


def produced(mapping: Mapping, folder: Path) -> tuple[list[str], list[Failure]]:
    data: dict[str, pl.DataFrame | Records] = {}
    for source in mapping.sources():
        path = folder / source
        data[source] = read_table(path) if path.suffix == ".csv" else whole(path)
    lines: list[str] = []
    failures: list[Failure] = []
    for source, content in data.items():
        if isinstance(content, pl.DataFrame):
            parts = map_table(mapping, source, content, BASE, others=data)
        else:
            parts = map_records(mapping, source, content.records, BASE, others=data)
        for part in parts:
            failures += part.failures
            lines += [f"{s} {p} {o} {g or ''} ." for g, s, p, o, _ in part.statements.iter_rows()]
    return lines, failures


def dataset(text: str) -> Dataset:
    found = Dataset(parse(text.encode(), RdfFormat.N_QUADS))
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return found


def outcome(folder: Path) -> str:
    """Return what is wrong, or nothing."""
    expected = folder / "output.nq"
    try:
        lines, failures = produced(load(folder / "mapping.ttl", functions=FUNCTIONS), folder)
    except (MappingInvalid, FileNotFoundError) as error:
        return f"error: {error}" if expected.exists() else ""
    wrong = [failure for failure in failures if failure.rule not in DATA_ONLY]
    if not expected.exists():
        return "" if wrong else "an error was expected"
    try:
        same = dataset("\n".join(lines)) == dataset(expected.read_text("utf-8"))
    except SyntaxError as error:
        return f"not N-Quads: {error}"
    return "" if same else f"other statements: {lines}"


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_case_of_the_suite_passes_or_is_listed_with_a_reason(folder: Path) -> None:
    wrong = outcome(folder)
    listed = expected_failures().get(folder.name)

    assert not (listed and not wrong), f"{folder.name} passes now: take it off expected_failures.txt"
    assert listed or not wrong, wrong


def test_the_suites_are_run() -> None:
    if not folders():
        pytest.skip("KG_CONFORMANCE is not set: 96 cases of rml-core and rml-fnml were not run")

    assert len(folders()) >= 90
    assert set(expected_failures()) <= {folder.name for folder in folders()}
