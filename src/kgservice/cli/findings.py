"""What was found, told on a terminal: the causes, the counts in one line, and what to do next."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from kgservice.cli import doors
from kgservice.locale import plural, translate
from kgservice.report import Report
from kgservice.reports.text import as_text, told

if TYPE_CHECKING:
    from kgservice.wiring import Service


def summary(report: Report, language: str, tally: Mapping[str, int] | None = None) -> str:
    """Return counts of rows, statements and findings as one sentence in a language; `tally` is that of the whole."""
    counted = tally or report.tally()
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
        parts.append(plural(one, many, counted[weight], language).format(n=counted[weight]))
    for word in ("waived", "fixed"):
        if counted.get(word):
            parts.append(f"{translate(word, language)}: {counted[word]}")
    text = ", ".join(parts) + "."
    if tally is None and (omitted := report.counts.get("omitted")):
        text += " " + translate("{n} further findings are counted but not kept (KG_FINDINGS).", language).format(
            n=omitted
        )
    return text


def outcome(service: "Service", draft_id: str, found: Report, shape: str, *, brief: bool = False) -> int:
    """Print what was found in a draft as `text` or `json`; return 0 when it conforms, 1 when something stops it."""
    language = service.settings.lang
    tell: Callable[..., str] = doors.speaker(language)
    kept = service.findings.file(draft_id)[0].is_file()
    if shape == "json" and kept:
        for piece in service.reporting.stream(draft_id, "json", language):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return 0 if found.conforms else 1
    click.echo(tell("Draft {id}", id=draft_id))
    tally = None
    if kept:
        with service.findings.of(draft_id) as (reader, sources):
            for line in told(reader, language, sources, brief=brief):
                click.echo(line)
            tally = reader.tally(sources)
    elif found.findings:
        click.echo(as_text(found, language, brief))
    click.echo("\n" + summary(found, language, tally))
    if brief and found.findings:
        click.echo(tell("All findings: kgservice report {id}", id=draft_id))
    following = (
        "Next: kgservice publish {id}"
        if found.conforms
        else "Mend the delivery and import it again: kgservice import SOURCE FILE --draft {id}"
    )
    click.echo(tell(following, id=draft_id))
    return 0 if found.conforms else 1
