"""What the asker wants among what there is: media types and languages by quality (RFC 9110 12.5)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 8192  # characters of an Accept header that are looked at
_PARTS = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PIECES = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+')
_WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")

ALIASES: Mapping[str, tuple[str, ...]] = {
    "application/sparql-results+json": ("application/json",),
    "application/sparql-results+xml": ("application/xml", "text/xml"),
    "text/turtle": ("application/x-turtle", "text/n3", "text/rdf+n3", "application/rdf+n3"),
    "application/n-triples": ("text/plain",),
    "application/ld+json": ("application/json",),
    "application/rdf+xml": ("application/xml", "text/xml"),
    "text/html": ("application/xhtml+xml",),
}
"""Other names that askers use for a media type; what is sent always carries the right one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One range of an Accept header with the parameters it insists on, and its weight from 0 to 1."""

    kind: str
    form: str
    parameters: frozenset[str]
    weight: float

    def closeness(self, media_type: str) -> int:
        """Return how closely the range names a media type; 0 when not at all (RFC 9110 12.5.1)."""
        name, *parameters = (part.strip().lower() for part in media_type.split(";"))
        kind, _, form = name.partition("/")
        if (self.kind, self.form) == ("*", "*"):
            return 1
        if self.kind != kind or self.form not in ("*", form):
            return 0
        if self.form == "*":
            return 2
        return 3 + len(self.parameters) if self.parameters <= set(parameters) else 0


def wishes(accept: str) -> list[Wish]:
    """Read an Accept header; what is no media range is passed over, and an empty header means anything.

    What stands beyond 8 KiB is not read, so that a refusal might be wrong: then anything will do, if nothing else does.
    """
    found = [Wish("*", "*", frozenset(), 0.001)] if len(accept) > _LONGEST else []
    for part in _PARTS.findall(accept[:_LONGEST]):
        name, *parameters = [piece.strip().lower() for piece in _PIECES.findall(part)] or [""]
        kind, slash, form = name.partition("/")
        weight, insisted = 1.0, []
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
                break  # what follows the weight belongs to no media type
            # what we write is UTF-8 in any case (Accept-Charset is gone: 12.5.2), and of any version (1.2 Protocol)
            if key.strip() not in ("charset", "version"):
                insisted.append(f"{key.strip()}={value.strip().strip(chr(34))}")
        if slash and kind and form and not (kind == "*" and form != "*"):
            found.append(Wish(kind, form, frozenset(insisted), weight))
    return found or ([] if accept.strip() else [Wish("*", "*", frozenset(), 1.0)])


def chosen(accept: str, offers: Sequence[str]) -> str | None:
    """Return the offered media type that is wanted most, or None when none is acceptable.

    Each offer weighs what the closest range that names it says; among equals the earlier offer wins. Names of `ALIASES`
    count where the type itself is not named.
    """
    return _chosen(accept, tuple(offers))


@lru_cache(maxsize=256)  # few headers are asked again and again; each is at most 8 KiB that counts
def _chosen(accept: str, offers: tuple[str, ...]) -> str | None:
    asked = wishes(accept)
    best, best_weight = None, 0.0
    for offer in offers:
        weight = max(_weight(name, asked) for name in (offer, *_aliases(offer, asked)))
        if weight > best_weight:
            best, best_weight = offer, weight
    return best


def wants_page(accept: str, offers: Sequence[str] = ("application/json",)) -> bool:
    """Tell whether `text/html` wins over the offers: a browser asks, not a program."""
    return chosen(accept, [*offers, "text/html"]) == "text/html"


def language(accept: str, offers: Sequence[str], default: str) -> str:
    """Return the offered language that an Accept-Language header wants most, else the default (RFC 9110 12.5.4)."""
    if not accept:
        return default
    weights: dict[str, float] = {}
    for part in accept[:_LONGEST].split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        value = weight.strip().removeprefix("q=").strip()
        heavy = 1.0 if not value else float(value) if _WEIGHT.fullmatch(value) else 0.0
        weights[name] = max(weights.get(name, 0.0), heavy)
    best = max(offers, key=lambda offer: (weights.get(offer, 0.0), offer == default))
    return best if weights.get(best, 0.0) > 0 else default


def _weight(media_type: str, asked: Sequence[Wish]) -> float:
    close = max(
        ((wish.closeness(media_type), wish.weight) for wish in asked), default=(0, 0.0), key=lambda pair: pair[0]
    )
    return close[1] if close[0] else 0.0


def _aliases(offer: str, asked: Sequence[Wish]) -> tuple[str, ...]:
    name = offer.partition(";")[0].strip()
    if any(wish.closeness(offer) >= 3 for wish in asked):
        return ()
    return tuple(alias for alias in ALIASES.get(name, ()) if any(wish.closeness(alias) >= 3 for wish in asked))
