"""What holds for every request and every response: limits, security headers, CORS, who asks and in which language."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

from kgservice.errors import RequestTooLarge
from kgservice.locale import LANGUAGES
from kgservice.settings import Settings
from kgservice.web.clients import client
from kgservice.web.negotiation import language

_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_EXPOSED = (
    "ETag, Link, Location, Retry-After, Content-Language, Server-Timing, Query-Id, KG-Release, KG-Complete, KG-Rows, "
    "KG-Warning"
)
_LARGE = ("draft_graphs", "uploads", "newsource")  # blueprints that take documents, with a limit of their own
_FORM = 1 << 20  # bytes of a form around its files
_PRIVATE = "/curate"  # pages of people: no other origin reads them, no cache keeps them
_YEAR = 365 * 24 * 3600


def install(app: Flask, settings: Settings, release: Callable[[], str]) -> None:
    """Put the guard before and after every request; `release` names the current release, or nothing."""
    app.wsgi_app = _dressed(app.wsgi_app)  # type: ignore[method-assign]  # as Flask says to do it

    @app.before_request
    def enter() -> None:
        g.begun = time.monotonic()
        g.client = client(request.environ, settings.proxies)
        g.language = _language(settings.lang)
        if request.blueprint in _LARGE and (request.content_length or 0) > settings.delivery_bytes + _FORM:
            raise RequestTooLarge(
                "More than {limit} bytes (KG_DELIVERY_BYTES) are sent; pack them (.zip, .gz), or send parts.",
                limit=settings.delivery_bytes,
            )
        if request.blueprint not in _LARGE and (request.content_length or 0) > 4 * settings.query_bytes:
            raise RequestTooLarge(
                "The body is longer than {limit} bytes, four times KG_QUERY_BYTES; nothing here takes that much.",
                limit=4 * settings.query_bytes,
            )

    @app.after_request
    def leave(response: Response) -> Response:
        if "query_id" in g and "Query-Id" not in response.headers:
            response.headers.add("Query-Id", g.query_id)
        private = request.path.startswith(_PRIVATE)
        if request.method == "OPTIONS" and not private:
            _share(response)
        if (
            b"lang=" in request.query_string
            and response.mimetype == "text/html"
            and request.args.get("lang") in LANGUAGES
        ):
            response.set_cookie("lang", request.args["lang"], max_age=_YEAR, samesite="Lax", httponly=True)
        if "KG-Release" not in response.headers and request.endpoint != "static":
            name = release()
            if name:
                response.headers["KG-Release"] = name
        if private:
            response.headers.setdefault("Cache-Control", "no-store")
        elif response.status_code == 200 and response.mimetype == "text/html" and request.method in ("GET", "HEAD"):
            response.headers["Cache-Control"] = "no-cache"
            response.vary.update(("Accept", "Accept-Language", "Cookie"))
            response.add_etag()
            response.make_conditional(request)
        return response


def _language(default: str) -> str:
    named = request.args.get("lang") if b"lang=" in request.query_string else None
    kept = request.cookies.get("lang") if "Cookie" in request.headers else None
    for chosen in (named, kept):
        if chosen in LANGUAGES:
            return str(chosen)
    return language(request.headers.get("Accept-Language", ""), LANGUAGES, default)


def _share(response: Response) -> None:
    """Let pages of any origin send what they want to (Fetch 3.2)."""
    response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, POST, OPTIONS")
    asked = request.headers.get("Access-Control-Request-Headers", "")
    response.headers["Access-Control-Allow-Headers"] = asked or "*"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.vary.add("Access-Control-Request-Headers")


def _dressed(inner: Any) -> Any:
    """Return a WSGI application whose every answer has the headers of all: secure, and open to any origin (Fetch 3.2).

    NOTE: each header costs two rounds of checks when it is set on a response; here they cost one list.
    """
    secure = list(_SECURITY.items())
    shared = [*secure, ("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", _EXPOSED)]

    def answered(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        private = environ.get("PATH_INFO", "").startswith(_PRIVATE)

        def begun(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers.extend(secure if private else shared)
            return start(status, headers, *error)

        return inner(environ, begun)

    return answered
