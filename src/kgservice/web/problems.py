"""What went wrong, as application/problem+json (RFC 9457) or as a page; the only place that knows status codes."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, json, request
from werkzeug.exceptions import HTTPException

from kgservice.errors import KgError, QueryInvalid
from kgservice.locale import translate
from kgservice.sparql import marked
from kgservice.web.negotiation import wants_page

_LOG = logging.getLogger("kgservice.web")
TYPES = "https://w3id.org/kgservice/problem/"
"""Beginning of the IRI of a problem type; the slug follows."""
RETRY_SECONDS = {429: 5, 503: 5}
PROBLEMS: dict[str, tuple[int, str]] = {
    # slug: (status, title)
    "query-syntax": (400, "The query cannot be read"),
    "query-too-complex": (400, "The query is too complex"),
    "query-not-found": (404, "There is no such query"),
    "query-id-taken": (409, "This id is taken"),
    "too-many-queries": (429, "Too many queries of one asker"),
    "too-many-connections": (503, "Too many connections"),
    "request-timeout": (408, "The request came in too slowly"),
    "reader-too-slow": (500, "The answer was fetched too slowly"),
    "service-failed": (502, "A SERVICE did not answer"),
    "function-unknown": (400, "There is no such function"),
    "query-forbidden": (403, "This query must not run here"),
    "parameter-invalid": (400, "A parameter is wrong"),
    "not-acceptable": (406, "No acceptable format"),
    "body-invalid": (400, "The body cannot be read"),
    "media-type-unsupported": (415, "Unsupported media type"),
    "request-too-large": (413, "The request is too large"),
    "address-too-long": (414, "The address is too long"),
    "method-not-allowed": (405, "Method not allowed"),
    "not-found": (404, "There is nothing here"),
    "request-invalid": (400, "The request is wrong"),
    "update-failed": (400, "The update failed"),
    "graph-derived": (403, "This graph is not written by hand"),
    "graph-not-found": (404, "There is no such graph"),
    "unauthenticated": (401, "A token is needed"),
    "access-denied": (403, "This token must not do that"),
    "token-not-found": (404, "There is no such token"),
    "sign-in-refused": (401, "This is not right"),
    "too-many-attempts": (429, "Too many attempts"),
    "form-forged": (403, "This form cannot be taken"),
    "user-not-found": (404, "There is no such user"),
    "job-not-found": (404, "There is no such job"),
    "upload-not-found": (404, "There is no such upload"),
    "accept-refused": (409, "This draft is not accepted"),
    "preview-stale": (409, "The preview is not up to date"),
    "draft-busy": (409, "A job is at work on this draft"),
    "setting-invalid": (500, "A setting is wrong"),
    "backup-invalid": (400, "This is not a whole backup"),
    "mapping-invalid": (400, "A mapping is wrong"),
    "source-invalid": (400, "A source is wrong"),
    "source-unreadable": (400, "A delivery cannot be read"),
    "authored-invalid": (500, "An authored file is wrong"),
    "source-not-found": (404, "There is no such source"),
    "decision-not-found": (404, "There is no such decision"),
    "draft-not-found": (404, "There is no such draft"),
    "release-not-found": (404, "There is no such release"),
    "release-gone": (410, "This release is no longer kept"),
    "thing-not-found": (404, "Nothing is known about this"),
    "question-not-found": (404, "There is no such question"),
    "refused": (409, "Not now"),
    "publish-blocked": (409, "Violations stop the publish"),
    "publish-conflict": (409, "The release has moved on"),
    "confirmation-needed": (409, "This must be confirmed"),
    "nothing-changed": (409, "Nothing has changed"),
    "ontology-unsound": (409, "The ontology contradicts itself"),
    "machinery-failed": (500, "Something broke here"),
    "query-timeout": (503, "The query took too long"),
    "query-memory": (500, "The query needed too much memory"),
    "engine-crash": (500, "The engine died on this query"),
    "busy": (503, "Too many queries at once"),
    "result-too-large": (500, "The answer is too large"),
    "query-stopped": (503, "The query was stopped"),
    "store-unavailable": (503, "The store cannot be reached"),
    "state-locked": (503, "Another process is at work"),
    "state-mismatch": (500, "The state folder belongs to another service"),
    "state-broken": (500, "The state folder cannot be used"),
    "job-killed": (500, "The job was ended"),
    "internal": (500, "Something broke here"),
}
"""Status and title by the stable slug of a problem; docs/http.md lists them."""

Render = Callable[..., Response]


def install(app: Flask, render: Render) -> None:
    """Turn every exception into a problem; `render` makes a page of a template."""

    @app.errorhandler(KgError)
    def known(error: KgError) -> Response:
        return answer(problem(error, g.get("language", "en")), render)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        response = answer(_of_http(error, g.get("language", "en")), render)
        for name, value in error.get_headers(request.environ):
            if name in ("Allow", "Location"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        number = uuid.uuid4().hex[:12]
        _LOG.error("request %s failed: %s %s", number, request.method, request.path, exc_info=error)
        language = g.get("language", "en")
        text = translate("This should not have happened. The operator finds it in the log as {id}.", language)
        return answer(_document("internal", text.format(id=number), language, id=number), render)


def problem(error: KgError, language: str) -> dict[str, Any]:
    """Return the document of an error in a language; a query's has line, column and hint where they are known."""
    slug = error.slug if error.slug in PROBLEMS else "internal"
    document = _document(slug, said(error, language), language)
    if isinstance(error, QueryInvalid) and error.line:
        document |= {"line": error.line, "column": error.column}
        if excerpt := marked(g.get("asked", ""), error):
            document["excerpt"] = excerpt  # the line, and a caret below the place
        if error.hint_template:
            document["hint"] = _filled(error.hint_template, error, language)
    return document


def refusal(slug: str, template: str, language: str, **params: object) -> tuple[int, dict[str, Any]]:
    """Return status and document of a problem that is no error of a room: of the server, before any room is asked."""
    document = _document(slug, translate(template, language).format(**params), language)
    return int(document["status"]), document


def said(error: KgError, language: str) -> str:
    """Return the sentence of an error in a language."""
    return _filled(error.template, error, language)


def answer(document: dict[str, Any], render: Render) -> Response:
    """Return a problem as the asker wants it: a page for a browser, else application/problem+json."""
    status = document["status"]
    response = _page(document, render)
    if response is None:
        body = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        response = Response(body, content_type="application/problem+json; charset=utf-8")
    response.status_code = status
    g.problem = document["slug"]  # counted by kgservice.web.metering
    response.headers["Content-Language"] = g.get("language", "en")
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Language"))
    if status in RETRY_SECONDS:
        response.headers["Retry-After"] = str(RETRY_SECONDS[status])
    return response


def _page(document: dict[str, Any], render: Render) -> Response | None:
    if not wants_page(request.headers.get("Accept", ""), ("application/problem+json", "application/json")):
        return None
    try:
        return render("problem.html", problem=document)
    except Exception:
        _LOG.exception("the page of a problem cannot be made")  # the problem itself must still be told
        return None


def _document(slug: str, detail: str, language: str, **more: object) -> dict[str, Any]:
    status, title = PROBLEMS[slug]
    head = {"type": TYPES + slug, "slug": slug, "title": translate(title, language), "status": status}
    return {**head, "detail": detail, **more}


def _of_http(error: HTTPException, language: str) -> dict[str, Any]:
    slugs = {404: "not-found", 405: "method-not-allowed", 406: "not-acceptable", 413: "request-too-large"}
    slug = slugs.get(error.code or 500, "request-invalid" if (error.code or 500) < 500 else "internal")
    texts = {
        "not-found": "Nothing is at this address; the front page shows what there is.",
        "method-not-allowed": "This address does not take that method; the header Allow names those it takes.",
        "request-too-large": "The request is longer than the limit.",
    }
    detail = translate(texts.get(slug, "The request cannot be answered."), language)
    return _document(slug, detail, language) | {"status": error.code or 500}


def _filled(template: str, error: KgError, language: str) -> str:
    text = translate(template, language)
    try:
        return text.format(**error.params) if error.params else text
    except (KeyError, IndexError, ValueError):
        return str(error)  # a translation that does not fit its parameters must not hide the error
