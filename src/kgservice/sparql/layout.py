"""The canonical form of a query file: the author's lines, with one indentation, one spacing, keywords in capitals."""

import re

from kgservice.sparql.names import FUNCTIONS
from kgservice.sparql.query import parse
from kgservice.sparql.tokens import Token
from kgservice.sparql.tree import CLOSING, OPENING, Tree

_GAP = re.compile(r"\n|#[^\r\n]*")
_CONTINUES = frozenset({";", ",", "||", "&&", "|", "/", "^"})
_LISTS = ("Projection", "GroupBy", "Having", "OrderBy")
_AS_WRITTEN = frozenset({"a", "true", "false"})
_INDENT = "  "


def canonical(text: str) -> str:
    """Return a query or update in canonical form: same tokens, comments and line breaks; the form of a form is itself.

    Lines are indented two spaces a bracket, and once more where they go on with a list; a blank line stays one blank
    line. Raises QueryInvalid when the text does not parse.
    """
    tree = parse(text).tree
    lines: list[str] = []
    line = ""
    opened: list[tuple[int, str]] = []  # for each bracket that is open, the indentation of its line, and which it is
    lists = {at for node in tree.named(*_LISTS) for at in range(node.first + 1, node.end)}
    indent = place = 0
    before = ""
    for at, token in enumerate(tree.tokens):
        for piece in _pieces(text[place : token.start]):
            if piece == "\n":
                lines += [line.rstrip()] if line or (lines and lines[-1]) else []
                line = ""
            elif line:
                line = f"{line.rstrip()}  {piece}"
            else:
                line = _INDENT * (opened[-1][0] + 1 if opened else 0) + piece
        closes = token.kind in CLOSING
        if line:
            line += " " if token.start > place else ""
        else:
            outer, bracket = opened[-1] if opened else (-1, "")
            goes_on = bracket != "(" and (before in _CONTINUES or at in lists)
            indent = outer if closes else outer + 1 + goes_on
            line = _INDENT * indent
        line += _word(tree, token)
        if token.kind in OPENING:
            level = opened[-1][0] + 1 if opened else 0
            opened.append((level if token.kind == "{" else indent, token.kind))
        elif closes:
            opened.pop()
        before = token.kind
        place = token.end
    lines += [line.rstrip()] if line.strip() else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _pieces(gap: str) -> list[str]:
    return [piece.rstrip() if piece != "\n" else piece for piece in _GAP.findall(gap)]


def _word(tree: Tree, token: Token) -> str:
    word = tree.text[token.start : token.end]
    if token.kind in ("NIL", "ANON"):
        return word[0] + word[-1]
    is_keyword = token.kind.isalpha() and token.kind.islower() and token.kind not in _AS_WRITTEN
    is_function = token.kind == "FN" and (word.lower() in FUNCTIONS or word.lower() == "separator")
    return word.upper() if is_keyword or is_function else word
