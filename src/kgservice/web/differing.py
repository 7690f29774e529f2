"""A comparison as a program wants it: pages of JSON, or all of it as RDF; and what a decision sends along."""

from collections.abc import Iterator, Mapping

from flask import Response, g, json, request

from kgservice.actions.differences import Differences
from kgservice.errors import BodyInvalid, ParameterInvalid
from kgservice.releases.ledger import VERBS, Wanted

_MOST = 500  # things of a page
_USUAL = 50
_BYTES = 100_000  # of a decision's body
_BLOCK = 1 << 16
_QUADS = {
    "patch": "application/rdf-patch",
    "added": "application/n-quads",
    "removed": "application/n-quads",
}


def differing(found: Differences, head: Mapping[str, object]) -> Response:
    """Return a comparison as the request wants it: a page of things as JSON, or the whole as RDF.

    Raises:
        ParameterInvalid: a filter or a number of the request cannot be read.
    """
    form = request.args.get("format", "json")
    if form in _QUADS:
        quads = found.patch() if form == "patch" else found.added() if form == "added" else found.removed()
        return Response(_blocks(quads), content_type=_QUADS[form])
    if form != "json":
        raise ParameterInvalid("format is json, patch, added or removed, not {text}.", text=form)
    wanted, offset, limit = asked()
    things = found.page(wanted, offset, limit, g.language)
    total = found.count(wanted)
    body = {
        **head, "summary": found.summary().to_json(), "total": total, "offset": offset,
        "things": [thing.to_json() for thing in things], "next": offset + limit if offset + limit < total else None,
    }  # fmt: skip
    return told(body)


def asked() -> tuple[Wanted, int, int]:
    """Return which things of a comparison a request wants, from which on, and how many.

    Raises:
        ParameterInvalid: a filter or a number cannot be read.
    """
    args = request.args
    verb = args.get("verb", "")
    if verb and verb not in VERBS:
        raise ParameterInvalid("verb is one of {known}, not {text}.", known=", ".join(VERBS), text=verb)
    offset, limit = _number("offset", 0, 1 << 40), _number("limit", _USUAL, _MOST)
    return Wanted(args.get("kind", ""), args.get("source", ""), verb, args.get("text", "")), offset, limit


def sent(*names: str) -> dict[str, str]:
    """Return fields of a form or a JSON object by name, empty where they are not sent; a list's lines are joined.

    Raises:
        BodyInvalid: the body is neither.
    """
    request.max_content_length = _BYTES
    if request.mimetype != "application/json":
        return {name: "\n".join(request.form.getlist(name)) for name in names}
    try:
        body = json.loads(request.get_data(cache=False) or b"{}")
    except ValueError:
        raise BodyInvalid("The body is no JSON.") from None
    if not isinstance(body, dict):
        raise BodyInvalid("The body is no JSON object.")
    values = {name: body.get(name, "") for name in names}
    texts = {name: "\n".join(map(str, value)) if isinstance(value, list) else value for name, value in values.items()}
    if any(not isinstance(text, str) for text in texts.values()):
        raise BodyInvalid("The fields {names} are texts.", names=", ".join(names))
    return texts


def told(body: object) -> Response:
    """Return a JSON answer that no cache keeps."""
    response = Response(json.dumps(body, ensure_ascii=False) + "\n", content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _number(name: str, usual: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 14 and int(text) <= most):
        raise ParameterInvalid(
            "{name} is a whole number up to {limit}, not {text}.", name=name, limit=most, text=text[:50]
        )
    return int(text)


def _blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for line in lines:
        block += line
        if len(block) > _BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)
