"""The grammar file made into an LL(1) table: which body a rule takes when a token of some kind comes next."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Rule = dict[str, tuple[Any, ...]]
"""A rule at run time: the body to push for a kind of token, reversed; members are rules, kinds, and marks of nodes."""

NODE_END = -1
"""The mark in a body that closes the node opened last; marks from 0 up open the node of that number."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The table: the rule to start with, node names by mark, keywords, all kinds of tokens, rules that may be empty."""

    start: Rule
    nodes: tuple[str, ...]
    keywords: frozenset[str]
    kinds: frozenset[str]
    nullable: frozenset[int]
    """The `id` of every rule that may be empty."""
    conflicts: tuple[tuple[str, str], ...]
    """(rule, kind) pairs with two bodies; none, or the grammar is not LL(1)."""

    def accepts(self, stack: list[Any], kind: str) -> bool:
        """Tell whether a token of this kind may come next when the parser's stack is this one."""
        own: list[Any] = []
        below = len(stack)
        while own or below:
            if own:
                top = own.pop()
            else:
                below -= 1
                top = stack[below]
            if type(top) is str:
                return top == kind
            if type(top) is dict:
                body = top.get(kind)
                if body is not None:
                    own.extend(body)
                elif id(top) not in self.nullable:
                    return False
        return False

    def expected(self, kinds: Iterable[str]) -> frozenset[str]:
        """Return the kinds of tokens that may follow after a beginning of these kinds."""
        stack: list[Any] = [self.start]
        for kind in kinds:
            top: Any = None
            while type(top) is not str:
                top = stack.pop()
                if type(top) is dict:
                    stack.extend(top.get(kind, ()))
        return frozenset(kind for kind in self.kinds if self.accepts(stack, kind))


@cache
def grammar() -> Grammar:
    """Return the grammar of `sparql.ll1`; read and computed on first use."""
    rules, nodes, keywords = _read(Path(__file__).with_name("sparql.ll1").read_text("utf8"))
    first, nullable, follow = _sets(rules)
    table: dict[str, Rule] = {name: {} for name in rules}
    conflicts = []
    for name, bodies in rules.items():
        for body in sorted(bodies, key=lambda body: _first(body, first, nullable)[1]):
            starts, empty = _first(body, first, nullable)
            pushed: list[Any] = [table.get(symbol, symbol) for symbol in body]
            if name in nodes:
                pushed = [nodes.index(name), *pushed, NODE_END]
            for kind in starts | (follow[name] if empty else set()):
                if kind in table[name]:
                    conflicts += [(name, kind)] if kind in starts else []
                else:
                    table[name][kind] = tuple(reversed(pushed))
    kinds = frozenset(symbol for bodies in rules.values() for body in bodies for symbol in body if symbol not in rules)
    empties = frozenset(id(table[name]) for name in nullable)
    return Grammar(table["Unit"], tuple(nodes), frozenset(keywords), kinds, empties, tuple(conflicts))


Rules = dict[str, list[list[str]]]


def _read(text: str) -> tuple[Rules, list[str], set[str]]:
    """Return rules without `( ) | ? * +` (each becomes a rule of its own), names of nodes, keywords."""
    rules: Rules = {}
    nodes = []
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    split = [re.split(r" (:?=) ", line, maxsplit=1) for line in lines]
    for name, sign, body in split:
        if sign == ":=":
            nodes.append(name)
        symbols = re.findall(r"'[^']+'|[()|*+?]|\w+", body)
        rules[name] = _alternatives(symbols, rules)
    words = {word for _, _, body in split for word in re.findall(r"'[^']+'|\w+", body)}
    return rules, nodes, {word for word in words if word.islower()}


def _alternatives(symbols: list[str], rules: Rules) -> list[list[str]]:
    """Read alternatives up to the closing bracket, taking symbols away as they are read."""

    def new(*bodies: list[str]) -> str:
        name = f"~{len(rules)}"
        rules[name] = list(bodies)
        return name

    found: list[list[str]] = [[]]
    while symbols and symbols[0] != ")":
        symbol = symbols.pop(0)
        if symbol == "|":
            found.append([])
            continue
        if symbol == "(":
            symbol = new(*_alternatives(symbols, rules))
            symbols.pop(0)
        symbol = symbol.strip("'")
        while symbols and symbols[0] in ("?", "*", "+"):
            sign = symbols.pop(0)
            if sign == "?":
                symbol = new([symbol], [])
                continue
            again = new()
            rules[again] = [[symbol, again], []]
            if sign == "+":
                found[-1].append(symbol)
            symbol = again
        found[-1].append(symbol)
    return found


def _first(body: list[str], first: dict[str, set[str]], nullable: set[str]) -> tuple[set[str], bool]:
    """Return the kinds that a body can begin with, and whether it can be empty."""
    kinds: set[str] = set()
    for symbol in body:
        if symbol not in first:
            return kinds | {symbol}, False
        kinds |= first[symbol]
        if symbol not in nullable:
            return kinds, False
    return kinds, True


def _sets(rules: Rules) -> tuple[dict[str, set[str]], set[str], dict[str, set[str]]]:
    """Return FIRST sets, rules that can be empty, FOLLOW sets: repeated until nothing is added."""
    first: dict[str, set[str]] = {name: set() for name in rules}
    follow: dict[str, set[str]] = {name: set() for name in rules}
    nullable: set[str] = set()
    size = -1
    while size != (size := sum(map(len, [*first.values(), *follow.values(), nullable]))):
        for name, bodies in rules.items():
            for body in bodies:
                starts, empty = _first(body, first, nullable)
                first[name] |= starts
                if empty:
                    nullable.add(name)
                for at, symbol in enumerate(body):
                    if symbol in rules:
                        after, open_end = _first(body[at + 1 :], first, nullable)
                        follow[symbol] |= after | (follow[name] if open_end else set())
    return first, nullable, follow
