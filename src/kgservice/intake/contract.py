"""Holds a source to its own sample: what the mapping makes of it must be what `sample/expected.nq` says."""

import gzip
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from kgservice import rml
from kgservice.errors import KgError
from kgservice.intake.conversion import convert
from kgservice.intake.interface import Conversion, Source
from kgservice.intake.mapped import rules
from kgservice.intake.staging import stage
from kgservice.report import Cell, Finding, Report, Severity, Text

BASE = "https://example.org/"
"""Base of IRIs in every expectation."""
_EXPECTED = "expected.nq"
_FINDINGS = "expected-findings.json"
_LIMIT = 1 << 28
_CAP = 100
_WHOLE = 2000
_SHOWN = 5
_FORMULATIONS = {"json": "JSONPath", "jsonl": "JSONPath", "xml": "XPath", "sqlite": "SQL"}
"""Of a format; all others are tables."""


def check(source: Source) -> list[Finding]:
    """Return what is wrong with a source before any delivery: mapping, tables, lookups, and its sample's statements."""
    try:
        mapping = rules(source)
    except KgError as error:
        return [_broken(source, source.mapping, error)]
    found = _tables(source, mapping)
    if found:
        return found
    sample = _sample(source)
    if not sample:
        text = Text("The source {source} has no sample, so its mapping is not tested.", {"source": source.name})
        remedy = Text("Put a few rows into sample/, and what they become into sample/expected.nq.")
        folder = Cell(str(source.folder / "sample"))
        return [Finding("source/sample-missing", Severity.WARNING, text, remedy, (folder,), source.name)]
    try:
        with tempfile.TemporaryDirectory() as work:
            conversion = _converted(source, sample, Path(work))
            made = _quads(conversion)
    except KgError as error:
        return [_broken(source, source.folder / "sample", error)]
    return [*_unforeseen(source, conversion.report.findings), *_differences(source, made)]


def tried(source: Source, files: Sequence[Path], limit: int, statements: int) -> Report:
    """Return what a whole delivery becomes by a source, read and mapped as an import does; nothing is kept.

    `limit` in bytes and `statements` are the most that a delivery may have and become.

    Raises:
        SourceUnreadable, MappingInvalid, ConversionFailed: as of an import.
    """
    with tempfile.TemporaryDirectory() as work:
        delivery = stage(source, list(files), Path(work) / "kept", limit)
        return convert(source, delivery, BASE, Path(work) / "out", _WHOLE, statements).report


def expectation(source: Source) -> str:
    """Return what the sample becomes now, as `expected.nq` would say it: sorted N-Quads with the base of samples.

    Raises:
        SourceUnreadable: when there is no sample, or it cannot be read.
        MappingInvalid: when the mapping is wrong.
    """
    with tempfile.TemporaryDirectory() as work:
        return "".join(_quads(_converted(source, _sample(source), Path(work))))


def foresee(source: Source) -> None:
    """Write the findings that the sample gives now as those that it is meant to give; no file where it gives none."""
    with tempfile.TemporaryDirectory() as work:
        found = _converted(source, _sample(source), Path(work)).report.findings
    entries = [entry_of(finding) for finding in found if finding.severity is not Severity.INFO]
    if entries:
        path = source.folder / "sample" / _FINDINGS
        path.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", "utf8")


def _sample(source: Source) -> list[Path]:
    folder = source.folder / "sample"
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith(("expected", ".")))


def _converted(source: Source, sample: list[Path], work: Path) -> Conversion:
    return convert(source, stage(source, sample, work / "kept", _LIMIT), BASE, work / "out", _CAP)


def _quads(conversion: Conversion) -> list[str]:
    lines: list[str] = []
    for graph, file in conversion.graphs.items():
        with gzip.open(file.path, "rt", encoding="utf-8", newline="\n") as statements:
            lines.extend(f"{line.rstrip()[:-1]}<{graph}> .\n" for line in statements)
    return sorted(lines)


def entry_of(finding: Finding) -> dict[str, str | int]:
    """Return a finding as `sample/expected-findings.json` lists it: with its first cell."""
    cell = finding.cells[0] if finding.cells else Cell("")
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": cell.file,
        "sheet": cell.sheet,
        "row": cell.row,
        "column": cell.column,
        "value": cell.value,
    }


def _unforeseen(source: Source, findings: Sequence[Finding]) -> list[Finding]:
    """Return findings that the sample is not meant to give, and one for each that it should give and does not."""
    path = source.folder / "sample" / _FINDINGS
    expected = json.loads(path.read_text("utf-8")) if path.is_file() else []
    made = [entry_of(finding) for finding in findings]
    new = [
        finding
        for finding, entry in zip(findings, made, strict=True)
        if entry not in expected and finding.severity is not Severity.INFO
    ]
    remedy = Text("Mend the mapping, or write the expectation anew where the change is meant.")
    lost = [
        Finding(
            "source/sample-finding-lost",
            Severity.VIOLATION,
            Text(
                "The sample no longer gives the finding {rule} at {cell}.",
                {"rule": entry["rule"], "cell": _cell(entry)},
            ),
            remedy,
            (Cell(str(path)),),
            source.name,
        )
        for entry in expected
        if entry not in made
    ]
    return [*new, *lost]


def _cell(entry: Mapping[str, object]) -> str:
    return " ".join(str(entry[name]) for name in ("file", "sheet", "row", "column") if entry[name])


def _differences(source: Source, made: list[str]) -> list[Finding]:
    path = source.folder / "sample" / _EXPECTED
    expected = path.read_text("utf-8").splitlines(keepends=True) if path.is_file() else []
    findings = []
    for rule, lines, template in (
        (
            "source/sample-lost",
            set(expected) - set(made),
            "The sample no longer gives expected statements ({count}): {lines}",
        ),
        (
            "source/sample-new",
            set(made) - set(expected),
            "The sample gives statements that are not expected ({count}): {lines}",
        ),
    ):
        if lines:
            few = "".join(f"\n    {line.rstrip()}" for line in sorted(lines)[:_SHOWN])
            text = Text(template, {"count": len(lines), "lines": few})
            remedy = Text("Mend the mapping, or write the expectation anew where the change is meant.")
            findings.append(Finding(rule, Severity.VIOLATION, text, remedy, (Cell(str(path)),), source.name))
    return findings


def _tables(source: Source, mapping: rml.Mapping) -> list[Finding]:
    tables = {table.name: table for table in source.tables}
    findings = []
    for name in mapping.sources():
        if name not in tables:
            findings.append(
                _mismatch(source, "source/table-unknown", "The mapping reads {table}, which source.toml lacks.", name)
            )
        elif {one.formulation for one in mapping.of(name)} != {_FORMULATIONS.get(tables[name].format, "CSV")}:
            template = "The mapping reads the table {table} with another reference formulation than its format needs."
            findings.append(_mismatch(source, "source/formulation", template, name))
    for name in tables:
        if name not in mapping.sources() and tables[name].format != "rdf":
            template = "The mapping makes nothing of the table {table}."
            findings.append(_mismatch(source, "source/table-unused", template, name))
    return findings


def _mismatch(source: Source, rule: str, template: str, table: str) -> Finding:
    remedy = Text("Make the names and formats of source.toml and of rml:logicalSource in the mapping agree.")
    cell = Cell(str(source.mapping), value=table)
    return Finding(rule, Severity.VIOLATION, Text(template, {"table": table}), remedy, (cell,), source.name)


def _broken(source: Source, path: Path, error: KgError) -> Finding:
    text = Text(error.template, dict(error.params))
    return Finding(f"source/{error.slug}", Severity.VIOLATION, text, None, (Cell(str(path)),), source.name)
