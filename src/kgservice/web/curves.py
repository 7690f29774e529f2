"""Lines over an axis of numbers or dates, as SVG: every point named, ticks at values that stand in the data."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kgservice.locale import number
from kgservice.terms import Term

_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 24, 16, 34
_APART = 84  # between two names on the axis below
_DATE = re.compile(r"(-?\d{4,})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?(?:Z|[+-]\d\d:\d\d)?")
_TIMES = ("#date", "#dateTime", "#gYear", "#gYearMonth")


@dataclass(frozen=True, slots=True)
class Point:
    """A point: where it stands, and both values as they are written."""

    x: float
    y: float
    across: str
    up: str


def position(term: Term | None) -> float | None:
    """Return where a number or date stands on an axis (a year is 1), or None for anything else."""
    if term is None or term.kind == "uri":
        return None
    if term.datatype.endswith(_TIMES):
        found = _DATE.fullmatch(term.value)
        if not found:
            return None
        year, month, day = (int(part or 1) for part in found.groups())
        return year + (month - 1) / 12 + (day - 1) / 372
    try:
        value = float(term.value)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def lines(series: Sequence[Sequence[Point]], label: str, lang: str) -> Markup:
    """Return each series as a line with its points; one with several values at a place as points alone."""
    every = [point for points in series for point in points]
    left, right = min(point.x for point in every), max(point.x for point in every)
    steps = _steps(min(0.0, *(point.y for point in every)), max(0.0, *(point.y for point in every)))

    def across(x: float) -> float:
        return _LEFT + (x - left) / ((right - left) or 1) * (_WIDTH - _LEFT - _RIGHT)

    def up(y: float) -> float:
        return _HEIGHT - _BOTTOM - (y - steps[0]) / (steps[-1] - steps[0]) * (_HEIGHT - _TOP - _BOTTOM)

    out = [
        Markup(
            '<line class="rule" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="q" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(_LEFT, _WIDTH - _RIGHT, up(y), up(y), _LEFT - 8, up(y) + 4, number(_tidy(y), lang))
        for y in steps
    ]
    last = -math.inf
    for point in sorted(every, key=lambda point: point.x):
        if across(point.x) - last >= _APART:
            last = across(point.x)
            out.append(
                Markup('<text class="q" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                    last, _HEIGHT - 10, point.across
                )
            )
    for place, points in enumerate(series, 1):
        at = [(across(point.x), up(point.y)) for point in points]
        if len({point.x for point in points}) == len(points) > 1:
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
            out.append(Markup('<path class="l{}" d="{}"/>').format(place, path))
        out += [
            Markup('<circle class="n{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}: {}</title></circle>').format(
                place, x, y, 4 if len(every) <= 100 else 2.5, point.across, point.up
            )
            for (x, y), point in zip(at, points, strict=True)
        ]
    return Markup('<svg class="chart net" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, label, Markup("").join(out)
    )


def _steps(low: float, high: float) -> list[float]:
    """Return round values from one at or below the least to one at or above the most."""
    wide = (high - low) or 1.0
    unit = 10.0 ** math.floor(math.log10(wide / 4))
    unit *= next(times for times in (1, 2, 2.5, 5, 10) if wide / (unit * times) <= 5)
    first, last = math.floor(low / unit), math.ceil(high / unit)
    return [step * unit for step in range(first, max(last, first + 1) + 1)]


def _tidy(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 6)
