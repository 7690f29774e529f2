"""The readers by format: each returns the records of one file of a table, and adds what it finds."""

from collections.abc import Callable, Mapping
from pathlib import Path

from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers import csv, json, xlsx, xml
from kgservice.intake.readers.reading import Sheet

READERS: Mapping[str, Callable[[Table, Path, str, Collector], Sheet]] = {
    "csv": csv.read,
    "xlsx": xlsx.read,
    "json": json.read,
    "jsonl": json.read_lines,
    "xml": xml.read,
}
