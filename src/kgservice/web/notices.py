"""Warnings about a query that was answered, as the header KG-Warning (a list of RFC 9651) and for pages."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from kgservice.locale import say
from kgservice.store.interface import Notice

_PLAIN = frozenset(map(chr, range(0x20, 0x7F)))
_SHOWN = _PLAIN - set('%"')


def header(notices: Iterable[Notice]) -> str:
    """Return the value of KG-Warning: a list of tokens with `line`, `column`, `iri`, `nearest` and English `text`.

    Texts are Display Strings (RFC 9651 3.3.8): UTF-8 with percent-encoding inside `%"…"`.
    """
    return ", ".join(map(_item, notices))


def told(notices: Iterable[Notice], language: str) -> list[dict[str, Any]]:
    """Return warnings for pages: name, text in the language, line, column, iri and the nearest known one."""
    return [
        {
            "name": one.name, "text": say(one.text, language), "line": one.line, "column": one.column, "iri": one.iri,
            "nearest": one.near,
        }
        for one in notices
    ]  # fmt: skip


def _item(notice: Notice) -> str:
    return _spelt(notice.name, notice.line, notice.column, notice.iri, notice.near, say(notice.text, "en"))


@lru_cache(maxsize=512)  # the same questions are asked again and again, and spelling a text costs
def _spelt(name: str, line: int, column: int, iri: str, near: str, text: str) -> str:
    parts = [name, f"line={line}", f"column={column}"]
    parts += [f"{key}={_string(value)}" for key, value in (("iri", iri), ("nearest", near)) if value]
    return ";".join([*parts, f"text={_display(text)}"])


def _string(text: str) -> str:
    if not _PLAIN.issuperset(text):
        return _display(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@lru_cache(maxsize=512)  # the same questions are asked again and again, with the same warnings
def _display(text: str) -> str:
    shown = "".join(c if c in _SHOWN else "".join(f"%{byte:02x}" for byte in c.encode()) for c in text)
    return f'%"{shown}"'
