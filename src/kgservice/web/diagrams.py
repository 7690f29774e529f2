"""A module of the ontology drawn: its classes on the left, what their properties point to on the right."""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from kgservice.actions.wording import Texts
from kgservice.actions.words import Module, Word

_ROW, _BOX, _WIDTH = 34, 220, 760
_LETTERS = 30  # of a label in a box, and beside an arrow


def diagram(module: Module, labels: Mapping[str, Texts], lang: str, href: Callable[[str], str], title: str) -> Markup:
    """Return the picture of a module as SVG, or nothing when no property of it leads from a class to a class."""
    rows = _rows(module)
    if not rows:
        return Markup("")
    out, before = [], ""
    for place, (domain, word, target) in enumerate(rows):
        y = place * _ROW + 4
        if domain != before:
            out.append(_box(0, y, _name(labels, domain, lang), href(domain)))
        out.append(_arrow(y, word.label.get(lang, ""), href(word.iri)))
        out.append(_box(_WIDTH - _BOX, y, _name(labels, target, lang), href(target)))
        before = domain
    head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>')
    return head.format(_WIDTH, len(rows) * _ROW + 4, title, Markup("").join(out))


def _rows(module: Module) -> Sequence[tuple[str, Word, str]]:
    found = [
        (domain, word, target)
        for word in module.words
        if word.kind == "object"
        for domain in word.domain
        for target in word.range
    ]
    return sorted(found, key=lambda row: (row[0], row[1].iri, row[2]))


def _name(labels: Mapping[str, Texts], iri: str, lang: str) -> str:
    return labels.get(iri, {}).get(lang) or iri.rpartition("#")[2] or iri


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def _box(x: int, y: int, text: str, href: str) -> Markup:
    body = Markup(
        '<title>{full}</title><rect class="ring" x="{x}" y="{y}" width="{w}" height="26" rx="3"/>'
        '<text x="{tx}" y="{ty}" text-anchor="middle">{text}</text>'
    ).format(full=text, x=x + 1, y=y, w=_BOX - 2, tx=x + _BOX / 2, ty=y + 17, text=_cut(text))
    return Markup('<a href="{}">{}</a>').format(href, body) if href else body


def _arrow(y: int, text: str, href: str) -> Markup:
    start, end, middle = _BOX + 4, _WIDTH - _BOX - 4, y + 13
    body = Markup(
        '<title>{full}</title><path class="edge" fill="none" '
        'd="M{start} {m}H{end}M{back} {up}L{end} {m}L{back} {down}"/>'
        '<text class="halo q" x="{x}" y="{ty}" text-anchor="middle">{text}</text>'
    ).format(
        full=text, start=start, end=end, back=end - 6, m=middle, up=middle - 4, down=middle + 4,
        x=(start + end) / 2, ty=middle + 4, text=_cut(text),
    )  # fmt: skip
    return Markup('<a href="{}">{}</a>').format(href, body)
