"""Functions over numbers: integers and decimals as people write them, in canonical form."""

import polars as pl

from kgservice.rml.functions.function import by_column
from kgservice.terms import PREFIXES

_SPACES = "[ \u00a0\u2009\u202f]"


@by_column("a whole number such as 120", datatype=PREFIXES["xsd"] + "integer", text="cell")
def integer(text: pl.Series) -> pl.Series:
    """Return an xsd:integer of any size; spaces between groups of three digits are dropped."""
    digits = _grouped(text).str.extract(r"^([+\-]?\d+)$", 1)
    return digits.str.replace(r"^\+?(-?)0*(\d)", "${1}${2}").str.replace(r"^-0$", "0")


@by_column("a number such as 1250.5 or 1 250,5", datatype=PREFIXES["xsd"] + "decimal", text="cell")
def decimal(text: pl.Series) -> pl.Series:
    """Return an xsd:decimal; a decimal comma and spaces between groups of three digits are read."""
    number = _grouped(text).str.replace(",", ".", literal=True).str.extract(r"^([+\-]?\d+(?:\.\d+)?)$", 1)
    shorter = number.str.replace(r"^\+?(-?)0*(\d)", "${1}${2}").str.replace(r"(\.\d*?)0+$", "${1}")
    return shorter.str.replace(r"\.$", "").str.replace(r"^-0$", "0")


def _grouped(text: pl.Series) -> pl.Series:
    """Return trimmed texts in ASCII digits, with the spaces between groups of three digits taken out."""
    trimmed = text.str.strip_chars().str.replace("\u2212", "-", literal=True)
    groups = trimmed.str.contains(rf"^[+\-]?[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}})+(?:[.,][0-9]+)?$")
    if groups.any():
        trimmed = trimmed.zip_with(~groups, trimmed.str.replace_all(_SPACES, ""))
    return trimmed.set(~trimmed.str.contains(r"^[+\-0-9.,]+$"), None)
