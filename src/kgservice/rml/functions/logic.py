"""Functions for conditions and empty cells: filled, empty, equal, matches, otherwise."""

import polars as pl

from kgservice.rml.functions.function import by_column


@by_column("text", text="cell")
def filled(text: pl.Series) -> pl.Series:
    """Return true for every cell that has text; for `rml:condition`."""
    return (
        text.str.strip_chars()
        .str.len_chars()
        .gt(0)
        .replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    )


@by_column("text", text="cell", value="setting")
def equal(text: pl.Series, value: str) -> pl.Series:
    """Return true where the trimmed text is that value, else false; for `rml:condition`."""
    return (text.str.strip_chars() == value).replace_strict({True: "true", False: "false"}, return_dtype=pl.String)


@by_column("text", text="cell?")
def empty(text: pl.Series) -> pl.Series:
    """Return true for every cell without text, else false; for `rml:condition`."""
    return (text.str.strip_chars().fill_null("") == "").replace_strict(
        {True: "true", False: "false"}, return_dtype=pl.String
    )


@by_column("text", pattern="regex", text="cell", regex="setting")
def matches(text: pl.Series, regex: str) -> pl.Series:
    """Return true where a regular expression fits somewhere in the trimmed text, else false; for `rml:condition`."""
    return (
        text.str.strip_chars()
        .str.contains(regex)
        .replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    )


@by_column("text", text="cell?", value="setting")
def otherwise(text: pl.Series, value: str) -> pl.Series:
    """Return the text, and the value where the cell is empty."""
    return text.fill_null(value)
