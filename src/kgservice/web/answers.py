"""From a question to a response: format, entity tag, the headers that tell the truth about an answer."""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime

from flask import Response, g, request

from kgservice.actions.ask import Ask, Reply
from kgservice.errors import NotAcceptable
from kgservice.settings import Settings
from kgservice.store.interface import FORMATS, Question
from kgservice.web.clients import Watch
from kgservice.web.negotiation import chosen
from kgservice.web.protocol import Asked

KINDS: Mapping[str, str] = {"select": "bindings", "ask": "boolean", "construct": "graph", "describe": "graph"}
"""Kind of answer by form of query."""
_FILES = {"xlsx": "xlsx", "excel": "csv", "parquet": "parquet"}
"""Endings of the formats that browsers keep as a file."""
# what the clock, chance or a fresh name goes into has no entity tag: the next answer may differ
_FLEETING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)


def formats(kind: str) -> dict[str, str]:
    """Return the formats that carry a kind of answer: media type by short name, the one we prefer first."""
    return {name: media for name, (media, kinds) in FORMATS.items() if kind in kinds.split()}


def wanted(kind: str, named: str, accept: str, page: bool = True) -> str:
    """Return the short name of the format that the asker wants, `html` where a page wins.

    `named` is the value of `format`: a short name or a media type; it wins over the Accept header.

    Raises:
        NotAcceptable: there is no such format for this kind of answer; the message lists those there are.
    """
    offered = formats(kind)
    media: dict[str, str] = {}
    for name, value in offered.items():
        media.setdefault(value.partition(";")[0], name)
    if page:
        media["text/html"] = "html"
    if named:
        found = named if named in offered or named in media.values() else media.get(named)
    else:
        best = chosen(accept, list(media))
        found = media[best] if best else None
    if found is None:
        listed = ", ".join(f"{name} ({value.partition(';')[0]})" for name, value in offered.items())
        raise NotAcceptable("This answer comes in none of the formats asked for; there are: {formats}.", formats=listed)
    return found


class Answers:
    """Asks on behalf of a request, and says in the headers what the answer is worth."""

    def __init__(self, ask: Ask, settings: Settings) -> None:
        self._ask = ask
        self._endpoint = f"{settings.url}sparql"
        self._watch = Watch(ask.stop)

    def question(self, asked: Asked, name: str) -> Question:
        """Return the question that a request asks, in a format; relative IRIs stand against the endpoint (2.3)."""
        return Question(
            asked.query or "", name, asked.default_graphs, asked.named_graphs, self._endpoint, asked.seconds,
            g.get("client", ""), self.fresh(), g.get("language", "") if name == "xlsx" else "",
        )  # fmt: skip

    @staticmethod
    def fresh() -> str:
        """Return an id for a query that nobody can guess."""
        return uuid.uuid4().hex

    def reply(self, question: Question, release: int | None = None) -> Reply:
        """Ask while watching that the asker stays; errors as `Ask.question`."""
        with self._watch.over(request.environ, question.id):
            return self._ask.question(question, release)

    def respond(self, question: Question, release: int | None = None) -> Response:
        """Return the response to a question, or 304 when the asker has it already; errors as `Ask.question`."""
        lasting = not _FLEETING.search(question.query)
        if lasting and request.if_none_match:
            tag = self._ask.etag(question, release)
            if tag and request.if_none_match.contains_weak(tag):
                response = Response(status=304)
                response.set_etag(tag)
                return _varied(response)
        reply = self.reply(question, release)
        response = Response(reply.answer.chunks, content_type=FORMATS[question.format][0], direct_passthrough=True)
        response.call_on_close(reply.answer.close)
        if reply.answer.size is not None:
            response.content_length = reply.answer.size
        if lasting and reply.etag:
            response.set_etag(reply.etag)
        self.tell(response, reply, question.id)
        if ending := _FILES.get(question.format):
            response.headers["Content-Disposition"] = f'attachment; filename="release-{reply.release}.{ending}"'
            response.vary.add("Accept-Language")
        return _varied(response)

    def tell(self, response: Response, reply: Reply, query_id: str) -> None:
        """Write what is known of an answer into the headers: release, wholeness, rows, times."""
        answer, headers = reply.answer, response.headers
        headers["KG-Release"] = str(reply.release)
        headers["KG-Complete"] = "true" if answer.complete else "false"
        if answer.rows is not None:
            headers["KG-Rows"] = str(answer.rows)
        headers["Server-Timing"] = ", ".join(f"{name};dur={value:g}" for name, value in answer.timings.items())
        headers["Query-Id"] = query_id
        current = self._ask.current()
        if current and current.id == reply.release:
            response.last_modified = datetime.fromisoformat(current.manifest.created)


def _varied(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept")
    return response
