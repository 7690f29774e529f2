"""The SPARQL endpoint: the protocol for programs, the query page where a browser asks."""

from flask import Blueprint, Response, request

from kgservice.errors import KgError, ParameterInvalid
from kgservice.settings import Settings
from kgservice.web import protocol
from kgservice.web.answers import KINDS, Answers, wanted
from kgservice.web.asking import Asking
from kgservice.web.description import Descriptions, offers
from kgservice.web.negotiation import wants_page


def blueprint(answers: Answers, asking: Asking, descriptions: Descriptions, settings: Settings) -> Blueprint:
    """Return `/sparql`: SPARQL 1.1 Protocol, query operation (2.1), by GET, POST of both kinds, and QUERY.

    `/releases/<id>/sparql` is the same on a release that is kept: its answers never change. Without a query a browser
    gets the query page, and a program the service description.
    """
    room = Blueprint("sparql", __name__)

    @room.route("/sparql", methods=["GET", "POST", "QUERY"])
    def sparql() -> Response:
        return answered(None, "")

    @room.route("/releases/<int:number>/sparql", methods=["GET", "POST", "QUERY"])
    def release(number: int) -> Response:
        answers.insist(number)
        return answered(number, f"{settings.url}releases/{number}/sparql")

    def answered(number: int | None, endpoint: str) -> Response:
        accept = request.headers.get("Accept", "")
        asked = protocol.read(request, settings)
        if asked.query is None:
            if asked.format == "html" or (not asked.format and wants_page(accept, offers())):
                return asking.page(asked, number)
            if request.method in ("GET", "HEAD"):
                return descriptions.endpoint(asked.format, number)
            raise ParameterInvalid("There is no query; send one as the parameter query, or as the body of a POST.")
        if b"do=format" in request.query_string and wants_page(accept, offers()):
            return asking.formatted(asked, number)
        kind = KINDS[asked.form]
        name = wanted(kind, asked.format, accept)
        if name == "html":
            try:
                return asking.answered(asked, kind, number)
            except KgError as error:
                return asking.failed(asked, error, number)
        return answers.respond(answers.question(asked, name, endpoint), number)

    return room
