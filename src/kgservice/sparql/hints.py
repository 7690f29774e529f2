"""The likely cause of a token that does not fit: small rules in order, the first that knows speaks."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from kgservice.sparql.tokens import Token, place_in
from kgservice.sparql.tree import OPENING, Tree

Hint = tuple[str, str, dict[str, object]]
"""Message ids of the error ("" = the usual one) and of the hint, their parameters; `offset` moves the place."""

UNKNOWN: Hint = ("", "", {})
NOT_WHOLE = "Line {line}, column {column}: {clause} takes a whole number, not {found}."
WHOLE = "Write a whole number from 0, as in {clause} 10; a variable or a calculation cannot stand there."
AGGREGATES = frozenset({"count", "sum", "min", "max", "avg", "sample", "group_concat"})
UPDATES = frozenset(["insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"])
_TERM = frozenset(["VAR", "IRI", "PN", "STR", "NUM", "SNUM", "BN", "ANON", "NIL", "(", "[", "a", "true", "false"])
_FOREIGN = {
    # what other languages say, and what SPARQL says instead
    "and": "&&", "or": "||", "like": "CONTAINS(…)", "join": "a triple pattern", "null": "!BOUND(?variable)",
    "is": "BOUND(?variable)", "between": "?x >= 1 && ?x <= 2", "top": "LIMIT", "update": "DELETE … INSERT … WHERE",
    "on": "FILTER(…)", "contains": "FILTER(CONTAINS(…))", "regex": "FILTER(REGEX(…))", "else": "IF(a, b, c)",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where the parser stopped: the tree so far, the token that does not fit, the kinds that would."""

    tree: Tree
    token: Token
    expected: frozenset[str]
    keywords: frozenset[str]

    @property
    def word(self) -> str:
        """The text of the token."""
        return self.tree.text[self.token.start : self.token.end]

    @property
    def before(self) -> str:
        """The kind of the token before, or an empty text at the start."""
        return self.tree.tokens[-1].kind if self.tree.tokens else ""

    @property
    def after(self) -> str:
        """The character that follows the token."""
        return self.tree.text[self.token.end : self.token.end + 1]


def hint(place: Place) -> Hint:
    """Return what the first rule with an idea says."""
    for rule in _RULES:
        found = rule(place)
        if found is not UNKNOWN:
            return found
    return UNKNOWN


def _character(place: Place) -> Hint:
    if place.token.kind != "BAD":
        return UNKNOWN
    text, start = place.tree.text, place.token.start
    found = text[start]
    if found in "“”„«»‘’‚":
        template = "Line {line}, column {column}: {found} is a typographic quote."
        return template, 'Write straight quotes: "text".', {"found": found}
    if found in "\"'":
        line = text[start:].split("\n", 1)[0]
        escape = re.search(r"(?<!\\)(?:\\\\)*(\\[^tbnrf\\\"'uU])", line)
        if escape and found in line[escape.end() :]:
            template = "Line {line}, column {column}: {found} is no escape in a text."
            params = {"found": escape[1], "offset": start + escape.start(1)}
            return template, "Write \\\\ for a backslash.", params
        template = "Line {line}, column {column}: the text that starts here is not closed."
        return (
            template,
            "Close it with {quote}; a text over several lines stands between {three}.",
            {"quote": found, "three": found * 3},
        )
    if found == "@":
        return "", 'A language tag stands directly behind a text, as in "лес"@ru.', {"found": found}
    if found == "%":
        return "", "SPARQL has no %: write ?a - ?b * FLOOR(?a / ?b).", {"found": found}
    if unicodedata.category(found) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        template = "Line {line}, column {column}: the invisible character {found} cannot stand here."
        return template, "Delete it, or write an ordinary space.", {"found": f"U+{ord(found):04X}"}
    template = "Line {line}, column {column}: the character {found} cannot stand here; expected {expected}."
    return template, "", {"found": found}


def _spaced_iri(place: Place) -> Hint:
    start = place.token.start
    if place.before == "<" and place.tree.tokens[-1].end == start:
        start = place.tree.tokens[-1].start
    elif place.token.kind not in ("<", "<=", "<<"):
        return UNKNOWN
    found = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^<>\n]*>?|<[^<>\s?=]+ [^<>\n?]*>").match(place.tree.text, start)
    wrong = re.search(r'[\x00-\x20"{}|^`\\]', found[0]) if found else None
    if not wrong:
        return UNKNOWN
    template = "Line {line}, column {column}: an IRI must not contain {found}."
    if wrong[0] == " ":
        template = "Line {line}, column {column}: an IRI must not contain a space."
    code = f"{ord(wrong[0]):02X}"
    shown = wrong[0] if wrong[0] > " " else f"U+00{code}"
    params: dict[str, object] = {"found": shown, "offset": start + wrong.start(), "code": f"%{code}"}
    if found and ">" not in found[0]:
        return template, "The > that closes the IRI is missing.", params
    return template, "Write {code} in its place.", params


def _end(place: Place) -> Hint:
    if place.token.kind != "END":
        return UNKNOWN
    if not place.tree.tokens:
        return "The query is empty.", "Write for example: SELECT * WHERE {{ ?s ?p ?o }} LIMIT 10", {}
    opened: list[Token] = []
    for token in place.tree.tokens:
        if token.kind in OPENING:
            opened.append(token)
        elif opened and token.kind == OPENING[opened[-1].kind]:
            opened.pop()
    if opened:
        line, column = place_in(place.tree.text, opened[-1].start)
        params: dict[str, object] = {"opening": opened[-1].kind, "closing": OPENING[opened[-1].kind]}
        params |= {"opened_line": line, "opened_column": column}
        said = "The {opening} of line {opened_line}, column {opened_column} is not closed: a {closing} is missing."
        return "", said, params
    if place.before in ("select", "where") or place.expected & {"{", "where"}:
        return "", "The pattern in braces is missing: WHERE {{ ?s ?p ?o }}.", {}
    return UNKNOWN


def _count(place: Place) -> Hint:
    """Say what LIMIT and OFFSET take."""
    kinds = [token.kind for token in place.tree.tokens[-2:]]
    if kinds == ["limit", "NUM"] and place.token.kind == ",":
        more = re.compile(r",\s*(\d+)").match(place.tree.text, place.token.start)
        first = place.tree.word(-1)
        return "", "SPARQL writes {near}.", {"near": f"LIMIT {more[1]} OFFSET {first}" if more else "LIMIT … OFFSET …"}
    if place.before not in ("limit", "offset"):
        return UNKNOWN
    template = "" if place.token.kind == "END" else NOT_WHOLE
    return template, WHOLE, {"clause": place.before.upper()}


def _clause(place: Place) -> Hint:
    """Say what a clause needs, or where it belongs."""
    kind, expected, before = place.token.kind, place.expected, place.before
    if expected == {"by"}:
        return "", "Write {clause} BY.", {"clause": before.upper()}
    if before == "=" and kind == "=" and place.tree.tokens[-1].end == place.token.start:
        return "", "SPARQL compares with one =.", {"offset": place.tree.tokens[-1].start}
    if before == "<" and kind == ">":
        return "", "Not equal is written !=.", {}
    if before in ("filter", "having"):
        return "", "The condition of {clause} stands in brackets: {clause}(…).", {"clause": before.upper()}
    if before == "bind" and kind != "(":
        return "", "Write BIND(expression AS ?variable).", {}
    if "as" in expected and (kind in ("VAR", ")", "FN", "STR")):
        return "", "AS and a new variable are missing: (expression AS ?name).", {}
    if kind == ";" and "END" in expected:
        return "", "A query has no ; at its end.", {}
    if kind == "," and "VAR" in expected and place.tree.named("Projection") and not _inside(place):
        return "", "Variables are separated by spaces, not by commas.", {}
    if kind == "select" and before != "{" and _inside(place):
        return "", "A query inside a query needs braces of its own: {{ SELECT … }}.", {}
    if kind in ("prefix", "base"):
        return "", "PREFIX and BASE stand at the top of the text.", {}
    if kind == "from":
        return "", "FROM stands between SELECT and WHERE.", {}
    if kind in ("order", "group", "having") and not _inside(place) and "{" not in expected:
        return "", "The order is GROUP BY, HAVING, ORDER BY, LIMIT.", {}
    if kind in UPDATES and "select" not in expected and not _inside(place) and "END" in expected:
        return "", "Operations of an update are separated by ;.", {}
    if kind in OPENING.values() and not _inside(place):
        return "", "This {found} closes nothing: one too many, or one opening is missing.", {}
    return UNKNOWN


def _bracket(place: Place) -> Hint:
    """Say which bracket is missing, or around what."""
    kind, expected, before = place.token.kind, place.expected, place.before
    if kind == "/" and before == "PN" and place.tree.word(-1).endswith(":") and place.after == "/":
        return "", "An IRI stands in angle brackets: <{near}…>.", {"near": f"{place.tree.word(-1)}//"}
    if kind in _TERM and "{" in expected and not expected & {"}", ".", "VAR"}:
        clause = before.upper() if before in ("optional", "union", "minus", "exists", "where") else "WHERE"
        return "", "The pattern stands in braces: {clause} {{ ?s ?p ?o }}.", {"clause": clause}
    if before == "in":
        return "", "The list stands in brackets: IN (1, 2).", {}
    if before == "FN" and expected <= {"(", "NIL"} and kind != "END":
        name = place.tree.word(-1)
        return "", 'A text stands in quotes: "{name}"; a variable is written ?{name}.', {"name": name}
    return UNKNOWN


def _word(place: Place) -> Hint:
    """Explain a word that is no keyword here: misspelt, a variable without `?`, or from another language."""
    if place.token.kind != "FN":
        return UNKNOWN
    word, expected = place.word.lower(), place.expected
    if word in AGGREGATES and place.after == "(" and "VAR" in expected and "IRI" not in expected:
        return "", "Write it in brackets with a name: ({found}(…) AS ?name).", {}
    wanted = [kind for kind in expected if kind.isalpha() and kind.islower() and len(kind) > 1]
    close = get_close_matches(word, wanted, n=1, cutoff=0.7)
    if close:
        return "", "Did you mean {near}?", {"near": close[0].upper()}
    if word in _FOREIGN:
        return "", "SPARQL writes {near}.", {"near": _FOREIGN[word]}
    if {"VAR", "PN"} <= expected and place.after != "(":
        return "", "Did you mean the variable ?{name}, or a name with its prefix?", {"name": place.word}
    if "VAR" in expected and place.after != "(":
        return "", "Did you mean the variable ?{name}?", {"name": place.word}
    close = get_close_matches(word, place.keywords, n=1, cutoff=0.75)
    return ("", "Did you mean {near}?", {"near": close[0].upper()}) if close else UNKNOWN


def _triple(place: Place) -> Hint:
    """Explain a triple that is not finished, or not separated from the next."""
    kind, expected = place.token.kind, place.expected
    if kind == "?" or kind == "$":
        return "", "A variable needs a name: ?name.", {}
    if kind in (".", ";", ",", "}", "]", "filter", "optional") and {"STR", "VAR", "IRI"} <= expected:
        return "", "The object is missing: subject, predicate, object.", {}
    if kind in (".", ";", ",", "}", "]", "filter", "optional") and {"a", "VAR", "IRI"} <= expected:
        return "", "Predicate and object are missing: subject, predicate, object.", {}
    if kind in _TERM and {".", ";"} <= expected:
        return "", "Is a . missing before it (or a ; before a further property)?", {}
    if kind == "STR" and "a" in expected:
        return "", "A text cannot be a property; is a . missing before it?", {}
    if kind == "*" and "{" in expected:
        return UNKNOWN
    return UNKNOWN


def _inside(place: Place) -> bool:
    """Tell whether the token stands within brackets."""
    kinds = [token.kind for token in place.tree.tokens]
    return sum(kind in OPENING for kind in kinds) > sum(kind in OPENING.values() for kind in kinds)


_RULES: tuple[Callable[[Place], Hint], ...] = (_count, _character, _spaced_iri, _end, _clause, _bracket, _word, _triple)
