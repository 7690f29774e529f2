"""Queries that run, seen and stopped: by operators, and by askers who know the id of theirs."""

from flask import Blueprint, Response, json

from kgservice.access import Role
from kgservice.errors import QueryNotFound
from kgservice.store.tickets import Running
from kgservice.web.callers import Callers, challenge
from kgservice.web.pages import Service

_TEXT = 10_000  # characters of a query that are shown


def blueprint(service: Service, callers: Callers) -> Blueprint:
    """Return `/-/queries`, `/-/queries/<id>` and `/-/crashes`."""
    room = Blueprint("tending", __name__)
    room.after_request(challenge)
    settings = service.settings

    def running() -> list[Running]:
        found = service.ask.running()
        return found if settings.store else found + service.edit.running()

    @room.get("/-/queries")
    def queries() -> Response:
        callers.insist(Role.OPERATOR)
        return _json([_told(one, settings.log_clients) for one in running()])

    @room.delete("/-/queries/<query_id>")
    def stop(query_id: str) -> Response:
        # NOTE: an id is a secret of its asker: whoever knows it may stop the query
        stopped = service.ask.stop(query_id) or (not settings.store and service.edit.stop(query_id))
        if not stopped:
            raise QueryNotFound("No query with the id {id} waits or runs.", id=query_id)
        return _nothing()

    @room.get("/-/crashes")
    def crashes() -> Response:
        callers.insist(Role.OPERATOR)
        return _json([{"query": one.query[:_TEXT], "crashes": one.crashes} for one in service.ask.ailing()])

    @room.delete("/-/crashes")
    def forgive() -> Response:
        callers.insist(Role.OPERATOR)
        service.ask.forgive()
        return _nothing()

    return room


def _told(one: Running, clients: bool) -> dict[str, object]:
    store = one.store
    told: dict[str, object] = {
        "id": one.question.id, "state": one.state, "seconds": round(one.seconds, 3), "rows": one.rows,
        "memory": one.memory, "release": store.parent.name if store else None, "format": one.question.format,
        "query": one.question.query[:_TEXT],
    }  # fmt: skip
    if clients:
        told["client"] = one.question.client
    return told


def _json(body: object) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False, indent=1) + "\n", content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _nothing() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]  # there is no content
    response.headers["Cache-Control"] = "no-store"
    return response
