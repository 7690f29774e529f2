"""Codes that stand above one another, as 01.1 above 01.11: told by the codes alone."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PARTED = re.compile(r"[.\-/]")
_FORMS = (r"^(.+?)[.\-/]?[^.\-/]$", r"^(.+)[.\-/][^.\-/]+$")
"""What stands above a code: it without its last sign (01.11: 01.1), or without its last part (A-10-2: A-10)."""
_LEAST = 3  # codes with one above them
_MOST = 0.9  # share of the codes that are no top whose upper one is in the table


@dataclass(frozen=True, slots=True)
class Ladder:
    """How the code above a code is made of it."""

    above: str
    """Regular expression whose first group is the code above."""
    below: str
    """Regular expression of the codes that have one above them: the shortest of a table are its tops."""
    found: int
    """Codes whose upper one is in the table."""
    count: int
    """Codes that should have one."""


def ladder(codes: Collection[str]) -> Ladder | None:
    """Return how codes stand above one another; None where they do not, or where they have no parts.

    Plain numbers are nobody's parts: 12 does not stand below 1.
    """
    known = set(codes)
    if sum(1 for code in known if _PARTED.search(code)) * 2 < len(known):
        return None
    shortest = min(map(len, known))
    lower = [code for code in known if len(code) > shortest]
    best = None
    for form in _FORMS:
        found = sum(1 for code in lower if (above := re.search(form, code)) and above[1] in known)
        if found >= max(_LEAST, _MOST * len(lower)) and (best is None or found > best.found):
            best = Ladder(form, f"^.{{{shortest + 1}}}", found, len(lower))
    return best
