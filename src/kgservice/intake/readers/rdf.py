"""Reads RDF in seven syntaxes: statements as they are, values checked, nameless nodes named by what is said of them."""

import re
from array import array
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from pyoxigraph import RdfFormat, parse, serialize

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guards import check_xml
from kgservice.intake.interface import Table
from kgservice.intake.readers.genid import named
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.report import Cell, Text
from kgservice.rml import datatypes
from kgservice.terms import shortened

RDF = "RDF"
RELATIVE = "relative://base/"
"""Base of relative IRIs until the base of the installation is known."""
SYNTAXES: Mapping[str, RdfFormat] = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
    ".n3": RdfFormat.N3,
}
"""Syntax by suffix of the file's name."""
_TERM = r"<[^>]*>|_:\S+"
_LINE = (
    rf"^(?P<subject>{_TERM}) (?P<predicate><[^>]*>) "
    rf'(?P<object>{_TERM}|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*|\^\^<[^>]*>)?)'
    rf"(?: (?P<graph>{_TERM}))? \.$"
)
_PLACE = re.compile(r"(?:at|between) line (\d+)(?: (?:between )?columns? (\d+))?")
_AGAIN = re.compile(r" \(line \d+\)$")  # the place, which SyntaxError adds to its text once more
_FEW = 200
_DEEP = 200
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|([\[{])|([\]}])', re.S)


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the statements: graph, subject, predicate and object as N-Triples terms; rows count statements.

    Raises:
        SourceUnreadable: when the syntax is unknown or broken (line and column), has a DOCTYPE or a remote context.
    """
    syntax = _syntax(path, name)
    data = path.read_bytes()
    if syntax is RdfFormat.RDF_XML:
        check_xml(data, name)
    if syntax is RdfFormat.JSON_LD and _depth(data) > _DEEP:
        raise SourceUnreadable("{file} cannot be read as JSON: it is nested too deep.", file=name)
    try:
        written = serialize(parse(data, syntax, base_iri=RELATIVE), format=RdfFormat.N_QUADS) or b""
    except (SyntaxError, ValueError) as error:
        raise _broken(name, str(error)) from None
    text = pl.Series("line", written.decode("utf-8").split("\n")[:-1], dtype=pl.String)
    frame = text.str.extract_groups(_LINE).struct.unnest()
    frame = frame.with_columns(pl.int_range(1, 1 + pl.len(), dtype=pl.UInt32).alias(ROW))
    sheet = Sheet(name, "", frame, _lines(data, syntax, frame.height), formulation=RDF)
    unread = frame.filter(pl.col("subject").is_null())[ROW]
    for row in unread.to_list():
        collector.violation(
            "read/statement-unread",
            Text("The statement says something of a statement, or has a text with a direction; no release holds it."),
            Text("Write it as RDF 1.1 has it."),
            sheet.cell(row, value=text[row - 1][:_FEW]),
        )
    frame = _checked(frame.filter(pl.col("subject").is_not_null()), sheet, collector)
    frame = _placed(named(frame, collector.source), table, collector, name)
    return Sheet(name, "", frame, sheet.lines, formulation=RDF)


def _syntax(path: Path, name: str) -> RdfFormat:
    suffix = path.suffix.lower()
    if suffix not in SYNTAXES:
        raise SourceUnreadable(
            "{file}: the syntax of RDF is told by the end of the name; known are {known}.",
            file=name,
            known=", ".join(SYNTAXES),
        )
    return SYNTAXES[suffix]


def _depth(data: bytes) -> int:
    """Return how deep lists and objects of a JSON text lie in each other; the parser takes memory for each level."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(data):
        if match[1]:
            depth += 1
            deepest = max(deepest, depth)
        elif match[2]:
            depth -= 1
    return deepest


def _broken(name: str, reason: str) -> SourceUnreadable:
    if "LoadDocumentCallback" in reason:
        return SourceUnreadable(
            "{file} asks for a JSON-LD context on the web, which is never fetched; write the context into the file.",
            file=name,
        )
    place = _PLACE.search(reason)
    if place is None:
        return SourceUnreadable("{file} cannot be read as RDF: {reason}.", file=name, reason=reason)
    return SourceUnreadable(
        "{file} is not whole RDF: reading stops at line {line}, column {column} ({reason}). Mend it and deliver it.",
        file=name,
        line=int(place[1]),
        column=int(place[2] or 1),
        reason=_AGAIN.sub("", reason.partition(": ")[2] or reason),
    )


def _lines(data: bytes, syntax: RdfFormat, count: int) -> "tuple[array[int], array[int]] | None":
    """Return the line of each statement where the syntax has one a line."""
    if syntax not in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        return None
    found = array("L", (n for n, line in enumerate(data.split(b"\n"), 1) if line.strip() and line.strip()[:1] != b"#"))
    return (array("L", range(1, count + 1)), found) if len(found) == count else None


def _checked(frame: pl.DataFrame, sheet: Sheet, collector: Collector) -> pl.DataFrame:
    """Return the statements with canonical values, without those that are no value of their datatype."""
    kinds = frame["object"].str.extract(r'"\^\^<([^>]*)>$', 1)
    for datatype in kinds.drop_nulls().unique(maintain_order=True).to_list():
        mask = (kinds == datatype).fill_null(False)
        texts = frame["object"].filter(mask).str.extract(r'^"((?:[^"\\]|\\.)*)"\^\^', 1)
        wrong = datatypes.wrong_column(texts, datatype)
        tail = f'"^^<{datatype}>'
        canonical = '"' + datatypes.canonical_column(texts.set(wrong, None).fill_null("0"), datatype) + tail
        values = frame["object"].to_frame().with_row_index("at").filter(mask)
        values = values.with_columns(canonical.alias("made"), wrong.alias("wrong"))
        for at, text in values.filter("wrong").select("at", "object").iter_rows():
            row, predicate = frame.select(ROW, "predicate").row(at)
            collector.violation(
                "map/not-of-datatype",
                Text("“{value}” is not a value of {detail}", {"value": text[:_FEW], "detail": shortened(datatype)}),
                Text("Write the value in the form that the datatype has."),
                sheet.cell(row, shortened(predicate[1:-1]), text[:_FEW]),
            )
        made = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        kept = values.filter(~pl.col("wrong"))
        made = made.scatter(kept["at"], kept["made"])
        dropped = pl.repeat(False, frame.height, eager=True).scatter(values.filter("wrong")["at"], True)
        frame = frame.with_columns(made.alias("made")).with_columns(pl.coalesce("made", "object").alias("object"))
        frame, kinds = frame.drop("made").filter(~dropped), kinds.filter(~dropped)
    return frame


def _placed(frame: pl.DataFrame, table: Table, collector: Collector, name: str) -> pl.DataFrame:
    """Return the statements in graphs of the source; what stood in other graphs goes to the table's evidence."""
    home = f"<{RELATIVE}graph/source/{collector.source}/"
    ours = f"/graph/source/{collector.source}/"
    own = pl.col("graph").is_not_null() & pl.col("graph").str.contains(ours, literal=True)
    other = frame.filter(pl.col("graph").is_not_null() & ~own)
    if other.height:
        collector.info(
            "read/graph-left",
            Text(
                "{count} statements stood in graphs of the file ({graphs}); they are taken as {evidence}.",
                {
                    "count": other.height,
                    "graphs": ", ".join(other["graph"].unique(maintain_order=True).head(5).to_list()),
                    "evidence": table.evidence,
                },
            ),
            Text("Nothing is to be done, unless the graphs say how things are known: then name them as the source's."),
            Cell(name),
        )
    return frame.with_columns(
        pl.when(own).then(pl.col("graph")).otherwise(pl.lit(f"{home}{table.evidence}>")).alias("graph")
    )
