"""Reads XML: records at an XPath, with the line each begins at; document types are refused first."""

from array import array
from dataclasses import replace
from pathlib import Path

from lxml import etree

from kgservice import rml
from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guards import check_xml
from kgservice.intake.interface import Table
from kgservice.intake.outline import xml_names
from kgservice.intake.readers.decoding import decoded
from kgservice.intake.readers.reading import Sheet, of_records

XPATH = "XPath"


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of an XML document; a declared encoding overrides the document's own.

    Raises:
        SourceUnreadable: for a DOCTYPE, or where the XML is broken (line and column).
    """
    data = path.read_bytes()
    check_xml(data if table.encoding == "auto" else decoded(data, table, name, collector), name)
    encoding = None if table.encoding == "auto" else table.encoding
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise SourceUnreadable(
            "{file} is not whole XML: reading stops at line {line}, column {column} ({reason}). "
            "Save it again and deliver it.",
            file=name,
            reason=str(error.msg).partition(", line")[0],
            line=line,
            column=column,
        ) from None
    _empty(root, frozenset(["", *table.nulls]))
    records = list(rml.iterate(root, XPATH, table.iterator))
    rows, lines = array("L"), array("L")
    for record in records:
        rows.append(record.row)
        lines.append(getattr(record.value, "sourceline", 0) or 0)
    there = () if records else xml_names(root, table.iterator)
    return replace(of_records(table, name, XPATH, records), lines=(rows, lines), there=there)


def _empty(root: etree._Element, empty: frozenset[str]) -> None:
    """Take away texts and attributes of nothing but space or a null word."""
    for element in root.iter():
        if not len(element) and element.text and element.text.strip() in empty:
            element.text = None
        for name in [name for name, value in element.attrib.items() if str(value).strip() in empty]:
            del element.attrib[name]
