"""The service describes itself to programs: endpoint, VoID, catalogue record, examples, robots, sitemap."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from kgservice.catalogue.record import SIZE, weighed
from kgservice.catalogue.service import described, service
from kgservice.errors import KgError, NotAcceptable
from kgservice.store.interface import FORMATS, Question
from kgservice.terms import PREFIXES, Graphs, iri
from kgservice.web.answers import Answers, wanted
from kgservice.web.negotiation import wants_page
from kgservice.web.pages import Service, current

_ROBOTS = """User-agent: *
Disallow: /sparql?
Disallow: /queries/*/results
Disallow: /search?
Disallow: /drafts/
Disallow: /curate/
Disallow: /-/
Allow: /

Sitemap: {url}sitemap.xml
"""
_KEPT = 16  # documents: one for each format of a release; monitors and clients ask for them first
_THINGS = 45_000  # a sitemap holds 50,000 addresses
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SEMANTIC = "http://sw.deri.org/2007/07/sitemapextension/scschema.xsd"


class Descriptions:
    """Documents that the release holds as graphs, in any format of a graph."""

    def __init__(self, service: Service, answers: Answers) -> None:
        self._service = service
        self._answers = answers
        self._names = Graphs(service.settings.base)
        self._map: tuple[int, bytes] | None = None
        self._kept: dict[str, bytes] = {}

    def endpoint(self, named: str = "", release: int | None = None) -> Response:
        """Return the service description (SD 1.1 section 2), with the endpoint as we are reached now; never 406.

        `release` is the number of an earlier release that has an endpoint of its own.
        """
        about = iri(described(self._names))
        settings = self._service.settings
        here = f"{settings.url}releases/{release}/sparql" if release is not None else ""
        federated = bool(settings.service_allow) and not settings.store
        lines = service(self._names, settings.url, here, federated=federated)
        try:
            name = wanted("graph", named, request.headers.get("Accept", ""), page=False)
        except NotAcceptable:
            name = "turtle"  # monitors ask with lists that name no type of RDF
        return self._remembered(self._question(self._names.service, name, lines, f"FILTER(?s != {about})"), release)

    def _remembered(self, question: Question, release: int | None = None) -> Response:
        tag = self._service.ask.etag(question, release)
        if not tag:
            return self._answers.respond(question, release)
        body = self._kept.get(tag)
        if body is None:
            reply = self._answers.reply(question, release)
            try:
                body = b"".join(reply.answer.chunks)
            finally:
                reply.answer.close()
            tag = reply.etag
            body = body.replace(SIZE.encode(), f"{PREFIXES['xsd']}nonNegativeInteger".encode())
            self._kept = dict([*self._kept.items()][1 - _KEPT :]) | {tag: body}
        response = Response(body, content_type=FORMATS[question.format][0])
        response.set_etag(tag)
        response.headers |= {"KG-Complete": "true", "Query-Id": question.id, "Cache-Control": "no-cache"}
        response.vary.add("Accept")
        if release is not None:
            response.headers["KG-Release"] = str(release)
        response.make_conditional(request)
        return response

    def void(self) -> Response:
        """Return the VoID description (VoID 6), Turtle to whoever does not say."""
        return self._document(self._names.void, self._format())

    def void_turtle(self) -> Response:
        """Return the VoID description as Turtle."""
        return self._document(self._names.void, "turtle")

    def record(self) -> Response | Redirection:
        """Return the DCAT-AP record with checksums and sizes of the dumps; people get the page of releases."""
        accept = request.headers.get("Accept", "")
        if not request.args.get("format") and wants_page(accept, offers()):
            return redirect(url_for("catalogue.releases"), 303)
        release = current(self._service)
        dumps = release.manifest.dumps if release else {}
        weights = {path.rpartition("/")[2]: (found["sha256"], found["bytes"]) for path, found in dumps.items()}
        return self._remembered(self._question(self._names.record, self._format(), weighed(self._names, weights)))

    def examples(self) -> Response:
        """Return the questions of the library as SPARQL examples."""
        return self._document(self._names.examples, self._format())

    def example(self, name: str) -> Redirection:
        """Return the way to the page of one example."""
        return redirect(url_for("queries.question", name=name), 303)

    def robots(self) -> Response:
        """Return robots.txt: everything may be read, but no queries run and no drafts looked at."""
        return Response(_ROBOTS.format(url=self._service.settings.url), content_type="text/plain; charset=utf-8")

    def sitemap(self) -> Response:
        """Return the sitemap, with the dataset as the semantic sitemap extension has it; made once a release."""
        release = current(self._service)
        number = release.id if release else 0
        if self._map is None or self._map[0] != number:
            self._map = (number, self._sitemap(release.manifest.created[:10] if release else ""))
        response = Response(self._map[1], content_type="application/xml; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response

    def _format(self) -> str:
        named, accept = request.args.get("format", ""), request.headers.get("Accept", "")
        if not named and wants_page(accept, offers()):
            return "turtle"
        return wanted("graph", named, accept, page=False)

    def _document(self, graph: str, name: str, lines: Iterable[str] = ()) -> Response:
        return self._answers.respond(self._question(graph, name, lines))

    def _question(self, graph: str, name: str, lines: Iterable[str] = (), condition: str = "") -> Question:
        rows = "\n".join(f"({line.removesuffix(' .')})" for line in lines)
        more = f" UNION {{ VALUES (?s ?p ?o) {{\n{rows}\n}} }}" if rows else ""
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ GRAPH {iri(graph)} {{ ?s ?p ?o }} {condition} }}{more} }}"
        seconds = self._service.settings.query_seconds
        return Question(text, name, seconds=seconds, client=g.client, id=self._answers.fresh())

    def _sitemap(self, day: str) -> bytes:
        url = self._service.settings.url
        changed = f"<lastmod>{day}</lastmod>" if day else ""
        pages = ["", "sparql", "queries", "releases", *self._questions(), *self._things()]
        release = current(self._service)
        dumps = [f"{url}releases/{release.id}/{path}" for path in release.manifest.dumps] if release else []
        dataset = "".join(
            f"<sc:{name}>{escape(text)}</sc:{name}>"
            for name, text in (
                ("datasetLabel", "kgservice"),
                ("datasetURI", f"{self._names.base}catalogue/dataset"),
                ("sparqlEndpointLocation", f"{url}sparql"),
                *(("dataDumpLocation", dump) for dump in dumps),
            )
        )
        prefix = f'<sc:linkedDataPrefix slicing="subject">{escape(self._names.base)}id/</sc:linkedDataPrefix>'
        entries = "".join(f"<url><loc>{escape(url + page)}</loc>{changed}</url>\n" for page in pages)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns={quoteattr(_SITEMAP)} '
            f"xmlns:sc={quoteattr(_SEMANTIC)}>\n<sc:dataset>{dataset}{prefix}</sc:dataset>\n{entries}</urlset>\n"
        ).encode()

    def _questions(self) -> list[str]:
        try:
            return [f"queries/{name}" for name in self._service.ask.library.queries]
        except KgError:
            return []  # a broken file of the library is said at /queries

    def _things(self) -> list[str]:
        start = f"{self._names.base}id/"
        query = f'SELECT DISTINCT ?s {{ ?s a ?c FILTER(STRSTARTS(STR(?s), "{start}")) }} LIMIT {_THINGS}'
        try:
            return sorted("page/" + row["s"].value.removeprefix(start) for row in self._service.ask.rows(query))
        except KgError:
            return []  # a map of what can be found without asking is better than none


def offers() -> list[str]:
    """Return the media types of everything that the endpoint sends to programs."""
    return list(dict.fromkeys(media.partition(";")[0] for media, _ in FORMATS.values()))


def blueprint(descriptions: Descriptions) -> Blueprint:
    """Return `/.well-known/void`, `/void.ttl`, `/catalogue`, `/.well-known/sparql-examples`, robots and sitemap."""
    room = Blueprint("description", __name__)
    room.add_url_rule("/.well-known/void", "void", descriptions.void)
    room.add_url_rule("/void.ttl", "void_turtle", descriptions.void_turtle)
    room.add_url_rule("/catalogue", "record", descriptions.record)
    room.add_url_rule("/.well-known/sparql-examples", "examples", descriptions.examples)
    room.add_url_rule("/.well-known/sparql-examples/<name>", "example", descriptions.example)
    room.add_url_rule("/robots.txt", "robots", descriptions.robots)
    room.add_url_rule("/sitemap.xml", "sitemap", descriptions.sitemap)
    return room
