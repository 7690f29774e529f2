"""The graphs of the current release by the SPARQL 1.1 Graph Store HTTP Protocol, reading only (5.2, 5.6)."""

from flask import Blueprint, Response, request

from kgservice.errors import GraphNotFound
from kgservice.store.interface import Question
from kgservice.web.answers import Answers, wanted
from kgservice.web.pages import Service
from kgservice.web.targets import DEFAULT, named


def blueprint(service: Service, answers: Answers) -> Blueprint:
    """Return `/graphs` (`?graph=IRI`, `?default`) and the paths below it, which name `<KG_BASE>graphs/…`."""
    room = Blueprint("graphs", __name__)
    settings = service.settings

    @room.get("/graphs")
    @room.get("/graphs/<path:direct>")
    def graphs(direct: str | None = None) -> Response:
        graph = named(request, settings.base, direct)
        if graph != DEFAULT and not there(graph):
            raise GraphNotFound("There is no graph {graph} here.", graph=graph)
        form = request.args.get("format", "").strip().lower()
        name = wanted("graph", form, request.headers.get("Accept", ""), page=False)
        pattern = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
        return answers.respond(Question(text, name, seconds=settings.query_seconds, id=answers.fresh()))

    def there(graph: str) -> bool:
        current = service.ask.current()
        if current and current.manifest.counts:
            return current.manifest.counts.get(graph, 0) > 0
        return service.ask.ask(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")

    return room
