"""The readers by format: each returns the records of one file of a table, and adds what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.packing import opened, workbook
from kgservice.intake.readers import csv, json, ods, rdf, sqlite, xlsx, xml
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Cell, Text

READERS: Mapping[str, Callable[[Table, Path, str, Collector], Sheet]] = {
    "csv": csv.read,
    "tsv": csv.read_tabs,
    "xlsx": xlsx.read,
    "ods": ods.read,
    "json": json.read,
    "jsonl": json.read_lines,
    "xml": xml.read,
    "sqlite": sqlite.read,
    "rdf": rdf.read,
}


def read(table: Table, path: Path, member: str, name: str, collector: Collector) -> Sheet:
    """Return the records of a kept file, or of a member of it, unpacked where it is packed.

    A workbook where the table expects text is read as what it is, with a hint.

    Raises:
        SourceUnreadable: when nothing of it can be read.
    """
    with opened(path, member, name) as plain:
        kind = workbook(plain) if table.format in ("csv", "tsv") else ""
        if kind:
            collector.info(
                "read/workbook",
                Text(
                    "{file} is a workbook ({kind}) where the source expects {format}; its cells were read.",
                    {"file": name, "kind": kind.upper(), "format": table.format.upper()},
                ),
                Text("Nothing is to be done, if these are the columns that you meant."),
                Cell(name),
            )
            table = replace(table, format=kind)
        return READERS[table.format](table, plain, name, collector)
