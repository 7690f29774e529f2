"""Edits on a source text: pieces replaced by their spans, everything else left as it was written."""

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Characters `start` up to, not including, `end` become `text`; an empty span inserts."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits that do not overlap; insertions at one place keep the order they are given in."""
    pieces = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join(pieces) + text[at:]
