"""The SPARQL 1.1 Protocol read from a request: exactly one query, its dataset, and what we add to it (2.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import Request

from kgservice.errors import (
    AddressTooLong,
    BodyInvalid,
    MediaTypeUnsupported,
    ParameterInvalid,
    QueryForbidden,
    RequestTooLarge,
)
from kgservice.settings import Settings
from kgservice.terms import Graphs

_MORE = 1 << 16  # bytes of the parameters beside a query
_GAP = r"(?:[ \t\r\n]|\#[^\r\n]*)*+"
_FORM = re.compile(
    rf"{_GAP}(?:(?:BASE{_GAP}<[^>]*>|PREFIX{_GAP}[^\s:]*+:{_GAP}<[^>]*>){_GAP})*+(SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: a query, or none, and the parameters beside it."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    seconds: float
    """The deadline: KG_QUERY_SECONDS, or less where `timeout` says so."""
    format: str
    """What `format` names, or an empty text."""
    page: int
    """Page of the table, from 1."""
    illustrative: bool
    """True where `with=illustrative` puts invented statements beside the known ones."""
    lowered: bool = False
    """True where `timeout` lowers the deadline."""

    @property
    def form(self) -> str:
        """Return `select`, `ask`, `construct` or `describe` by the beginning; the parser has the last word."""
        found = _FORM.match(self.query or "")
        return found[1].lower() if found else "select"


def read(request: Request, settings: Settings) -> Asked:
    """Return what a GET, a POST of either kind, or a QUERY asks (SPARQL 1.1 Protocol 2.1.1-2.1.3).

    Raises:
        AddressTooLong, RequestTooLarge: the text is longer than the limits.
        MediaTypeUnsupported, BodyInvalid: the body is of a foreign type, or not UTF-8.
        ParameterInvalid: more than one query, or a parameter that cannot be read.
        QueryForbidden: an update; releases are read only.
    """
    if len(request.query_string) > 3 * settings.address_bytes + _MORE:  # as it comes, with its escapes
        raise _address(settings.address_bytes)
    fields = fields_of(request.query_string, "address", settings.parameters) if request.query_string else []
    asked = len(fields)
    body, direct = "", False
    if request.method in ("POST", "QUERY"):
        direct, body = _body(request, settings.query_bytes)
        if not direct:
            fields += fields_of(body.encode(), "body", settings.parameters)
    given = [value for name, value in fields if name == "query"] + ([body] if direct else [])
    if len(given) > 1:
        raise ParameterInvalid("A request carries exactly one query, this one carries {count}.", count=len(given))
    if any(len(value.encode()) > settings.address_bytes for name, value in fields[:asked] if name == "query"):
        raise _address(settings.address_bytes)
    if not given and any(name == "update" for name, _ in fields):
        raise _update()
    if given and len(given[0].encode()) > settings.query_bytes:
        raise _too_large(settings.query_bytes)
    default = tuple(value for name, value in fields if name == "default-graph-uri")
    illustrative = _last(fields, "with") == "illustrative" and not default
    if illustrative:
        names = Graphs(settings.base)
        default = (names.known, names.illustrative)
    allowed = seconds(_last(fields, "timeout"), settings.query_seconds)
    return Asked(
        given[0] if given else None,
        default,
        tuple(value for name, value in fields if name == "named-graph-uri"),
        allowed,
        _last(fields, "format").strip().lower(),
        page(_last(fields, "page")),
        illustrative,
        allowed < settings.query_seconds,
    )


def page(text: str) -> int:
    """Return the number of a page of a table, 1 where none is given.

    Raises:
        ParameterInvalid: it is no number of a page.
    """
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and int(text[:9]) > 0 and len(text) < 10):
        raise ParameterInvalid("page is a whole number from 1, not {text}.", text=text)
    return int(text)


def seconds(text: str, most: float) -> float:
    """Return the deadline of a query: what `timeout` says, at most the limit.

    Raises:
        ParameterInvalid: it is no number above 0.
    """
    if not text:
        return most
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise ParameterInvalid("timeout is a number of seconds above 0, not {text}.", text=text)
    return min(found, most)


def written(parameters: Mapping[str, list[str]]) -> str:
    """Return parameters as the query string of an address."""
    return urlencode(parameters, doseq=True)


def _body(request: Request, limit: int) -> tuple[bool, str]:
    """Return the body as text, and whether it is the query itself."""
    kind = request.mimetype
    direct = kind == "application/sparql-query"
    if kind == "application/sparql-update":
        raise _update()
    if not direct and kind != "application/x-www-form-urlencoded":
        raise MediaTypeUnsupported(
            "Queries come as application/sparql-query or application/x-www-form-urlencoded, not as {kind}.",
            kind=kind or "nothing",
        )
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise MediaTypeUnsupported("Queries are written in UTF-8, not in {charset}.", charset=charset)
    most = limit if direct else 3 * limit + _MORE
    if (request.content_length or 0) > most:
        raise _too_large(limit)
    request.max_content_length = most
    try:
        return direct, request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        raise BodyInvalid("The body is not UTF-8.") from None


def fields_of(text: bytes, place: str, most: int) -> list[tuple[str, str]]:
    """Return the parameters in an address or a body (`place` says which), at most so many.

    Raises:
        BodyInvalid: they are not UTF-8.
        ParameterInvalid: there are more.
    """
    try:
        return parse_qsl(text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=most)
    except UnicodeDecodeError:
        raise BodyInvalid("The parameters in the {place} are not UTF-8.", place=place) from None
    except ValueError:
        raise ParameterInvalid("More than {limit} parameters in one request (KG_PARAMETERS).", limit=most) from None


def _last(fields: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in reversed(fields) if key == name), "")


def _update() -> QueryForbidden:
    return QueryForbidden("Releases are read only: this address takes queries, updates go to a draft.")


def _address(limit: int) -> AddressTooLong:
    return AddressTooLong(
        "The query in the address is longer than {limit} bytes (KG_ADDRESS_BYTES); send it by POST.", limit=limit
    )


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge("The query is longer than {limit} bytes (KG_QUERY_BYTES).", limit=limit)
