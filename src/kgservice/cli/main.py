"""The program `kgservice` and its commands."""

import sys

import click

from kgservice import __version__
from kgservice.cli import rebasing as _rebasing  # noqa: F401  (adds its commands to `drafts`)
from kgservice.cli.check import check
from kgservice.cli.desk import board, jobs
from kgservice.cli.drafts import discard, drafts, import_
from kgservice.cli.duplicates import different, duplicates, later, same
from kgservice.cli.endings import finish
from kgservice.cli.impact import impact
from kgservice.cli.operations import backup, doctor, rebase, restore, verify
from kgservice.cli.people import audit, user
from kgservice.cli.query import query
from kgservice.cli.releases import build, publish, releases, rollback
from kgservice.cli.reports import report, waive, waivers
from kgservice.cli.review import accept, comment, compare, review, send_back
from kgservice.cli.search import search
from kgservice.cli.serve import serve
from kgservice.cli.sources import source
from kgservice.cli.tokens import token
from kgservice.cli.why import history, why


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kgservice")
def program() -> None:
    """A knowledge graph of training networks: import, check, publish, ask, serve.

    Exit codes: 0 fine, 1 findings or refused, 2 wrong usage or input, 3 machinery.
    Settings are environment variables (docs/settings.md).
    """


for command in (build, import_, drafts, report, discard, publish, releases, rollback, query, check, token, serve):
    program.add_command(command)
for command in (search, backup, restore, verify, doctor, rebase, user, audit):
    program.add_command(command)
for command in (duplicates, same, different, later, source):
    program.add_command(command)
for command in (review, impact, accept, comment, send_back, compare):
    program.add_command(command)
for command in (waive, waivers, why, history, board, jobs):
    program.add_command(command)


def main() -> None:
    """Run the program and turn errors into a sentence and an exit code."""
    sys.exit(finish(lambda: program.main(standalone_mode=False)))
