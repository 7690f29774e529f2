"""The program `kgservice` and its commands."""

import sys
from difflib import get_close_matches
from importlib import import_module
from typing import cast

import click

from kgservice import __version__
from kgservice.cli.endings import finish

_SECTIONS: dict[str, dict[str, str]] = {
    "From a delivery to a release": {
        "source": "sources", "import": "drafts", "drafts": "rebasing", "report": "reports", "review": "review",
        "accept": "review", "send-back": "review", "comment": "review", "discard": "drafts", "publish": "releases",
        "build": "releases",
    },
    "Decisions": {
        "duplicates": "duplicates", "same": "duplicates", "different": "duplicates", "later": "duplicates",
        "waive": "reports", "waivers": "reports",
    },
    "Look and ask": {
        "query": "query", "search": "search", "why": "why", "history": "why", "impact": "impact", "compare": "review",
        "releases": "releases", "board": "desk", "jobs": "desk", "audit": "people",
    },
    "Run and keep": {
        "serve": "serve", "check": "check", "doctor": "operations", "verify": "operations", "backup": "operations",
        "restore": "operations", "rollback": "releases", "rebase": "operations", "user": "people", "token": "tokens",
    },
}  # fmt: skip
"""The module here that has each command: only that of the one that is asked for is loaded, all of them for the help."""
_MODULES = {name: module for section in _SECTIONS.values() for name, module in section.items()}
_WHOLE = 300  # letters of a title: none is cut


class _Program(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"kgservice.cli.{_MODULES[cmd_name]}")
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        return cast("click.Command", getattr(module, name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        for near in get_close_matches(args[0], _MODULES, 1) if args[0] not in _MODULES else ():
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in _SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(_WHOLE)) for name, command in found if command])


@click.command(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kgservice")
def program() -> None:
    """A knowledge graph of training networks: import, check, publish, ask, serve.

    Exit codes: 0 fine, 1 findings or refused, 2 wrong usage or input, 3 machinery.
    Settings are environment variables (docs/settings.md).
    """


def main() -> None:
    """Run the program and turn errors into a sentence and an exit code."""
    sys.exit(finish(lambda: program.main(standalone_mode=False)))
