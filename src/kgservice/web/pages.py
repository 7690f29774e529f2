"""What every page has at hand: its language, messages, numbers, links, and the release it speaks of."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from flask import Flask, Response, g, render_template, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from kgservice.actions.annotate import Annotate
from kgservice.actions.ask import Ask
from kgservice.actions.compare import Compare
from kgservice.actions.decide import Decide
from kgservice.actions.describe import Describe
from kgservice.actions.edit import Edit
from kgservice.actions.findings import Findings
from kgservice.actions.impact import Impacts
from kgservice.actions.keeping import Keeping
from kgservice.actions.reporting import Reporting
from kgservice.actions.review import Review
from kgservice.actions.search import Search
from kgservice.actions.waive import Waive
from kgservice.actions.why import Why
from kgservice.errors import KgError
from kgservice.locale import LANGUAGES, date, moment, number, plural, size, translate
from kgservice.releases import Release, Shelf
from kgservice.settings import Settings
from kgservice.terms import shortened
from kgservice.web.links import Links, again
from kgservice.web.nouns import address, heading, noun, person, property_name
from kgservice.web.scripts import Scripts
from kgservice.web.scripts import install as lasting

_LONGEST = 2000  # characters of a text on a page; whole texts are in the data
_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
NAMES = {"ru": "Русский", "en": "English"}
"""Languages in their own words."""


class Service(Protocol):
    """What the web needs of the service behind it."""

    @property
    def settings(self) -> Settings:
        """Return its settings."""

    @property
    def shelf(self) -> Shelf:
        """Return its releases."""

    @property
    def ask(self) -> Ask:
        """Return what answers questions."""

    @property
    def edit(self) -> Edit:
        """Return what works by hand on drafts."""

    @property
    def search(self) -> Search:
        """Return what finds things by name."""

    @property
    def describe(self) -> Describe:
        """Return what describes the graph."""

    @property
    def review(self) -> Review:
        """Return what shows drafts."""

    @property
    def findings(self) -> Findings:
        """Return what reads the findings of drafts and releases."""

    @property
    def reporting(self) -> Reporting:
        """Return what writes reports."""

    @property
    def annotate(self) -> Annotate:
        """Return what makes workbooks in processes of their own."""

    @property
    def why(self) -> Why:
        """Return what says why a statement is there."""

    @property
    def waive(self) -> Waive:
        """Return what lets findings stand."""

    @property
    def differences(self) -> Compare:
        """Return what compares drafts and releases."""

    @property
    def impact(self) -> Impacts:
        """Return what finds the impact of drafts."""

    @property
    def decide(self) -> Decide:
        """Return what decides on drafts."""

    @property
    def keeping(self) -> Keeping:
        """Return what moves readers between releases."""


Render = Callable[..., Response]


def install(app: Flask, service: Service) -> None:
    """Give templates what they need; a page is made by `render`."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    stamp = _stamp(Path(app.static_folder or ""))
    links = Links(service.settings.base)
    scripts = Scripts(Path(app.static_folder or ""), stamp)
    lasting(app, stamp)

    @app.context_processor
    def at_hand() -> dict[str, Any]:
        language: str = g.get("language", service.settings.lang)

        def message(template: str, **params: object) -> Markup:
            return _filled(translate(template, language), params)

        def counted(one: str, many: str, count: int, **params: object) -> Markup:
            return _filled(plural(one, many, count, language), {"n": number(count, language), **params})

        return {
            "lang": language,
            "other_languages": [(tag, NAMES[tag]) for tag in LANGUAGES if tag != language],
            "_": message,
            "plural": counted,
            "noun": lambda kind, count: noun(kind, count, language),
            "heading": lambda kind: heading(kind, language),
            "property_name": lambda iri, label: property_name(iri, label, language),
            "address": lambda iri: address(iri, service.settings.base),
            "person": lambda actor: person(actor, language),
            "number": lambda value: number(value, language),
            "date": lambda value: date(value, language),
            "moment": lambda value: moment(value, language),
            "size": lambda value: size(value, language),
            "links": links,
            "cut": lambda text: text if len(text) <= _LONGEST else text[:_LONGEST] + "…",
            "licensed": lambda address: _LICENCES.get(address, address),
            "again": again,
            "shortened": shortened,
            "release": current(service),
            "remote": bool(service.settings.store),
            "sheet": url_for("static", filename="site.css", v=stamp),
            "scripts": scripts,
            "here": request.path,
        }


def render(template: str, **context: object) -> Response:
    """Return a page in the language of the request."""
    response = Response(render_template(template, **context), content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = g.get("language", "en")
    return response


def prepare(app: Flask) -> None:
    """Compile the templates and load the words of numbers and dates, so that the first reader does not wait for it."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    for language in LANGUAGES:
        number(1, language), date("2026-01-01", language)


def current(service: Service) -> Release | None:
    """Return the release that pages speak of; None before the first one, with a remote store, and when it is broken."""
    try:
        return None if service.settings.store else service.shelf.current()
    except KgError:
        return None  # a broken state is said by /-/ready and by every question; a page of a problem must still appear


def _filled(text: str, params: dict[str, object]) -> Markup:
    # our own messages may carry markup; what goes into them is escaped
    return Markup(text).format(**params) if params else Markup(text)  # noqa: S704


def _stamp(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
