"""Messages by gettext, one domain for pages and command line; English is the message id."""

import gettext
from functools import lru_cache
from pathlib import Path

from kgservice.report import Text

LANGUAGES = ("en", "ru")
"""Languages that people are spoken to in; the first is the one of the message ids."""


def translate(template: str, lang: str) -> str:
    """Return a message in a language, its `{names}` still to be filled; the English text where there is no other."""
    return _catalogue(lang).gettext(template) if template else ""


def plural(one: str, many: str, count: int, lang: str) -> str:
    """Return the form of a message that fits a number (1 строка, 3 строки, 11 строк), its `{names}` to be filled."""
    return _catalogue(lang).ngettext(one, many, count)


def say(text: Text, lang: str) -> str:
    """Return a text with its parameters filled in; one that brings the language along needs no catalogue."""
    template = text.translations.get(lang) or translate(text.template, lang)
    return template.format(**text.params) if text.params else template


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(lang: str) -> gettext.NullTranslations:
    # the catalogue is compiled at set-up; without it people are spoken to in English
    return gettext.translation("kgservice", Path(__file__).parent, [lang], fallback=True)
