"""SPARQL constraints (SHACL 5), rewritten on their tokens: set-based where that equals pre-binding, else refused."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, SH, Graph, Literal
from rdflib.term import Node

from kgservice.shacl.model import ShapesInvalid, ShapeUnsupported

_TOKEN = re.compile(
    r"""(?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<iri><[^<>\s]*>)|(?P<comment>\#[^\n]*)|(?P<var>[?$]\w+)|(?P<word>\w[\w\-]*:?[\w\-.]*|:[\w\-]+)
    |(?P<space>\s+)|(?P<sign>.)""",
    re.X | re.S,
)
_DECLARED = re.compile(r"PREFIX\s+([^\s:]*):\s*<([^>]*)>", re.I)


@dataclass(frozen=True, slots=True)
class Select:
    """One sh:select, ready to be joined with a target."""

    body: str
    names: tuple[str, ...]
    """Variables that it projects, without their sign."""
    prefixes: str
    messages: Mapping[str, str]


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
        names, body = _parts(shape, tokens)
        if not _set_based(tokens[_opening(tokens) :]):
            raise ShapeUnsupported(
                "{shape}: an inner group uses $this in an expression without binding it; bind it there.",
                shape=shape,
            )
        shown = {
            (m.language or "").lower(): str(m) for m in graph.objects(constraint, SH.message) if isinstance(m, Literal)
        }
        yield Select(body.replace("$PATH", steps), names, _prefixes(graph, constraint) + own, shown)


def exists(graph: Graph, shape: Node, x: str, steps: str = "") -> Iterator[str]:
    """Yield, for a shape nested in another, each SPARQL constraint as NOT EXISTS over its renamed body."""
    if next(graph.objects(shape, SH.sparql), None) is None:
        return
    for number, select in enumerate(selects(graph, shape, steps)):
        prefix = f"?{x[1:]}_{number}_"
        known = dict(_DECLARED.findall(select.prefixes))
        inner = "".join(
            (x if value[1:] == "this" else prefix + value[1:])
            if kind == "var"
            else _spelt(value, known)
            if kind == "word"
            else value
            for kind, value in _tokens(select.body)
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


def _opening(tokens: list[tuple[str, str]]) -> int:
    return next(n for n, token in enumerate(tokens) if token == ("sign", "{"))


def _parts(shape: Node, tokens: list[tuple[str, str]]) -> tuple[tuple[str, ...], str]:
    """Return the projected names, and the body with projected expressions as BINDs."""
    if ("sign", "{") not in tokens:
        raise ShapesInvalid("{shape}: the sh:select has no group graph pattern.", shape=shape)
    start = _opening(tokens)
    end = max(n for n, token in enumerate(tokens) if token == ("sign", "}"))
    head = [t for t in tokens[:start] if t[0] != "space"]
    names, binds, depth, inner = [], [], 0, ""
    for kind, value in tokens[:start]:
        depth += (value == "(") - (value == ")")
        if depth or value == ")":
            inner += _plain(kind, value)
        if not depth and value == ")":
            binds.append(f"BIND{inner}")
            inner = ""
        if not depth and kind == "var":
            names.append(value[1:])
    for (_, before), (kind, value) in itertools.pairwise(head):
        if before.upper() == "AS" and kind == "var":
            names.append(value[1:])
    body = "".join(_plain(kind, value) for kind, value in tokens[start + 1 : end])
    return tuple(names), " ".join([body, *binds])


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
