"""A finding and where it stands: the one model for reading, mapping, checks and shapes alike."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: a violation stops a publish, a warning is shown, info is a hint (SHACL 2.1.4)."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Text:
    """A message before it has a language: a gettext message id with parameters, or ready texts by language tag."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)
    translations: Mapping[str, str] = field(default_factory=dict)
    """Templates by language tag ("ru", "en") where an authored file (a shape) brings its own; win over gettext."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a delivery: rows and lines count from 1 as a spreadsheet shows them."""

    file: str
    sheet: str = ""
    row: int = 0
    """Row as a spreadsheet shows it, title rows counted; 0 = the whole file. For JSON and XML the record number."""
    column: str = ""
    """Heading of the column, or JSONPath / XPath inside the record; "" = the whole row."""
    value: str = ""
    line: int = 0
    """Line in a text file where it differs from `row`; 0 = unknown."""
    key: str = field(default="", compare=False)
    """Key of the row where its table has one: it knows the row again wherever the next delivery has it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which rule, what, where, and how to mend it."""

    rule: str
    """Stable id: `read/…`, `table/…`, `map/…`, or the IRI of a shape."""
    severity: Severity
    text: Text
    remedy: Text | None = None
    cells: tuple[Cell, ...] = ()
    source: str = ""
    focus: str = ""
    """IRI of the thing, where a shape speaks."""
    path: str = ""
    value: str = ""
    """The offending RDF value in N-Triples, where a shape speaks."""
    illustrative: bool = False
    """True when the finding appears only together with illustrative statements."""
    component: str = ""
    """IRI of the constraint component (SHACL 4), where a shape speaks."""
    expected: Text | None = None
    """What would be right here, where the rule can say it in few words."""
    waived: str = ""
    """Name of the decision by which a steward lets it stand; it stops no publish then."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a job found: findings, and counts of what was read and made (records, cells, triples)."""

    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """By name: `records` (rows), `cells` (non-empty), `triples` (statements), `omitted` (findings past the cap)."""

    @property
    def conforms(self) -> bool:
        """True when nothing stops a publish: no violation that nobody waived, be it of illustrative statements."""
        return not any(finding.severity is Severity.VIOLATION and not finding.waived for finding in self.findings)

    def tally(self) -> dict[str, int]:
        """Count findings by severity."""
        counted = Counter(finding.severity.value for finding in self.findings)
        return {severity.value: counted[severity.value] for severity in Severity}

    def causes(self) -> dict[str, tuple[Finding, ...]]:
        """Group findings by rule: violations first, hints last; shapes after the rest; then the most frequent first.

        What a shape says often follows from a cell that could not be read, so it comes after the cell.
        """
        groups: dict[str, list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault(finding.rule, []).append(finding)
        weights = list(Severity)

        def order(item: tuple[str, list[Finding]]) -> tuple[int, bool, int]:
            weight = min(weights.index(finding.severity) for finding in item[1])
            return weight, any(finding.focus for finding in item[1]), -len(item[1])

        return {rule: tuple(group) for rule, group in sorted(groups.items(), key=order)}

    def joined(self, other: "Report") -> "Report":
        """Return one report with the findings and the summed counts of both."""
        counts = Counter(self.counts)
        counts.update(other.counts)
        return Report(self.findings + other.findings, dict(counts))

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON-ready values; `from_json` reads them back."""
        return {"counts": dict(self.counts), "findings": [_plain(finding) for finding in self.findings]}

    @staticmethod
    def from_json(body: Mapping[str, Any]) -> "Report":
        """Read what `to_json` wrote."""
        return Report(tuple(_finding(entry) for entry in body["findings"]), dict(body["counts"]))


_OF_FINDING = tuple(one.name for one in fields(Finding))
_OF_CELL = tuple(one.name for one in fields(Cell))


def _plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as `asdict` would, without its deep copies: they were a fifth of the time of an import."""
    body = {name: getattr(finding, name) for name in _OF_FINDING}
    for name in ("text", "remedy", "expected"):
        body[name] = _spoken(body[name])
    body["cells"] = tuple({name: getattr(cell, name) for name in _OF_CELL} for cell in finding.cells)
    return body


def _spoken(text: Text | None) -> dict[str, Any] | None:
    if text is None:
        return None
    return {"template": text.template, "params": dict(text.params), "translations": dict(text.translations)}


def _finding(entry: Mapping[str, Any]) -> Finding:
    fields = dict(entry)
    fields["severity"] = Severity(fields["severity"])
    fields["text"] = Text(**fields["text"])
    fields["remedy"] = Text(**fields["remedy"]) if fields["remedy"] else None
    fields["expected"] = Text(**fields["expected"]) if fields.get("expected") else None
    fields["cells"] = tuple(Cell(**cell) for cell in fields["cells"])
    return Finding(**fields)
