"""The HTTP server: waitress with limits of connections, of the time a request takes to come, of slow readers."""

import json
import logging
import re
import socket
import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask

from kgservice.cli.threads import Dispatcher
from kgservice.errors import KgError
from kgservice.locale import LANGUAGES
from kgservice.metrics import Metrics
from kgservice.settings import Settings
from kgservice.web.negotiation import language
from kgservice.web.problems import RETRY_SECONDS, refusal

_LOG = logging.getLogger("kgservice.web")
_LOOK = 1.0  # seconds between two looks at all connections
_LEAST = 1 << 16  # bytes that a reader must take in KG_READER_SECONDS
_AHEAD = 1 << 18  # bytes of an answer that wait for their reader beside the spool
_DRAINED = 64 << 20  # bytes of a body that are read where no document is taken, so that its refusal can be read
_PORCH = 64  # connections beyond the limit that are told so; those after them are closed
_HEARD = 1 << 16  # bytes of a head in which the asker's language is looked for
_ACCEPT_LANGUAGE = re.compile(rb"^accept-language:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_SLUGS = {400: "request-invalid", 413: "request-too-large", 431: "request-too-large", 501: "request-invalid"}


class Problem(ErrorTask):
    """Answers a request that cannot be read with a problem document."""

    def execute(self) -> None:
        """Write the response and close the connection."""
        request: Any = self.request
        error = request.error
        slug = _SLUGS.get(error.code, "internal")
        channel: Any = self.channel
        server = channel.server
        template = "The request cannot be read: {reason}."
        if error.code == 431:
            template = (
                "The head of the request is longer than {limit} bytes (KG_ADDRESS_BYTES); send the query by POST."
            )
        elif error.code == 413:
            template = "More than {limit} bytes (KG_DELIVERY_BYTES) are sent; pack them (.zip, .gz), or send parts."
        limit = self.channel.adj.max_request_header_size if error.code == 431 else server.settings.delivery_bytes
        _, document = refusal(
            slug, template, channel.language, limit=limit, reason=" ".join(str(error.body).split()).rstrip(".")
        )
        body = json.dumps({**document, "status": error.code}, ensure_ascii=False, indent=1).encode() + b"\n"
        server.counted(slug)
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [*self.response_headers, *_HEADERS, ("Content-Language", channel.language)]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Work(WSGITask):
    """Answers a request; an answer that ends before its end breaks off, and is told of in one line."""

    def execute(self) -> None:
        """Let the application answer."""
        try:
            super().execute()
        except KgError as error:
            if not self.wrote_header:
                raise
            _LOG.warning("An answer broke off while it was sent: %s", error)
            raise ClientDisconnected from None  # NOTE: the one way to have waitress close without a last chunk


class Channel(HTTPChannel):
    """One connection, and how fast it sends and takes."""

    task_class = Work
    error_task_class = Problem

    def __init__(self, *given: Any, **named: Any) -> None:
        self.refused: dict[str, object] | None = None  # on the porch: what `refusal` is given
        self._heard = b""  # of the head of the request that comes in
        self._since = 0.0  # a request is coming in
        self._taken = 0
        self._mark = (0.0, 0)  # when something began to wait for the reader, and what it had taken by then
        super().__init__(*given, **named)
        self._house.admit(self)

    @property
    def _house(self) -> Any:
        return self.server

    @property
    def language(self) -> str:
        """The language that the request asks for, as far as it was read; else that of the house."""
        found = _ACCEPT_LANGUAGE.search(self._heard)
        return language(found[1].decode("latin1") if found else "", LANGUAGES, self._house.settings.lang)

    def received(self, data: bytes) -> bool:
        """Take what comes in; on the porch, answer."""
        if self.request is None:
            self._since = time.time()
            self._heard = data[:_HEARD]
        elif not self.request.headers_finished:
            self._heard += data[: _HEARD - len(self._heard)]
        if self.refused is not None:
            self._say(self._house.refusal(self.language, **self.refused))
            return True
        return bool(super().received(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send, and count what was taken."""
        sent = int(super().send(data, do_close) or 0)
        self._taken += sent
        return sent

    def look(self, now: float, settings: Settings) -> None:
        """Let this connection go where it is too slow or silent for too long."""
        if self.total_outbufs_len:
            begun, taken = self._mark
            if not begun or self._taken - taken >= _LEAST:
                self._mark = (now, self._taken)
            elif now - begun > settings.reader_seconds:
                self._house.counted("reader-too-slow")
                self.handle_close()
            return
        self._mark = (0.0, 0)
        if self.requests:
            return
        if self.request is None:
            silent = 5.0 if self.refused is not None else settings.request_seconds
            self.will_close = self.will_close or now - self.last_activity > silent
            return
        allowed = settings.request_seconds * (1 + (self.request.body_bytes_received >> 20))
        if now - self._since > allowed:
            template = "The request did not come in whole within {seconds:g} s (KG_REQUEST_SECONDS)."
            self._house.counted("request-timeout")
            seconds = settings.request_seconds
            self._say(self._house.refusal(self.language, "request-timeout", template, seconds=seconds))

    def _say(self, response: bytes) -> None:
        """Send a response that no task wrote, and close."""
        with self.outbuf_lock:
            if not self.close_when_flushed:
                self.outbufs[-1].append(response)
                self.total_outbufs_len += len(response)
                self.close_when_flushed = True
        self.server.pull_trigger()


class Server(TcpWSGIServer):
    """Serves an application on a bound socket until it is closed; `metrics` counts what never reaches it."""

    channel_class = Channel

    def __init__(self, application: Any, listener: socket.socket, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        adjustments = Adjustments(
            sockets=[listener],
            threads=settings.threads,
            ident="kgservice",
            channel_request_lookahead=5,
            outbuf_high_watermark=_AHEAD,
            connection_limit=settings.connections + 2 * _PORCH,
            asyncore_use_poll=True,
            channel_timeout=int(settings.request_seconds) + 1,
            cleanup_interval=_LOOK,
            max_request_header_size=4 * settings.address_bytes + (1 << 16),
            max_request_body_size=max(settings.delivery_bytes + (1 << 20), _DRAINED),
            clear_untrusted_proxy_headers=False,
        )
        dispatcher: Any = Dispatcher(adjustments.threads)
        name = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(
            application, {}, True, listener, dispatcher=dispatcher, adj=adjustments, bind_socket=False, sockinfo=name
        )

    def admit(self, channel: Channel) -> None:
        """Take a connection in, or tell it on the porch that there is no room."""
        settings, channels = self.settings, [other for other in self._channels() if other is not channel]
        porch = sum(other.refused is not None for other in channels)
        inside = len(channels) - porch
        host = channel.addr[0]
        limit, setting = 0, ""
        if inside >= settings.connections:
            limit, setting = settings.connections, "KG_CONNECTIONS"
        elif host not in settings.proxies:
            own = sum(other.refused is None and other.addr[0] == host for other in channels)
            if own >= settings.client_connections:
                limit, setting = settings.client_connections, "KG_CLIENT_CONNECTIONS"
        if not limit:
            return
        self.counted("too-many-connections")
        if porch >= _PORCH:
            channel.handle_close()
            return
        template = "{limit} connections are open already ({setting}); close some, or come again later."
        channel.refused = {
            "slug": "too-many-connections", "template": template, "limit": limit, "setting": setting,
        }  # fmt: skip

    def maintenance(self, now: float) -> None:
        """Let go who sends or reads too slowly, and who has been silent for long."""
        for channel in self._channels():
            channel.look(now, self.settings)

    def _channels(self) -> list[Channel]:
        found: Any = self.active_channels
        return list(found.values())

    def refusal(self, language: str, slug: str, template: str, **params: object) -> bytes:
        """Return a whole response that refuses, for where no request can be answered by the application."""
        status, document = refusal(slug, template, language, **params)
        body = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
        return _head(status, body, language) + body

    def counted(self, slug: str) -> None:
        """Count a refusal that the application does not see."""
        self.metrics.count("kg_problems_total", type=slug)


_HEADERS = [
    ("Content-Type", "application/problem+json; charset=utf-8"),
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]
_REASONS = {408: "Request Timeout", 503: "Service Unavailable"}


def _head(status: int, body: bytes, language: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Refused')}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        f"Content-Language: {language}",
    ]
    lines += [f"{name}: {value}" for name, value in _HEADERS]
    if status in RETRY_SECONDS:
        lines.append(f"Retry-After: {RETRY_SECONDS[status]}")
    return ("\r\n".join([*lines, "", ""])).encode()
