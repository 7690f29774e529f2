"""Commands of operators: backup, restore, verify, doctor."""

import dataclasses
import json
from pathlib import Path

import click

from kgservice.cli import doors, job
from kgservice.cli.progress import Teller
from kgservice.cli.tables import table
from kgservice.errors import ConfirmationNeeded
from kgservice.locale import say

_MARKS = {"fine": "✓", "look": "!", "broken": "✗"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@doors.actor_option
@doors.language_option
def backup(file: Path, actor: str, language: str | None) -> None:
    """Save the whole state folder into FILE (tar), also while it is served.

    Releases, drafts, deliveries, decisions, people and tokens; the stores of releases are left out, since `restore`
    builds them again. Keep the file as safe as the state folder.

    \b
    Example: kgservice backup /srv/backups/kgservice-2026-11-25.tar
    """
    service = doors.service(language)
    teller = Teller(service.settings.lang)
    saved = service.backup.save(file, doors.actor(actor), teller)
    teller.close()
    tell = doors.speaker(service.settings.lang)
    click.echo(
        tell(
            "{path}: {size} MB; releases: {releases}, drafts: {drafts}, files: {files}.",
            path=str(saved.path), size=-(-saved.size // 10**6), releases=saved.releases,
            drafts=saved.drafts, files=saved.files,
        )
    )  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Put it in the place of a state that is there; that one is kept beside it.")
@doors.language_option
def restore(file: Path, yes: bool, language: str | None) -> None:
    """Make the state folder of a backup FILE, every byte checked; nothing changes when the file is damaged.

    \b
    Example: KG_STATE=/srv/kgservice kgservice restore /srv/backups/kgservice-2026-11-25.tar
    """
    from kgservice.actions.restore import Restore  # here, so that --help does not pay for the engine

    settings = doors.settings(language)
    teller = Teller(settings.lang)
    saved = Restore(settings).file(file, yes, teller)
    teller.close()
    tell = doors.speaker(settings.lang)
    click.echo(
        tell(
            "{path} holds the state of {created}; releases: {releases} (current {current}), drafts: {drafts}.",
            path=str(settings.state), created=saved.created, releases=saved.releases,
            current=saved.current or "–", drafts=saved.drafts,
        )
    )  # fmt: skip


@click.command()
@click.option("--release", type=int, default=None, help="Only this release.")
@doors.format_option
@doors.language_option
def verify(release: int | None, shape: str, language: str | None) -> int:
    """Compare every file of the state folder with what was recorded of it, also while it is served.

    \b
    Example: kgservice verify
    """
    service = doors.service(language)
    lang = service.settings.lang
    teller = Teller(lang)
    found = service.verify.state(teller, release)
    teller.close()
    tell = doors.speaker(lang)
    if shape == "json":
        body = [{"path": one.path, "text": say(one.text, lang)} for one in found]
        click.echo(json.dumps({"whole": not found, "damage": body}, ensure_ascii=False, indent=1))
    elif found:
        for one in found:
            click.echo(f"{one.path}: {say(one.text, lang)}")
        click.echo(tell("Damaged: {count}. Restore a backup, or publish anew what can be.", count=len(found)))
    else:
        click.echo(tell("Everything is as it was recorded."))
    return 1 if found else 0


@click.command()
@doors.format_option
@doors.language_option
def doctor(shape: str, language: str | None) -> int:
    """Look this installation over: state, space, locks, release, clock, inputs, drafts, settings, programs.

    \b
    Example: kgservice doctor
    """
    service = doors.service(language)
    lang = service.settings.lang
    signs = service.doctor.signs()
    if shape == "json":
        body = [{**dataclasses.asdict(sign), "text": say(sign.text, lang)} for sign in signs]
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        tell = doors.speaker(lang)
        headings = ["", tell("looked at"), tell("seen")]
        rows = [[_MARKS[sign.state], tell(sign.name), say(sign.text, lang)] for sign in signs]
        click.echo(table(headings, rows))
    return 1 if any(sign.state == "broken" for sign in signs) else 0


@click.command()
@click.argument("base", metavar="NEW")
@click.option("--yes", is_flag=True, help="Do it: every thing gets another IRI.")
@doors.actor_option
@doors.language_option
def rebase(base: str, yes: bool, actor: str, language: str | None) -> int:
    """Publish a release in which all things stand under NEW instead of KG_BASE; stop `serve` before.

    Earlier releases keep their IRIs, and addresses of the former base lead on to the new ones.

    \b
    Example: kgservice rebase https://data.example/kg/ --yes
    """
    settings = doors.settings(language, authored=True)
    base = base if base.endswith("/") else base + "/"
    if not yes:
        raise ConfirmationNeeded(
            "Every thing would get another IRI: {old}… becomes {new}…; say --yes to do it.", old=settings.base, new=base
        )

    def work() -> int:
        teller = Teller(settings.lang)
        release = doors.service(language).identity.rebase(base, doors.actor(actor), teller)
        teller.close()
        tell = doors.speaker(settings.lang)
        click.echo(tell("Release {id} stands under {base}. From now on set KG_BASE={base}", id=release.id, base=base))
        return 0

    return job.run(settings, work)
