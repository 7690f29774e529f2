"""Names of the graph: the page and the data of a search, and the completion of what is being typed."""

from typing import Any

from flask import Blueprint, Response, g, json, request

from kgservice.errors import NotAcceptable, ParameterInvalid
from kgservice.locale import translate
from kgservice.search import Hit, Suggestion
from kgservice.terms import KINDS, is_iri
from kgservice.web import protocol
from kgservice.web.negotiation import chosen
from kgservice.web.nouns import heading
from kgservice.web.pages import Service, render

PAGE = 20
"""Hits of a page."""
_MOST = 50
_TYPED = 200
_SUGGESTED = 8
_OTHER_KINDS = {
    "class": "Classes of the ontology",
    "property": "Properties of the ontology",
    "concept": "Concepts of vocabularies",
    "other": "Other things",
}


def blueprint(service: Service) -> Blueprint:
    """Return `/search` (page and JSON) and `/complete` (JSON)."""
    room = Blueprint("search", __name__)

    @room.get("/search")
    def search() -> Response:
        text, kind = request.args.get("q", "").strip()[:_TYPED], _kind(request.args.get("kind", ""))
        page = protocol.page(request.args.get("page", ""))
        size = _size(request.args.get("limit", ""), PAGE)
        asked = _format(request.args.get("format", ""))
        found = service.search.find(text, g.language, kind, _class(), size, (page - 1) * size)
        total = found.page.kinds.get(kind, 0) if kind else sum(found.page.kinds.values())
        shown: dict[str, Any] = {"text": text, "kind": kind, "found": found.page, "total": total, "page": page}
        if asked == "json":
            return _said(_document(shown, found.release), found.release)
        suggested = [] if found.page.hits else _suggestions(service, text)
        response = render(
            "search.html", **shown, suggested=suggested, pages=max(1, -(-total // size)), first=(page - 1) * size + 1,
            kinds=sorted(found.page.kinds.items(), key=lambda pair: (-pair[1], pair[0])), titled=_titled,
        )  # fmt: skip
        response.headers["KG-Release"] = str(found.release)
        return response

    @room.get("/complete")
    def complete() -> Response:
        text = (request.args.get("prefix") or request.args.get("q", "")).strip()[:_TYPED]
        most = _size(request.args.get("limit", ""), 10)
        items = service.search.complete(text, g.language, _kind(request.args.get("kind", "")), _class(), most)
        return _said({"items": [_item(item) for item in items]})

    return room


def _item(item: Suggestion) -> dict[str, object]:
    return {"iri": item.iri, "label": item.label, "matched": item.matched, "kind": item.kind, "count": item.count}


def _suggestions(service: Service, text: str) -> list[Suggestion]:
    """Return things whose names begin like the search, less and less alike; where nothing does, the best known ones."""
    words = text.split()
    for word in [*sorted(words, key=len, reverse=True)[:3]]:
        for length in range(len(word) - 1, 2, -1):
            if found := service.search.complete(word[:length], g.language, most=_SUGGESTED):
                return found
    return service.search.index().foremost(g.language, _SUGGESTED)


def _document(shown: dict[str, Any], release: int) -> dict[str, object]:
    found = shown["found"]
    return {
        "q": shown["text"], "kind": shown["kind"], "release": release, "total": shown["total"], "page": shown["page"],
        "complete": not found.capped, "meant": found.meant, "kinds": found.kinds,
        "hits": [_hit(hit) for hit in found.hits],
    }  # fmt: skip


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "iri": hit.iri, "label": hit.label, "matched": hit.matched, "kind": hit.kind, "types": list(hit.types),
        "references": hit.weight, "invented": hit.invented, "score": hit.score,
    }  # fmt: skip


def _said(body: object, release: int | None = None) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False) + "\n", content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    if release is not None:
        response.headers["KG-Release"] = str(release)
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's response is flask's here


def _format(name: str) -> str:
    """Return `html` or `json`, as `format` or the Accept header wants it."""
    if name:
        if name not in ("json", "html", "application/json"):
            raise NotAcceptable("This answer comes in none of the formats asked for; there are: {formats}.",
                                formats="html, json")  # fmt: skip
        return "html" if name == "html" else "json"
    best = chosen(request.headers.get("Accept", ""), ("text/html", "application/json"))
    return "json" if best == "application/json" else "html"


def _kind(name: str) -> str:
    if name and name not in KINDS and name not in _OTHER_KINDS:
        known = ", ".join(sorted({*KINDS, *_OTHER_KINDS}))
        raise ParameterInvalid("There are no things of the kind {kind}; there are {known}.", kind=name, known=known)
    return name


def _class() -> str:
    name = request.args.get("type", "")
    if name and not is_iri(name):
        raise ParameterInvalid("type is the IRI of a class, not {text}.", text=name)
    return name


def _size(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= _MOST):
        raise ParameterInvalid("limit is a whole number from 1 to {most}, not {text}.", most=_MOST, text=text)
    return int(text)


def _titled(kind: str) -> str:
    return translate(_OTHER_KINDS[kind], g.language) if kind in _OTHER_KINDS else heading(kind, g.language)
