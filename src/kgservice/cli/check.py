"""`kgservice check`: the authored files, each fault at its file and line."""

import json

import click

from kgservice.cli import doors
from kgservice.cli.findings import summary
from kgservice.cli.progress import Teller
from kgservice.reports.text import as_text


@click.command()
@click.option("--quick", is_flag=True, help="Leave out what takes over a second (samples, logic).")
@click.option("--fix", is_flag=True, help="Write the canonical form of Turtle files.")
@doors.format_option
@doors.language_option
def check(quick: bool, fix: bool, shape: str, language: str | None) -> int:
    """Check ontology, vocabularies, shapes, queries, sources and mappings.

    \b
    Example: kgservice check --quick
    """
    service = doors.service(language, authored=True)
    lang = service.settings.lang
    teller = Teller(lang)
    found = service.check.repository(quick=quick, fix=fix, progress=teller)
    teller.close()
    if shape == "json":
        body = {"conforms": found.conforms, "tally": found.tally(), **found.to_json()}
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        if found.findings:
            click.echo(as_text(found, lang))
        click.echo(summary(found, lang))
    return 0 if found.conforms else 1
