"""Warnings about a query that was answered, as the header KG-Warning (a list of RFC 9651) and for pages."""

from collections.abc import Iterable
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
    parts = [notice.name, f"line={notice.line}", f"column={notice.column}"]
    parts += [f"{name}={_string(value)}" for name, value in (("iri", notice.iri), ("nearest", notice.near)) if value]
    return ";".join([*parts, f"text={_display(say(notice.text, 'en'))}"])


def _string(text: str) -> str:
    if not _PLAIN.issuperset(text):
        return _display(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _display(text: str) -> str:
    shown = "".join(c if c in _SHOWN else "".join(f"%{byte:02x}" for byte in c.encode()) for c in text)
    return f'%"{shown}"'
