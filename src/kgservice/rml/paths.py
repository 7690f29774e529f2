"""JSONPath and XPath: checks how they are written, and evaluates them on a record."""

import re
from functools import lru_cache
from typing import Any

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment, JSONPathError
from lxml import etree

from kgservice.errors import MappingInvalid

_NAME = r"[^\W\d]\w*"
_STEP = re.compile(rf"\.({_NAME})|\['([^'\\]*)'\]|(\.?\[?\*\]?)")
_PLAIN = re.compile(rf"(?:{_NAME})?(?:\.{_NAME}|\['[^'\\]*'\]|\[\*\]|\.\*)*")


class PathError(MappingInvalid):
    """Raised when a path is none of its formulation, or cannot be followed in the data; `reason` says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__("the path {path} cannot be read: {reason}", path=path, reason=reason)
        self.reason = reason


def check_path(path: str, formulation: str) -> None:
    """Check a reference or iterator; names of columns are always right.

    Raises:
        PathError: when it is no JSONPath (RFC 9535) or no XPath 1.0.
    """
    if formulation == "JSONPath":
        json_path(path)
    elif formulation == "XPath":
        xml_path(path)


@lru_cache(maxsize=512)
def json_path(path: str) -> JSONPath | CompoundJSONPath:
    """Return a compiled JSONPath; a plain `name` is read as `$.name`, and `^` begins at the object around it."""
    written = path.lstrip("^")
    if path != written and not written.startswith("."):
        raise PathError(path, "a path from the object around a record is written ^.name")
    if not written.startswith("$"):
        written = f"${written}" if written.startswith((".", "[")) else f"$.{written}"
    try:
        return JSONPathEnvironment(strict=True).compile(written)
    except JSONPathError as error:
        raise PathError(path, str(error).partition("\n")[0]) from error


@lru_cache(maxsize=512)
def xml_path(path: str, namespaces: tuple[tuple[str, str], ...] = ()) -> etree.XPath:
    """Return a compiled XPath with the prefixes of a document."""
    try:
        return etree.XPath(path, namespaces=dict(namespaces), regexp=False)
    except etree.XPathSyntaxError as error:
        raise PathError(path, str(error)) from error


def evaluate(path: str, formulation: str, value: Any) -> list[Any]:
    """Return what a path finds in a JSON value or an XML element.

    Raises:
        PathError: when an XPath names a prefix that the document does not declare or a function that does not exist, or
            a JSONPath goes too deep.
    """
    if formulation == "JSONPath":
        steps = plain_steps(path)
        if steps and len(steps) == 1 and steps[0] is not None:  # most are a name
            return [value[steps[0]]] if isinstance(value, dict) and steps[0] in value else []
        return _walk(steps, value) if steps is not None else _searched(path, value)
    prefixes = tuple(sorted((prefix, uri) for prefix, uri in value.nsmap.items() if prefix))
    try:
        found = xml_path(path, prefixes)(value)
    except etree.XPathEvalError as error:
        raise PathError(path, str(error)) from error
    return found if isinstance(found, list) else [_xpath_text(found)]


def _xpath_text(found: Any) -> str:
    """Return a number or truth value as XPath writes it (XPath 1.0, 4.2 string)."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float):
        return str(int(found)) if found.is_integer() else str(found).replace("nan", "NaN").replace("inf", "Infinity")
    return str(found)


@lru_cache(maxsize=512)
def plain_steps(path: str) -> tuple[str | None, ...] | None:
    """Return the member names of a path that has nothing else but `[*]` (None), or None for every other path."""
    written = path.lstrip("^").removeprefix("$")
    if _PLAIN.fullmatch(written) is None:
        return None
    parts = _STEP.findall(written if written.startswith((".", "[")) or not written else f".{written}")
    return tuple(None if wild else plain or quoted for plain, quoted, wild in parts)


def _walk(steps: tuple[str | None, ...], value: Any) -> list[Any]:
    found = [value]
    for step in steps:
        if step is not None:
            found = [item[step] for item in found if isinstance(item, dict) and step in item]
        else:
            lists = (
                item.values() if isinstance(item, dict) else item for item in found if isinstance(item, dict | list)
            )
            found = [inner for items in lists for inner in items]
    return found


def _searched(path: str, value: Any) -> list[Any]:
    try:
        return json_path(path).findall(value)
    except JSONPathError as error:
        raise PathError(path, str(error).partition("\n")[0]) from error
