"""JSONPath and XPath: checks how they are written, and evaluates them on a record."""

from functools import lru_cache
from typing import Any

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment, JSONPathError
from lxml import etree


class PathError(ValueError):
    """Raised when a reference or iterator is no path of its formulation; says why in one clause."""


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
        raise PathError("a path from the object around a record is written ^.name")
    if not written.startswith("$"):
        written = f"${written}" if written.startswith((".", "[")) else f"$.{written}"
    try:
        return JSONPathEnvironment(strict=True).compile(written)
    except JSONPathError as error:
        raise PathError(str(error).partition("\n")[0]) from error


@lru_cache(maxsize=512)
def xml_path(path: str, namespaces: tuple[tuple[str, str], ...] = ()) -> etree.XPath:
    """Return a compiled XPath with the prefixes of a document."""
    try:
        return etree.XPath(path, namespaces=dict(namespaces), regexp=False)
    except etree.XPathSyntaxError as error:
        raise PathError(str(error)) from error


def evaluate(path: str, formulation: str, value: Any) -> list[Any]:
    """Return what a path finds in a JSON value or an XML element.

    Raises:
        PathError: when an XPath names a prefix that the document does not declare, or a function that does not exist.
    """
    if formulation == "JSONPath":
        return json_path(path).findall(value)
    prefixes = tuple(sorted((prefix, uri) for prefix, uri in value.nsmap.items() if prefix))
    try:
        found = xml_path(path, prefixes)(value)
    except etree.XPathEvalError as error:
        raise PathError(str(error)) from error
    return found if isinstance(found, list) else [found]
