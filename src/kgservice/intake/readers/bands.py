"""Headings of a sheet over several rows: a group and its columns, merged down and across."""

from collections.abc import Sequence

Area = tuple[tuple[int, int], tuple[int, int]]
"""First and last (row, column) of merged cells, from 0."""


def band(rows: Sequence[Sequence[str]], merged: Sequence[Area]) -> list[str]:
    """Return the headings in the last of these rows, with those above it where cells are merged down to it.

    A group and its column are one heading: `Requisites: INN`. Nothing is joined where no cell reaches down: a title
    that is merged above plain headings is none of them.
    """
    last = len(rows) - 1
    tops = [top for (top, _), (bottom, _) in merged if top < last <= bottom]
    if not tops:
        return list(rows[last])
    found = []
    for column in range(max(map(len, rows[min(tops) :]))):
        parts: list[str] = []
        for at in range(min(tops), last + 1):
            corner = next((top for top, end in merged if top[0] <= at <= end[0] and top[1] <= column <= end[1]),
                          (at, column))  # fmt: skip
            row = rows[corner[0]]
            part = " ".join(row[corner[1]].split()) if corner[1] < len(row) else ""
            parts += [part] if part and part not in parts[-1:] else []
        found.append(": ".join(parts))
    return found
