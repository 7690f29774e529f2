"""Functions that turn wordings into codes: slug and lookup."""

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote

import polars as pl

from kgservice.rml.functions.function import by_column, by_value

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        ["a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f",
         "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "iu", "ia", "i", "i", "ie", "g", "u"],
        strict=True,
    )
)  # fmt: skip


@by_value("a text with letters or digits", text="cell")
def slug(text: str) -> str | None:
    """Return a key of Latin letters, digits and hyphens: Cyrillic transliterated, accents and %-encoding undone."""
    latin = "".join(_LATIN.get(letter, letter) for letter in unicodedata.normalize("NFC", unquote(text)).lower())
    letters = (letter for letter in unicodedata.normalize("NFKD", latin).lower() if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", "".join(letters)).strip("-") or None


@by_column("a wording of the code table {table}", text="cell", table="table")
def lookup(text: pl.Series, table: Mapping[str, str]) -> pl.Series:
    """Return what the code table says for the trimmed text."""
    words = text.str.replace_all(r"\s+", " ").str.strip_chars()
    return words.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)
