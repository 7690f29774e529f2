"""Finds where the records of JSON and XML lie, and lays a record out flat: a text for each path."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lxml import etree

_XML = "{http://www.w3.org/XML/1998/namespace}"


def longest_list(value: Any, path: str = "$") -> tuple[int, str]:
    """Return length and JSONPath of the longest list of objects; the document itself where there is none."""
    best = (0, path)
    if isinstance(value, list):
        if sum(isinstance(item, dict) for item in value) * 2 > len(value):
            best = (len(value), f"{path}[*]")
        inner = [longest_list(item, f"{path}[*]") for item in value[:50]]
        deeper = max(inner, default=best)
        total = sum(length for length, found in inner if found == deeper[1])
        return (total, deeper[1]) if total > 5 * best[0] else best
    if isinstance(value, dict):
        for key, item in value.items():
            step = f".{key}" if key.isidentifier() else f"['{key}']"
            best = max(best, longest_list(item, path + step), key=lambda pair: pair[0])
    return best


def json_leaves(value: Any, path: str = "") -> Mapping[str, str]:
    """Return the texts of a value by JSONPath inside it; those of a list are joined."""
    found: dict[str, str] = {}
    if isinstance(value, dict):
        for key, item in value.items():
            step = key if key.isidentifier() else f"['{key}']"
            found |= json_leaves(item, f"{path}.{step}" if path and not step.startswith("[") else path + step)
    elif isinstance(value, list):
        for item in value:
            for name, text in json_leaves(item, f"{path}[*]").items():
                found[name] = f"{found[name]} | {text}" if name in found else text
    elif value is not None and str(value).strip():
        found[path or "$"] = str(value)
    return found


def repeated_element(root: etree._Element) -> str:
    """Return the XPath of the elements that repeat, those nearest to the root; the root itself where none does."""
    counts: Counter[str] = Counter()
    for element in root.iter(etree.Element):
        steps = [_local(one) for one in (*reversed(list(element.iterancestors())), element)]
        counts["/" + "/".join(steps)] += 1
    many = [path for path, count in counts.items() if count > 1]
    return min(many, key=lambda path: (path.count("/"), -counts[path]), default="/*")


def xml_leaves(element: Any, path: str = "") -> Mapping[str, str]:
    """Return the texts of an element by XPath inside it; those of repeated elements are joined."""
    found = {
        f"{path}@{str(name).replace(_XML, 'xml:')}": str(value)
        for name, value in element.attrib.items()
        if value.strip()
    }
    if element.text and element.text.strip():
        found[path.rstrip("/") or "."] = element.text.strip()
    for child in element.iterchildren(etree.Element):
        for name, text in xml_leaves(child, f"{path}{_local(child)}/").items():
            found[name] = f"{found[name]} | {text}" if name in found else text
    return found


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)
