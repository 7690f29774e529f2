"""The graphs of a draft by the SPARQL 1.1 Graph Store HTTP Protocol: read, replaced, merged, removed, made."""

import uuid
from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from kgservice.access import Role
from kgservice.actions.edit import Edit
from kgservice.settings import Settings
from kgservice.store.interface import Question
from kgservice.web.answers import Answers, wanted
from kgservice.web.bodies import documents
from kgservice.web.callers import Callers, challenge
from kgservice.web.clients import Watch
from kgservice.web.drafts import told
from kgservice.web.targets import DEFAULT, named, target

_PATH = "/drafts/<draft_id>/graphs"


def blueprint(edit: Callable[[], Edit], callers: Callers, settings: Settings) -> Blueprint:
    """Return `/drafts/<id>/graphs` (`?graph=IRI`, `?default`) and every path below it (section 4.1)."""
    room = Blueprint("draft_graphs", __name__)
    room.after_request(challenge)

    watch = Watch(lambda query_id: edit().stop(query_id))

    def question(graph: str, name: str = "turtle", seconds: float = settings.query_seconds) -> Question:
        # relative IRIs in a document stand against the graph that it becomes (section 4.1)
        base = graph or f"{settings.url}{request.path[1:]}"
        return Question("", name, base=base, seconds=seconds, client=g.get("client", ""), id=Answers.fresh())

    def read(draft_id: str, direct: str | None = None) -> Response:
        callers.insist(Role.CURATOR)
        graph = named(request, settings.base, direct)
        form = request.args.get("format", "").strip().lower()
        asked = question(graph, wanted("graph", form, request.headers.get("Accept", ""), page=False))
        return told(edit().graph(draft_id, graph, asked), draft_id, asked)

    def write(draft_id: str, direct: str | None = None) -> Response:
        account = callers.insist(Role.CURATOR)
        graph = target(request, settings.base, direct)
        location = ""
        if graph is None and request.method == "POST":
            key = uuid.uuid4().hex
            graph, location = f"{settings.base}graphs/{key}", f"{request.base_url}/{key}"
        elif graph is None:
            graph = named(request, settings.base, direct)
        with edit().incoming() as fresh:
            sent = documents(request, settings.delivery_bytes, fresh)
            whole = request.method == "PUT"
            actor = f"token:{account.name}"
            asked = question(graph, seconds=settings.import_seconds)
            with watch.over(request.environ, asked.id):
                created = edit().write(draft_id, graph, sent, whole, asked, actor)
        return _done(draft_id, 201 if created else 204, location or _location(graph, created))

    def remove(draft_id: str, direct: str | None = None) -> Response:
        account = callers.insist(Role.CURATOR)
        graph = named(request, settings.base, direct)
        edit().delete(draft_id, graph, question(graph), f"token:{account.name}")
        return _done(draft_id, 204, "")

    for path in (_PATH, f"{_PATH}/<path:direct>"):
        room.add_url_rule(path, "read", read, methods=["GET"])
        room.add_url_rule(path, "write", write, methods=["PUT", "POST"])
        room.add_url_rule(path, "remove", remove, methods=["DELETE"])
    return room


def _location(graph: str, created: bool) -> str:
    if not created or graph == DEFAULT:
        return ""
    if request.query_string:
        return f"{request.base_url}?graph={quote(graph, safe='')}"
    return request.host_url.rstrip("/") + str(request.environ.get("REQUEST_URI", request.path))


def _done(draft_id: str, status: int, location: str) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]  # there is no content
    response.headers["KG-Release"] = draft_id
    if location:
        response.headers["Location"] = location
    return response
