"""Why an answer is empty: the first pattern of a query that matches nothing, alone or together with those before it."""

import json
import time
from collections.abc import Iterator, Sequence

from kgservice.actions.ask import Ask
from kgservice.errors import KgError
from kgservice.report import Text
from kgservice.sparql import Query, parse
from kgservice.sparql.tree import Node
from kgservice.store.interface import Question

_PATTERNS = 12
_SECONDS = 2.0  # for all looks at one answer
_SHOWN = 120  # characters of a pattern

_ALONE = "Line {line}: nothing in this release matches {pattern} – not even alone."
_TOGETHER = (
    "Each pattern matches something, but from line {line} on they no longer match together: {pattern} has nothing in "
    "common with what stands before it."
)
_CONDITIONS = (
    "The triple patterns match; what else the query asks for (FILTER, MINUS, VALUES, OFFSET …) leaves nothing."
)


class Reasons:
    """Asks small questions of the release about the parts of a query."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def why(self, text: str, graphs: tuple[str, ...] = (), release: int | None = None) -> list[Text]:
        """Return the likely reason for an empty answer; nothing where none is found within two seconds.

        `graphs` are the default graphs of the dataset; queries with FROM, and with a pattern in GRAPH, UNION or a
        query inside alone, are not looked into.
        """
        try:
            query = parse(text, update=False)
            if query.default_graphs or query.named_graphs:
                return []
            patterns = list(_required(query))[:_PATTERNS]
            return self._found(query, patterns, graphs, release, time.monotonic() + _SECONDS)
        except KgError:
            return []  # a reason is a kindness; the answer stands without it

    def _found(
        self, query: Query, patterns: Sequence[Node], graphs: tuple[str, ...], release: int | None, until: float
    ) -> list[Text]:
        sources = [query.tree.source(pattern) for pattern in patterns]
        places = [query.text.count("\n", 0, query.tree.span(pattern)[0]) + 1 for pattern in patterns]
        for source, line in zip(sources, places, strict=True):
            if time.monotonic() > until:
                return []
            if not self._matches(query, [source], graphs, release):
                return [Text(_ALONE, {"line": line, "pattern": _short(source)})]
        for count in range(2, len(sources) + 1):
            if time.monotonic() > until:
                return []
            if not self._matches(query, sources[:count], graphs, release):
                return [Text(_TOGETHER, {"line": places[count - 1], "pattern": _short(sources[count - 1])})]
        return [Text(_CONDITIONS)] if sources else []

    def _matches(self, query: Query, sources: Sequence[str], graphs: tuple[str, ...], release: int | None) -> bool:
        head = "".join(query.tree.source(node) + "\n" for node in query.tree.named("Base", "Prefix"))
        where = " . ".join(source.rstrip(" .") for source in sources)
        question = Question(f"{head}ASK {{ {where} }}", "json", graphs, seconds=_SECONDS / 2)
        answer = self._ask.question(question, release).answer
        try:
            return bool(json.loads(b"".join(answer.chunks))["boolean"])
        finally:
            answer.close()


def _required(query: Query) -> Iterator[Node]:
    """Yield the triple patterns that every solution must match: those of the outermost group."""
    groups = query.tree.named("Group")
    if groups:
        yield from query.tree.children(groups[0], "Same")


def _short(pattern: str) -> str:
    line = " ".join(pattern.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
