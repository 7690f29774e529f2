"""Compares the headings of a sheet with what the mapping reads and what source.toml says, before a row is mapped."""

from collections.abc import Collection
from difflib import get_close_matches

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Text
from kgservice.report.unseen import visible

_SHOWN = 40
_TOGETHER = 200
"""Unmapped columns that are told one by one, and of which one finding speaks where there are more."""


def check(table: Table, sheet: Sheet, mapped: Collection[str], collector: Collector) -> None:
    """Add a finding for every column that is neither mapped nor listed as unused.

    Raises:
        SourceUnreadable: when a column is missing that the mapping, the key or the required cells name.
    """
    found = sheet.columns
    named = dict.fromkeys([*table.key, *table.required, *mapped])
    missing = [column for column in named if column not in found]
    if missing:
        raise _missing(table, sheet, missing, found, named)
    left = [column for column in found if column not in named and column not in table.unused]
    together = 1 if len(left) <= _TOGETHER else _TOGETHER
    for at in range(0, len(left), together):
        cells = [sheet.cell(table.header_row, column) for column in left[at : at + together]]
        text = Text("The mapping uses nothing of the column {column}.", {"column": left[at]})
        if len(cells) > 1:
            ends = {"count": len(cells), "first": cells[0].column, "last": cells[-1].column}
            text = Text("The mapping uses nothing of {count} columns, from {first} to {last}.", ends)
        remedy = Text("Map the column, or list it under unused in source.toml, so that no cell is lost in silence.")
        collector.violation("read/column-unmapped", text, remedy, *cells)


def near(name: str, names: Collection[str]) -> str:
    """Return the name that is most like this one, whatever its capitals; nothing where none is like it."""
    folded = {other.casefold(): other for other in names}
    return next((folded[one] for one in get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)), "")


def _missing(
    table: Table, sheet: Sheet, missing: list[str], found: list[str], named: Collection[str]
) -> SourceUnreadable:
    where = f"{sheet.file} [{sheet.sheet}]" if sheet.sheet else sheet.file
    given: dict[str, object] = {"file": where, "columns": ", ".join(missing), "row": table.header_row}
    if len(found) == 1:
        return SourceUnreadable(
            "{file}: row {row} reads as one single cell, {found}, so that the columns {columns} are missing. "
            "Is the separator right (separator in source.toml)?",
            **given | {"found": visible(found[0][:100])},
        )
    given["found"] = visible(", ".join(found[:_SHOWN])) + (", …" if len(found) > _SHOWN else "")
    left = [column for column in found if column not in named]
    meant = list(dict.fromkeys(filter(None, (near(column, left) for column in missing))))
    if meant:
        return SourceUnreadable(
            "{file} has no column {columns}; its headings in row {row} are {found}. Is {near} meant? "
            "Mend the headings, header_row in source.toml, or the mapping.",
            **given,
            near=visible(", ".join(meant)),
        )
    return SourceUnreadable(
        "{file} has no column {columns}; its headings in row {row} are {found}. "
        "Mend the headings, header_row in source.toml, or the mapping.",
        **given,
    )
