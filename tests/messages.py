"""Collects the message ids of the source: what Python and the templates say to people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2.ext

from kgservice import errors
from kgservice.sparql import parse
from kgservice.web.columns import heading
from kgservice.web.nouns import NOUNS, PROPERTIES
from kgservice.web.problems import PROBLEMS

SRC = Path(__file__).parents[1] / "src" / "kgservice"
QUERIES = SRC.parents[1] / "queries"
_SAYING = {"Text", "translate", "say", "tell", "speaker", "message"} | {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.KgError)
}
_SENTENCE = re.compile(r"(?!\?\w+ )[A-Z{“\"'<?].*(?:[.:?!]|\{\w+\})[)\"”»]?", re.DOTALL)
_FILLED = re.compile(r"\{\w+(?::g)?\}")
_LANGUAGE = re.compile(
    r"\b(?:SELECT|CONSTRUCT|PREFIX|INSERT INTO|DELETE FROM|CREATE TABLE|UPDATE \w+ SET|ASK \{)\b"
    r"|\b(?:VALUES|GRAPH|UNION|OPTIONAL)\b"
    r"|<(?:svg|a|text|title|g)[ >]"
)
_SILENT_CALLS = {
    "debug", "info", "warning", "error", "exception", "option", "argument", "command", "Option", "Setting", "compile",
    "declare",
}  # fmt: skip

_FOR_MACHINES = {SRC / "web" / "metering.py"}  # the help of a metric is English (OpenMetrics)


def of_python() -> Iterator[tuple[str, str]]:
    """Yield (message id, place) of every sentence that Python says through an error, a text or a door."""
    for path in sorted(set(SRC.rglob("*.py")) - _FOR_MACHINES):
        tree = ast.parse(path.read_text("utf8"))
        silent = _docstrings(tree) | _under(tree, _SILENT_CALLS) | _raised_inside(tree)
        place = path.relative_to(SRC).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node) in _SAYING and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                    yield first.value, f"{place}:{first.lineno}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
                text = node.value
                if " " in text and _SENTENCE.fullmatch(text) and not _LANGUAGE.search(text):
                    yield text, f"{place}:{node.lineno}"


def of_templates() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Yield (message id, or ids of one and many, place) of every message of a template."""
    for path in sorted((SRC / "web" / "templates").rglob("*.html")):
        with path.open("rb") as file:
            found = jinja2.ext.babel_extract(file, ["_", "plural"], [], {"trimmed": "true", "silent": "false"})
            for line, name, message, _ in found:
                ids = tuple(part for part in message if part) if isinstance(message, tuple) else message
                yield (ids[:2] if name == "plural" else ids if isinstance(ids, str) else ids[0]), f"{path.name}:{line}"


def of_tables() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Yield the message ids that stand in tables."""
    for slug, (_, title) in PROBLEMS.items():
        yield title, f"problem {slug}"
    for kind, pair in NOUNS.items():
        yield pair[:2], f"noun {kind}"
        yield pair[2], f"noun {kind}"
    for name, word in PROPERTIES.items():
        yield word, f"property {name}"


def of_columns() -> Iterator[tuple[str, str]]:
    """Yield the message ids of the headings of ready questions: a column's words after `column: `."""
    for path in sorted(QUERIES.rglob("*.rq")):
        query = parse(path.read_text("utf8"))
        for name in query.variables or ("subject", "predicate", "object"):
            yield heading(name), path.name


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _docstrings(tree: ast.AST) -> set[int]:
    """Return the constants that are statements of their own, docstrings of modules, functions and fields among them."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _under(tree: ast.AST, calls: set[str]) -> set[int]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) in calls]
    return {id(part) for call in found for part in ast.walk(call)}


def _raised_inside(tree: ast.AST) -> set[int]:
    """Return constants of f-strings and of assertions, which nobody translates."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.Assert)]
    return {id(part) for node in found for part in ast.walk(node)}
