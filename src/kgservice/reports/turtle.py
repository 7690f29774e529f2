"""A report as SHACL has it (SHACL 3.6), with PROV from each result to its cell; a line at a time, in Turtle."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    publishable: bool
    """Whether nothing stops a publish; SHACL says of a report with a mere hint that it does not conform."""
    made: str
    """UTC, ISO 8601."""
    files: Mapping[tuple[str, str], str]
    """SHA-256 by source and file name, of every delivery behind what was checked."""

    def file(self, source: str, name: str) -> str:
        """Return the IRI of a delivered file, or of one inside a packed file."""
        sha256 = self.files.get((source, name)) or self.files.get((source, name.partition("/")[0]), "")
        return f"{self.base}catalogue/file/{sha256[:16] or 'unknown'}/{segment(name)}"


def as_turtle(reader: Reader, origin: Origin, sources: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield the report: `sh:ValidationReport` with a result per finding, each derived from cells of delivered files."""
    lines = [f"@prefix {name}: <{PREFIXES[name]}> ." for name in _USED]
    lines += [f"@prefix csvw: <{_CSVW}> .", f"@prefix report: <{_REPORT}> ."]
    conforms = not any(cause.count for cause in reader.causes(sources))
    yield _joined([*lines, "", *_report(origin, conforms)])
    lines, described, named = [], {origin.file(*one) for one in origin.files}, lru_cache(1000)(origin.file)
    for number, found in enumerate(reader.findings(sources), 1):
        for name in {cell.file for cell in found.finding.cells}:
            file = named(found.finding.source, name)
            if file not in described:  # inside a packed file, or of a delivery that is not kept
                described.add(file)
                lines.append(_described(file, name))
        lines += _result(f"{origin.report}#{number}", found, origin.report, named)
        if number % _PIECE == 0:
            yield _joined(lines)
            lines = []
    yield _joined(lines)


def _described(file: str, name: str) -> str:
    return f"{iri(file)} a prov:Entity ; dcterms:title {literal(name)} ."


def _report(origin: Origin, conforms: bool) -> Iterator[str]:
    files = {origin.file(*one): one[1] for one in origin.files}
    yield f"{iri(origin.report)} a sh:ValidationReport, prov:Entity ;"
    yield f"  prov:generatedAtTime {literal(origin.made, _XSD + 'dateTime')} ;"
    for file in files:
        yield f"  prov:wasDerivedFrom {iri(file)} ;"
    yield f"  report:publishable {'true' if origin.publishable else 'false'} ;"
    yield f"  sh:conforms {'true' if conforms else 'false'} ."
    for file, name in files.items():
        yield _described(file, name)


def _result(name: str, found: Found, report: str, named: Callable[[str, str], str]) -> Iterator[str]:
    finding = found.finding
    files = [named(finding.source, cell.file) for cell in finding.cells]
    cells = [(_cell(cell, file), cell, file) for cell, file in zip(finding.cells, files, strict=True)]
    focus = finding.focus if is_iri(finding.focus) else cells[0][0] if cells else report
    yield ""
    yield f"{iri(report)} sh:result {iri(name)} ."
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
    for where, *_ in cells:
        yield f"  prov:wasDerivedFrom {iri(where)} ;"
    yield f"  sh:sourceConstraintComponent {iri(_component(finding))} ;"
    yield f"  sh:resultSeverity sh:{_WEIGHTS[finding.severity]} ."
    for where, cell, file in cells:
        if where != file:
            yield _place(where, cell, file)


def _place(where: str, cell: Cell, file: str) -> str:
    parts = [f"{iri(where)} a prov:Entity", f"prov:specializationOf {iri(file)}"]
    if cell.sheet:
        parts.append(f"report:sheet {literal(cell.sheet)}")
    if cell.row:
        parts.append(f"csvw:rownum {cell.row}")
    if cell.column:
        parts.append(f"csvw:name {literal(cell.column)}")
    if cell.value:
        parts.append(f"rdf:value {literal(cell.value)}")
    return " ; ".join(parts) + " ."


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


def _cell(cell: Cell, file: str) -> str:
    """Return the IRI of a cell: the file, and row and column as its fragment (after RFC 7111 2.1)."""
    parts = [f"sheet={quote(cell.sheet, safe='')}"] if cell.sheet else []
    parts += [f"row={cell.row}"] if cell.row else []
    parts += [f"column={quote(cell.column, safe='')}"] if cell.column else []
    return file + (f"#{';'.join(parts)}" if parts else "")


def _joined(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode() if lines else b""
