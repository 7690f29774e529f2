"""Commands on tokens: make one, list them, revoke one."""

import click

from kgservice.access import Access, Role
from kgservice.cli import doors
from kgservice.cli.tables import listed

_ROLES = [role.word for role in Role]


@click.group()
def token() -> None:
    """Tokens with which programs and people reach drafts over HTTP.

    \b
    Example: kgservice token new anna --role curator
    """


@token.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What it allows; each includes those before.")
@click.option("--days", type=click.IntRange(0, 36_500), default=0, help="Days until it expires; 0 = never.")
@click.option("--source", "sources", multiple=True, help="Only for this source; may be repeated.")
@doors.actor_option
@doors.language_option
def new(name: str, role: str, days: int, sources: tuple[str, ...], actor: str, language: str | None) -> None:
    """Make the token NAME and print it, nothing else; it is shown only now.

    \b
    Example: kgservice token new nightly-import --role curator --days 90
    """
    service = doors.service(language)
    service.shelf.state.prepare()
    click.echo(Access(service.settings.state).new(name, Role[role.upper()], days, sources, doors.actor(actor)))


@token.command("list")
@doors.format_option
@doors.language_option
def list_(shape: str, language: str | None) -> None:
    """List names, roles and dates of all tokens; the tokens themselves are kept nowhere.

    \b
    Example: kgservice token list --format json
    """
    settings = doors.settings(language)
    found = Access(settings.state).tokens()
    tell = doors.speaker(settings.lang)
    records = [
        {"name": a.name, "role": a.role.word, "sources": a.sources, "created": a.created, "expires": a.expires,
         "expired": a.over}
        for a in found
    ]  # fmt: skip
    rows = [
        [a.name, a.role.word, ", ".join(a.sources) or tell("all"), a.created,
         tell("expired") if a.over else a.expires or "–"]
        for a in found
    ]  # fmt: skip
    listed(
        shape, tell, records, ("name", "role", "sources", "made", "expires"), rows,
        "No tokens. `kgservice token new NAME --role ROLE` makes one.",
    )  # fmt: skip


@token.command()
@click.argument("name")
@doors.actor_option
@doors.language_option
def revoke(name: str, actor: str, language: str | None) -> None:
    """Make the token NAME worthless at once.

    \b
    Example: kgservice token revoke anna
    """
    settings = doors.settings(language)
    Access(settings.state).revoke(name, doors.actor(actor))
    click.echo(doors.speaker(settings.lang)("Token {name} is revoked.", name=name))
