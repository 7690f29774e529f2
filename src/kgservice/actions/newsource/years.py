"""A table with a column per year: each of its rows is as many observations, told by the headings alone."""

import re
from collections.abc import Sequence

from kgservice.actions.newsource.columns import Column
from kgservice.terms import PREFIXES

OBSERVATION = PREFIXES["kg"] + "Observation"
VALUE = PREFIXES["kg"] + "value"
_YEAR = re.compile(r"(?:.*\D)?((?:19|20)\d\d)(?:\s*(?:г\.?|год))?")


def years(columns: Sequence[Column]) -> dict[str, str]:
    """Return the years of columns with figures, by heading; none where fewer than two follow one another."""
    found = {
        column.heading: match[1]
        for column in columns
        if column.kind in ("integer", "decimal") and (match := _YEAR.fullmatch(column.heading.strip()))
    }
    told = sorted(map(int, found.values()))
    return found if len(told) > 1 and told == [*range(told[0], told[0] + len(told))] else {}
