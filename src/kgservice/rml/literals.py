"""Columns of literals in canonical N-Triples, escaped so that every reader reads back the same text."""

import polars as pl

from kgservice.terms import ESCAPES, PREFIXES

LANGUAGE = r"^(?:[A-Za-z]{2,3}|[A-Za-z]{5,8}|[xi])(?:-[A-Za-z0-9]{1,8})*$"
"""Form of a language tag (BCP 47, well-formed)."""
_ESCAPED = r'[\\"\x00-\x1f\x7f\u{FFFE}\u{FFFF}]'


def literal_column(texts: pl.Series, datatype: str = "", language: str = "") -> pl.Series:
    """Return each text as a literal (RDF 1.2 N-Triples, Canonical form)."""
    if texts.str.contains(_ESCAPED).any():
        texts = texts.str.replace_many(list(ESCAPES), list(ESCAPES.values()))
    tail = '"'
    if language:
        tail = f'"@{language.lower()}'
    elif datatype and datatype != PREFIXES["xsd"] + "string":
        tail = f'"^^<{datatype}>'
    return pl.select(pl.concat_str([pl.lit('"'), texts, pl.lit(tail)])).to_series()


def double(text: str) -> str:
    """Return the canonical form of an xsd:double (XSD 1.1 part 2, E.1)."""
    if text in ("NaN", "INF", "-INF"):
        return text
    value = float(text)
    digits, _, exponent = f"{value:.16e}".partition("e")
    shortest = repr(value)
    mantissa = shortest.lower().partition("e")[0]
    significant = mantissa.lstrip("-").replace(".", "").lstrip("0").rstrip("0") or "0"
    sign = "-" if digits.startswith("-") else ""
    return f"{sign}{significant[0]}.{significant[1:] or '0'}E{int(exponent)}"
