"""Findings as a page shows them: by cause, each with its places and how to mend it."""

import hashlib
from dataclasses import dataclass

from kgservice.locale import say
from kgservice.report import Finding, Report
from kgservice.terms import shortened

_MOST = 200  # findings of a cause on a page


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule that is broken, and where."""

    ident: str
    rule: str
    severity: str
    name: str
    count: int
    where: str
    """Files and columns, in few words."""
    remedies: tuple[str, ...]
    findings: tuple[tuple[Finding, str], ...]
    """The first ones, each with its message."""


def causes(report: Report, language: str) -> list[Cause]:
    """Return the causes of a report in a language, the gravest first."""
    found = []
    for rule, findings in report.causes().items():
        total = len(findings) + report.counts.get(f"omitted:{rule}", 0)
        shown = tuple((finding, say(finding.text, language)) for finding in findings[:_MOST])
        remedies = dict.fromkeys(say(finding.remedy, language) for finding in findings if finding.remedy)
        columns = sorted({cell.column for finding in findings for cell in finding.cells if cell.column})
        found.append(
            Cause(
                hashlib.sha256(rule.encode()).hexdigest()[:10],
                shortened(rule),
                findings[0].severity.value,
                shown[0][1],
                total,
                ", ".join(columns[:4]),
                tuple(remedies)[:5],
                shown,
            )
        )
    return found
