"""A report as SHACL has it (SHACL 3.6), with PROV from each result to its cell; a line at a time, in Turtle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from kgservice.locale import LANGUAGES, say
from kgservice.report import Cell, Finding, Severity
from kgservice.report.reading import Found, Reader
from kgservice.terms import PREFIXES, iri, is_iri, literal, segment

_SH, _PROV, _XSD, _RDF = PREFIXES["sh"], PREFIXES["prov"], PREFIXES["xsd"], PREFIXES["rdf"]
_CSVW = "http://www.w3.org/ns/csvw#"
_REPORT = "https://w3id.org/kgservice/report#"
_WEIGHTS = {Severity.VIOLATION: "Violation", Severity.WARNING: "Warning", Severity.INFO: "Info"}
_USED = ("sh", "prov", "xsd", "rdf", "dcterms", "shape")
_PIECE = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report is of: its own IRI, whether it conforms, when it was made, and hashes of the delivered files."""

    report: str
    base: str
    conforms: bool
    made: str
    """UTC, ISO 8601."""
    files: Mapping[str, str]
    """SHA-256 by file name."""


def as_turtle(reader: Reader, origin: Origin, sources: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield the report: `sh:ValidationReport` with a result per finding, each derived from cells of delivered files."""
    lines = [f"@prefix {name}: <{PREFIXES[name]}> ." for name in _USED]
    lines += [f"@prefix csvw: <{_CSVW}> .", f"@prefix report: <{_REPORT}> .", "", *_report(origin)]
    yield _joined(lines)
    lines = []
    for number, found in enumerate(reader.findings(sources), 1):
        lines += _result(f"{origin.report}#{number}", found, origin)
        if number % _PIECE == 0:
            yield _joined(lines)
            lines = []
    yield _joined(lines)


def _report(origin: Origin) -> Iterator[str]:
    yield f"{iri(origin.report)} a sh:ValidationReport, prov:Entity ;"
    yield f"  prov:generatedAtTime {literal(origin.made, _XSD + 'dateTime')} ;"
    for name, sha256 in origin.files.items():
        yield f"  prov:wasDerivedFrom {iri(_file(origin.base, name, sha256))} ;"
    yield f"  sh:conforms {'true' if origin.conforms else 'false'} ."
    for name, sha256 in origin.files.items():
        yield f"{iri(_file(origin.base, name, sha256))} a prov:Entity ; dcterms:title {literal(name)} ."


def _result(name: str, found: Found, origin: Origin) -> Iterator[str]:
    finding = found.finding
    cells = [(_cell(cell, origin), cell) for cell in finding.cells]
    focus = finding.focus if is_iri(finding.focus) else cells[0][0] if cells else origin.report
    yield ""
    yield f"{iri(origin.report)} sh:result {iri(name)} ."
    yield f"{iri(name)} a sh:ValidationResult ;"
    yield f"  sh:focusNode {iri(focus)} ;"
    if is_iri(finding.path):
        yield f"  sh:resultPath {iri(finding.path)} ;"
    if value := _value(finding):
        yield f"  sh:value {value} ;"
    if is_iri(finding.rule):
        yield f"  sh:sourceShape {iri(finding.rule)} ;"
    for language in LANGUAGES:
        yield f"  sh:resultMessage {literal(say(finding.text, language), language=language)} ;"
        if finding.remedy:
            yield f"  report:remedy {literal(say(finding.remedy, language), language=language)} ;"
    if finding.waived:
        yield f"  report:waivedBy {literal(finding.waived)} ;"
    for where, _ in cells:
        yield f"  prov:wasDerivedFrom {iri(where)} ;"
    yield f"  sh:sourceConstraintComponent {iri(_component(finding))} ;"
    yield f"  sh:resultSeverity sh:{_WEIGHTS[finding.severity]} ."
    for where, cell in cells:
        yield from _place(where, cell, origin)


def _place(where: str, cell: Cell, origin: Origin) -> Iterator[str]:
    parts = [f"{iri(where)} a prov:Entity"]
    sha256 = origin.files.get(cell.file) or origin.files.get(cell.file.partition("/")[0], "")
    if sha256:
        parts.append(f"prov:specializationOf {iri(_file(origin.base, cell.file, sha256))}")
    if cell.sheet:
        parts.append(f"report:sheet {literal(cell.sheet)}")
    if cell.row:
        parts.append(f"csvw:rownum {cell.row}")
    if cell.column:
        parts.append(f"csvw:name {literal(cell.column)}")
    if cell.value:
        parts.append(f"rdf:value {literal(cell.value)}")
    yield " ; ".join(parts) + " ."


def _component(finding: Finding) -> str:
    """Return the constraint component, or for what no shape says the rule of ours that was broken."""
    if is_iri(finding.component):
        return finding.component
    if is_iri(finding.rule):
        return _SH + "SPARQLConstraintComponent"
    return _REPORT + segment(finding.rule.replace("/", "-"))


def _value(finding: Finding) -> str:
    if finding.value:
        return finding.value if finding.value[0] in '<"' else ""
    cell = finding.cells[0] if finding.cells else None
    return literal(cell.value) if cell and cell.value else ""


def _cell(cell: Cell, origin: Origin) -> str:
    """Return the IRI of a cell: the file, and row and column as its fragment (after RFC 7111 2.1)."""
    sha256 = origin.files.get(cell.file) or origin.files.get(cell.file.partition("/")[0], "")
    parts = [f"sheet={quote(cell.sheet, safe='')}"] if cell.sheet else []
    parts += [f"row={cell.row}"] if cell.row else []
    parts += [f"column={quote(cell.column, safe='')}"] if cell.column else []
    return _file(origin.base, cell.file, sha256) + (f"#{';'.join(parts)}" if parts else "")


def _file(base: str, name: str, sha256: str) -> str:
    return f"{base}catalogue/file/{sha256[:16] or 'unknown'}/{segment(name)}"


def _joined(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode() if lines else b""
