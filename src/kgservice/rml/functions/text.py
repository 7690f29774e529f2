"""Functions over texts: trim, split, lower, concat, match, replace."""

import polars as pl

from kgservice.rml.functions.function import by_column


@by_column("text other than spaces", text="cell")
def trim(text: pl.Series) -> pl.Series:
    """Return the text without spaces at its ends, inner runs of spaces as one."""
    return _nothing_if_empty(text.str.replace_all(r"\s+", " ").str.strip_chars())


@by_column("a list with something between its separators", text="cell", separator="setting?")
def split(text: pl.Series, separator: str = ";") -> pl.Series:
    """Return the trimmed parts between separators (`;` unless said), empty parts left out."""
    parts = text.str.split(separator).list.eval(pl.element().str.strip_chars())
    return parts.list.eval(pl.element().filter(pl.element() != ""))


@by_column("text other than spaces", text="cell")
def lower(text: pl.Series) -> pl.Series:
    """Return the trimmed text in lower case."""
    return _nothing_if_empty(text.str.strip_chars().str.to_lowercase())


@by_column("text other than spaces", first="cell?", second="cell?", separator="setting?")
def concat(first: pl.Series | None = None, second: pl.Series | None = None, separator: str = " ") -> pl.Series:
    """Return both texts with the separator (a space unless said) between, or the one that is there."""
    frame = pl.DataFrame({name: column for name, column in (("a", first), ("b", second)) if column is not None})
    joined = frame.select(
        pl.concat_str([pl.col(name) for name in frame.columns], separator=separator, ignore_nulls=True)
    )
    return _nothing_if_empty(joined.to_series().str.strip_chars())


@by_column("a text that the pattern matches", pattern="regex", text="cell", regex="setting")
def match(text: pl.Series, regex: str) -> pl.Series:
    """Return the first group of a regular expression (the whole match where it has no group)."""
    groups = pl.Series([""]).str.extract_groups(regex).struct.fields
    return text.str.extract(regex, 1 if groups else 0)


@by_column("text other than spaces", text="cell", find="setting", replacement="setting?")
def replace(text: pl.Series, find: str, replacement: str = "") -> pl.Series:
    """Return the text with every occurrence of one text replaced by another."""
    return _nothing_if_empty(text.str.replace_all(find, replacement, literal=True))


def _nothing_if_empty(text: pl.Series) -> pl.Series:
    return text.set(text == "", None)
