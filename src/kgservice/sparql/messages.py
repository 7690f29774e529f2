"""What a person reads when a text is not SPARQL: where, what stands there, what was expected, and the likely cause."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from kgservice.errors import QueryInvalid, QueryTooComplex, RequestTooLarge
from kgservice.sparql.hints import UPDATES, Place, hint
from kgservice.sparql.tokens import place_in

_Error = TypeVar("_Error", bound=QueryInvalid)
MOST_EXPECTED = 12
_SHOWN = {
    "IRI": "<IRI>", "PN": "prefix:name", "VAR": "?variable", "STR": '"text"', "NUM": "123", "SNUM": "+123",
    "BN": "_:node", "ANON": "[]", "NIL": "()", "LANG": "@en", "FN": "function(…)",
}  # fmt: skip
_RARE = frozenset({"<<", "<<(", "{|", "~"})
"""Signs of RDF 1.2, which nobody means who mistypes a query."""
_ORDER = [".", ";", ",", "}", ")", "]", "{", "(", "VAR", "IRI", "PN", "a", "STR", "NUM"]
_WIDTH = 100
MOST_QUOTED = 60
_QUOTED = frozenset({"found", "name", "near", "code"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def unexpected(place: Place) -> QueryInvalid:
    """Return the error for a token that does not fit, with a hint where the cause is likely."""
    token = place.token
    expected = _shown(_meant(place))
    template, hinted, params = hint(place)
    params = {"found": place.word, "expected": expected, **params}
    offset = params.pop("offset", token.start)
    if token.kind == "END":  # the caret stands behind the last word, not on an empty line after it
        offset = place.tree.tokens[-1].end if place.tree.tokens else 0
        template = template or "Line {line}, column {column}: the query ends too early; expected {expected}."
    if not expected:
        template = template or "Line {line}, column {column}: {found} cannot stand here; the query ends before it."
    template = template or "Line {line}, column {column}: {found} cannot stand here; expected {expected}."
    return invalid(place.tree.text, int(str(offset)), template, hinted, **params)


def invalid(text: str, offset: int, template: str, hinted: str = "", **params: object) -> QueryInvalid:
    """Return an error at an offset of a text; template and hint are message ids that share the parameters."""
    return _placed(QueryInvalid, text, offset, template, hinted, params)


def too_long(text: str, most: int) -> RequestTooLarge:
    """Return the error for a text over the limit."""
    template = "The query has {length} characters; the limit is {most} (KG_QUERY_BYTES)."
    return RequestTooLarge(template, length=len(text), most=most)


def not_unicode(text: str, offset: int) -> QueryInvalid:
    """Return the error for half of a surrogate pair, which is no character."""
    code = f"U+{ord(text[offset]):04X}"
    return invalid(text, offset, "Line {line}, column {column}: {found} is half of a character.", found=code)


def too_deep(text: str, offset: int, most: int) -> QueryTooComplex:
    """Return the error for a bracket nested too deep."""
    template = "Line {line}, column {column}: nested more than {most} levels deep, which is the limit (KG_QUERY_DEPTH)."
    return _placed(QueryTooComplex, text, offset, template, "", {"most": most})


def too_many(text: str, offset: int, kind: str, most: int) -> QueryTooComplex:
    """Return the error for an operator or keyword that is repeated too often."""
    template = (
        "Line {line}, column {column}: {found} stands more than {most} times in this query, which is the limit "
        "(KG_QUERY_REPEATS)."
    )
    hinted = "Lists of values are cheap in VALUES; alternatives of one property are cheap as a VALUES of properties."
    return _placed(QueryTooComplex, text, offset, template, hinted, {"found": kind.upper(), "most": most})


def marked(text: str, error: QueryInvalid) -> str:
    """Return the line of an error with a caret under its column; a long line is cut around it."""
    lines = text.split("\n")
    if not 1 <= error.line <= len(lines):
        return ""
    before = max(0, error.column - 1 - _WIDTH)
    line = _CONTROL.sub(" ", lines[error.line - 1])[before : before + 2 * _WIDTH]
    return f"{line.rstrip()}\n{' ' * (error.column - 1 - before)}^"


def _placed(
    kind: type[_Error], text: str, offset: int, template: str, hinted: str, params: Mapping[str, object]
) -> _Error:
    line, column = place_in(text, offset)
    told = {name: _legible(value) if name in _QUOTED else value for name, value in params.items()}
    return kind(template, line=line, column=column, hint=hinted, **told)


def _legible(value: object) -> str:
    """Return what a text quotes from the query: one line, cut where it is long."""
    line = _CONTROL.sub(" ", str(value))
    return line if len(line) <= MOST_QUOTED else line[:MOST_QUOTED] + "…"


def _meant(place: Place) -> frozenset[str]:
    """Return what could stand there and is worth a word: no end, and no update where a reader begins a query."""
    kinds = (place.expected - _RARE or place.expected) - {"END"}
    if "select" in kinds and not get_close_matches(place.word.lower(), UPDATES, n=1, cutoff=0.6):
        kinds -= UPDATES
    return kinds


def _shown(kinds: frozenset[str]) -> str:
    order = {kind: at for at, kind in enumerate(_ORDER)}
    ordered = sorted(kinds, key=lambda kind: (order.get(kind, len(order)), kind))
    names = [_SHOWN.get(kind, kind if kind == "a" else kind.upper()) for kind in ordered]
    return " ".join(names[:MOST_EXPECTED]) + (" …" if len(names) > MOST_EXPECTED else "")
