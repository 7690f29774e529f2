"""Drafts, reviews and comparisons told to programs: their addresses for OpenAPI."""

import re
from collections.abc import Mapping
from typing import Any

from kgservice.locale import translate

_PARAMETER = re.compile(r"\{(\w+)\}")
_FILTERS = ("kind", "source", "verb", "text", "offset", "limit", "format")
_TOLD: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    # by address and method: what it does, and the parameters of the query, or the fields of the body, that it takes
    "/drafts": {"get": ("The drafts that are not published.", ())},
    "/drafts/{draft}": {"get": ("A draft: its state, its preview's hash, who did what.", ())},
    "/drafts/{draft}/history": {"get": ("What was done with a draft, edits by hand too.", ())},
    "/drafts/{draft}/review": {
        "get": ("What a draft changes: a page of things in words, or all of it as RDF Patch or N-Quads.", _FILTERS)
    },
    "/drafts/{draft}/impact": {"get": ("What follows from a draft for questions, measures, findings and links.", ())},
    "/drafts/{draft}/conflicts": {"get": ("What a draft and the release changed to different things.", ())},
    "/drafts/{draft}/accept": {"post": ("Accept the preview of a draft that was read.", ("comment", "preview"))},
    "/drafts/{draft}/comment": {"post": ("Say something on a draft.", ("text",))},
    "/drafts/{draft}/send-back": {"post": ("Send a draft back with reasons.", ("reason", "findings"))},
    "/drafts/{draft}/sparql": {
        "get": ("Ask a draft as it stands; also by POST and QUERY (SPARQL 1.1 Protocol).", ("query", "format")),
        "post": ("Ask a draft as it stands, by a form.", ("query", "format")),
    },
    "/drafts/{draft}/preview/sparql": {
        "get": ("Ask a draft as it would be published.", ("query", "format")),
        "post": ("Ask a draft as it would be published, by a form.", ("query", "format")),
    },
    "/drafts/{draft}/update": {"post": ("Change a draft by SPARQL 1.1 Update; answers 204.", ("update",))},
    "/drafts/{draft}/graphs": {
        "get": ("A graph of a draft, by ?graph= or ?default (Graph Store Protocol).", ("graph", "default")),
        "put": ("Put a graph in the place of one of a draft.", ()),
        "post": ("Merge a graph into one of a draft, or make a new one.", ()),
        "delete": ("Remove a graph from a draft.", ()),
    },
    "/drafts/{draft}/report.{ending}": {
        "get": ("The report of a draft as txt, csv, json, ttl or xlsx.", ("file", "source"))
    },
    "/drafts/{draft}/causes": {"get": ("Causes of findings with counts, shares and examples.", ("source",))},
    "/drafts/{draft}/findings": {
        "get": ("A window of the findings of a draft, of one cause if wanted.", ("start", "count", "cause", "mark"))
    },
    "/drafts/{draft}/tables": {"get": ("The delivered tables of a draft.", ())},
    "/drafts/{draft}/rows": {
        "get": (
            "A window of a delivered table with what is wrong at each cell.",
            ("source", "file", "sheet", "start", "count", "marked"),
        )
    },
    "/drafts/{draft}/waivers": {
        "post": (
            "Let findings stand until a day, with a reason.",
            ("reason", "until", "rule", "cause", "focus", "source"),
        )
    },
    "/waivers": {"get": ("The waivers, those that ended too.", ())},
    "/waivers/{waiver}/revoke": {"post": ("Take a waiver back from today on.", ())},
    "/-/queries": {"get": ("The queries that run and wait.", ())},
    "/-/queries/{query}": {"delete": ("Stop a query.", ())},
    "/-/crashes": {
        "get": ("The queries that ended the engine and are refused since.", ()),
        "delete": ("Allow the queries that ended the engine again.", ()),
    },
    "/history": {
        "get": ("What each release changed about a thing, newest first; id/… stands below the base.", ("iri", "lang"))
    },
    "/releases/{before}/compare/{after}": {"get": ("How one release differs from another.", _FILTERS)},
    "/releases/{release}/changes": {"get": ("What a release changed.", _FILTERS)},
    "/releases/{release}/notes": {"get": ("The notes of a release, who worked on it and who accepted it.", ())},
    "/releases/{release}/rollback": {
        "get": ("What readers would see change when they are sent to a release.", _FILTERS),
        "post": ("Send readers to a release.", ()),
    },
    "/releases/{release}/keep": {"post": ("Keep a release's store from retention, or let it go.", ("keep",))},
}
_OPEN = ("/history", "/releases/{release}/changes", "/releases/{release}/notes")


def paths(lang: str) -> dict[str, Any]:
    """Return the addresses as OpenAPI paths (OpenAPI 3.1.1, 4.8.8)."""
    return {
        address: {
            "parameters": [_path(name) for name in _names(address)],
            **{method: _operation(address, method, told, lang) for method, told in methods.items()},
        }
        for address, methods in _TOLD.items()
    }


def _operation(address: str, method: str, told: tuple[str, tuple[str, ...]], lang: str) -> dict[str, Any]:
    text, fields = told
    fault = {"$ref": "#/components/responses/Fault"}
    found: dict[str, Any] = {
        "operationId": method + "".join(re.sub(r"\W", "", part.title()) for part in address.split("/")),
        "tags": ["desk"],
        "summary": translate(text, lang),
        "responses": {
            "200": {"description": translate("The answer", lang), "content": {"application/json": {"schema": {}}}},
            "4XX": fault,
            "5XX": fault,
        },
    }
    if address not in _OPEN:
        found["security"] = [{"token": []}]
    if method == "get" and fields:
        found["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in fields]
    elif fields:
        properties = {name: {"type": "string"} for name in fields}
        schema = {"type": "object", "properties": properties}
        found["requestBody"] = {
            "content": {kind: {"schema": schema} for kind in ("application/json", "application/x-www-form-urlencoded")}
        }
    return found


def _names(address: str) -> list[str]:
    return _PARAMETER.findall(address)


def _path(name: str) -> dict[str, Any]:
    kind = "integer" if name in ("release", "before", "after") else "string"
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
