"""The words of a SPARQL text: one pattern for all terminals (SPARQL 1.1 Query 19.8), and lines and columns."""

import re
from typing import NamedTuple

# the character classes of the grammar's PN_CHARS_BASE, PN_CHARS_U and PN_CHARS, written for a regular expression
_BASE = (
    r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_START = _BASE + "_0-9"
_CHARS = _START + r"\u00b7\u0300-\u036f\u203f\u2040\-"
_ESCAPED_LOCAL = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_ESCAPE = r"\\(?:[tbnrf\\\"']|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
# NOTE: a prefix of unbounded length makes `a.a.a.a…` quadratic; nobody writes 256 characters
_LOCAL = (
    rf"(?:(?:[{_START}:]|{_ESCAPED_LOCAL})"
    rf"(?:(?:[{_CHARS}.:]|{_ESCAPED_LOCAL})*(?:[{_CHARS}:]|{_ESCAPED_LOCAL}))?)?"
)
_PREFIX = rf"(?:[{_BASE}](?:[{_CHARS}.]{{0,255}}[{_CHARS}])?)?:"

_TERMINALS = re.compile(
    rf"""(?:[ \t\r\n]++|\#[^\r\n]*+)*+(?:
  (?P<IRI><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
| (?P<STR>\"\"\"(?:"{{0,2}}(?:[^"\\]|{_ESCAPE}))*\"\"\"
    |'''(?:'{{0,2}}(?:[^'\\]|{_ESCAPE}))*'''
    |"(?:[^"\\\r\n]|{_ESCAPE})*"|'(?:[^'\\\r\n]|{_ESCAPE})*')
| (?P<BN>_:[{_START}](?:[{_CHARS}.]*[{_CHARS}])?)
| (?P<VAR>[?$][{_START}][{_START}\u00b7\u0300-\u036f\u203f\u2040]*)
| (?P<PN>{_PREFIX}{_LOCAL})
| (?P<LANG>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
| (?P<SNUM>[+-](?:[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+|\.[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))
| (?P<NUM>[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+|\.[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)
| (?P<NIL>\([ \t\r\n]*\))
| (?P<ANON>\[[ \t\r\n]*\])
| (?P<WORD>[A-Za-z_][A-Za-z_0-9]*)
| (?P<SIGN><<\(|\)>>|<<|>>|\{{\||\|\}}|\^\^|\|\||&&|!=|<=|>=|[{{}}()\[\],;.*/|^?+\-!=<>~])
)""",
    re.VERBOSE,
)
_new = tuple.__new__
_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")


class Token(NamedTuple):
    """A word of the text: its kind (as the grammar names it) and where it starts and ends, in characters."""

    kind: str
    start: int
    end: int


def token_at(text: str, place: int, keywords: frozenset[str]) -> Token:
    """Return the next token at or after a place: kind `END` after the last one, `BAD` where no terminal fits."""
    # NOTE: once per token of every query; `tuple.__new__` is half the cost of the class's own
    found = _TERMINALS.match(text, place)
    if found is None:
        space = _SPACE.match(text, place)
        start = space.end() if space else place
        return Token("END", start, start) if start >= len(text) else Token("BAD", start, start + 1)
    kind = found.lastgroup or ""
    start, end = found.span(kind)
    if kind == "WORD":
        word = text[start:end]
        kind = word.lower()
        if kind not in keywords or word == "A":  # `a` is the only keyword whose case matters
            kind = "FN"
    elif kind == "SIGN":
        kind = text[start:end]
    return _new(Token, (kind, start, end))


def place_in(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both from 1; a column is a character, not a byte."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
