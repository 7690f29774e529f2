"""Commands on what was found: a report in any form, and the decisions that let findings stand."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgservice.cli import doors, job
from kgservice.cli.findings import outcome
from kgservice.cli.tables import listed
from kgservice.errors import ParameterInvalid
from kgservice.report import Report

if TYPE_CHECKING:
    from kgservice.wiring import Service


@click.command()
@click.argument("name", metavar="DRAFT")
@click.option(
    "--format", "shape", type=click.Choice(["text", "json", "csv", "xlsx", "turtle"]), default="text", show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--file", default="", metavar="NAME", help="xlsx: of this delivered file only.")
@click.option("--source", default="", metavar="NAME", help="xlsx: of this source only.")
@doors.language_option
def report(name: str, shape: str, output: Path | None, file: str, source: str, language: str | None) -> int:
    """Print what is wrong in DRAFT (or release): each finding with file, sheet, row, column, value and how to mend it.

    A draft that was worked on by hand is checked first. `--format xlsx` writes a workbook to send back to the owner
    of the data: a copy of the delivered one with its wrong cells coloured and commented, or the rows in question.

    \b
    Example: kgservice report d3 --lang ru --format xlsx -o замечания.xlsx
    """
    service = doors.service(language)
    if name.startswith("d") and not service.settings.store and service.edit.pending(name):

        def work() -> int:
            service.ingest.check(name, actor=doors.actor(""))
            return 0

        code = job.run(service.settings, work)
        if code:
            return code
    found = _found(service, name)
    if shape == "text" and output is None:
        return outcome(service, name, found, "text")
    if shape == "xlsx":
        code = job.run(service.settings, lambda: _workbook(service, name, output, file, source))
        return code or int(not found.conforms)
    with output.open("wb") if output else sys.stdout.buffer as target:
        for piece in service.reporting.stream(name, shape, service.settings.lang):
            target.write(piece)
        target.flush()
    return 0 if found.conforms else 1


@click.command()
@click.argument("name", metavar="DRAFT_OR_RELEASE")
@click.option("--rule", default="", metavar="RULE", help="Rule as a report names it, or IRI of a shape.")
@click.option("--cause", default="", metavar="ID", help="One cause: the 12 signs at its end in a report.")
@click.option("--focus", default="", metavar="IRI_OR_KEY", help="Only of this thing, or of the row with this key.")
@click.option("--source", default="", metavar="NAME", help="Only in this source.")
@click.option("--reason", required=True, help="Why it may stand; others read it.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it may.")
@doors.actor_option
@doors.language_option
def waive(
    name: str, rule: str, cause: str, focus: str, source: str, reason: str, until: datetime, actor: str,
    language: str | None,
) -> int:  # fmt: skip
    """Let findings of DRAFT_OR_RELEASE stand: they are shown and counted, but stop no publish until the day is over.

    Writes a decision file below KG_STATE/content/decisions/waivers.

    \b
    Example: kgservice waive d3 --rule map/lookup --focus kao-azot --reason "asked the owner" --until 2027-03-01
    """
    service = doors.service(language)
    rule = _whole(rule)
    waiver, covered = service.waive.give(
        name, rule=rule, cause=cause, focus=focus, source=source, reason=reason, until=until.date(),
        actor=doors.actor(actor),
    )  # fmt: skip
    tell = doors.speaker(service.settings.lang)
    click.echo(tell("Waiver {name}: {n} findings stand until {day}.", name=waiver.name, n=covered, day=waiver.until))
    return 0


@click.group(invoke_without_command=True)
@doors.format_option
@doors.language_option
@click.pass_context
def waivers(context: click.Context, shape: str, language: str | None) -> int:
    """List the waivers, those that ended too; `waivers revoke NAME` takes one back.

    \b
    Example: kgservice waivers
    """
    if context.invoked_subcommand:
        return 0
    service = doors.service(language)
    tell = doors.speaker(service.settings.lang)
    today = service.waive.today()
    found = service.waive.waivers()
    records = [
        {
            **{name: getattr(one, name) for name in ("name", "rule", "cause", "focus", "source", "reason", "by")},
            **{name: str(getattr(one, name) or "") for name in ("given", "until", "revoked", "revoked_by")},
            "state": one.state(today),
        }
        for one in found
    ]
    rows = [
        [
            one.name,
            tell(one.state(today)),
            one.until.isoformat(),
            " ".join(part for part in (one.rule, one.cause, one.focus, one.source) if part),
            one.reason,
            one.by,
        ]
        for one in found
    ]
    listed(shape, tell, records, ("waiver", "state", "until", "what", "reason", "by"), rows, "No waivers.")
    return 0


@waivers.command("revoke")
@click.argument("name", metavar="NAME")
@doors.actor_option
@doors.language_option
def revoke(name: str, actor: str, language: str | None) -> int:
    """Take the waiver NAME back from today on; its file stays and says who did.

    \b
    Example: kgservice waivers revoke 20261125-0f3a5c1b9d2e
    """
    service = doors.service(language)
    service.waive.revoke(name, doors.actor(actor))
    click.echo(doors.speaker(service.settings.lang)("Waiver {name} is revoked.", name=name))
    return 0


def _found(service: "Service", name: str) -> Report:
    if name.startswith("d"):
        return service.review.report(name)
    if not name.isdecimal():
        raise ParameterInvalid("{name} is neither a draft (d3) nor a release (7).", name=name)
    return service.shelf.release(int(name)).report()


def _workbook(service: "Service", name: str, output: Path | None, file: str, source: str) -> int:
    if output is None and sys.stdout.isatty():
        raise ParameterInvalid("A workbook is no text for a terminal; name a file with -o FILE.")
    language = service.settings.lang
    tell = doors.speaker(language)
    if output is None:
        service.reporting.workbook(name, sys.stdout.buffer, language, file, source)
        sys.stdout.buffer.flush()
        return 0
    with output.open("wb") as target:
        what = service.reporting.workbook(name, target, language, file, source)
    said = {
        "copy": "{file}: the delivered workbook, its cells in question coloured and commented.",
        "rows": "{file}: the rows in question, cells coloured and commented.",
    }
    click.echo(tell(said[what], file=output))
    return 0


def _whole(rule: str) -> str:
    """Return a rule with its prefix written out, where it has one of ours."""
    from kgservice.terms import PREFIXES

    prefix, colon, local = rule.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else rule
