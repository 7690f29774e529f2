"""Whatever a table holds and however it is described: statements and findings account for every filled cell."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from anytables import EVIDENCE, WORDS, AnyTable, blank, said, tables, write, write_source
from kgservice.intake.conversion import convert
from kgservice.intake.interface import Conversion
from kgservice.intake.sources import load_source
from kgservice.intake.staging import stage
from sourcefolders import BASE

Statement = tuple[str, str, str, str]
"""Evidence, subject and object with their %-encoding undone, between them the last part of the predicate."""
KEYLESS = {"table/key-empty", "map/empty-key"}
RECORDS = ("json", "jsonl", "xml")
DOUBLES = {"0.5": "5.0E-1", "-1.25": "-1.25E0"}


def converted(table: AnyTable, folder: Path) -> Conversion:
    source = load_source(write_source(folder, "any", table))
    path = folder / f"t.{table.format}"
    path.write_bytes(write(table))
    return convert(source, stage(source, [path], folder / "kept", 1 << 28), BASE, folder / "out", 10_000)


def statements(conversion: Conversion) -> set[Statement]:
    found: set[Statement] = set()
    for graph, file in conversion.graphs.items():
        data = gzip.decompress(file.path.read_bytes())
        lines = data.splitlines(keepends=True)
        assert (lines, file.triples) == (sorted(set(lines)), len(lines)), "sorted, each once, counted"
        for triple in parse(data, RdfFormat.N_TRIPLES):
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, NamedNode | Literal)
            value = triple.object.value
            name = triple.predicate.value.rpartition("/")[2].rpartition("#")[2]
            value = unquote(value) if isinstance(triple.object, NamedNode) else value
            found.add((graph.rpartition("/")[2], unquote(triple.subject.value), name, value))
    return found


def objects(rule: str, text: str, kind: str) -> set[str] | None:
    """Return what a rule must make of a text, nothing where it cannot; None = more than this test knows."""
    if rule == "plain":
        return {DOUBLES.get(text, text) if kind in ("json", "jsonl", "sqlite") else text}
    if rule == "tagged":
        return {text}
    if rule == "phrase":
        return {f"({text})"}
    if rule == "place":
        return {f"{BASE}id/place/{text}"}
    if rule == "lookup":
        word = " ".join(text.split())
        return {WORDS[word]} if word in WORDS else set()
    if rule == "split":
        return {part.strip() for part in text.split(";") if part.strip()}
    if rule == "date" and len(text) == 10:
        try:
            return {date.fromisoformat(text).isoformat()}
        except ValueError:
            return None
    return {str(int(text))} if rule in ("integer", "typed") and text.isascii() and text.isdigit() else None


@dataclass(frozen=True)
class Account:
    """A table, and what its conversion says of it."""

    table: AnyTable
    conversion: Conversion

    @cached_property
    def rows(self) -> dict[int, dict[str, str]]:
        """The texts of rows by number and heading; rows of nothing are rows in JSON and XML only."""
        found = {n: [said(value) for value in one] for n, one in enumerate(self.table.rows, self.table.first)}
        kept = {
            n: one
            for n, one in found.items()
            if self.table.format in RECORDS or any(not blank(text, "csv") for text in one)
        }
        return {n: dict(zip(self.table.headings, one, strict=True)) for n, one in kept.items()}

    @cached_property
    def keys(self) -> dict[int, tuple[str, ...]]:
        names = [self.table.headings[n] for n in self.table.keys]
        return {
            n: tuple("" if blank(one[name], self.table.format) else one[name] for name in names)
            for n, one in self.rows.items()
        }

    @cached_property
    def twins(self) -> dict[tuple[str, ...], set[int]]:
        """The rows that have a key, by key."""
        found: dict[tuple[str, ...], set[int]] = {}
        for number, key in self.keys.items():
            if any(key):
                found.setdefault(tuple(part.strip() for part in key), set()).add(number)
        return found

    def told(self, number: int, heading: str) -> set[str]:
        """Return the rules of the findings that name a cell."""
        return {
            finding.rule
            for finding in self.conversion.report.findings
            for cell in finding.cells
            if cell.row == number and (cell.column == heading or heading in cell.column.split(", "))
        }

    def of_findings(self) -> Iterator[str]:
        """Yield the findings that show another text than their cell holds, or a row that is not there."""
        for finding in self.conversion.report.findings:
            for cell in finding.cells:
                stands = self.rows.get(cell.row, {}).get(cell.column)
                if stands is None and cell.row not in {0, self.table.top + 1, *self.rows}:
                    yield f"{finding.rule} names row {cell.row}, where there is none"
                if stands is not None and cell.value and cell.value.strip()[:200] != stands.strip()[:200]:
                    yield f"{finding.rule} shows {cell.value!r} where {stands!r} stands"

    def of_columns(self) -> Iterator[str]:
        """Yield the columns that nothing uses and nobody names, and those that are named though they are used."""
        used = {self.table.headings[n] for n in (*self.table.keys, self.table.evidence) if n is not None}
        for heading, rule in zip(self.table.headings, self.table.rules, strict=True):
            lost = rule == "unmapped" and heading not in used
            if self.table.format in RECORDS:  # a name without values is not missed there
                lost = lost and not all(blank(one[heading], self.table.format) for one in self.rows.values())
            if lost != any("read/column-unmapped" in self.told(n, heading) for n in (self.table.top + 1, *self.rows)):
                yield f"{heading!r} is {rule}"

    def of_keys(self) -> Iterator[str]:
        """Yield the rows whose key is empty or repeated in silence."""
        for number, key in self.keys.items():
            told = set[str]().union(*(self.told(number, heading) for heading in self.table.headings))
            if not all(key) and not told & KEYLESS:
                yield f"row {number} has the key {key}: {told}"
            twin = any(key) and len(self.twins[tuple(part.strip() for part in key)]) > 1
            if twin != ("table/key-repeated" in told):
                yield f"row {number} has the key {key}: {told}"

    def of_cells(self) -> Iterator[str]:
        """Yield the cells that are neither statement nor finding, and the statements that no cell says."""
        made, owed, open_ends = statements(self.conversion), set[Statement](), set[tuple[str, ...]]()
        for number, one in self.rows.items():
            if not all(self.keys[number]):
                continue
            how = "seen" if self.table.evidence is None else one[self.table.headings[self.table.evidence]].strip()
            if how not in EVIDENCE:
                if not self.told(number, self.table.headings[self.table.evidence or 0]):
                    yield f"row {number} is known {how!r} and went in silence"
                continue
            home = (EVIDENCE[how], f"{BASE}id/thing/{'/'.join(self.keys[number])}")
            owed.add((*home, "type", "http://p/Thing"))
            alone = len(self.twins[tuple(part.strip() for part in self.keys[number])]) == 1
            for place, (heading, rule) in enumerate(zip(self.table.headings, self.table.rules, strict=True)):
                if rule in ("unused", "unmapped") or blank(one[heading], self.table.format):
                    continue
                right = objects(rule, one[heading], self.table.format)
                failed = any(name.startswith("map/") for name in self.told(number, heading))
                if right is None:
                    open_ends.add((*home, str(place)))
                    there = any(found[:3] == (*home, str(place)) for found in made)
                    right = {""} if there and (alone or not failed) else set()
                else:
                    owed |= {(*home, str(place), value) for value in right}
                if failed == bool(right):
                    yield f"row {number}, {heading!r}: {one[heading]!r} is {'both' if failed else 'neither'}"
        yield from (f"nothing says {one}" for one in sorted(owed - made))
        yield from (f"no cell says {one}" for one in sorted(made - owed) if one[:3] not in open_ends)

    def of_counts(self) -> Iterator[str]:
        """Yield the counts that are wrong."""
        filled = sum(not blank(text, self.table.format) for one in self.rows.values() for text in one.values())
        counts = self.conversion.report.counts
        if (counts["records"], counts["cells"]) != (len(self.rows), filled):
            yield f"{counts} where {len(self.rows)} rows have {filled} filled cells"

    def faults(self) -> list[str]:
        """Return all that is wrong."""
        return [*self.of_findings(), *self.of_columns(), *self.of_keys(), *self.of_cells(), *self.of_counts()]


def held(table: AnyTable) -> None:
    with TemporaryDirectory() as folder:
        assert Account(table, converted(table, Path(folder))).faults() == []


def headed(*headings: str) -> AnyTable:
    rows = (("k1", "end"), ("k2", None), ("k2", "end"), (None, "end"))
    return AnyTable("csv", headings, ("plain", "plain"), (0,), None, 0, ",", rows)


@settings(max_examples=25, deadline=None)
@given(tables())
@example(headed("*", "a"))
@example(headed("a", "*"))
@example(headed("^.*$", "a"))
@example(AnyTable("json", ("a", "b"), ("plain", "plain"), (0,), None, 0, ",", ((None, "\x1f"), ("end", None))))
def test_statements_and_findings_account_for_every_filled_cell_of_any_table(table: AnyTable) -> None:
    held(table)


@pytest.mark.soak
@settings(max_examples=1500, deadline=None)
@given(tables())
def test_they_do_of_many_tables(table: AnyTable) -> None:
    held(table)
