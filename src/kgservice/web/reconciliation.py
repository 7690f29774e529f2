"""The Reconciliation API 0.2: names of a table are matched with things of the graph, as OpenRefine asks."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, json, request

from kgservice.actions.reconcile import Query, Reconcile
from kgservice.errors import BodyInvalid, ParameterInvalid
from kgservice.terms import PREFIXES, is_iri
from kgservice.web.pages import Service

_KG = PREFIXES["kg"]
_TYPES = ("Organization", "Profession", "Competency", "Partnership", "Programme", "ProfessionalStandard")
_MOST, _BATCH, _TEXT = 50, 500, 500


def blueprint(service: Service) -> Blueprint:
    """Return `/reconcile` and what its manifest names: suggestions of things, classes and properties, extension."""
    room = Blueprint("reconciliation", __name__)
    desk = Reconcile(lambda: service.search, lambda: service.ask, service.settings.base)

    @room.route("/reconcile", methods=["GET", "POST"])
    def service_() -> Response:
        given = request.values
        if "queries" in given:
            return _said(_matched(desk, _parsed("queries", given["queries"])))
        if "extend" in given:
            return _said(_extended(desk, _parsed("extend", given["extend"])))
        return _said(_manifest(service, desk))

    @room.get("/reconcile/suggest/<what>")
    def suggest(what: str) -> Response:
        text = request.args.get("prefix", "")[:_TEXT]
        start = _whole(request.args.get("cursor", "0"), "cursor", 10_000)
        found = desk.suggested(what, text, g.language, start + 20)
        if found is None:
            raise ParameterInvalid("Suggestions are for entity, type and property, not {text}.", text=what)
        return _said({"result": found[start:]})

    @room.get("/reconcile/properties")
    def properties() -> Response:
        of = request.args.get("type", "")
        most = _whole(request.args.get("limit", "20"), "limit", 100)
        found = desk.properties(of if is_iri(of) else "", g.language)[:most]
        return _said({"type": of, "limit": most, "properties": found})

    return room


def _manifest(service: Service, desk: Reconcile) -> dict[str, Any]:
    url, base = service.settings.url, service.settings.base
    at = {name: {"service_url": url.rstrip("/"), "service_path": f"/reconcile/suggest/{name}"}
          for name in ("entity", "type", "property")}  # fmt: skip
    return {
        "versions": ["0.2"],
        "name": "kgservice",
        "identifierSpace": f"{base}id/",
        "schemaSpace": _KG,
        "view": {"url": f"{url}page?iri={{{{id}}}}"},
        "defaultTypes": desk.types([_KG + name for name in _TYPES], g.language),
        "suggest": at,
        "extend": {
            "propose_properties": {"service_url": url.rstrip("/"), "service_path": "/reconcile/properties"},
            "property_settings": [],
        },
        "batchSize": 100,
    }


def _matched(desk: Reconcile, body: Mapping[str, Any]) -> dict[str, Any]:
    if len(body) > _BATCH:
        raise ParameterInvalid("A batch has at most {most} queries, not {count}.", most=_BATCH, count=len(body))
    return {key: {"result": desk.matched(_query(key, asked), g.language)} for key, asked in body.items()}


def _query(key: str, asked: object) -> Query:
    if isinstance(asked, str):
        asked = {"query": asked}
    if not isinstance(asked, dict) or not isinstance(asked.get("query", ""), str):
        raise BodyInvalid("The query {key} must be an object with a text named query.", key=key)
    of = asked.get("type") or []
    types = [of] if isinstance(of, str) else [name for name in of if isinstance(name, str)]
    limit = asked.get("limit", 5)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise BodyInvalid("The limit of the query {key} must be a whole number from 1.", key=key)
    values: list[tuple[str, list[str]]] = []
    for entry in asked.get("properties") or []:
        if not isinstance(entry, dict) or not is_iri(str(entry.get("pid", ""))):
            raise BodyInvalid("A property of the query {key} needs the IRI of a property as pid.", key=key)
        said = entry.get("v", [])
        texts = [_value(one) for one in (said if isinstance(said, list) else [said])]
        values.append((entry["pid"], [text for text in texts if text]))
    return Query(str(asked.get("query", ""))[:_TEXT], tuple(types), min(limit, _MOST), tuple(values))


def _value(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("id", ""))
    return str(value) if isinstance(value, str | int | float) else ""


def _extended(desk: Reconcile, body: Mapping[str, Any]) -> dict[str, Any]:
    ids, asked = body.get("ids"), body.get("properties")
    if not isinstance(ids, list) or not isinstance(asked, list) or len(ids) > _BATCH:
        raise BodyInvalid("extend needs lists of ids (at most {most}) and properties.", most=_BATCH)
    names = [str(entry.get("id", "")) for entry in asked if isinstance(entry, dict)]
    return desk.extended([name for name in ids if isinstance(name, str)], [n for n in names if is_iri(n)], g.language)


def _parsed(name: str, text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise BodyInvalid("{name} must be a JSON object (Reconciliation API 0.2).", name=name)
    return body


def _whole(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= most):
        raise ParameterInvalid("{name} is a whole number up to {most}, not {text}.", name=name, most=most, text=text)
    return int(text)


def _said(body: object) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False) + "\n", content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response
