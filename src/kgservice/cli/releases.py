"""Commands on releases: build from the content folder, publish a draft, list, roll back."""

import json
import sys
from dataclasses import asdict

import click

from kgservice.actions.notes import read
from kgservice.cli import doors, job
from kgservice.cli.findings import summary
from kgservice.cli.progress import Teller
from kgservice.cli.spoken import noted, undoing
from kgservice.cli.tables import listed
from kgservice.errors import PublishBlocked
from kgservice.releases import Release
from kgservice.report import Text
from kgservice.reports.text import as_text


@click.command()
@click.option("--again", is_flag=True, help="Build although the inputs are those of the newest built release.")
@doors.actor_option
@doors.language_option
def build(again: bool, actor: str, language: str | None) -> int:
    """Import every source of data/sources, check the whole and publish it as a release.

    Says "nothing changed" when authored files and deliveries are those of the newest built release. Never undoes an
    upload, a hand edit or a rollback.

    \b
    Example: kgservice build
    """
    settings = doors.settings(language, authored=True)
    tell = doors.speaker(settings.lang)

    def work() -> int:
        service = doors.service(language)
        teller = Teller(settings.lang)
        try:
            outcome = service.publish.build(again=again, actor=doors.actor(actor), progress=teller)
        except PublishBlocked as error:
            teller.close()
            draft_id = str(error.params.get("draft", ""))
            found = service.review.report(draft_id)
            click.echo(as_text(found, settings.lang, brief=True), err=True)
            click.echo(summary(found, settings.lang), err=True)
            current = service.shelf.current()
            if current is not None:
                click.echo(tell("Release {id} stays as it is.", id=current.id), err=True)
            raise
        teller.close()
        if outcome.release is None:
            click.echo(tell(outcome.reason.template, **outcome.reason.params))
            return 0
        _published(outcome.release, settings.lang)
        _warn(service.publish.caution(), settings.lang)
        click.echo(summary(outcome.report, settings.lang))
        return 0

    return job.run(settings, work)


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option("--preview", default="", metavar="HASH", help="Publish only if this is its preview; `review` prints it.")
@doors.actor_option
@doors.language_option
def publish(draft_id: str, preview: str, actor: str, language: str | None) -> int:
    """Seal the preview of DRAFT into a new release and switch readers to it.

    \b
    Example: kgservice publish d3
    """
    settings = doors.settings(language, authored=True)

    def work() -> int:
        teller = Teller(settings.lang)
        service = doors.service(language)
        release = service.publish.release(
            draft_id, actor=doors.actor(actor), progress=teller, preview=preview, role=doors.role().word
        )
        teller.close()
        _published(release, settings.lang)
        _warn(service.publish.caution(), settings.lang)
        return 0

    return job.run(settings, work)


@click.group(invoke_without_command=True)
@doors.format_option
@doors.language_option
@click.pass_context
def releases(context: click.Context, shape: str, language: str | None) -> int:
    """List the releases, newest first; the current one is marked.

    \b
    Example: kgservice releases
    """
    if context.invoked_subcommand:
        return 0
    service = doors.service(language)
    tell = doors.speaker(service.settings.lang)
    current = service.shelf.current()
    found = sorted(service.shelf.releases(), key=lambda release: -release.id)
    records = [{**release.manifest.to_json(), "current": release == current} for release in found]
    rows = [
        [
            str(release.id),
            "*" if current is not None and release.id == current.id else "",
            release.manifest.created,
            tell(release.manifest.origin),
            release.manifest.actor,
            str(release.manifest.triples),
        ]
        for release in found
    ]
    listed(
        shape, tell, records, ("release", "current", "published", "from", "by", "statements"), rows,
        "No releases yet. `kgservice build` makes the first.",
    )  # fmt: skip
    return 0


@releases.command()
@click.argument("release_id", metavar="RELEASE", type=int)
@doors.format_option
@doors.language_option
def notes(release_id: int, shape: str, language: str | None) -> int:
    """Print what RELEASE changed in the one before it; as JSON also who worked on it and who accepted it.

    \b
    Example: kgservice releases notes 4
    """
    service = doors.service(language)
    release = service.shelf.release(release_id)
    if shape == "json":
        found = read(release, service.settings.lang)
        body = {"release": release_id, "review": release.manifest.review, "notes": asdict(found) if found else None}
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
        return 0
    for line in noted(release, service.settings.lang):
        click.echo(line.strip())
    return 0


@releases.command()
@click.argument("release_id", metavar="RELEASE", type=int)
@click.option("--off", is_flag=True, help="Leave it to retention again.")
@doors.actor_option
@doors.language_option
def keep(release_id: int, off: bool, actor: str, language: str | None) -> int:
    """Keep the store of RELEASE, however many newer ones there are (KG_KEEP_RELEASES).

    \b
    Example: kgservice releases keep 4
    """
    service = doors.service(language)
    release = service.keeping.keep(release_id, doors.actor(actor), not off)
    tell = doors.speaker(service.settings.lang)
    said = "Release {id} is kept." if release.kept else "Release {id} is left to retention."
    click.echo(tell(said, id=release.id))
    return 0


@releases.command()
@click.argument("release_id", metavar="RELEASE", type=int)
@doors.actor_option
@doors.language_option
def revive(release_id: int, actor: str, language: str | None) -> int:
    """Build the store of RELEASE again, which retention removed, from its statement files; and keep it.

    \b
    Example: kgservice releases revive 4
    """
    settings = doors.settings(language)

    def work() -> int:
        from kgservice.actions.revive import rebuilt  # the engine is loaded in the job's child only

        release = doors.service(language).keeping.revive(release_id, rebuilt, doors.actor(actor))
        click.echo(doors.speaker(settings.lang)("Release {id} can be asked again, and is kept.", id=release.id))
        return 0

    return job.run(settings, work)


@click.command()
@click.argument("release_id", metavar="RELEASE", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@doors.actor_option
@doors.language_option
def rollback(release_id: int, yes: bool, actor: str, language: str | None) -> int:
    """Point readers at an earlier RELEASE, after telling what they lose; nothing is deleted.

    At a terminal it asks first; in a script it does not.

    \b
    Example: kgservice rollback 4
    """
    service = doors.service(language)
    tell = doors.speaker(service.settings.lang)
    before = service.shelf.current()
    undone = service.keeping.undoes(release_id)
    for release in undone or ():
        click.echo("\n".join(undoing(release, service.settings.lang)))
    if undone is None and before:
        click.echo(
            tell(
                "Release {id} is not one that release {before} was made from; what differs: kgservice compare "
                "{before} {id}",
                id=release_id,
                before=before.id,
            )
        )
    if not yes and sys.stdin.isatty() and before and before.id != release_id:
        click.confirm(tell("Send readers to release {id}?", id=release_id), abort=True)
    release = service.keeping.rollback(release_id, doors.actor(actor))
    click.echo(
        tell(
            "Release {id} is current again (it was {before}). To undo: kgservice rollback {before}",
            id=release.id,
            before=before.id if before else "–",
        )
    )
    return 0


def _warn(caution: Text | None, language: str) -> None:
    if caution:
        click.echo(doors.speaker(language)(caution.template, **caution.params), err=True)


def _published(release: Release, language: str) -> None:
    tell = doors.speaker(language)
    click.echo(tell("Release {id} is published: {n} statements.", id=release.id, n=release.manifest.triples))
