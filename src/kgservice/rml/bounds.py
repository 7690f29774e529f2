"""Keeps a rule from combining so many values that they fill the memory."""

import polars as pl

_MOST = 5_000_000
"""Combinations that one rule may make of one batch."""


class TooManyError(Exception):
    """Raised where values would be combined more than `_MOST` times; whoever knows the mapping tells its file."""

    def __init__(self, pairs: int, line: int) -> None:
        super().__init__(pairs)
        self.most = _MOST
        self.pairs = pairs
        self.line = line


def bounded(left: pl.DataFrame, right: pl.DataFrame, names: list[str], line: int = 0) -> None:
    """Refuse a join of more than `_MOST` rows before it fills the memory; `line` = of the rule, where it is known.

    Raises:
        TooManyError: says how many combinations there would be.
    """
    if left.height * right.height <= _MOST:
        return
    pairs = left.height * right.height
    if names:
        counts = left.group_by(names).len().join(right.group_by(names).len(), on=names)
        pairs = int((counts["len"].cast(pl.UInt64) * counts["len_right"]).sum())
    if pairs > _MOST:
        raise TooManyError(pairs, line)
