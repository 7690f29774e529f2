"""Turns a delivery into statement files: read, check keys, map, sort; every cell becomes a statement or a finding."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
from polars.selectors import by_name

from kgservice import rml
from kgservice.errors import MappingInvalid, SourceUnreadable
from kgservice.intake import columns, coverage, index, joining, keys, letters, windows
from kgservice.intake.failures import Expectations, Once, tell
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Conversion, DeliveredFile, Delivery, Source, Table
from kgservice.intake.mapped import Others, joined, mapped, rules, together, with_iterator
from kgservice.intake.packing import Part, parts
from kgservice.intake.readers import read
from kgservice.intake.readers.reading import Sheet
from kgservice.intake.sources import overridden
from kgservice.intake.statements import Statements
from kgservice.intake.subjects import Subjects
from kgservice.report import Cell, Text
from kgservice.report.writing import Writer
from kgservice.terms import Evidence, Graphs, iri

Tell = Callable[[str, int, int], None]

_SHOWN = 20


def convert(
    source: Source,
    delivery: Delivery,
    base: str,
    out: Path,
    cap: int,
    most: int = 100_000_000,
    said: Tell = lambda _step, _done, _total: None,
) -> Conversion:
    """Write one sorted `.nt.gz` per graph below `out`, and `out/lineage`; the report holds about `cap` findings.

    All of them, up to a million, stand in `out/lineage/findings.sqlite`. `most` = statements that it may become.
    `said` hears how far it is: step, bytes read or rows mapped, and all of them.

    Raises:
        SourceUnreadable: when a file of the delivery cannot be read at all.
        MappingInvalid: when the mapping is wrong before any data is read, or makes more than `most` statements.
    """
    source = overridden(source, delivery.reading)
    mapping = rules(source)
    folder = out / "lineage"
    folder.mkdir(parents=True, exist_ok=True)
    with Writer(folder / index.FINDINGS) as file:
        job = _Job(source, mapping, base, out, Collector(source.name, cap, file))
        given, done = assigned(source, delivery.files, job.collector), 0
        total = sum(part.file.size for _, found in given for part in found)
        for table, found in given:
            said("Reading the delivery", done, total)
            job.read(table, found)
            done += sum(part.file.size for part in found)
        job.check_coverage()
        job.convert(most, said)
        said("Sorting the statements", 0, 0)
        graphs = job.statements.write(out, base)
        job.collector.counts["triples"] = sum(one.triples for one in graphs.values())
        index.record(folder, source, delivery, base, job.places, job.subjects())
        windows.keep(folder, job.sheets(), mapping.references())
        return Conversion(graphs, job.collector.report(), folder)


def assigned(source: Source, files: tuple[DeliveredFile, ...], collector: Collector) -> list[tuple[Table, list[Part]]]:
    """Return each table of a source with its files of a delivery, those in a zip too; a file of no table is a finding.

    A single delivered file is taken under any name where the source expects a single one.

    Raises:
        SourceUnreadable: when a table of a whole delivery, or every table, has no file.
    """
    held = [part for one in files for part in parts(one)]
    single = len(held) == 1 and len({(table.file, table.member) for table in source.tables}) == 1
    found: list[tuple[Table, list[Part]]] = []
    for table in source.tables:
        mine = [one for one in held if single or one.fits(table)]
        if mine:
            found.append((table, mine))
        elif source.delivery == "whole":
            raise _no_file(table.name, table.file, files)
    if not found:
        raise _no_file(", ".join(table.name for table in source.tables), source.tables[0].file, files)
    read = {part for _, mine in found for part in mine}
    for one in files:
        ours = [part for part in held if part.file == one]
        left = [part.member for part in ours if part not in read]
        if len(left) < len(ours):
            _tell_left(one, left, collector)
        else:
            collector.warning(
                "read/file-unused",
                Text("No table of the source takes the file {file}.", {"file": one.name}),
                Text("Leave the file out, or give it a table in source.toml."),
                Cell(one.name),
            )
    return found


def _tell_left(one: DeliveredFile, left: list[str], collector: Collector) -> None:
    if left:
        collector.info(
            "read/members-unread",
            Text(
                "Of {file}, these files were not read: {members}.", {"file": one.name, "members": ", ".join(left[:20])}
            ),
            Text("Nothing is to be done, unless one of them should be: then give it a table in source.toml."),
            Cell(one.name),
        )


def _no_file(table: str, pattern: str, files: tuple[DeliveredFile, ...]) -> SourceUnreadable:
    return SourceUnreadable(
        "The delivery has no file for {table} (its name must match {pattern}); it holds {files}.",
        table=table,
        pattern=pattern,
        files=", ".join(one.name for one in files),
    )


def _no_rows(table: Table, files: list[Part], sheets: list[Sheet]) -> SourceUnreadable:
    names = ", ".join(one.name for one in files)
    if table.format == "rdf":
        return SourceUnreadable("{file} holds no statements; nothing was delivered.", file=names)
    if table.format not in ("json", "jsonl", "xml"):
        return SourceUnreadable(
            "{file} has headings but no rows for {table}; nothing was delivered.", file=names, table=table.name
        )
    there = list(dict.fromkeys(name for sheet in sheets for name in sheet.there))
    if there:
        return SourceUnreadable(
            "{file} has no records for {table}: nothing is found at {iterator} (iterator in source.toml), "
            "where there is {there}.",
            file=names,
            table=table.name,
            iterator=table.iterator,
            there=", ".join(there[:_SHOWN]) + (", …" if len(there) > _SHOWN else ""),
        )
    return SourceUnreadable(
        "{file} has no records for {table}: nothing is found at {iterator} (iterator in source.toml).",
        file=names,
        table=table.name,
        iterator=table.iterator or "/",
    )


def _limit(job: "_Job", sheet: Sheet, made: int, most: int) -> None:
    """Refuse a mapping that made, or at this rate will make, too many statements."""
    expected = made * max(sheet.frame.height, 1) // max(min(sheet.frame.height, rml.ROWS), 1)
    if job.statements.count > most or expected > most:
        raise MappingInvalid(
            "{file}: the mapping makes more than {most} statements of {delivered} ({expected} and more), which are "
            "more than a delivery may become (KG_STATEMENTS); does a rule combine all with all?",
            file=str(job.mapping.path), most=most, delivered=sheet.file, expected=max(expected, job.statements.count),
        )  # fmt: skip


def _unsaid(rows: pl.Series, produced: rml.Produced) -> pl.Series:
    """Return those of these rows of which nothing was made, nor said that they have no key."""
    if not len(rows):
        return rows
    told = [one.row for one in produced.failures if one.rule == "map/empty-key"]
    return rows.filter(~rows.is_in(produced.statements["row"].implode()) & ~rows.is_in(told))


class _Job:
    """One conversion while it runs."""

    def __init__(self, source: Source, mapping: rml.Mapping, base: str, out: Path, collector: Collector) -> None:
        self.source = source
        self.mapping = mapping
        self.base = base
        self.collector = collector
        self.statements = Statements(out / "work")
        self._expectations = Expectations(source.lookups, source.spoken)
        self._once = Once()
        self.places: list[index.Place] = []
        self._tables: list[tuple[Table, list[Part]]] = []
        self._sheets: dict[str, list[Sheet]] = {}
        self._subjects = Subjects(out / "work" / "subjects")
        self._home = iri(Graphs(base).source(source.name, Evidence.SOURCED))
        self._graphs = {iri(Graphs(base).source(source.name, evidence)) for evidence in Evidence}

    def convert(self, most: int, said: Tell) -> None:
        """Map the files one by one; refuse before the disk is full what would become more statements than `most`."""
        total, before = self.collector.counts["records"], 0
        for table, files in self._tables:
            others = self._others(table)
            for one, sheet in zip(files, self._sheets[table.name], strict=True):
                self.places.append(index.Place(table.name, one.file.name, one.file.sha256, sheet.sheet, one.member))
                rows = sheet.frame.height
                pieces = max(len(self.mapping.of(table.name)), 1) * max(-(-rows // rml.ROWS), 1)
                silent = keys.torn(table, sheet)
                if all(one.subject.condition is not None for one in self.mapping.of(table.name)):
                    silent = silent.clear()  # who leaves rows out by a condition knows
                said("Mapping rows to statements", before, total)
                for number, produced in enumerate(mapped(self.mapping, table, sheet, self.base, others), 1):
                    self._take(produced, sheet)
                    silent = _unsaid(silent, produced)
                    said("Mapping rows to statements", before + rows * min(number, pieces) // pieces, total)
                    _limit(self, sheet, produced.statements.height, most)
                keys.lost(table, sheet, silent, self.collector)
                before += rows

    def read(self, table: Table, files: list[Part]) -> None:
        """Read the files of a table and check headings and keys."""
        table = with_iterator(table, self.mapping)
        sheets = [self._read(table, one) for one in files]
        told = self.collector.found("read/row") or self.collector.found("read/statement")
        if not any(sheet.frame.height for sheet in sheets) and not told:
            raise _no_rows(table, files, sheets)
        keys.check(table, sheets, self.collector)
        self._tables.append((table, files))
        self._sheets[table.name] = sheets

    def _read(self, table: Table, one: Part) -> Sheet:
        sheet = read(table, one.file.path, one.member, one.name, self.collector)
        self.collector.keyed(sheet.file, sheet.sheet, keys.of_rows(table, sheet))
        self.collector.counts["records"] += sheet.frame.height
        if sheet.formulation in ("CSV", "SQL"):
            columns.check(table, sheet, self.mapping.references().get(table.name, ()), self.collector)
            texts = sheet.frame.select(by_name(sheet.columns))
            self.collector.counts["cells"] += texts.height * texts.width - sum(texts.null_count().row(0))
        letters.check(table, sheet, self.collector)
        return sheet

    def sheets(self) -> Iterator[tuple[Table, Sheet]]:
        """Yield every sheet with its table."""
        for table, _ in self._tables:
            for sheet in self._sheets[table.name]:
                yield table, sheet

    def check_coverage(self) -> None:
        """Check, file by file, that the tables of JSON and XML use every value, and that joins find their keys."""
        joining.check(self.mapping, self._sheets, self.collector)
        read: dict[str, list[tuple[Table, Sheet]]] = {}
        for table, files in self._tables:
            for one, sheet in zip(files, self._sheets[table.name], strict=True):
                if sheet.formulation in ("JSONPath", "XPath"):
                    read.setdefault(one.name, []).append((table, sheet))
        for tables in read.values():
            coverage.check(self.mapping, tables, self.collector)

    def _others(self, table: Table) -> Others:
        """Return what the joins of a table lead to: tables of the delivery, each with all its files."""
        there = {one.name: one for one, _ in self._tables}
        wanted = joined(self.mapping, table.name) & set(there)
        return {name: together(there[name], self._sheets[name]) for name in wanted}

    def _take(self, produced: rml.Produced, sheet: Sheet) -> None:
        place = len(self.places) - 1
        for failure in self._once.of(produced.failures, place):
            tell(failure, sheet, self.collector, self._expectations)
        homeless = pl.col("graph").fill_null("") == ""
        statements = produced.statements.with_columns(
            pl.when(homeless).then(pl.lit(self._home)).otherwise(pl.col("graph")).alias("graph")
        )
        foreign = ~pl.col("graph").is_in(sorted(self._graphs))
        strays = statements.filter(foreign).group_by("graph").agg(pl.col("row").min()).sort("graph")
        for graph, row in strays.iter_rows():
            self.collector.violation(
                "map/graph-foreign",
                Text("The mapping puts statements into {graph}, which is no graph of this source.", {"graph": graph}),
                Text("The graphs of a source are graph/source/<name>/<evidence>; mend the mapping or its lookup."),
                sheet.cell(row),
            )
        statements = statements.filter(~foreign)
        if statements.height:
            self.statements.add(statements)
            self._subjects.add(place, statements.select("subject", "row"))

    def subjects(self) -> Iterator[tuple[str, int, int]]:
        """Yield (subject, place, row), sorted, each once."""
        yield from self._subjects.sorted()
