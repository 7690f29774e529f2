"""Command impact: what follows from a draft for questions, measures, findings and links."""

import json
from collections.abc import Iterator

import click

from kgservice.actions.impact import Impact, Question
from kgservice.cli import doors, job
from kgservice.cli.progress import Teller
from kgservice.terms import parsed, shortened

_SHOWN = 5  # rows of a question


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@doors.actor_option
@doors.format_option
@doors.language_option
def impact(draft_id: str, actor: str, shape: str, language: str | None) -> int:
    """Print which questions of the library answer otherwise with DRAFT, what else moves, and what it breaks.

    Each question is asked with its examples, and for at most ten seconds.

    \b
    Example: kgservice impact d3
    """
    settings = doors.settings(language)

    def work() -> int:
        teller = Teller(settings.lang)
        with doors.service(language) as service:
            found = service.impact.of(draft_id) or service.impact.find(draft_id, doors.actor(actor), teller)
            teller.close()
            if shape == "json":
                click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
                return 0
            for line in _told(found, settings.lang):
                click.echo(line)
        return 0

    return job.run(settings, work)


def _told(found: Impact, language: str) -> Iterator[str]:
    tell = doors.speaker(language)
    asked = [one for one in found.questions if one.state in ("same", "changed")]
    yield tell("Of {n} questions, {changed} answer otherwise.", n=len(asked), changed=len(found.changed))
    for question in found.changed:
        yield "  " + tell(
            "{name}: {before} rows before, {after} after ({added} new, {removed} gone)",
            name=question.name, before=question.before, after=question.after, added=question.added_count,
            removed=question.removed_count,
        )  # fmt: skip
        yield from _rows(question)
    late = [one.name for one in found.questions if one.state == "late"]
    if late:
        yield tell("Not finished in time: {names}", names=", ".join(late))
    refused = [one.name for one in found.questions if one.state == "refused"]
    if refused:
        yield tell("Not compared, the engine refuses them: {names}", names=", ".join(refused))
    if "measures" in found.unfinished:
        yield tell("Measures of the network: too large to be computed here; the publish does.")
    else:
        yield tell("Measures of the network that move: {n}", n=found.measures_moved)
    for one in found.measures:
        indicator = one.indicator.rpartition("/")[2]
        yield f"  {one.organization} {indicator}: {one.before or '-'} -> {one.after or '-'}"
    for rule in found.findings:
        yield tell(
            "Findings of {rule}: {new} new, {gone} gone", rule=shortened(rule.rule), new=rule.new, gone=rule.gone
        )
    yield tell("Links and redirects that lead nowhere: {n}", n=found.broken_count)
    for broken in found.broken:
        yield f"  {broken.subject} {shortened(broken.predicate) or tell('redirect')} {broken.thing}"
    if found.waivers:
        yield tell("Waivers that find nothing any more: {names}", names=", ".join(found.waivers))


def _rows(question: Question) -> Iterator[str]:
    for mark, rows in (("+", question.added), ("-", question.removed)):
        for row in rows[:_SHOWN]:
            yield f"      {mark} " + " | ".join(parsed(text).value if text else "" for text in row)
