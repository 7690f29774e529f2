"""The interface told to programs: OpenAPI 3.1 of queries, ready questions, things and words (OpenAPI 3.1.1)."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, g, json, request

from kgservice.knowledge.library import LibraryQuery, QueryParameter
from kgservice.locale import translate
from kgservice.web import reviews_described
from kgservice.web.answers import KINDS, formats
from kgservice.web.columns import SUBJECTS, subject_name
from kgservice.web.curate import described
from kgservice.web.entities import SUFFIXES
from kgservice.web.pages import Service
from kgservice.web.queries import said

_TYPES: Mapping[str, dict[str, str]] = {
    "iri": {"type": "string", "format": "iri-reference"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "text": {"type": "string"},
}
_FAULT = {"$ref": "#/components/responses/Fault"}
_SHARED = ("format", "timeout", "with")
_FORMS = "application/x-www-form-urlencoded"


def blueprint(service: Service) -> Blueprint:
    """Return `/openapi.json`."""
    room = Blueprint("openapi", __name__)

    @room.get("/openapi.json")
    def document() -> Response:
        described = _document(service.ask.library.subjects(), request.url_root.rstrip("/"), g.language)
        response = Response(json.dumps(described), content_type="application/json; charset=utf-8")
        response.add_etag()
        response.vary.update(("Accept-Language", "Cookie"))
        return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's response is flask's here

    return room


def _document(subjects: Mapping[str, list[LibraryQuery]], address: str, lang: str) -> dict[str, Any]:
    questions = [query for queries in subjects.values() for query in queries]
    named = sorted(subjects, key=lambda name: ([*SUBJECTS, name].index(name), name))
    return {
        "openapi": "3.1.1",
        "info": {
            "title": translate("Training network of Kuzbass", lang),
            "summary": translate("A knowledge graph of training, by SPARQL and by ready questions", lang),
            "version": version("kgservice"),
        },
        "servers": [{"url": address}],
        "tags": [{"name": "sparql"}, *({"name": name, "description": subject_name(name, lang)} for name in named),
                 {"name": "graph"}, {"name": "desk"}],
        "paths": _sparql(lang) | {f"/queries/{q.name}/results": {"get": _question(q, lang)} for q in questions}
        | _graph(lang) | described.paths(lang) | reviews_described.paths(lang),
        "components": {
            "parameters": _parameters(lang), "responses": _responses(lang), "schemas": {"Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def _sparql(lang: str) -> dict[str, Any]:
    text = {"type": "string", "examples": ["SELECT * { ?s ?p ?o } LIMIT 5"]}
    graphs = [
        {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "iri"}}}
        for name in ("default-graph-uri", "named-graph-uri")
    ]
    query = {"name": "query", "in": "query", "required": True, "schema": text}
    body = {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": text},
            _FORMS: {"schema": {"type": "object", "required": ["query"], "properties": {"query": text}}},
        },
    }
    answers = _answers(sorted({media for kind in set(KINDS.values()) for media in formats(kind).values()}), lang)
    told = {"tags": ["sparql"], "summary": translate("Ask in SPARQL 1.1 (SPARQL 1.1 Protocol)", lang)}
    shared = [*graphs, *_shared()]
    return {
        "/sparql": {
            "get": told | {"operationId": "sparql", "parameters": [query, *shared], "responses": answers},
            "post": told | {"operationId": "sparqlByPost", "parameters": shared, "requestBody": body,
                            "responses": answers},
        }
    }  # fmt: skip


def _question(query: LibraryQuery, lang: str) -> dict[str, Any]:
    more = " ".join(text for text in (said(query.description, lang), said(query.empty, lang)) if text)
    return {
        "operationId": query.name,
        "tags": [query.subject],
        "summary": said(query.summary, lang),
        "description": more,
        "parameters": [*(_parameter(parameter, lang) for parameter in query.parameters), *_shared()],
        "responses": _answers(sorted(set(formats(KINDS[query.form]).values())), lang),
    }


def _parameter(parameter: QueryParameter, lang: str) -> dict[str, Any]:
    schema: dict[str, Any] = dict(_TYPES[parameter.type])
    example: str | int | float = parameter.example
    if parameter.type == "integer":
        example = int(example)
    elif parameter.type == "decimal":
        example = float(example)
    named = said(parameter.label, lang)
    told = f"{named} ({parameter.of})" if parameter.of else named
    return {"name": parameter.name, "in": "query", "description": told, "schema": schema | {"default": example}}


def _graph(lang: str) -> dict[str, Any]:
    media = sorted(set(formats("graph").values()))
    suffix = {"name": "format", "in": "query", "schema": {"enum": [*SUFFIXES]}}

    def told(name: str, summary: str, *parameters: dict[str, Any], page: bool = False) -> dict[str, Any]:
        kinds = [*media, "text/html; charset=utf-8"] if page else media
        return {
            "get": {"operationId": name, "tags": ["graph"], "summary": summary,
                    "parameters": list(parameters), "responses": _answers(kinds, lang)}
        }  # fmt: skip

    def part(name: str) -> dict[str, Any]:
        return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}

    of = {"name": "iri", "in": "query", "required": True, "schema": {"type": "string", "format": "iri"}}
    return {
        "/data/{kind}/{key}": told("thing", translate("What is known about a thing", lang), part("kind"), part("key")),
        "/data": told("anything", translate("What is known about any IRI", lang), of, suffix),
        "/ontology": told("ontology", translate("The ontology", lang), page=True),
        "/vocabulary/{scheme}": told(
            "vocabulary", translate("A vocabulary with its concepts", lang), part("scheme"), page=True
        ),
        "/shapes": told("shapes", translate("The rules for data", lang), page=True),
        "/releases": _releases(lang),
    }


def _releases(lang: str) -> dict[str, Any]:
    page = {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
    said_here = translate("The releases, newest first, with their files", lang)
    ok = {"description": said_here, "content": page}
    return {"get": {"operationId": "releases", "tags": ["graph"], "summary": said_here, "responses": {"200": ok}}}


def _answers(media: list[str], lang: str) -> dict[str, Any]:
    content: dict[str, Any] = {name: {"schema": {}} for name in media}
    headers = {
        "KG-Release": {"description": translate("Number of the release that answered", lang),
                       "schema": {"type": "string"}},
        "KG-Complete": {"description": translate("Whether the answer is known to be complete", lang),
                        "schema": {"type": "boolean"}},
        "ETag": {"schema": {"type": "string"}},
    }  # fmt: skip
    ok = {"description": translate("The answer", lang), "headers": headers, "content": content}
    return {"200": ok, "304": {"description": translate("Unchanged", lang)}, "4XX": _FAULT, "5XX": _FAULT}


def _shared() -> list[dict[str, str]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in _SHARED]


def _parameters(lang: str) -> dict[str, Any]:
    names = sorted({name for kind in set(KINDS.values()) for name in formats(kind)})
    told = {
        "format": (
            translate("Short name of a format; wins over the Accept header", lang),
            {"type": "string", "examples": names},
        ),
        "timeout": (
            translate("Deadline in seconds, at most the limit of the service", lang),
            {"type": "number", "exclusiveMinimum": 0},
        ),
        "with": (translate("Together with illustrative (invented) rows", lang), {"enum": ["illustrative"]}),
    }
    return {
        name: {"name": name, "in": "query", "description": text, "schema": schema}
        for name, (text, schema) in told.items()
    }


def _responses(lang: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    described = translate("What is wrong, and what to do (RFC 9457)", lang)
    return {"Fault": {"description": described, "content": {"application/problem+json": {"schema": schema}}}}


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "slug"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "slug": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
    },
}
