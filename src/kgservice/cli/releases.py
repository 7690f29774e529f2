"""Commands on releases: build from the content folder, publish a draft, list, roll back."""

import json

import click

from kgservice.cli import doors, job
from kgservice.cli.findings import summary
from kgservice.cli.progress import Teller
from kgservice.cli.tables import table
from kgservice.errors import PublishBlocked
from kgservice.reports.text import as_text
from kgservice.releases import Release
from kgservice.report import Text


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
@doors.actor_option
@doors.language_option
def publish(draft_id: str, actor: str, language: str | None) -> int:
    """Seal DRAFT into a new release and switch readers to it.

    \b
    Example: kgservice publish d3
    """
    settings = doors.settings(language, authored=True)

    def work() -> int:
        teller = Teller(settings.lang)
        service = doors.service(language)
        release = service.publish.release(draft_id, actor=doors.actor(actor), progress=teller)
        teller.close()
        _published(release, settings.lang)
        _warn(service.publish.caution(), settings.lang)
        return 0

    return job.run(settings, work)


@click.command()
@doors.format_option
@doors.language_option
def releases(shape: str, language: str | None) -> int:
    """List the releases, newest first; the current one is marked.

    \b
    Example: kgservice releases
    """
    service = doors.service(language)
    tell = doors.speaker(service.settings.lang)
    current = service.shelf.current()
    found = sorted(service.shelf.releases(), key=lambda release: -release.id)
    if shape == "json":
        listed = [{**release.manifest.to_json(), "current": release == current} for release in found]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return 0
    if not found:
        click.echo(tell("No releases yet. `kgservice build` makes the first."))
        return 0
    headings = [tell(word) for word in ("release", "current", "published", "from", "by", "statements")]
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
    click.echo(table(headings, rows))
    return 0


@click.command()
@click.argument("release_id", metavar="RELEASE", type=int)
@doors.actor_option
@doors.language_option
def rollback(release_id: int, actor: str, language: str | None) -> int:
    """Point readers at an earlier RELEASE; nothing is deleted.

    \b
    Example: kgservice rollback 4
    """
    service = doors.service(language)
    before = service.shelf.current()
    release = service.publish.rollback(release_id, actor=doors.actor(actor))
    tell = doors.speaker(service.settings.lang)
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
