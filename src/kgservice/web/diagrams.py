"""A module of the ontology drawn: each class as a card of its properties, lines to the classes they point to."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from kgservice.actions.wording import Texts
from kgservice.actions.words import Module, Word
from kgservice.terms import PREFIXES

_WIDTH, _CARD, _BOX = 780, 330, 250
_HEAD, _ROW, _GAP = 30, 23, 16
_LETTERS = 38  # of a line in a card, and of a name in a box
_CONCEPT = PREFIXES["skos"] + "Concept"

Cards = dict[str, list[tuple[Word, tuple[str, ...]]]]
"""The properties of each class with the classes they point to; none for a concept of a vocabulary."""


def diagram(module: Module, labels: Mapping[str, Texts], lang: str, href: Callable[[str], str], title: str) -> Markup:
    """Return the picture of a module as SVG, or nothing when no property of it leads from a class to a class."""
    cards = _cards(module)
    if not cards:
        return Markup("")
    out: list[Markup] = []
    leaving: dict[str, list[float]] = {}
    y = 2.0
    for domain, rows in cards.items():
        out.append(_card(y, _name(labels, domain, lang), href(domain), len(rows)))
        for place, (word, targets) in enumerate(rows):
            middle = y + _HEAD + (place + 0.5) * _ROW
            out.append(_row(middle, _name(labels, word.iri, lang), href(word.iri), bool(targets)))
            for target in targets:
                leaving.setdefault(target, []).append(middle)
        y += _HEAD + len(rows) * _ROW + _GAP
    lines, boxes, bottom = _targets(leaving, labels, lang, href)
    head = Markup('<svg class="chart cards-of" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>')
    return head.format(_WIDTH, round(max(y - _GAP, bottom) + 8), title, Markup("").join([*lines, *out, *boxes]))


def _cards(module: Module) -> Cards:
    found: Cards = {}
    for word in module.words:
        if word.kind != "object" or not word.range:
            continue
        targets = tuple(target for target in word.range if target != _CONCEPT)
        for domain in word.domain:
            if domain != _CONCEPT:
                found.setdefault(domain, []).append((word, targets))
    return {domain: sorted(found[domain], key=lambda row: (not row[1], row[1], row[0].iri)) for domain in sorted(found)}


def _targets(
    leaving: Mapping[str, list[float]], labels: Mapping[str, Texts], lang: str, href: Callable[[str], str]
) -> tuple[list[Markup], list[Markup], float]:
    """Place each class that is pointed to near the middle of its lines, one below the other."""
    lines, boxes, free = [], [], 2.0
    for target, starts in sorted(leaving.items(), key=lambda item: sum(item[1]) / len(item[1])):
        top = max(free, sum(starts) / len(starts) - _HEAD / 2)
        x, middle = _WIDTH - _BOX, top + _HEAD / 2
        for start in starts:
            lines.append(
                Markup('<path class="edge" fill="none" d="M{} {:.1f}C{} {:.1f} {} {:.1f} {} {:.1f}"/>').format(
                    _CARD, start, _CARD + 90, start, x - 90, middle, x - 7, middle
                )
            )
        lines.append(Markup('<path class="tip" d="M{} {:.1f}l-8 -4v8z"/>').format(x, middle))
        boxes.append(_linked(
            Markup('<title>{full}</title><rect class="box" x="{x}" y="{y:.1f}" width="{w}" height="{h}" rx="4"/>'
                   '<text x="{tx}" y="{ty:.1f}">{text}</text>').format(
                full=_name(labels, target, lang), x=x, y=top, w=_BOX - 2, h=_HEAD, tx=x + 12, ty=middle + 4.5,
                text=_cut(_name(labels, target, lang), _LETTERS - 6),
            ), href(target),
        ))  # fmt: skip
        free = top + _HEAD + 10
    return lines, boxes, free


def _card(y: float, text: str, href: str, rows: int) -> Markup:
    body = Markup(
        '<title>{full}</title><rect class="box" x="1" y="{y:.1f}" width="{w}" height="{h}" rx="4"/>'
        '<text class="name" x="12" y="{ty:.1f}">{text}</text>'
    ).format(full=text, y=y, w=_CARD - 2, h=_HEAD + rows * _ROW + 4, ty=y + 20, text=_cut(text, _LETTERS))
    return _linked(body, href)


def _row(middle: float, text: str, href: str, leads: bool) -> Markup:
    mark = Markup('<circle class="{}" cx="{}" cy="{:.1f}" r="3.5"/>').format(
        "n1" if leads else "n2", _CARD - 14, middle
    )
    body = Markup('<title>{full}</title><text class="q" x="12" y="{y:.1f}">{text}</text>').format(
        full=text, y=middle + 4.5, text=_cut(text, _LETTERS)
    )
    return _linked(body, href) + mark


def _linked(body: Markup, href: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, body) if href else Markup("<g>{}</g>").format(body)


def _name(labels: Mapping[str, Texts], iri: str, lang: str) -> str:
    return labels.get(iri, {}).get(lang) or iri.rpartition("#")[2] or iri


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
