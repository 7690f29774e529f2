"""Commands on drafts: bring a delivery in, list drafts, read a report, throw one away."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from kgservice.actions.decide import history
from kgservice.cli import doors, job
from kgservice.cli.findings import outcome
from kgservice.cli.progress import Teller
from kgservice.cli.reading import reading_options
from kgservice.cli.tables import listed


@click.command("import")
@click.argument("source")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--draft", "draft_id", default=None, metavar="ID", help="Add to this draft instead of opening one.")
@click.option("--yes", "confirmed", is_flag=True, help="Confirm an import that removes most of what the source said.")
@reading_options
@doors.actor_option
@doors.format_option
@doors.language_option
def import_(
    source: str,
    files: tuple[Path, ...],
    draft_id: str | None,
    confirmed: bool,
    actor: str,
    shape: str,
    language: str | None,
    reading: dict[str, str],
) -> int:
    """Bring a delivery of SOURCE into a draft and print its id and report.

    SOURCE is a name below data/sources or data/reference, or the path of its folder.
    Without FILES its own deliveries are taken.

    \b
    Example: kgservice import organizations ~/Downloads/organizations.csv
    """
    settings = doors.settings(language, authored=True)
    name = Path(source.rstrip("/")).name

    def work() -> int:
        teller = Teller(settings.lang)
        service = doors.service(language)
        done = service.ingest.deliver(
            name,
            list(files),
            draft_id=draft_id,
            confirmed=confirmed,
            actor=doors.actor(actor),
            progress=teller,
            reading=reading,
        )
        teller.close()
        return outcome(service, done.draft.id, done.report, shape, brief=True)

    return job.run(settings, work)


@click.group(invoke_without_command=True)
@doors.format_option
@doors.language_option
@click.pass_context
def drafts(context: click.Context, shape: str, language: str | None) -> int:
    """List the drafts that are open; `drafts new` opens one for work by hand.

    \b
    Example: kgservice drafts --format json
    """
    if context.invoked_subcommand:
        return 0
    service = doors.service(language)
    found = service.review.drafts()
    tell = doors.speaker(service.settings.lang)
    rows = [[d.id, tell(d.state), str(d.base_release or "–"), ", ".join(d.sources), d.created, d.actor] for d in found]
    listed(
        shape, tell, [draft.to_json() for draft in found],
        ("draft", "state", "from release", "sources", "opened", "by"), rows,
        "No drafts. `kgservice import SOURCE FILE` opens one.",
    )  # fmt: skip
    return 0


@drafts.command("new")
@doors.actor_option
@doors.language_option
def new_draft(actor: str, language: str | None) -> int:
    """Open an empty draft on the current release and print its id, nothing else.

    \b
    Example: kgservice drafts new
    """
    click.echo(doors.service(language).edit.new(doors.actor(actor)).id)
    return 0


@drafts.command("preview")
@click.argument("draft_id", metavar="DRAFT")
@doors.actor_option
@doors.language_option
def preview_draft(draft_id: str, actor: str, language: str | None) -> int:
    """Check DRAFT and make what /drafts/DRAFT/preview/sparql answers from: the draft as it would be published.

    \b
    Example: kgservice drafts preview d3
    """
    settings = doors.settings(language)

    def work() -> int:
        teller = Teller(settings.lang)
        service = doors.service(language)
        done = service.ingest.check(draft_id, actor=doors.actor(actor), progress=teller, showing=True)
        teller.close()
        return outcome(service, draft_id, done.report, "text", brief=True)

    return job.run(settings, work)


@drafts.command("history")
@click.argument("draft_id", metavar="DRAFT")
@doors.format_option
@doors.language_option
def history_of_draft(draft_id: str, shape: str, language: str | None) -> int:
    """Print what was done with DRAFT, published ones too: when, by whom, and what they said.

    \b
    Example: kgservice drafts history d3
    """
    service = doors.service(language)
    events = history(service.review.draft(draft_id))
    if shape == "json":
        click.echo(json.dumps([asdict(event) for event in events], ensure_ascii=False, indent=1))
        return 0
    tell = doors.speaker(service.settings.lang)
    for event in events:
        click.echo("  ".join(part for part in (event.time, event.actor, tell(event.verb), event.text) if part))
    return 0


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@doors.actor_option
@doors.language_option
def discard(draft_id: str, actor: str, language: str | None) -> int:
    """Throw DRAFT away; the deliveries it was made from are kept.

    \b
    Example: kgservice discard d3
    """
    service = doors.service(language)
    service.review.discard(draft_id, actor=doors.actor(actor))
    click.echo(doors.speaker(service.settings.lang)("Draft {id} is gone.", id=draft_id))
    return 0
