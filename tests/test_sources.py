"""The sources of data/: samples become what they say, deliveries convert whole, and no cell is lost in silence."""

import copy
import fnmatch
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kgservice import rml
from kgservice.intake.conversion import convert
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Conversion, Source, Table
from kgservice.intake.readers import READERS
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.intake.sources import load_source, newest_delivery
from kgservice.intake.staging import stage
from kgservice.report import Severity
from kgservice.terms import KINDS, PREFIXES, Evidence, Graphs

ROOT = Path(__file__).parent.parent / "data" / "sources"
BASE = "https://example.org/"
NAMES = sorted(path.parent.name for path in ROOT.glob("*/source.toml"))
INVENTED = [name for name in NAMES if name.endswith("-illustrative")]
TABLES = [(name, table.name) for name in NAMES for table in load_source(ROOT / name).tables]


Converted = Callable[[str], Conversion]


def converted(source: Source, files: list[Path], folder: Path) -> Conversion:
    delivery = stage(source, files, folder / "kept", 10**8)
    return convert(source, delivery, BASE, folder / "out", 1000)


def once(make: Converted) -> Converted:
    made: dict[str, Conversion] = {}
    return lambda name: made[name] if name in made else made.setdefault(name, make(name))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    def make(name: str) -> Conversion:
        source = load_source(ROOT / name)
        return converted(source, newest_delivery(source), tmp_path_factory.mktemp(name))

    return once(make)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    def make(name: str) -> Conversion:
        files = [path for path in (ROOT / name / "sample").iterdir() if not path.name.startswith("expected")]
        return converted(load_source(ROOT / name), sorted(files), tmp_path_factory.mktemp(name))

    return once(make)


def quads(conversion: Conversion) -> list[str]:
    lines = []
    for graph, file in conversion.graphs.items():
        with gzip.open(file.path, "rt", encoding="utf-8") as stream:
            lines += [f"{line.rstrip().removesuffix(' .')} <{graph}> ." for line in stream]
    return sorted(lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_becomes_the_statements_it_promises(name: str, sampled: Converted) -> None:
    expected = (ROOT / name / "sample" / "expected.nq").read_text("utf-8").splitlines()

    assert expected == quads(sampled(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_broken_cells_of_a_sample_are_named(name: str, sampled: Converted) -> None:
    expected = json.loads((ROOT / name / "sample" / "expected-findings.json").read_text("utf-8"))

    found = [
        {"rule": finding.rule, "severity": finding.severity.value, "file": cell.file, "sheet": cell.sheet}
        | {"row": cell.row, "column": cell.column, "value": cell.value}
        for finding in sampled(name).report.findings
        for cell in finding.cells[:1]
    ]

    assert expected == sorted(found, key=lambda entry: [str(value) for value in entry.values()])


@pytest.mark.parametrize("name", NAMES)
def test_a_delivery_converts_without_a_finding(name: str, delivered: Converted) -> None:
    made = delivered(name)

    assert not [finding for finding in made.report.findings if finding.severity is not Severity.INFO]
    assert made.graphs


@pytest.mark.parametrize("name", INVENTED)
def test_an_invented_table_is_illustrative_and_nothing_else(name: str, delivered: Converted) -> None:
    assert {Graphs(BASE).source(name, Evidence.ILLUSTRATIVE)} == set(delivered(name).graphs)


def test_things_have_a_known_kind_and_a_whole_key(delivered: Converted) -> None:
    wrong = set()
    for name in NAMES:
        for subject in {quad.split(" ", 1)[0].strip("<>") for quad in quads(delivered(name))}:
            kind, _, key = subject.removeprefix(BASE + "id/").partition("/")
            if subject.startswith(BASE) and (kind not in KINDS or not key or key != key.strip("-")):
                wrong.add(subject)

    assert not wrong


def test_what_a_statement_points_to_is_described(delivered: Converted) -> None:
    lines = [quad.split(" ") for name in NAMES for quad in quads(delivered(name))]
    described = {parts[0] for parts in lines}

    assert not {parts[2] for parts in lines if parts[2].startswith(f"<{BASE}id/")} - described


def sheets(source: Source, table: Table) -> Iterator[Sheet]:
    for path in newest_delivery(source):
        if fnmatch.fnmatchcase(path.name, table.file):
            yield READERS[table.format](table, path, path.name, Collector(source.name, 100))


def said(produced: Iterable[rml.Produced]) -> dict[int, set[tuple[Any, ...]]]:
    rows: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for part in produced:
        for *statement, row in part.statements.iter_rows():
            rows[row].add(tuple(statement))
    return rows


def silent_cells(source: Source, table: Table, sheet: Sheet) -> Iterator[str]:
    """Yield every filled cell whose loss would change no statement of its row."""
    mapping = rml.load(source.mapping, lookups=source.lookups if source.lookups.is_dir() else None)
    whole = said(rml.map_table(mapping, table.name, sheet.frame, BASE))
    for column in set(sheet.columns) - set(table.unused):
        without = sheet.frame.with_columns(pl.lit(None, pl.String).alias(column))
        less = said(rml.map_table(mapping, table.name, without, BASE))
        for row, text in sheet.frame.select(ROW, column).iter_rows():
            if text is not None and whole[row] == less.get(row, set()):
                yield f"{sheet.file} row {row} {column}: {text}"


def silent_leaves(source: Source, table: Table, sheet: Sheet) -> Iterator[str]:
    """Yield every value of a nested record whose loss would change no statement of the record."""
    mapping = rml.load(source.mapping)
    whole = said(rml.map_records(mapping, table.name, sheet.records, BASE, iterator=table.iterator))
    variants = [(record.row, *one) for record in sheet.records for one in without_one(record)]
    numbered = [rml.Record(number, less.value, less.parent) for number, (_, _, less) in enumerate(variants)]
    left = said(rml.map_records(mapping, table.name, numbered, BASE, iterator=table.iterator))
    for number, (row, label, _) in enumerate(variants):
        if whole[row] == left.get(number, set()):
            yield f"{sheet.file} record {row} {label}"


def without_one(record: rml.Record) -> Iterator[tuple[str, rml.Record]]:
    """Yield the record without one of its values, for each value."""
    if isinstance(record.value, dict):
        for path in leaves(record.value, ()):
            value = copy.deepcopy(record.value)
            holder = value
            for step in path[:-1]:
                holder = holder[step]
            del holder[path[-1]]
            yield str(path), rml.Record(record.row, value, record.parent)
        return
    for number, element in enumerate(record.value.iter()):
        for attribute in [key for key in element.attrib if not key.startswith("{")]:
            value = copy.deepcopy(record.value)
            del list(value.iter())[number].attrib[attribute]
            yield f"{element.tag}/@{attribute}", rml.Record(record.row, value)
        if element.text and element.text.strip():
            value = copy.deepcopy(record.value)
            list(value.iter())[number].text = None
            yield element.tag, rml.Record(record.row, value)


def leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from leaves(inner, (*path, key))
        else:
            yield (*path, key)


@pytest.mark.parametrize(("name", "table_name"), TABLES)
def test_every_filled_cell_of_a_delivery_says_something(name: str, table_name: str) -> None:
    source = load_source(ROOT / name)
    table = next(table for table in source.tables if table.name == table_name)

    silent = [
        cell
        for sheet in sheets(source, table)
        for cell in (silent_leaves if sheet.records else silent_cells)(source, table, sheet)
    ]

    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_is_written_in_the_house_order_of_prefixes(name: str) -> None:
    lines = (ROOT / name / "mapping.rml.ttl").read_text("utf-8").splitlines()
    found = [line.split()[1].rstrip(":") for line in lines if line.startswith("@prefix ")]

    assert [prefix for prefix in PREFIXES if prefix in found] == found


@pytest.mark.parametrize("name", NAMES)
def test_no_code_table_lies_unused(name: str) -> None:
    text = (ROOT / name / "mapping.rml.ttl").read_text("utf-8")

    unused = [path.stem for path in (ROOT / name / "lookups").glob("*.csv") if f'"{path.stem}"' not in text]

    assert unused == []
