"""Addresses of pages: an IRI of the graph leads to its page, any other web address outward, all else nowhere."""

from urllib.parse import quote, unquote, urlencode

from flask import request, url_for

from kgservice.terms import PREFIXES, is_web_address

_OURS = tuple(PREFIXES[prefix] for prefix in ("kg", "kgv", "shape"))


class Links:
    """Links of one installation, relative to where the asker reached it."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._things = f"{base}id/"

    def path(self, iri: str) -> tuple[str, str] | None:
        """Return kind and key of a thing of ours, or None."""
        if not iri.startswith(self._things):
            return None
        kind, _, key = iri.removeprefix(self._things).partition("/")
        return (kind, unquote(key)) if kind and key else None

    def page(self, iri: str) -> str:
        """Return the address of the page about an IRI of the graph."""
        if found := self.path(iri):
            return url_for("entities.page", kind=found[0], key=found[1])
        return url_for("entities.page_of", iri=iri)

    def data(self, iri: str, suffix: str = "") -> str:
        """Return the address of what is known about an IRI as RDF."""
        dotted = f".{suffix}" if suffix else ""
        if found := self.path(iri):
            return url_for("entities.data", kind=found[0], key=found[1] + dotted)
        return url_for("entities.data_of", iri=iri, format=suffix or None)

    def href(self, iri: str) -> str:
        """Return where a click on an IRI leads; empty when nowhere, as for `javascript:` and anything but http(s)."""
        if iri.startswith(PREFIXES["kg"]):
            return url_for("words.term", name=iri.removeprefix(PREFIXES["kg"]))
        if iri.startswith((self._base, *_OURS)):
            return self.page(iri)
        return iri if is_web_address(iri) else ""

    def outward(self, iri: str) -> bool:
        """Tell whether a click on an IRI leaves this service."""
        return not iri.startswith((self._base, *_OURS)) and is_web_address(iri)


def again(**changes: str) -> str:
    """Return the address of this very page with some parameters changed."""
    # NOTE: not by url_for, which takes parameters such as _scheme for its own
    parameters = request.args.to_dict(flat=False) | {name: [value] for name, value in changes.items()}
    return f"{quote(request.script_root + request.path)}?{urlencode(parameters, doseq=True)}"
