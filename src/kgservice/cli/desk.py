"""Commands on the desk: where each source stands and what is to be done next, the queue of jobs, cancel, try again."""

import click

from kgservice.access import Audit
from kgservice.cli import doors
from kgservice.cli.tables import listed

_STATES = {
    "never": "nothing delivered yet", "released": "published", "queued": "waiting", "running": "at work",
    "open": "not checked yet", "clean": "ready for review", "blocked": "errors to mend", "sent-back": "sent back",
    "done": "done", "failed": "failed", "cancelled": "cancelled", "accepted": "accepted",
}  # fmt: skip


@click.command()
@doors.format_option
@doors.language_option
def board(shape: str, language: str | None) -> None:
    """List the sources: state, last delivery, open errors and warnings, draft, steward.

    \b
    Example: kgservice board
    """
    with doors.service(language) as service:
        found = service.board.standings()
    lang = service.settings.lang
    tell = doors.speaker(lang)
    rows = [
        [one.source.name, tell(_STATES.get(one.state, one.state)), one.delivered[:10] or "–", str(one.violations),
         str(one.warnings), one.draft.id if one.draft else "–", one.source.steward]
        for one in found
    ]  # fmt: skip
    listed(
        shape, tell, [one.to_json() for one in found],
        ("source", "state", "last delivery", "errors", "warnings", "draft", "steward"), rows,
        "No sources. `kgservice source new NAME FILE` proposes one.",
    )  # fmt: skip


@click.group(invoke_without_command=True)
@click.option("--count", type=click.IntRange(1, 10_000), default=50, help="How many of those that ended.")
@doors.format_option
@doors.language_option
@click.pass_context
def jobs(context: click.Context, count: int, shape: str, language: str | None) -> None:
    """List the jobs that wait and run, in their order, then those that ended, newest first; `serve` does them.

    \b
    Example: kgservice jobs
    """
    if context.invoked_subcommand:
        return
    with doors.service(language) as service:
        found = [*service.queue.waiting(), *service.queue.latest(count)]
    lang = service.settings.lang
    tell = doors.speaker(lang)
    rows = [
        [str(one.id), one.kind, one.source or str(one.params.get("draft", "")), tell(_STATES[one.state]), one.actor,
         one.created, one.why(lang) or tell(one.step)]
        for one in found
    ]  # fmt: skip
    listed(
        shape, tell, [one.to_json(lang) for one in found],
        ("job", "kind", "on", "state", "by", "asked at", "what"), rows,
        "No jobs yet: they are begun at /curate.",
    )  # fmt: skip


@jobs.command()
@click.argument("number", metavar="JOB", type=int)
@doors.actor_option
@doors.language_option
def cancel(number: int, actor: str, language: str | None) -> None:
    """Cancel JOB: one that waits at once, one that runs as soon as the worker sees it; nothing of it is kept.

    \b
    Example: kgservice jobs cancel 12
    """
    with doors.service(language) as service:
        job = service.queue.cancel(number)
        detail = f"{job.kind} {job.source}".strip()
        Audit(service.settings.state).write(doors.actor(actor), f"cancel job {number}", detail=detail)
    click.echo(doors.speaker(service.settings.lang)("Job {id} is cancelled.", id=number))


@jobs.command()
@click.argument("number", metavar="JOB", type=int)
@click.option("--yes", "confirmed", is_flag=True, help="Confirm an import that removes most of what the source said.")
@doors.actor_option
@doors.language_option
def again(number: int, confirmed: bool, actor: str, language: str | None) -> None:
    """Put JOB, which failed or was cancelled, in once more and print its new number.

    \b
    Example: kgservice jobs again 12
    """
    changes = {"confirmed": True} if confirmed else {}
    with doors.service(language) as service:
        job = service.queue.again(number, doors.actor(actor), **changes)
    click.echo(doors.speaker(service.settings.lang)("Job {id} waits in the queue.", id=job.id))
