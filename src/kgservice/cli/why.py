"""Commands on one thing: why a statement stands in the graph, and what each release changed about it."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kgservice.cli import doors, job
from kgservice.cli.spoken import lived
from kgservice.reports.text import place

if TYPE_CHECKING:
    from kgservice.actions.why import Reason


@click.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("value", metavar="OBJECT", default="")
@doors.format_option
@doors.language_option
def why(subject: str, predicate: str, value: str, shape: str, language: str | None) -> int:
    """Say who says SUBJECT PREDICATE OBJECT: which cell of which delivery, who brought it in, who published it.

    Terms are IRIs (id/… stands below KG_BASE), prefix:name, N-Triples, or for OBJECT a plain text; without OBJECT all
    values are told.

    \b
    Example: kgservice why id/organization/kmt rdfs:label
    """
    settings = doors.settings(language)

    def work() -> int:
        with doors.service(language) as service:
            found = service.why.of(subject, predicate, value)
        if shape == "json":
            click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        else:
            for one in found:
                click.echo("\n".join(_told(one, settings.lang)))
        return 0

    return job.run(settings, work)


@click.command()
@click.argument("iri", metavar="IRI")
@doors.format_option
@doors.language_option
def history(iri: str, shape: str, language: str | None) -> int:
    """Say what each release changed about the thing IRI (id/… stands below KG_BASE), newest first.

    The last 50 releases are looked at. What was done with a draft: `kgservice drafts history`.

    \b
    Example: kgservice history id/organization/kmt
    """
    settings = doors.settings(language)

    def work() -> int:
        with doors.service(language) as service:
            found = service.differences.past(iri, settings.lang)
        if shape == "json":
            click.echo(json.dumps([one.to_json() for one in found], ensure_ascii=False, indent=1))
        elif found:
            click.echo("\n".join(lived(found, settings.lang)))
        else:
            click.echo(doors.speaker(settings.lang)("No release changed anything about {iri}.", iri=iri))
        return 0

    return job.run(settings, work)


def _told(one: "Reason", language: str) -> list[str]:
    tell = doors.speaker(language)
    lines = [" ".join(one.statement)]
    computed = one.graph.endswith("/graph/measures")
    ours = tell("computed at publish, by the method said here") if computed else tell("our ontology or vocabulary")
    by = tell(one.evidence) if one.evidence else ours
    lines.append(f"  {one.source or one.graph} ({by})")
    for delivery in one.deliveries:
        for cell in delivery.cells:
            lines.append(f"  {place(cell, language)}{f' «{cell.value[:60]}»' if cell.value else ''}")
        told = tell(
            "delivery {sha256} of {files}, received {received}, imported by {actor}",
            sha256=delivery.sha256[:12], files=", ".join(delivery.files), received=delivery.received,
            actor=delivery.actor,
        )  # fmt: skip
        lines.append(f"  {told}")
    if one.source == "hand":
        lines.append(f"  {tell('written by hand in draft {draft}', draft=one.origin)}")
    if one.accepted:
        lines.append(f"  {tell('accepted by {actors}', actors=', '.join(one.accepted))}")
    published = tell(
        "published in release {release} on {day} by {actor}",
        release=one.release, day=one.published, actor=one.publisher,
    )  # fmt: skip
    return [*lines, f"  {published}"]
