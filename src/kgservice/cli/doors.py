"""What every command needs: settings, the service behind it, who acts, and in which language it speaks."""

import getpass
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgservice.access import Role
from kgservice.errors import SettingInvalid
from kgservice.locale import translate
from kgservice.settings import Settings

if TYPE_CHECKING:
    from kgservice.wiring import Service

language_option = click.option(
    "--lang", "language", type=click.Choice(["en", "ru"]), help="Language of messages; default KG_LANG."
)
format_option = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
actor_option = click.option("--as", "actor", default="", metavar="NAME", help="Who acts; default os:<login>.")


def settings(language: str | None = None, authored: bool = False, **changes: Any) -> Settings:
    """Read the settings of this run; a language named on the command line wins.

    `authored` refuses a content folder without authored files, so that a build in the wrong place never empties the
    graph. Raises SettingInvalid, which names the folders that are missing.
    """
    read = Settings.read(os.environ)
    if authored:
        _refuse_bare(read.content)
    return replace(read, lang=language or read.lang, **changes)


def service(language: str | None = None, authored: bool = False, **changes: Any) -> "Service":
    """Wire the service for one command; no worker starts before it is asked."""
    from kgservice.wiring import build  # here, so that --help does not pay for every wing

    return build(settings(language, authored, **changes))


def actor(name: str) -> str:
    """Return who acts: the name given, else the login as `os:<login>`."""
    if name:
        return name
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"os:{os.getuid()}"


def role() -> Role:
    """Return the role of a command: whoever may write the state folder is operator."""
    return Role.OPERATOR


def speaker(language: str) -> Callable[..., str]:
    """Return `say(template, **params)` in a language."""

    def say(template: str, **params: object) -> str:
        text = translate(template, language)
        return text.format(**params) if params else text

    return say


def _refuse_bare(folder: Path) -> None:
    missing = [f"{name}/" for name in ("ontology", "shapes", "data/sources") if not (folder / name).is_dir()]
    if missing:
        raise SettingInvalid(
            "The folder {folder} has no {missing}: set KG_CONTENT to the checkout that holds them.",
            folder=folder,
            missing=", ".join(missing),
        )
