"""Rows as a text table that fits a terminal, Cyrillic included; lists as such a table or as JSON."""

import json
import unicodedata
from collections.abc import Callable, Sequence

import click


def listed(
    shape: str, tell: Callable[..., str], records: Sequence[object], headings: Sequence[str],
    rows: Sequence[Sequence[str]], empty: str,
) -> None:  # fmt: skip
    """Print a list: as JSON its records, else a table under translated headings, or `empty` where there is nothing."""
    if shape == "json":
        click.echo(json.dumps(records, ensure_ascii=False, indent=1))
    elif rows:
        click.echo(table([tell(heading) for heading in headings], rows))
    else:
        click.echo(tell(empty))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int = 0) -> str:
    """Return headings, a rule and rows in columns; numbers to the right, cells cut at `width` columns (0 = never)."""
    cells = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max([_columns(heading), *(_columns(row[n]) for row in cells)]) for n, heading in enumerate(headings)]
    if width:
        widths = _shrunk(widths, width)
    numeric = [bool(cells) and all(_is_number(row[n]) for row in cells) for n in range(len(headings))]
    lines = [_line(headings, widths, [False] * len(widths)), "  ".join("─" * w for w in widths)]
    lines += [_line(row, widths, numeric) for row in cells]
    return "\n".join(lines)


def _shrunk(widths: list[int], limit: int) -> list[int]:
    widths = list(widths)
    while sum(widths) + 2 * (len(widths) - 1) > limit and max(widths) > 12:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    return "  ".join(
        _fit(cell, width, to_right) for cell, width, to_right in zip(cells, widths, right, strict=True)
    ).rstrip()


def _fit(text: str, width: int, right: bool) -> str:
    if _columns(text) > width:
        while _columns(text) > width - 1:
            text = text[:-1]
        text += "…"
    padding = " " * (width - _columns(text))
    return padding + text if right else text + padding


def _one_line(text: str) -> str:
    # control characters of data must not steer a terminal
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def _columns(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
