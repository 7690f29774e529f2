"""A draft as a SPARQL server: SPARQL 1.1 Protocol, query and update, for curators."""

import time
from collections.abc import Callable

from flask import Blueprint, Response, g, request

from kgservice.access import Role
from kgservice.actions.edit import Edit
from kgservice.catalogue.service import graphs, service
from kgservice.errors import (
    BodyInvalid,
    KgError,
    MediaTypeUnsupported,
    NotAcceptable,
    ParameterInvalid,
    RequestTooLarge,
)
from kgservice.settings import Settings
from kgservice.store.interface import FORMATS, Answer, Question
from kgservice.terms import Graphs
from kgservice.web import notices, protocol
from kgservice.web.answers import KINDS, Answers, sent, timing, wanted
from kgservice.web.callers import Callers, challenge
from kgservice.web.clients import Watch
from kgservice.web.journal import Journal

_GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


class Endpoint:
    """Answers queries on drafts and their previews, and describes them."""

    def __init__(
        self, edit: Callable[[], Edit], callers: Callers, settings: Settings, journal: Journal, watch: Watch
    ) -> None:
        self._edit = edit
        self._callers = callers
        self._settings = settings
        self._journal = journal
        self._watch = watch

    def answered(self, draft_id: str, address: str) -> Response:
        """Return the answer of a query (SPARQL 1.1 Protocol 2.1), or the description where there is none."""
        self._callers.insist(Role.CURATOR)
        asked = protocol.read(request, self._settings)
        if asked.query is None:
            if request.method in ("GET", "HEAD"):
                return self.described(draft_id, address)
            raise ParameterInvalid("There is no query; send one as the parameter query, or as the body of a POST.")
        g.asked = asked.query
        name = wanted(KINDS[asked.form], asked.format, request.headers.get("Accept", ""), page=False)
        question = Question(
            asked.query, name, asked.default_graphs, asked.named_graphs, _address(self._settings, draft_id, address),
            asked.seconds, g.client, Answers.fresh(), lowered=asked.lowered,
        )  # fmt: skip
        begun = time.monotonic()
        try:
            with self._watch.over(request.environ, question.id):
                answer = self._ask(address)(draft_id, question)
        except KgError as error:
            self._journal.failed(question, begun, error, draft_id)
            raise
        self._journal.answered(question, begun, answer, draft_id)
        return told(answer, draft_id, question)

    def described(self, draft_id: str, address: str) -> Response:
        """Return the service description of a draft, or of its preview (SD 1.1 section 2): its graphs as they are."""
        settings = self._settings
        try:
            name = wanted("graph", request.args.get("format", ""), request.headers.get("Accept", ""), page=False)
        except NotAcceptable:
            name = "turtle"  # as at the endpoint of the release
        names = Graphs(settings.base)
        client = g.client
        found = self._ask(address)(draft_id, Question(_GRAPHS, "tsv", seconds=settings.query_seconds, client=client))
        try:
            rows = b"".join(found.chunks).decode().splitlines()[1:]
        finally:
            found.close()
        counts = {row.strip("<>"): 1 for row in rows}
        lines = [
            *service(names, settings.url, _address(settings, draft_id, address), address == "sparql"),
            *(line for line in graphs(names, counts) if " <http://rdfs.org/ns/void#" not in line),
        ]
        body = "\n".join(f"({line.removesuffix(' .')})" for line in lines)
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES (?s ?p ?o) {{\n{body}\n}} }}"
        question = Question(text, name, seconds=settings.query_seconds, client=client, id=Answers.fresh())
        return told(self._ask(address)(draft_id, question), draft_id, question)

    def _ask(self, address: str) -> Callable[[str, Question], Answer]:
        return self._edit().question if address == "sparql" else self._edit().preview


def blueprint(edit: Callable[[], Edit], callers: Callers, settings: Settings, journal: Journal) -> Blueprint:
    """Return `/drafts/<id>/sparql` and `/preview/sparql` (query, 2.1), `/drafts/<id>/update` (update, 2.2)."""
    room = Blueprint("drafts", __name__)
    room.after_request(challenge)
    watch = Watch(lambda query_id: edit().stop(query_id))
    endpoint = Endpoint(edit, callers, settings, journal, watch)

    @room.route("/drafts/<draft_id>/sparql", methods=["GET", "POST", "QUERY"])
    def sparql(draft_id: str) -> Response:
        return endpoint.answered(draft_id, "sparql")

    @room.route("/drafts/<draft_id>/preview/sparql", methods=["GET", "POST", "QUERY"])
    def preview(draft_id: str) -> Response:
        return endpoint.answered(draft_id, "preview/sparql")

    @room.post("/drafts/<draft_id>/update")
    def update(draft_id: str) -> Response:
        account = callers.insist(Role.CURATOR)
        text, using, using_named = _update(settings)
        g.asked = text
        address = _address(settings, draft_id, "update")
        asked = Question(
            text, "update", base=address, seconds=settings.query_seconds, client=g.client, id=Answers.fresh()
        )
        begun = time.monotonic()
        try:
            with watch.over(request.environ, asked.id):  # an update whose asker leaves is rolled back
                edit().update(draft_id, asked, using, using_named, f"token:{account.name}")
        except KgError as error:
            journal.failed(asked, begun, error, draft_id)
            raise
        journal.updated(asked, begun, draft_id)
        response = Response(status=204)
        del response.headers["Content-Type"]  # there is no content
        response.headers["KG-Release"] = draft_id
        response.headers["Query-Id"] = asked.id
        return response

    return room


def told(answer: Answer, draft_id: str, question: Question) -> Response:
    """Return the response of an answer from a draft; it is never kept by a cache."""
    response = Response(
        sent(answer, request.environ), content_type=FORMATS[question.format][0], direct_passthrough=True
    )
    response.call_on_close(answer.close)
    if answer.size is not None:
        response.content_length = answer.size
    headers = response.headers
    headers["KG-Release"] = draft_id
    headers["KG-Complete"] = "true" if answer.complete else "false"
    if answer.rows is not None:
        headers["KG-Rows"] = str(answer.rows)
    headers["Server-Timing"] = timing(answer.timings)
    if answer.notices:
        headers["KG-Warning"] = notices.header(answer.notices)
    headers["Query-Id"] = question.id
    headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _address(settings: Settings, draft_id: str, name: str) -> str:
    return f"{settings.url}drafts/{draft_id}/{name}"


def _update(settings: Settings) -> tuple[str, list[str], list[str]]:
    """Return the update that a POST carries, and the graphs of its dataset (2.2.1-2.2.3).

    Raises:
        MediaTypeUnsupported, BodyInvalid, RequestTooLarge: the body is of a foreign type, not UTF-8, or too long.
        ParameterInvalid: there is no update, or more than one.
    """
    kind, limit = request.mimetype, settings.query_bytes
    direct = kind == "application/sparql-update"
    if not direct and kind != "application/x-www-form-urlencoded":
        raise MediaTypeUnsupported(
            "Updates come as application/sparql-update or application/x-www-form-urlencoded, not as {kind}.",
            kind=kind or "nothing",
        )
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise MediaTypeUnsupported("Updates are written in UTF-8, not in {charset}.", charset=charset)
    request.max_content_length = limit if direct else 3 * limit
    if (request.content_length or 0) > request.max_content_length:
        raise _too_long(limit)
    try:
        body = request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        raise BodyInvalid("The body is not UTF-8.") from None
    most = settings.parameters
    fields = protocol.fields_of(request.query_string, "address", most)
    fields += [] if direct else protocol.fields_of(body.encode(), "body", most)
    given = [value for name, value in fields if name == "update"] + ([body] if direct else [])
    if len(given) != 1:
        raise ParameterInvalid("A request carries exactly one update, this one carries {count}.", count=len(given))
    if len(given[0].encode()) > limit:
        raise _too_long(limit)
    using = [value for name, value in fields if name == "using-graph-uri"]
    return given[0], using, [value for name, value in fields if name == "using-named-graph-uri"]


def _too_long(limit: int) -> RequestTooLarge:
    return RequestTooLarge("The update is longer than {limit} bytes (KG_QUERY_BYTES).", limit=limit)
