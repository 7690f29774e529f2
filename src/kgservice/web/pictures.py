"""Pictures drawn on the server: no script, no inline style, colours from the page's sheet, every mark a named link."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _HEIGHT, _MARGIN = 720, 520, 60
_STEPS = 260
_LETTER = 7.4  # width of a letter of a label, on average
_COLOURS = {  # of the light sheet, for a picture that is taken away
    'class="edge"': 'stroke="#8b867b" stroke-opacity=".55"',
    'class="n1"': 'fill="#0b5c66"',
    'class="n2"': 'fill="#b4632a"',
    'class="ring"': 'fill="#faf9f6" stroke="#8b867b" stroke-width="1.5"',
    'class="halo"': 'fill="#1b1f23" font-weight="550" font-size="12" font-family="sans-serif"',
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A node of a network: its full name, class of the sheet, radius, link, and the short name written beside it."""

    text: str
    style: str
    radius: float
    href: str
    named: str = ""


def bars(rows: Sequence[tuple[str, float, str, str]], label: str, width: int = 400) -> Markup:
    """Return horizontal bars with the name above each; rows are (name, value, value as written, link or nothing)."""
    top = max((value for _, value, _, _ in rows), default=0) or 1
    out = []
    for place, (text, value, written, href) in enumerate(rows):
        y, size = place * 42, max((width - 70) * value / top, 2)
        body = Markup(
            '<title>{text}: {written}</title><text x="0" y="{a}">{short}</text>'
            '<rect class="b1" x="0" y="{b}" width="{size:.1f}" height="10" rx="1.5"/>'
            '<text class="q" x="{end:.1f}" y="{c}">{written}</text>'
        ).format(
            text=text, written=written, short=short(text, 52), size=size, end=size + 8, a=y + 14, b=y + 21, c=y + 30
        )
        out.append(Markup('<a href="{}">{}</a>').format(href, body) if href else Markup("<g>{}</g>").format(body))
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
        width, len(rows) * 42, label, Markup("").join(out)
    )


def layout(count: int, edges: Sequence[tuple[int, int]], seed: int = 5) -> list[tuple[float, float]]:
    """Return places for nodes (Fruchterman and Reingold 1991), the same each time; about 0.2 s for 100 nodes."""
    chance = random.Random(seed)  # noqa: S311  (a picture, not a secret)
    at = [[chance.uniform(-1, 1), chance.uniform(-1, 1)] for _ in range(count)]
    k = 1.5 / math.sqrt(max(count, 1))
    for step in range(_STEPS):
        move = [[-1.6 * k * x, -2.4 * k * y] for x, y in at]
        _repel(at, move, k * k)
        for one, other in edges:
            dx, dy = at[one][0] - at[other][0], at[one][1] - at[other][1]
            force = math.hypot(dx, dy) / k
            move[one][0] -= dx * force
            move[one][1] -= dy * force
            move[other][0] += dx * force
            move[other][1] += dy * force
        heat = 0.12 * (1 - step / _STEPS) + 0.002
        for place, (dx, dy) in zip(at, move, strict=True):
            size = math.hypot(dx, dy) or 1
            place[0] += dx / size * min(size, heat)
            place[1] += dy / size * min(size, heat)
    return _fitted(at)


def network(
    marks: Sequence[Mark], edges: Sequence[tuple[int, int]], places: Sequence[tuple[float, float]], label: str
) -> Markup:
    """Return a network as SVG: edges, nodes as links, and the short names of nodes where there is room."""
    out = [
        Markup('<line class="edge" x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}"/>').format(
            *places[one], *places[other]
        )
        for one, other in edges
    ]
    for mark, (x, y) in zip(marks, places, strict=True):
        out.append(
            Markup(
                '<a href="{}" aria-label="{}"><title>{}</title>'
                '<circle class="{}" cx="{:.0f}" cy="{:.0f}" r="{:.1f}"/></a>'
            ).format(mark.href, mark.text, mark.text, mark.style, x, y, mark.radius)
        )
    out += _names(marks, places)
    return Markup('<svg class="chart net" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, label, Markup("").join(out)
    )


def taken_away(picture: Markup) -> str:
    """Return a picture as a file of its own: with a namespace and with the colours of the light sheet."""
    text = str(picture).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    for name, colours in _COLOURS.items():
        text = text.replace(name, colours)
    return text


def short(text: str, most: int) -> str:
    """Return a name cut at a word, with an ellipsis, where it is longer than that many characters."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > most // 2 else cut).rstrip(" ,;:—-«(") + "…"


def _repel(at: list[list[float]], move: list[list[float]], strength: float) -> None:
    for i, (x, y) in enumerate(at):
        mx, my = move[i]
        for j in range(i):
            dx, dy = x - at[j][0], y - at[j][1]
            force = strength / (dx * dx + dy * dy + 1e-4)
            mx += dx * force
            my += dy * force
            move[j][0] -= dx * force
            move[j][1] -= dy * force
        move[i] = [mx, my]


def _fitted(at: list[list[float]]) -> list[tuple[float, float]]:
    if not at:
        return []
    xs, ys = [x for x, _ in at], [y for _, y in at]
    wide, high = (max(xs) - min(xs)) or 1, (max(ys) - min(ys)) or 1
    return [
        (_MARGIN + (x - min(xs)) / wide * (_WIDTH - 2 * _MARGIN), 24 + (y - min(ys)) / high * (_HEIGHT - 48))
        for x, y in at
    ]


def _names(marks: Sequence[Mark], places: Sequence[tuple[float, float]]) -> list[Markup]:
    """Write names of the largest nodes first, each at the first of four sides where it covers nothing."""
    taken = [(x - m.radius - 3, x + m.radius + 3, y + 4) for m, (x, y) in zip(marks, places, strict=True)]
    out = []
    for mark, (x, y) in sorted(zip(marks, places, strict=True), key=lambda pair: -pair[0].radius):
        long, r = _LETTER * len(mark.named), mark.radius
        sides = (
            ("start", x + r + 5, y + 4), ("end", x - r - 5, y + 4), ("middle", x, y - r - 6), ("middle", x, y + r + 14),
            ("start", x + r, y - r - 3), ("end", x - r, y - r - 3), ("start", x + r, y + r + 11),
            ("end", x - r, y + r + 11),
        )  # fmt: skip
        for anchor, tx, ty in sides if mark.named else ():
            left = tx - {"start": 0, "end": long, "middle": long / 2}[anchor]
            free = all(left + long < a or left > b or abs(ty - c) > 11 for a, b, c in taken)
            if left > 0 and left + long < _WIDTH and free:
                taken.append((left, left + long, ty))
                out.append(
                    Markup(
                        '<text class="halo" aria-hidden="true" x="{:.0f}" y="{:.0f}" text-anchor="{}">{}</text>'
                    ).format(tx, ty, anchor, escape(mark.named))
                )
                break
    return out
