"""Finds where the records of JSON and XML lie, and lays a record out flat: a text for each path."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lxml import etree

_PLAIN = re.compile(r"\.\w+|\['[^']*'\]|\[\*\]")
_COMPLEX = re.compile(r"\.\.|[?@(:,]|\.\*|\[\d")
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


def json_names(document: Any, path: str) -> list[str]:
    """Return the paths that there are where a JSONPath that finds nothing leads astray; none where it is complex."""
    steps = _PLAIN.findall(path.removeprefix("$")) if not _COMPLEX.search(path) else []
    found, so_far = [document], "$"
    for step in steps:
        if step == "[*]":
            inner = [item for one in found if isinstance(one, list) for item in one]
        else:
            inner = [one[step.strip(".[]'")] for one in found if isinstance(one, dict) and step.strip(".[]'") in one]
        if not inner:
            break
        found, so_far = inner, so_far + step
    names = dict.fromkeys(name for one in found if isinstance(one, dict) for name in one)
    lists = [f"{so_far}[*]"] if any(isinstance(one, list) and one for one in found) else []
    return [*lists, *(f"{so_far}.{name}" if name.isidentifier() else f"{so_far}['{name}']" for name in names)]


def xml_names(root: etree._Element, path: str) -> list[str]:
    """Return the paths that there are where an XPath that finds nothing leads astray; none where it is complex.

    Elements of a default namespace are written as an XPath has to name them.
    """
    steps = path.strip("/").split("/") if not re.search(r"[\[:(]|//", path) else []
    found, so_far = [root], ""
    for number, step in enumerate(steps):
        inner = [root] if not number else [child for one in found for child in one.iterchildren(etree.Element)]
        inner = [one for one in inner if step in ("*", str(one.tag))]
        if not inner:
            break
        found, so_far = inner, f"{so_far}/{step}"
    below = [child for one in found for child in one.iterchildren(etree.Element)] if so_far else found
    return list(dict.fromkeys(f"{so_far}/{_named(one)}" for one in below))


def _named(element: etree._Element) -> str:
    if str(element.tag).startswith("{"):
        return f"{element.prefix}:{_local(element)}" if element.prefix else f"*[local-name()='{_local(element)}']"
    return _local(element)


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)
