"""The values of intake: a source, its tables, a delivery, and what a conversion leaves behind.

To add a source: copy a folder of data/sources and edit its `source.toml`; nothing here changes.
To add a format: one room in readers/, its line in `readers.READERS` and its name in `FORMATS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kgservice.report import Report

FORMATS = ("csv", "tsv", "xlsx", "ods", "json", "jsonl", "xml", "sqlite", "rdf")
"""Formats that a table may name; `readers.READERS` has a reader for each."""
SHORT_MAPPING = "mapping.yaml"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a source: which delivered file it stands in, how to read it, what must hold."""

    name: str
    """The name that `rml:source` of the mapping says."""
    file: str
    """Pattern of file names (`*.csv`), shell style; it meets the names inside a .zip and the name before .gz too."""
    format: str
    """One of `FORMATS`."""
    encoding: str = "auto"
    separator: str = "auto"
    sheet: str = ""
    """Name of the sheet, or of the table or view of a database; empty = the first."""
    header_row: int = 1
    """Row of the headings as a spreadsheet shows it; rows above are titles; 0 = there are none, `columns` has them."""
    key: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    """Columns knowingly left out of the mapping."""
    iterator: str = ""
    """JSONPath or XPath of the records, or a SELECT of a database, where the mapping names none."""
    nulls: tuple[str, ...] = ()
    """Words that mean an empty cell."""
    merged: str = "report"
    """`report`: merged cells are findings; `fill`: every cell of a merged range holds its value."""
    member: str = ""
    """Pattern of the files inside a .zip; empty = those that `file` or the format fits."""
    quote: str = '"'
    """Sign around cells of delimited text; empty = a quote is a letter like any other."""
    columns: tuple[str, ...] = ()
    """Headings of a file that has none."""
    evidence: str = "sourced"
    """RDF only: how the statements are known, where they stand in no graph of the source."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source: who answers for it, and how its deliveries become statements."""

    name: str
    folder: Path
    title: Mapping[str, str]
    """By language tag."""
    description: Mapping[str, str]
    publisher: str
    steward: str
    licence: str
    """IRI of the licence, or empty where none is known."""
    origin: str
    """Address or text: where deliveries come from."""
    delivery: str
    """`whole`: a delivery replaces the source; `additions`: it adds to it."""
    deliveries: str
    """Pattern, below the folder, of the deliveries that are kept with the source."""
    tables: tuple[Table, ...]
    spoken: Path
    """Folder of code tables with wordings that people added since (it need not exist)."""

    @property
    def mapping(self) -> Path:
        """Return the path of the mapping: Turtle, or the short form in YAML where there is no Turtle."""
        short = self.folder / SHORT_MAPPING
        written = self.folder / "mapping.rml.ttl"
        return short if short.is_file() and not written.is_file() else written

    @property
    def mapped(self) -> bool:
        """Tell whether a mapping is needed: statements of RDF are taken as they are."""
        return any(table.format != "rdf" for table in self.tables)

    @property
    def lookups(self) -> Path:
        """Return the folder of code tables (it need not exist)."""
        return self.folder / "lookups"


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file of a delivery as it is kept: its own name, where it lies, hash of its bytes, size in bytes."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in at one time for one source."""

    source: str
    """Name of the source."""
    files: tuple[DeliveredFile, ...]
    """Sorted by name."""
    sha256: str
    """Hash over names and hashes of the files: the same files give the same hash."""
    received: str
    """ISO 8601 in UTC, to the second."""
    reading: Mapping[str, str] = field(default_factory=dict)
    """What was said of it against source.toml: `encoding`, `separator`, …; see `sources.overridden`."""


@dataclass(frozen=True, slots=True)
class StatementFile:
    """The statements of one graph: sorted unique N-Triples lines, gzipped."""

    path: Path
    sha256: str
    """Hash of the text before compression: gzip bytes differ between builds of zlib."""
    triples: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a delivery became: a statement file per graph IRI, a report, and the folder that leads back to cells."""

    graphs: Mapping[str, StatementFile]
    report: Report
    lineage: Path
    """Folder for `lineage.locate`; keep it with the release as `lineage/<source>`."""
