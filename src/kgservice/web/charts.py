"""The picture of an answer: bars in HTML, lines or a network as SVG, always beside its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from kgservice.locale import number, translate
from kgservice.terms import Term
from kgservice.web import curves, pictures
from kgservice.web.links import Links

BARS = 20
"""Bars of a picture; the table has the rest."""
NODES = 150
"""Nodes of a network; the most connected ones, the table has the rest."""
_NAMED = 30  # nodes up to which all are named; in a larger network those with several ties
_KINDS = ("bars", "lines", "network")
_POINTS = 500  # of lines
_SERIES = 4  # colours that the sheet has

_SAID = "{y} over {x}, from {first} to {last}: least {low} ({where_low}), most {high} ({where_high})."

Row = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture; `left` counts the bars, points or nodes that did not fit, `legend` names the colours of lines."""

    kind: str
    body: Markup
    shown: int
    left: int
    legend: tuple[str, ...] = ()


class Charts:
    """Draws rows; where the nodes of a network stand is worked out once for each."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._places = lru_cache(16)(pictures.layout)

    @staticmethod
    def plan(chart: str, columns: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
        """Return kind and columns of a header such as `bars form+sector partnerships`; None where it fits no answer."""
        words = chart.replace("x=", "").replace("y=", "").replace("+", " + ").split()
        names = tuple(word for word in words[1:] if word != "+")
        if not words or words[0] not in _KINDS or len(names) < 2 or not set(names) <= set(columns):
            return None
        return words[0], names

    @staticmethod
    def fitting(columns: Sequence[str], rows: Sequence[Sequence[Term | None]]) -> tuple[str, str, str] | None:
        """Return the picture that columns are made for, as kind and two columns; None for a single column.

        Lines for numbers over times, or over numbers where nothing has a name; bars for numbers beside names; else a
        network of things.
        """
        if len(columns) < 2:
            return None
        cells = {name: [term for row in rows if (term := row[at])] for at, name in enumerate(columns)}
        measured = [
            name for name, found in cells.items() if found and all(curves.position(term) is not None for term in found)
        ]
        times = [name for name in measured if all(_is_time(term) for term in cells[name])]
        numbers = [name for name in measured if name not in times]
        named = [name for name in columns if name not in measured]
        if numbers and times and (not named or columns[0] in times):
            return "lines", times[0], numbers[-1]
        if len(numbers) > 1 and not named:
            return "lines", numbers[0], numbers[-1]
        if numbers:
            return "bars", (named or times or columns)[0], numbers[-1]
        things = [name for name, found in cells.items() if found and all(term.kind == "uri" for term in found)]
        return ("network", things[0], things[1]) if len(things) > 1 else ("bars", columns[0], columns[-1])

    def draw(
        self, kind: str, rows: Sequence[Row], names: Sequence[str], labels: Mapping[str, str], title: str, lang: str
    ) -> Chart | None:
        """Return a picture of a kind; None where the columns cannot be drawn so."""
        if kind == "bars":
            return self.bars(rows, names, labels, lang)
        return self.lines(rows, names, labels, lang) if kind == "lines" else self.network(rows, names, labels, title)

    def lines(self, rows: Sequence[Row], names: Sequence[str], labels: Mapping[str, str], lang: str) -> Chart | None:
        """Return lines: numbers of the second column over numbers or dates of the first, a line for each third."""
        series: dict[str, list[curves.Point]] = {}
        for row in rows:
            x, y = curves.position(row.get(names[0])), curves.position(row.get(names[1]))
            if x is not None and y is not None:
                by = row.get(names[2]) if len(names) > 2 else None
                point = curves.Point(x, y, row[names[0]].value, row[names[1]].value)
                series.setdefault(_named(by, labels) if by else "", []).append(point)
        chosen = sorted(series, key=lambda name: -len(series[name]))[:_SERIES]
        drawn = [sorted(series[name], key=lambda point: point.x)[: _POINTS // len(chosen)] for name in chosen]
        every = [point for points in drawn for point in points]
        if len(every) < 2:
            return None
        first, last = min(every, key=lambda point: point.x), max(every, key=lambda point: point.x)
        low, high = min(every, key=lambda point: point.y), max(every, key=lambda point: point.y)
        label = translate(_SAID, lang).format(
            y=names[1], x=names[0], first=first.across, last=last.across, low=low.up, where_low=low.across,
            high=high.up, where_high=high.across,
        )  # fmt: skip
        body = curves.lines(drawn, label, lang)
        legend = tuple(chosen) if len(names) > 2 else ()
        return Chart("lines", body, len(every), sum(map(len, series.values())) - len(every), legend)

    def bars(self, rows: Sequence[Row], names: Sequence[str], labels: Mapping[str, str], lang: str) -> Chart | None:
        """Return bars: the last column is the length, those before it are the name; in the order of the answer."""
        *parts, value = names
        found = [(row, _size(row.get(value))) for row in rows]
        kept = [(row, size) for row, size in found if size is not None and size >= 0 and parts[0] in row]
        if not kept:
            return None
        most = max(size for _, size in kept[:BARS]) or 1
        out = [self._bar(row, parts, size, most, labels, lang) for row, size in kept[:BARS]]
        return Chart("bars", Markup("<ol class='bars'>{}</ol>").format(Markup("").join(out)), len(out),
                     len(kept) - len(out))  # fmt: skip

    def network(self, rows: Sequence[Row], names: Sequence[str], labels: Mapping[str, str], title: str) -> Chart | None:
        """Return a network of the things of two columns; whoever stands in the first one is drawn full."""
        pairs = [(row[names[0]].value, row[names[1]].value) for row in rows if names[0] in row and names[1] in row]
        degree: dict[str, int] = {}
        for one, other in dict.fromkeys(pairs):
            degree[one] = degree.get(one, 0) + 1
            degree[other] = degree.get(other, 0) + 1
        if not degree:
            return None
        chosen = sorted(degree, key=lambda name: (-degree[name], name))[:NODES]
        place = {name: at for at, name in enumerate(chosen)}
        edges = tuple(sorted({(place[a], place[b]) for a, b in pairs if a in place and b in place and a != b}))
        first = {one for one, _ in pairs}
        marks = [self._mark(name, name in first, degree[name], len(chosen), labels) for name in chosen]
        body = pictures.network(marks, edges, self._places(len(chosen), edges), title)
        return Chart("network", body, len(chosen), len(degree) - len(chosen))

    def _bar(
        self, row: Row, parts: Sequence[str], size: float, most: float, labels: Mapping[str, str], lang: str
    ) -> Markup:
        said = [_named(row[part], labels) for part in parts if part in row]
        first = row[parts[0]]
        href = self._links.href(first.value) if first.kind == "uri" else ""
        name = (
            Markup('<a href="{}">{}</a>').format(href, said[0]) if href else Markup("<span>{}</span>").format(said[0])
        )
        more = Markup(" <span class='muted'>· {}</span>").format(" · ".join(said[1:])) if said[1:] else ""
        drawn = Markup(
            '<svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="b1" width="{:.2f}" height="1"/></svg>'
        ).format(max(100 * size / most, 0.4))
        return Markup("<li><div>{}{}</div>{}<b>{}</b></li>").format(name, more, drawn, number(_tidy(size), lang))

    def _mark(self, name: str, full: bool, ties: int, count: int, labels: Mapping[str, str]) -> pictures.Mark:
        label = labels.get(name, name)
        named = pictures.short(label, 26) if ties > 2 or count <= _NAMED else ""
        href = self._links.href(name) or "#"
        return pictures.Mark(label, "n1" if full else "n2", 4 + 1.6 * ties**0.8, href, named)


def _is_time(term: Term) -> bool:
    return "#g" in term.datatype or "#date" in term.datatype


def _size(term: Term | None) -> float | None:
    try:
        return float(term.value) if term else None
    except ValueError:
        return None


def _tidy(size: float) -> float | int:
    return int(size) if size == int(size) else round(size, 3)


def _named(term: Term, labels: Mapping[str, str]) -> str:
    return labels.get(term.value, term.value) if term.kind == "uri" else term.value
