"""Commands on drafts that began on an earlier release: what contradicts the current one, and bring them up to date."""

import json
from dataclasses import asdict

import click

from kgservice.cli import doors, job
from kgservice.cli.drafts import drafts
from kgservice.cli.progress import Teller


@drafts.command("rebase")
@click.argument("draft_id", metavar="DRAFT")
@doors.actor_option
@doors.language_option
def rebase_draft(draft_id: str, actor: str, language: str | None) -> int:
    """Put DRAFT on the current release: what both changed is brought together where it does not contradict.

    \b
    Example: kgservice drafts rebase d3
    """
    settings = doors.settings(language, authored=True)

    def work() -> int:
        teller = Teller(settings.lang)
        service = doors.service(language)
        draft = service.rebase.draft(draft_id, doors.actor(actor), teller, doors.role().word)
        teller.close()
        tell = doors.speaker(settings.lang)
        click.echo(tell("Draft {id} stands on release {release} now.", id=draft.id, release=draft.base_release))
        return 0 if draft.report().conforms else 1

    return job.run(settings, work)


@drafts.command("conflicts")
@click.argument("draft_id", metavar="DRAFT")
@doors.format_option
@doors.language_option
def conflicts_of_draft(draft_id: str, shape: str, language: str | None) -> int:
    """Show what DRAFT and the current release changed to different things: as it was, as it is, as DRAFT has it.

    \b
    Example: kgservice drafts conflicts d3
    """
    with doors.service(language) as service:
        if service.differences.unseen(draft_id):
            service.rebase.fold(draft_id, doors.actor(""))
        found = service.differences.conflicts(draft_id, service.settings.lang)
    if shape == "json":
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        return 1 if found else 0
    tell = doors.speaker(service.settings.lang)
    for one in found:
        click.echo(f"{one.label} <{one.iri}>\n  {one.predicate_label}  ({one.graph})")
        for name, text in (("as it was", one.base), ("as it is now", one.current), ("in the draft", one.draft)):
            click.echo(f"    {tell(name)}: {'; '.join(text.splitlines()) or tell('nothing')}")
    if not found:
        click.echo(tell("Nothing contradicts the current release."))
    return 1 if found else 0
