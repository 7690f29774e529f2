"""Says again that an answer is still the one its asker has, before the application is troubled with it."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request

from kgservice.metrics import Metrics

_SAYS = "kgservice.unchanged"  # in the environment of a request whose 304 holds as long as the release does
_MOST = 4096  # answers that are remembered
_ASKED = ("QUERY_STRING", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_HOST")
Headers = list[tuple[str, str]]


def install(app: Flask, release: Callable[[], str], metrics: Metrics) -> None:
    """Put `Unchanged` in front of an application; `release` names the current release, or nothing."""
    app.wsgi_app = Unchanged(app.wsgi_app, release, metrics)  # type: ignore[assignment]  # as Flask says to do it


def lasting() -> None:
    """Mark the 304 of this request as one that may be said again to the same question on the same release."""
    request.environ[_SAYS] = True


class Unchanged:
    """A WSGI application in front of another: it repeats the 304 of `/sparql` that the inner one gave on this release.

    What was asked is compared whole: address, entity tags and all headers that an answer may differ by. A release that
    is published meanwhile makes it forget everything (RFC 9110 15.4.5, RFC 9111 4.3).
    """

    def __init__(self, inner: Callable[..., Iterable[bytes]], release: Callable[[], str], metrics: Metrics) -> None:
        self._inner = inner
        self._release = release
        self._metrics = metrics
        self._guard = threading.Lock()
        self._known: tuple[str, dict[bytes, Headers]] = ("", {})

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if (
            "HTTP_IF_NONE_MATCH" not in environ
            or environ["PATH_INFO"] != "/sparql"
            or environ["REQUEST_METHOD"] != "GET"
            or "HTTP_QUERY_ID" in environ
        ):
            return self._inner(environ, start)
        release = self._release()
        asked = "\0".join([environ.get(name, "") for name in _ASKED]).encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(asked, digest_size=16).digest()
        of, known = self._known
        if release and of == release and (headers := known.get(key)):
            self._metrics.count("kg_requests_total", room="sparql", status="304")
            start("304 NOT MODIFIED", [*headers])
            return ()

        def begun(status: str, headers: Headers, *error: Any) -> Any:
            if environ.get(_SAYS) and status.startswith("304") and ("KG-Release", release) in headers:
                self._keep(release, key, [(name, value) for name, value in headers if name != "Query-Id"])
            return start(status, headers, *error)

        return self._inner(environ, begun)

    def _keep(self, release: str, key: bytes, headers: Headers) -> None:
        with self._guard:
            if self._known[0] != release:
                self._known = (release, {})
            known = self._known[1]
            if len(known) >= _MOST:
                del known[next(iter(known))]
            known[key] = headers
