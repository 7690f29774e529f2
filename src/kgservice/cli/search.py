"""`kgservice search`: things of the current release by name."""

import json
import shutil
import sys

import click

from kgservice.cli import doors
from kgservice.cli.tables import table
from kgservice.locale import translate


@click.command()
@click.argument("words", metavar="TEXT", nargs=-1, required=True)
@click.option("--kind", default="", help="Only things of this kind: organization, profession, class, …")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Hits to show.")
@doors.format_option
@doors.language_option
def search(words: tuple[str, ...], kind: str, limit: int, shape: str, language: str | None) -> int:
    """Find things by name: any form of a word, Russian or Latin letters, codes, also mistyped.

    \b
    Example: kgservice search 'Kemerovo college'
    """
    text = " ".join(words)  # quoted or not
    service = doors.service(language)
    lang = service.settings.lang
    say = doors.speaker(lang)
    found = service.search.find(text, lang, kind=kind, size=limit)
    page = found.page
    if shape == "json":
        hits = [
            {"iri": hit.iri, "label": hit.label, "matched": hit.matched, "kind": hit.kind, "score": hit.score,
             "references": hit.weight, "invented": hit.invented}
            for hit in page.hits
        ]  # fmt: skip
        body = {"release": found.release, "meant": page.meant, "kinds": page.kinds, "hits": hits}
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
        return 0 if page.hits else 1
    if not page.hits:
        click.echo(say("Nothing is called like {text} in release {id}.", text=text, id=found.release))
        return 1
    if page.meant:
        click.echo(say("Nothing is called {text}; shown is what is called {meant}.", text=text, meant=page.meant))
    rows = [[hit.label, hit.matched, hit.kind, f"{hit.score:.0f}", hit.iri] for hit in page.hits]
    headings = [translate(name, lang) for name in ("name", "also called", "kind", "score", "address")]
    click.echo(table(headings, rows, shutil.get_terminal_size().columns if sys.stdout.isatty() else 0))
    left = (page.kinds.get(kind, 0) if kind else sum(page.kinds.values())) - len(page.hits)
    if left > 0:
        click.echo(say("… and {n} more; --limit shows them.", n=left))
    return 0
