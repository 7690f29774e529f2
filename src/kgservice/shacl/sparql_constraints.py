"""SPARQL constraints (SHACL 5), rewritten on their tokens: set-based where that equals pre-binding, else refused."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, SH, Graph, Literal
from rdflib.term import Node

from kgservice.shacl.model import FOCUS, ShapesInvalid, ShapeUnsupported

_TOKEN = re.compile(
    r"""(?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<iri><[^<>\s]*>)|(?P<comment>\#[^\n]*)|(?P<var>[?$]\w+)|(?P<word>\w[\w\-]*:?[\w\-.]*|:[\w\-]+)
    |(?P<space>\s+)|(?P<sign>.)""",
    re.X | re.S,
)
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_DECLARED = re.compile(r"PREFIX\s+([^\s:]*):\s*<([^>]*)>", re.I)


@dataclass(frozen=True, slots=True)
class Select:
    """One sh:select, ready to be joined with a target."""

    body: str
    names: tuple[str, ...]
    """Variables that it projects, without their sign."""
    prefixes: str
    messages: Mapping[str, str]
    head: str = ""
    """What it projects, where it groups."""
    grouping: str = ""
    """GROUP BY and HAVING: the target then belongs inside, so that every target node is a group."""

    def joined(self, target: str) -> str:
        """Return a pattern: the select over the nodes that a target pattern binds ?this to."""
        if self.grouping:
            return f"{{ SELECT {self.head} WHERE {{ {target} {self.body} }} {self.grouping} }}"
        return f"{target} {self.body}"


def selects(graph: Graph, shape: Node, steps: str) -> Iterator[Select]:
    """Yield the SPARQL constraints of a shape with $PATH replaced by its path.

    Raises:
        ShapesInvalid: for what SHACL 5.2.1 forbids, and for constraints whose set-based evaluation would differ from
            pre-binding.
    """
    for constraint in graph.objects(shape, SH.sparql):
        if (constraint, SH.deactivated, Literal(True)) in graph:
            continue
        text = graph.value(constraint, SH.select)
        if text is None:
            raise ShapesInvalid("{shape}: a SPARQL constraint needs sh:select.", shape=shape)
        own, tokens = _prologue(shape, _tokens(str(text)))
        _refuse(shape, tokens)
        start, end = _group(shape, tokens)
        names, binds = _projected(shape, tokens[:start])
        if not _set_based(tokens[start : end + 1]):
            raise ShapeUnsupported(
                "{shape}: an inner group uses $this in an expression without binding it; bind it there.",
                shape=shape,
            )
        grouping = _grouping(shape, tokens[:start], tokens[end + 1 :])
        body = _body(tokens[start + 1 : end]).replace("$PATH", steps)
        shown = {
            (m.language or "").lower(): str(m) for m in graph.objects(constraint, SH.message) if isinstance(m, Literal)
        }
        head = "".join(_plain(kind, value) for kind, value in tokens[1:start]).replace("$PATH", steps)
        head = re.sub(r"\bWHERE\s*$", "", head, flags=re.I)
        yield Select(
            body if grouping else " ".join([body, *binds]).replace("$PATH", steps),
            names,
            _prefixes(graph, constraint) + own,
            shown,
            head,
            grouping,
        )


def exists(graph: Graph, shape: Node, x: str, steps: str = "") -> Iterator[str]:
    """Yield, for a shape nested in another, each SPARQL constraint as NOT EXISTS over its renamed body."""
    if next(graph.objects(shape, SH.sparql), None) is None:
        return
    for number, select in enumerate(selects(graph, shape, steps)):
        if select.grouping:
            raise ShapeUnsupported(
                "{shape}: a SPARQL constraint that groups, in a nested shape, is not supported.", shape=shape
            )
        prefix = f"?{x[1:]}_{number}_"
        known = dict(_DECLARED.findall(select.prefixes))
        inner = "".join(
            (x if value[1:] == "this" else prefix + value[1:])
            if kind == "var"
            else _spelt(value, known)
            if kind == "word"
            else value
            for kind, value in _tokens(select.body.replace(FOCUS, ""))
        )
        yield f"NOT EXISTS {{ {inner} }}"


def _spelt(word: str, known: Mapping[str, str]) -> str:
    """Return a prefixed name in full: the query that a nested constraint becomes part of has no prefixes."""
    prefix, colon, local = word.partition(":")
    name = local.rstrip(".")
    return f"<{known[prefix]}{name}>{local[len(name) :]}" if colon and prefix in known else word


def _tokens(text: str) -> list[tuple[str, str]]:
    return [
        (match.lastgroup or "sign", match.group()) for match in _TOKEN.finditer(text) if match.lastgroup != "comment"
    ]


def _prologue(shape: Node, tokens: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Return the PREFIX declarations that a select brings itself, and the rest of it."""
    start = next((n for n, (kind, value) in enumerate(tokens) if kind == "word" and value.upper() == "SELECT"), None)
    if start is None:
        raise ShapesInvalid("{shape}: sh:select must be a SELECT query.", shape=shape)
    return "".join(value for _, value in tokens[:start]), tokens[start:]


def _refuse(shape: Node, tokens: list[tuple[str, str]]) -> None:
    words = [value.upper() for kind, value in tokens if kind == "word"]
    for word in ("MINUS", "SERVICE", "VALUES"):
        if word in words:
            raise ShapesInvalid(
                "{shape}: {word} is not allowed in a SPARQL constraint (SHACL 5.2.1).", shape=shape, word=word
            )
    for kind, value in tokens:
        if kind == "var" and value[1:] in ("shapesGraph", "currentShape"):
            raise ShapeUnsupported("{shape}: ${name} is not supported.", shape=shape, name=value[1:])
    solid = [(kind, value) for kind, value in tokens if kind != "space"]
    for (_, before), (kind, value) in itertools.pairwise(solid):
        if before.upper() == "AS" and kind == "var" and value[1:] in ("this", "PATH"):
            raise ShapesInvalid("{shape}: {name} is pre-bound and cannot be assigned.", shape=shape, name=value)
    for at, (kind, value) in enumerate(solid):
        if kind == "word" and value.upper() == "SELECT" and at and solid[at - 1][1] == "{":
            projected = itertools.takewhile(lambda token: token[1] != "{", solid[at + 1 :])
            if not any(k == "var" and v[1:] == "this" for k, v in projected):
                raise ShapesInvalid("{shape}: a nested SELECT must project $this (SHACL 5.2.1).", shape=shape)


def _group(shape: Node, tokens: list[tuple[str, str]]) -> tuple[int, int]:
    """Return where the group graph pattern begins and ends."""
    depth, start = 0, -1
    for at, token in enumerate(tokens):
        if token == ("sign", "{"):
            start = at if start < 0 else start
            depth += 1
        elif token == ("sign", "}"):
            depth -= 1
            if not depth:
                return start, at
    raise ShapesInvalid("{shape}: the sh:select has no group graph pattern.", shape=shape)


def _projected(shape: Node, tokens: list[tuple[str, str]]) -> tuple[tuple[str, ...], list[str]]:
    """Return the projected names, and projected expressions as BINDs."""
    names, binds, depth, inner = [], [], 0, ""
    for kind, value in tokens:
        depth += (value == "(") - (value == ")")
        if depth or value == ")":
            inner += _plain(kind, value)
        if not depth and value == ")":
            binds.append(f"BIND{inner}")
            inner = ""
        if not depth and kind == "var":
            names.append(value[1:])
        if not depth and value == "*":
            raise ShapeUnsupported("{shape}: SELECT * is not supported; name the variables.", shape=shape)
    for (_, before), (kind, value) in itertools.pairwise(token for token in tokens if token[0] != "space"):
        if before.upper() == "AS" and kind == "var":
            names.append(value[1:])
    return tuple(names), binds


def _grouping(shape: Node, head: list[tuple[str, str]], tokens: list[tuple[str, str]]) -> str:
    """Return GROUP BY and HAVING; one result set per $this must equal the one query over all of them."""
    words = [value.upper() for kind, value in tokens if kind == "word"]
    aggregates = _AGGREGATES & {value.upper() for kind, value in head if kind == "word"}
    grouped = "GROUP" in words and any(kind == "var" and value[1:] == "this" for kind, value in tokens)
    if {"LIMIT", "OFFSET"} & set(words) or (not grouped and (aggregates or "GROUP" in words or "HAVING" in words)):
        raise ShapeUnsupported(
            "{shape}: a SPARQL constraint with LIMIT, or with aggregates but not GROUP BY $this, is not supported.",
            shape=shape,
        )
    return "".join(_plain(kind, value) for kind, value in tokens) if grouped else ""


def _body(tokens: list[tuple[str, str]]) -> str:
    """Return a group without its braces, with a mark where nested sub-selects may be narrowed to some target nodes."""
    text, selecting = "", False
    for kind, value in tokens:
        selecting |= kind == "word" and value.upper() == "SELECT"
        text += _plain(kind, value)
        if selecting and value == "{":
            text += FOCUS
            selecting = False
    return text


def _plain(kind: str, value: str) -> str:
    return "?" + value[1:] if kind == "var" and value != "$PATH" else value


def _set_based(tokens: list[tuple[str, str]]) -> bool:
    """Tell whether no nested group uses $this only in an expression: then a join with the target equals pre-binding."""
    groups: list[dict[str, bool]] = []
    parentheses: list[int] = [0]
    for kind, value in tokens:
        if value == "{":
            groups.append({"expression": False, "pattern": False})
            parentheses.append(0)
        elif value == "}":
            done = groups.pop()
            parentheses.pop()
            if groups and done["expression"] and not done["pattern"]:
                return False
        elif value in "()" and kind == "sign":
            parentheses[-1] += 1 if value == "(" else -1
        elif kind == "var" and value[1:] == "this" and groups:
            groups[-1]["expression" if parentheses[-1] else "pattern"] = True
    return True


def namespaces(graph: Graph, constraint: Node) -> dict[str, str]:
    """Return the prefixes of a SPARQL constraint, those of imported ontologies included (SHACL 5.2.1)."""
    found: dict[str, str] = {}
    waiting, seen = list(graph.objects(constraint, SH.prefixes)), set()
    while waiting:
        holder = waiting.pop()
        if holder in seen:
            continue
        seen.add(holder)
        waiting += list(graph.objects(holder, OWL.imports))
        for declared in graph.objects(holder, SH.declare):
            found[str(graph.value(declared, SH.prefix))] = str(graph.value(declared, SH.namespace))
    return found


def _prefixes(graph: Graph, constraint: Node) -> str:
    found = namespaces(graph, constraint)
    return "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in sorted(found.items()))
