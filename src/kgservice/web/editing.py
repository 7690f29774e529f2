"""What the editor of the query page asks: the words of the release, what is wrong with a text, labels of IRIs."""

import re
from typing import Any

from flask import Blueprint, Response, g, json, request

from kgservice.actions.vocabulary import Known, Vocabulary
from kgservice.errors import ParameterInvalid, QueryInvalid, RequestTooLarge
from kgservice.locale import translate
from kgservice.report import Text
from kgservice.sparql import advice, mentions, nearest, parse
from kgservice.sparql.layout import canonical
from kgservice.terms import PREFIXES, is_iri, shortened
from kgservice.web.links import Links
from kgservice.web.nouns import address
from kgservice.web.pages import Service
from kgservice.web.problems import said

LONGEST = 1 << 16
"""Characters of a text that is looked through while it is typed."""
_IRIS = 500
_SPLIT = re.compile(r"(.*[/#:])([^/#:]*)", re.DOTALL)
_ROLES = {
    "property": "Line {line}: no statement of this release has the property {term}.",
    "class": "Line {line}: this release does not know the class {term}.",
}
_NEAR = {
    "property": "Line {line}: no statement of this release has the property {term}; did you mean {near}?",
    "class": "Line {line}: this release does not know the class {term}; did you mean {near}?",
}

Mark = dict[str, Any]
"""What is wrong or worth a word: severity, line, column (from 1, in characters), message, hint."""


def blueprint(service: Service, vocabulary: Vocabulary) -> Blueprint:
    """Return `/sparql/words`, `/sparql/check` and `/sparql/labels`; none of them runs what a person wrote."""
    room = Blueprint("editing", __name__)
    links = Links(service.settings.base)

    @room.get("/sparql/words")
    def words() -> Response:
        found = vocabulary.known(g.language)
        release = service.ask.current()
        body = {"release": release.id if release else "", "prefixes": PREFIXES, "terms": [_split(one) for one in found]}
        response = _answer(body)
        response.headers["Cache-Control"] = "no-cache"
        response.vary.update(("Accept-Language", "Cookie"))
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's response is flask's here

    @room.post("/sparql/check")
    def check() -> Response:
        text = request.form.get("query", "")
        if len(text) > LONGEST:
            raise RequestTooLarge("Only texts of up to {limit} characters are looked through.", limit=LONGEST)
        try:
            query = parse(text, update=False, prefixes=PREFIXES)
        except QueryInvalid as error:
            return _answer({"form": "", "marks": [fault(error, g.language)]})
        body: dict[str, Any] = {"form": query.form, "marks": []}
        if request.form.get("do") == "format":
            body["text"] = canonical(text)
        roles = {mention.iri: mention for mention in mentions(query) if mention.role in _ROLES}
        known = {word.iri for word in vocabulary.known(g.language)} if roles else set()
        for name in sorted(vocabulary.unknown(set(roles), g.language)):
            one = roles[name]
            near = nearest(name, known)
            params = {"line": one.line, "term": one.written, "near": shortened(near)}
            told = Text((_NEAR if near else _ROLES)[one.role], params)
            body["marks"].append(warning(told, one.line, one.column, g.language))
        body["marks"] += [warning(one.text, one.line, one.column, g.language) for one in advice(query)]
        body["marks"].sort(key=lambda mark: (mark["line"], mark["column"]))
        return _answer(body)

    @room.post("/sparql/labels")
    def labels() -> Response:
        iris = request.form.getlist("iri")
        if len(iris) > _IRIS:
            raise ParameterInvalid("At most {limit} IRIs at once, not {count}.", limit=_IRIS, count=len(iris))
        found = service.describe.labels(filter(is_iri, iris), g.language)
        base = service.settings.base
        return _answer({name: [label, links.href(name), address(name, base)] for name, label in found.items()})

    return room


def fault(error: QueryInvalid, language: str) -> Mark:
    """Return the mark of a text that is no query."""
    hint = translate(error.hint_template, language).format(**error.params) if error.hint_template else ""
    mark = {"severity": "error", "line": error.line, "column": error.column, "message": said(error, language)}
    return mark | {"hint": hint}


def warning(text: Text, line: int, column: int, language: str) -> Mark:
    """Return the mark of something that is right and yet slow, or unknown to the release."""
    params = {name: shortened(str(value)) if name == "near" else value for name, value in text.params.items()}
    message = translate(text.template, language).format(**params)
    return {"severity": "warning", "line": line, "column": column, "message": message, "hint": ""}


def _split(word: Known) -> list[object]:
    found = _SPLIT.fullmatch(word.iri)
    space, name = (found[1], found[2]) if found else ("", word.iri)
    label = "" if word.label == shortened(word.iri) else word.label
    return [space, name, word.kind, word.count, label]


def _answer(body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False) + "\n", content_type="application/json")
