"""A batch of records as the evaluator sees it, whatever the format: values by reference, row numbers."""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from kgservice.rml.values import Values, from_column


class Batch(Protocol):
    """Records that are mapped together."""

    numbers: pl.Series
    """Row of each record as the reader numbers it, UInt32."""
    problems: list[tuple[int, str, str, str]]
    """Values that are none: position, reference, text, rule."""

    def values(self, reference: str) -> Values:
        """Return what each record has at a reference."""
        ...

    def chosen(self, rows: pl.Series) -> "Batch":
        """Return a batch of the records at these positions."""
        ...


class TableBatch:
    """Rows of a table whose cells are texts or null, with the column `__row`; `__type:<column>` has datatypes."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table
        self.numbers = table["__row"].cast(pl.UInt32)
        self.problems: list[tuple[int, str, str, str]] = []
        self._known: dict[str, Values] = {}

    def values(self, reference: str) -> Values:
        """Return the filled cells of a column."""
        if reference not in self._known:
            natural = f"__type:{reference}"
            types = self.table[natural] if natural in self.table.columns else None
            self._known[reference] = from_column(self.table[reference], types)
        return self._known[reference]

    def chosen(self, rows: pl.Series) -> "TableBatch":
        """Return a batch of the rows at these positions."""
        return TableBatch(self.table[rows])


def texts_at(batch: Batch, names: Sequence[str], rows: pl.Series) -> list[str]:
    """Return, for each position, the texts of its cells joined by ` | `."""
    wanted = pl.DataFrame({"row": rows.unique()})
    parts: dict[int, list[str]] = {}
    for name in names:
        values = batch.values(name)
        found = wanted.join(pl.DataFrame({"row": values.rows, "text": values.text}), on="row", maintain_order="left")
        for row, text in found.iter_rows():
            parts.setdefault(row, []).append(text)
    return [" | ".join(parts.get(row, ())) for row in rows.to_list()]
