"""Commands on people and on the trail of what they did."""

import csv
import json
import sys
from dataclasses import asdict

import click

from kgservice.access import Audit, People, Role
from kgservice.cli import doors
from kgservice.cli.tables import listed, table
from kgservice.errors import ParameterInvalid

ROLES = [role.word for role in Role]
_sources = click.option("--source", "sources", multiple=True, help="Only for this source; may be repeated.")
_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, not the terminal.")


@click.group()
def user() -> None:
    """People who sign in at /curate, with a password and a role.

    \b
    Example: kgservice user add anna --role operator
    """


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it allows; each includes those before.")
@_sources
@_stdin
@doors.actor_option
@doors.language_option
def add(name: str, role: str, sources: tuple[str, ...], password_stdin: bool, actor: str, language: str | None) -> None:
    """Make the account NAME; its password is asked for.

    \b
    Example: kgservice user add anna --role curator --source organizations
    """
    service = doors.service(language)
    service.shelf.state.prepare()
    say = doors.speaker(service.settings.lang)
    password = _asked(say("Password of {name}", name=name), say("Again"), password_stdin)
    People(service.settings.state).add(name, Role[role.upper()], password, sources, doors.actor(actor))
    click.echo(say("{name} may sign in at {address}.", name=name, address=f"{service.settings.url}curate"))


@user.command("list")
@doors.format_option
@doors.language_option
def list_(shape: str, language: str | None) -> None:
    """List names, roles and dates of all accounts.

    \b
    Example: kgservice user list --format json
    """
    settings = doors.settings(language)
    found = People(settings.state).all()
    say = doors.speaker(settings.lang)
    records = [
        {"name": a.name, "role": a.role.word, "sources": a.sources, "created": a.created, "last": a.last} for a in found
    ]
    lines = [[a.name, a.role.word, ", ".join(a.sources) or say("all"), a.created, a.last or "–"] for a in found]
    listed(
        shape, say, records, ("name", "role", "sources", "made", "last sign-in"), lines,
        "No users. `kgservice user add NAME --role operator` makes the first.",
    )  # fmt: skip


@user.command()
@click.argument("name")
@doors.actor_option
@doors.language_option
def remove(name: str, actor: str, language: str | None) -> None:
    """Remove the account NAME and end its sessions; what it did stays in the audit trail.

    \b
    Example: kgservice user remove anna
    """
    settings = doors.settings(language)
    People(settings.state).remove(name, doors.actor(actor))
    click.echo(doors.speaker(settings.lang)("User {name} is gone.", name=name))


@user.command()
@click.argument("name")
@_stdin
@doors.actor_option
@doors.language_option
def password(name: str, password_stdin: bool, actor: str, language: str | None) -> None:
    """Give NAME a new password; its sessions and a lock-out end.

    \b
    Example: kgservice user password anna
    """
    settings = doors.settings(language)
    say = doors.speaker(settings.lang)
    text = _asked(say("Password of {name}", name=name), say("Again"), password_stdin)
    People(settings.state).password(name, text, doors.actor(actor))
    click.echo(say("The password of {name} is changed.", name=name))


@user.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@_sources
@doors.actor_option
@doors.language_option
def role_(name: str, role: str, sources: tuple[str, ...], actor: str, language: str | None) -> None:
    """Give NAME another ROLE, for all sources unless some are named; its sessions end.

    \b
    Example: kgservice user role anna steward
    """
    settings = doors.settings(language)
    People(settings.state).role(name, Role[role.upper()], sources, doors.actor(actor))
    click.echo(doors.speaker(settings.lang)("{name} is {role} now.", name=name, role=role))


@click.command()
@click.option("--format", "shape", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--check", "checking", is_flag=True, help="Only tell whether an entry was changed or taken out.")
@doors.language_option
def audit(shape: str, checking: bool, language: str | None) -> int:
    """Print everything that anybody did, oldest first; exit 1 when the trail was tampered with.

    \b
    Example: kgservice audit --format csv > audit.csv
    """
    settings = doors.settings(language)
    say = doors.speaker(settings.lang)
    trail = Audit(settings.state)
    broken = trail.broken()
    if shape == "json" and not checking:
        click.echo(json.dumps([asdict(entry) for entry in trail.entries()], ensure_ascii=False, indent=1))
    elif shape == "csv" and not checking:
        writer = csv.writer(sys.stdout)
        writer.writerow(["id", "time", "actor", "what", "outcome", "detail", "before", "hash"])
        writer.writerows(_harmless(asdict(entry).values()) for entry in trail.entries())
    elif not checking:
        rows = [[e.time, e.actor, e.what, e.outcome, e.detail] for e in trail.entries()]
        click.echo(table([say(word) for word in ("time", "who", "what", "outcome", "detail")], rows))
    if broken is not None:
        click.echo(say("Entry {id} does not fit the ones before it: the trail was changed.", id=broken), err=True)
        return 1
    if checking:
        click.echo(say("The trail is whole: {n} entries.", n=trail.count()))
    return 0


def _asked(prompt: str, again: str, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise ParameterInvalid("There is no terminal to ask the password on; use --password-stdin.")
    answer: str = click.prompt(prompt, hide_input=True, confirmation_prompt=again, err=True)
    return answer


def _harmless(values: object) -> list[str]:
    # a cell that begins like a formula would run in the reader's spreadsheet
    texts = [str(value) for value in values]  # type: ignore[attr-defined]
    return [f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in texts]
