"""How a command ends: errors become one sentence on standard error and an exit code."""

import os
import sys
from collections.abc import Callable

import click

from kgservice.errors import KgError, MachineryFailed, QueryInvalid, Refused
from kgservice.locale import translate


def exit_code(error: KgError) -> int:
    """Return 1 for a refusal, 3 for machinery, 2 for everything that the asker can mend."""
    if isinstance(error, Refused):
        return 1
    return 3 if isinstance(error, MachineryFailed) else 2


def sentence(error: KgError, tongue: str) -> str:
    """Return an error as one line in a language, with its hint where a query has one."""
    text = translate(error.template, tongue)
    text = text.format(**error.params) if error.params else text
    if isinstance(error, QueryInvalid) and error.hint_template:
        text += f"\n  {translate(error.hint_template, tongue).format(**error.params)}"
    return text


def finish(work: Callable[[], int | None]) -> int:
    """Do some work; print an error as a sentence on standard error and return the exit code."""
    try:
        return work() or 0
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo(translate("Stopped. Nothing was changed that is not whole.", language()), err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except KgError as error:
        click.echo(f"kgservice: {sentence(error, language())}", err=True)
        return exit_code(error)
    except BrokenPipeError:
        # the reader of our output left (`kgservice query … | head`): nothing more to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def language() -> str:
    """Return the language of an error: --lang wherever it stands, else KG_LANG, else English."""
    arguments = sys.argv[1:]
    for option, value in zip(arguments, [*arguments[1:], ""], strict=False):
        chosen = option.partition("=")[2] if option.startswith("--lang=") else value if option == "--lang" else ""
        if chosen in ("en", "ru"):
            return chosen
    return "ru" if os.environ.get("KG_LANG") == "ru" else "en"
