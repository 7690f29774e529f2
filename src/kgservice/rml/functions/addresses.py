"""Functions over addresses: only an absolute http or https address may become a link."""

import polars as pl

from kgservice.rml import iris
from kgservice.rml.functions.function import by_column


@by_column("a web address without spaces that begins with http:// or https://", text="cell")
def iri(text: pl.Series) -> pl.Series:
    """Return a trimmed web address; spaces inside, other schemes and a missing host give nothing."""
    address = text.str.strip_chars()
    wrong = ~address.str.contains(r"^(?i:https?)://[^/?#:]") | iris.invalid_column(address)
    return address.set(wrong, None) if wrong.any() else address
