"""Values of an expression over a batch of records: the position of each record, and its text."""

from dataclasses import dataclass

import polars as pl

from kgservice.rml.bounds import bounded


@dataclass(frozen=True, slots=True)
class Values:
    """Texts with the position of their record in the batch; a record may have none, one or many; nothing is null."""

    rows: pl.Series
    """Positions from 0, UInt32."""
    text: pl.Series
    whole: bool = False
    """True when every record has exactly one text, in order: then columns can be laid side by side."""
    datatype: pl.Series | None = None
    """IRI of the natural datatype per text where the data have types (JSON), null = text."""

    def kept(self, mask: pl.Series) -> "Values":
        """Return the values where the mask is true."""
        if mask.all():
            return self
        datatype = self.datatype.filter(mask) if self.datatype is not None else None
        return Values(self.rows.filter(mask), self.text.filter(mask), False, datatype)

    def replaced(self, text: pl.Series) -> "Values":
        """Return the same records with other texts."""
        return Values(self.rows, text, self.whole, self.datatype)


def positions(height: int) -> pl.Series:
    """Return the positions of a batch of that many records."""
    return pl.int_range(height, dtype=pl.UInt32, eager=True)


def from_column(column: pl.Series, types: pl.Series | None = None) -> Values:
    """Return the values of a column; null and the empty text are nothing; `types` = natural datatypes."""
    filled = column.is_not_null() & (column != "")
    rows = positions(len(column))
    if filled.all():
        return Values(rows, column, True, types)
    return Values(
        rows.filter(filled), column.filter(filled), False, types.filter(filled) if types is not None else None
    )


def constant(text: str, height: int) -> Values:
    """Return one text for every record."""
    return Values(positions(height), pl.repeat(text, height, dtype=pl.String, eager=True), True)


def combined(parts: list[Values]) -> tuple[pl.Series, list[pl.Series], bool]:
    """Return positions and one column per part, every combination of what a record has."""
    partial = [part for part in parts if not part.whole]
    if not partial:
        return parts[0].rows, [part.text for part in parts], True
    if len(partial) == 1:
        rows = partial[0].rows
        return rows, [part.text if part is partial[0] else part.text.gather(rows) for part in parts], False
    frame = pl.DataFrame({"row": partial[0].rows, "0": partial[0].text})
    for number, part in enumerate(partial[1:], 1):
        other = pl.DataFrame({"row": part.rows, str(number): part.text})
        bounded(frame, other, ["row"])
        frame = frame.join(other, on="row", how="inner", maintain_order="left_right")
    rows = frame["row"]
    found = iter(range(len(partial)))
    columns = [part.text.gather(rows) if part.whole else frame[str(next(found))] for part in parts]
    return rows, columns, False


def stacked(parts: list[Values]) -> Values:
    """Return the values of all parts together, each text of a record once."""
    if len(parts) == 1:
        return parts[0]
    frame = pl.concat([pl.DataFrame({"row": part.rows, "text": part.text}) for part in parts])
    distinct = frame.unique(maintain_order=True)
    return Values(distinct["row"], distinct["text"])
