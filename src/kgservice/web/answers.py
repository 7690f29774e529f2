"""From a question to a response: format, entity tag, the headers that tell the truth about an answer."""

import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from flask import Response, g, request

from kgservice.actions.ask import Ask, Reply
from kgservice.errors import KgError, NotAcceptable, ParameterInvalid
from kgservice.settings import Settings
from kgservice.store.interface import FORMATS, Answer, Question
from kgservice.store.outward import FEDERATED
from kgservice.web import notices, unchanged
from kgservice.web.clients import Watch
from kgservice.web.journal import Journal
from kgservice.web.negotiation import chosen
from kgservice.web.protocol import Asked

KINDS: Mapping[str, str] = {"select": "bindings", "ask": "boolean", "construct": "graph", "describe": "graph"}
"""Kind of answer by form of query."""
_ALSO: Mapping[str, tuple[str, ...]] = {
    "ttl": ("turtle",), "nt": ("ntriples",), "nq": ("nquads",), "json-ld": ("jsonld",), "rdf": ("rdfxml",),
    "xml": ("rdfxml",), "json": ("jsonld",), "excel-csv": ("excel",),
}  # fmt: skip
"""Other short names of formats, where the name itself is none for that kind of answer."""
_SECRET = os.urandom(32)
_ID = re.compile(r"[A-Za-z0-9._~-]{8,128}")
_FILES = {"xlsx": "xlsx", "excel": "csv", "parquet": "parquet"}
"""Endings of the formats that browsers keep as a file."""
# what the clock, chance or a fresh name goes into has no entity tag: the next answer may differ
_FLEETING = re.compile(r"\b(?:(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(|SERVICE\b)", re.IGNORECASE)


@lru_cache(maxsize=8)
def formats(kind: str) -> dict[str, str]:
    """Return the formats that carry a kind of answer: media type by short name, the one we prefer first."""
    return {name: media for name, (media, kinds) in FORMATS.items() if kind in kinds.split()}


@lru_cache(maxsize=256)
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
        name = named.partition(";")[0].strip().lower()
        names = [*offered, *media.values()]
        found = next((one for one in (name, *_ALSO.get(name, ())) if one in names), media.get(name))
    else:
        best = chosen(accept, list(media))
        found = media[best] if best else None
    if found is None:
        listed = ", ".join(f"{name} ({value.partition(';')[0]})" for name, value in offered.items())
        raise NotAcceptable("This answer comes in none of the formats asked for; there are: {formats}.", formats=listed)
    return found


class Answers:
    """Asks on behalf of a request, and says in the headers what the answer is worth."""

    def __init__(self, ask: Ask, settings: Settings, journal: Journal) -> None:
        self._ask = ask
        self._journal = journal
        self._endpoint = f"{settings.url}sparql"
        self._watch = Watch(ask.stop)

    def question(self, asked: Asked, name: str, endpoint: str = "") -> Question:
        """Return the question that a request asks, in a format; relative IRIs stand against the endpoint (2.3)."""
        g.asked = asked.query or ""  # for the excerpt where it does not parse
        return Question(
            asked.query or "", name, asked.default_graphs, asked.named_graphs, endpoint or self._endpoint,
            asked.seconds, g.get("client", ""), self.fresh(), g.get("language", "") if name == "xlsx" else "",
            bool(request.headers.get(FEDERATED)), asked.lowered, asked.illustrative,
        )  # fmt: skip

    def insist(self, release: int) -> None:
        """Let the number of a release pass that can be asked. Raises ReleaseNotFound and ReleaseGone."""
        self._ask.insist(release)

    @staticmethod
    def fresh() -> str:
        """Return the id of the query that this request asks: the asker's own, or one that nobody can guess.

        Raises:
            ParameterInvalid: the asker's own is too short, too long, or of other signs.
        """
        own = request.headers.get("Query-Id", "")
        if own and not _ID.fullmatch(own):
            raise ParameterInvalid("Query-Id has 8 to 128 letters, digits and -._~ of ASCII.")
        # NOTE: a secret hashed with a moment of a thread is as hard to guess as chance, and costs no system call
        moment = f"{time.monotonic_ns()} {threading.get_ident()}".encode()
        g.query_id = own or hashlib.blake2b(moment, digest_size=16, key=_SECRET).hexdigest()
        return str(g.query_id)

    def reply(self, question: Question, release: int | None = None) -> Reply:
        """Ask while watching that the asker stays, and note what became of it; errors as `Ask.question`."""
        begun = time.monotonic()
        streams = False
        self._watch.begin(request.environ, question.id)
        try:
            reply = self._ask.question(question, release)
            streams = reply.answer.size is None
        except KgError as error:
            self._journal.failed(question, begun, error, release)
            raise
        finally:
            if not streams:
                self._watch.end(question.id)
        self._journal.answered(question, begun, reply.answer, reply.release)
        if streams:
            reply.answer.chunks = _Ending(reply.answer.chunks, lambda: self._watch.end(question.id))
        return reply

    def respond(self, question: Question, release: int | None = None) -> Response:
        """Return the response to a question, or 304 when the asker has it already; errors as `Ask.question`."""
        lasting = not _FLEETING.search(question.query)
        if lasting and request.if_none_match:
            tag = self._ask.etag(question, release)
            if tag and request.if_none_match.contains_weak(tag):
                response = Response(status=304)
                response.set_etag(tag)
                if release is not None:
                    response.headers["KG-Release"] = str(release)
                unchanged.lasting()
                return _kept(response, release if lasting else None)
        reply = self.reply(question, release)
        body = sent(reply.answer, request.environ)
        response = Response(body, content_type=FORMATS[question.format][0], direct_passthrough=True)
        response.call_on_close(reply.answer.close)
        if reply.answer.size is not None:
            response.content_length = reply.answer.size
        if lasting and reply.etag:
            response.set_etag(reply.etag)
        self.tell(response, reply, question.id)
        if ending := _FILES.get(question.format):
            response.headers["Content-Disposition"] = f'attachment; filename="release-{reply.release}.{ending}"'
            response.headers["Vary"] = "Accept-Language"
        return _kept(response, release if lasting and reply.answer.size is not None else None)

    def tell(self, response: Response, reply: Reply, query_id: str) -> None:
        """Write what is known of an answer into the headers: release, wholeness, rows, times."""
        answer = reply.answer
        told = {
            "KG-Release": str(reply.release), "KG-Complete": "true" if answer.complete else "false",
            "Server-Timing": timing(answer.timings), "Query-Id": query_id,
        }  # fmt: skip
        if answer.rows is not None:
            told["KG-Rows"] = str(answer.rows)
        if answer.notices:
            told["KG-Warning"] = notices.header(answer.notices)
        if reply.created:
            told["Last-Modified"] = _http_date(reply.created)
        response.headers.extend(told)


def sent(answer: Answer, environ: Mapping[str, Any]) -> Iterable[bytes]:
    """Return what a server sends: a file where it can, so that no thread waits for a slow reader."""
    wrapper: Callable[[Any], Iterable[bytes]] | None = environ.get("wsgi.file_wrapper")
    return wrapper(answer.file) if wrapper and answer.file and environ["REQUEST_METHOD"] != "HEAD" else answer.chunks


def timing(timings: Mapping[str, float]) -> str:
    """Return the value of Server-Timing: milliseconds of each part, and of the request so far."""
    total = (time.monotonic() - g.begun) * 1000 if "begun" in g else 0.0
    return ", ".join(f"{name};dur={value:.4g}" for name, value in (*timings.items(), ("total", total)))


@lru_cache(maxsize=64)
def _http_date(created: str) -> str:
    return format_datetime(datetime.fromisoformat(created).astimezone(UTC), usegmt=True)


def _kept(response: Response, release: int | None) -> Response:
    """Let caches keep an answer of a release that was asked for by number; what the current one says they must ask."""
    lasting = "public, max-age=31536000, immutable"
    response.headers.extend({"Cache-Control": "no-cache" if release is None else lasting, "Vary": "Accept"})
    return response


class _Ending:
    """Chunks that say when they end, by their end or by being closed."""

    def __init__(self, chunks: Iterator[bytes], ended: Callable[[], None]) -> None:
        self._chunks = chunks
        self._ended = ended

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        self._ended()
        close = getattr(self._chunks, "close", None)
        if close:
            close()
