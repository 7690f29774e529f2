"""One line that sums a report up: how much was read and made, how many findings of which weight."""

from kgservice.locale import plural, translate
from kgservice.report import Report


def summary(report: Report, language: str) -> str:
    """Return counts of rows, statements and findings as one sentence in a language."""
    tally = report.tally()
    parts = []
    for name, one, many in (
        ("records", "{n} row read", "{n} rows read"),
        ("triples", "{n} statement made", "{n} statements made"),
    ):
        if name in report.counts:
            parts.append(plural(one, many, report.counts[name], language).format(n=report.counts[name]))
    for weight, one, many in (
        ("violation", "{n} violation", "{n} violations"),
        ("warning", "{n} warning", "{n} warnings"),
        ("info", "{n} hint", "{n} hints"),
    ):
        parts.append(plural(one, many, tally[weight], language).format(n=tally[weight]))
    text = ", ".join(parts) + "."
    if omitted := report.counts.get("omitted"):
        text += " " + translate("{n} further findings are counted but not kept (KG_FINDINGS).", language).format(
            n=omitted
        )
    return text
