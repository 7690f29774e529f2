"""Runs checks through whatever answers a query, one result at a time."""

import re
from collections.abc import Iterable, Iterator, Mapping

from kgservice.shacl.affected import Focus
from kgservice.shacl.model import Answers, Check, Result

_PLACE = re.compile(r"\{[?$](\w+)\}")


def validate(
    checks: Iterable[Check], answers: Answers, focus: Focus | None = None, limit: int | None = None
) -> Iterator[Result]:
    """Yield the results of checks; stop reading to stop validating.

    With `focus` (root shape -> target nodes, IRIs in N-Triples) only those targets are looked at, and shapes that are
    not named are left out: that is how the change of a delta is checked (engines differ, so it is not sh:targetNode).
    `limit` is how many results each check may have.
    """
    for check in checks:
        if focus is not None and check.origin.root not in focus:
            continue
        only = None if focus is None else focus[check.origin.root]
        for row in answers(check.query(only, limit)):
            this, node, value, found_path, _ = row[:5]
            extra = dict(zip(check.bindings, row[5:], strict=False))
            known = {"this": this, "value": value, "path": found_path or check.origin.path, **extra}
            yield Result(
                origin=check.origin,
                focus=node or this or "",
                path=found_path or check.origin.path,
                value=value,
                target=this or "",
                messages={tag: _filled(text, known) for tag, text in check.origin.messages.items()},
            )


def _filled(text: str, known: Mapping[str, str | None]) -> str:
    """Fill `{?name}` and `{$name}` of a message; a name without a value stays (SHACL 5.3.2)."""
    return _PLACE.sub(lambda match: _shown(known.get(match[1])) or match[0], text)


def _shown(term: str | None) -> str:
    if term is None:
        return ""
    if term.startswith("<"):
        return term[1:-1]
    return re.sub(r'"(?:@[\w-]+|\^\^<[^>]*>)?$', "", term[1:]) if term.startswith('"') else term
