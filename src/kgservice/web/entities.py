"""Things of the graph: an IRI leads to a page for people or to data for programs (Cool URIs 4.2)."""

from itertools import groupby

from flask import Blueprint, Response, g, redirect, request, url_for

from kgservice.actions.describe import Entity, Statement
from kgservice.actions.why import term
from kgservice.errors import NotAcceptable, ParameterInvalid, ThingNotFound
from kgservice.store.interface import FORMATS, Question
from kgservice.terms import KINDS, PREFIXES, Graphs, iri, is_iri, thing
from kgservice.web.answers import Answers, wanted
from kgservice.web.links import Links
from kgservice.web.naming import Naming
from kgservice.web.negotiation import chosen
from kgservice.web.pages import Service, render

SUFFIXES = {"ttl": "turtle", "jsonld": "jsonld", "nt": "ntriples", "rdf": "rdfxml"}
"""Short names of formats by the suffix of an address."""
_LABELS = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel")
_SHOWN = 25  # things that refer to this one, of a property, before the rest folds away


class Things:
    """Answers about one IRI."""

    def __init__(self, service: Service, answers: Answers) -> None:
        self._service = service
        self._answers = answers
        self._names = Graphs(service.settings.base)
        self._links = Links(service.settings.base)
        self._naming = Naming(service)

    def page(self, name: str) -> Response:
        """Return the page of an IRI.

        Raises:
            ThingNotFound: nothing is said about it.
        """
        if moved := self._moved(name, "page"):
            return moved
        entity = self._service.describe.entity(name, g.language) if is_iri(name) else None
        if entity is None:
            raise unknown(name)
        found = self._links.path(name)
        values = [s.value.value for s in (*entity.statements, *entity.incoming) if s.value.kind == "uri"]
        titles = {dataset.name: dataset.title for dataset in self._service.describe.datasets(g.language)}
        labels = self._naming.of({name, *values}, g.language, focus=name)
        response = render(
            "entity.html",
            entity=entity,
            title=labels[name],
            labels=labels,
            kind=found[0] if found else "",
            invented=_invented(entity),
            statements=_grouped(entity.statements),
            incoming=_grouped(entity.incoming),
            titles=titles,
            sources=_sources(entity),
            suffixes=SUFFIXES,
            fold=_SHOWN,
            past=[] if self._service.settings.store else self._service.differences.past(name, g.language),
            why=None if self._service.settings.store else term,
        )
        return self._linked(response, name)

    def data(self, name: str, suffix: str) -> Response:
        """Return what is known about an IRI as RDF; only what is invented where nothing is known.

        Raises:
            ThingNotFound, NotAcceptable: nothing is said about it, or no such format.
        """
        if not is_iri(name):
            raise unknown(name)
        if moved := self._moved(name, "data", suffix):
            return moved
        if suffix and suffix not in SUFFIXES:
            raise NotAcceptable("Data comes as {formats}, not as {suffix}.", formats=", ".join(SUFFIXES), suffix=suffix)
        format_name = wanted("graph", SUFFIXES.get(suffix, ""), request.headers.get("Accept", ""), page=False)
        about = iri(name)
        if self._service.ask.ask(f"ASK {{ {{ {about} ?p ?o }} UNION {{ ?s ?p {about} }} }}"):
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {_both(about)} }}"
        elif self._service.ask.ask(f"ASK {{ GRAPH {iri(self._names.illustrative)} {{ {_both(about)} }} }}"):
            marked = f"{about} {iri(PREFIXES['kg'] + 'evidence')} {iri(PREFIXES['kgv'] + 'evidence/illustrative')}"
            invented = f"GRAPH {iri(self._names.illustrative)} {{ {_both(about)} }}"
            text = f"CONSTRUCT {{ ?s ?p ?o . {marked} }} WHERE {{ {invented} }}"
        else:
            raise unknown(name)
        seconds = self._service.settings.query_seconds
        question = Question(text, format_name, seconds=seconds, client=g.client, id=self._answers.fresh())
        return self._linked(self._answers.respond(question), name)

    def see(self, name: str) -> Response:
        """Return 303 to the page where a browser asks, else to the data in the wanted format.

        A thing that was decided to be the same as another one leads to that, by 301 (RFC 9110 15.4.2).
        """
        if moved := self._moved(name, "see"):
            return moved
        accept = request.headers.get("Accept", "")
        media = {FORMATS[short][0].partition(";")[0]: suffix for suffix, short in SUFFIXES.items()}
        best = chosen(accept, [*media, "text/html"])
        if best is None:
            raise NotAcceptable("This answer comes in none of the formats asked for; there are: {formats}.",
                                formats=", ".join([*media, "text/html"]))  # fmt: skip
        address = self._links.page(name) if best == "text/html" else self._links.data(name, media[best])
        response = redirect(address, 303)
        response.vary.add("Accept")
        return response  # type: ignore[return-value]  # werkzeug's response is flask's here

    def _moved(self, name: str, what: str, suffix: str = "") -> Response | None:
        kept = self._service.describe.replaced(name) if is_iri(name) else ""
        if not kept:
            return None
        found = self._links.path(kept)
        address = self._links.data(kept, suffix) if what == "data" else self._links.page(kept)
        if what == "see" and found:
            address = url_for("entities.see", kind=found[0], key=found[1])
        return redirect(address, 301)  # type: ignore[return-value]  # werkzeug's response is flask's here

    def _linked(self, response: Response, name: str) -> Response:
        links = [f'<{self._links.data(name, suffix)}>; rel="alternate"; type="{_media(suffix)}"' for suffix in SUFFIXES]
        links.append(f'<{self._links.page(name)}>; rel="describedby"; type="text/html"')
        links.append(f'<{name}>; rel="about"')
        if all(ord(character) < 256 for link in links for character in link):
            response.headers["Link"] = ", ".join(links)
        return response


def blueprint(service: Service, answers: Answers) -> Blueprint:
    """Return `/id/…`, `/page/…` and `/data/…` of things, and `/page?iri=`, `/data?iri=` of any IRI."""
    room = Blueprint("entities", __name__)
    things = Things(service, answers)
    base = service.settings.base

    @room.get("/id/<kind>/<path:key>")
    def see(kind: str, key: str) -> Response:
        return things.see(_named(base, kind, key))

    @room.get("/page/<kind>/<path:key>")
    def page(kind: str, key: str) -> Response:
        return things.page(_named(base, kind, key))

    @room.get("/page")
    def page_of() -> Response:
        return things.page(_asked())

    @room.get("/data/<kind>/<path:key>")
    def data(kind: str, key: str) -> Response:
        bare, dot, suffix = key.rpartition(".")
        if dot and suffix in SUFFIXES:
            return things.data(_named(base, kind, bare), suffix)
        return things.data(_named(base, kind, key), "")

    @room.get("/data")
    def data_of() -> Response:
        return things.data(_asked(), request.args.get("format", ""))

    return room


def unknown(name: str) -> ThingNotFound:
    """Return the error for an IRI about which nothing is said."""
    return ThingNotFound("Nothing is known here about {iri}.", iri=name or "—")


def _asked() -> str:
    name = request.args.get("iri", "").strip()
    if not name:
        raise ParameterInvalid("Which thing? Name it in the address: ?iri= and its IRI.")
    return name


def _named(base: str, kind: str, key: str) -> str:
    if kind not in KINDS:
        raise ThingNotFound("There are no things of the kind {kind}.", kind=kind)
    return thing(base, kind, key)


def _both(about: str) -> str:
    return f"{{ {about} ?p ?o BIND({about} AS ?s) }} UNION {{ ?s ?p {about} BIND({about} AS ?o) }}"


def _media(suffix: str) -> str:
    return FORMATS[SUFFIXES[suffix]][0].partition(";")[0]


def _invented(entity: Entity) -> bool:
    """Tell whether everything that is said about a thing is invented."""
    origins = [origin for s in entity.statements for origin in s.origins]
    return bool(origins) and all(origin.evidence == "illustrative" for origin in origins)


def _grouped(statements: tuple[Statement, ...]) -> list[tuple[Statement, list[Statement]]]:
    """Return statements by property, names first; the first of a group stands for the property."""
    ordered = sorted(statements, key=lambda s: (s.predicate not in _LABELS, s.predicate_label, s.predicate))
    groups = [list(group) for _, group in groupby(ordered, key=lambda s: s.predicate)]
    return [(group[0], group) for group in groups]


def _sources(entity: Entity) -> dict[str, tuple[object, ...]]:
    """Return the rows of each source that speaks of a thing."""
    found: dict[str, tuple[object, ...]] = {}
    for statement in entity.statements:
        for origin in statement.origins:
            if origin.source and origin.cells:
                found.setdefault(origin.source, origin.cells)
    return found
