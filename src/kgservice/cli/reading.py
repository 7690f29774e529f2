"""Options that say how one delivery is to be read, against what its source.toml says or what was guessed."""

import functools
from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    ("encoding", "NAME", "Encoding of the delivered text, such as cp1251 or utf-16."),
    ("separator", "SIGN", "Sign between the cells; TAB for a tab."),
    ("quote", "SIGN", "Sign around cells; an empty text for none."),
    ("sheet", "NAME", "Sheet of a workbook, or table of a database."),
    ("header_row", "ROW", "Row of the headings as a spreadsheet shows it."),
    ("member", "PATTERN", "Which files of a .zip are read."),
)


def reading_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command these options; it gets what was said as `reading`, by the keys of source.toml."""

    @functools.wraps(command)
    def told(**given: Any) -> int:
        said = {name: given.pop(name) for name, _, _ in _OPTIONS}
        return command(**given, reading={name: value for name, value in said.items() if value is not None})

    found = told
    for name, kind, sentence in reversed(_OPTIONS):
        found = click.option(f"--{name.replace('_', '-')}", name, default=None, metavar=kind, help=sentence)(found)
    return found
