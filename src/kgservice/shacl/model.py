"""What a compiled shape is, what a run of it finds, and the function that answers its queries."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kgservice.errors import AuthoredInvalid

Answers = Callable[[str], Iterable[Sequence[str | None]]]
"""Answers a SELECT: one row per solution, each term as N-Triples text, None where a variable is unbound."""

FOCUS = "\x00focus\x00"
"""Stands in a pattern where ?this may be narrowed to some target nodes; no query text can hold it."""

_INSTANCES = re.compile("\x00instances ([^\x00]*)\x00")


def instances(classes: Iterable[str]) -> str:
    """Return a pattern that binds ?this to instances of classes: over all of them by class, over a few by node."""
    return f"\x00instances {' '.join(classes)}\x00"


def expanded(pattern: str, few: bool = False) -> str:
    """Return a pattern with `instances` in SPARQL; for `few` nodes that are bound already, or for all."""
    if few:
        return _INSTANCES.sub(lambda m: f"?this a ?class . FILTER(?class IN ({m[1].replace(' ', ', ')}))", pattern)
    return _INSTANCES.sub(lambda m: f"VALUES ?class {{ {m[1]} }} ?this a ?class", pattern)


class ShapesInvalid(AuthoredInvalid):
    """Raised when a shape cannot be compiled: ill-formed, or a feature that is not supported."""


class ShapeUnsupported(ShapesInvalid):
    """Raised for a shape that SHACL allows and that cannot be compiled: another engine may evaluate it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which constraint of which shape: what every result of it says alike."""

    root: str
    """The shape that has the target, in N-Triples (`_:…` where it is blank)."""
    shape: str
    """The shape that has the constraint (sh:sourceShape)."""
    component: str
    """IRI of the constraint component (SHACL 1.1, 4)."""
    severity: str
    """IRI of the severity."""
    path: str | None
    """The property path in SPARQL, None for a node shape."""
    messages: Mapping[str, str]
    """sh:message by language tag; "" for none."""
    name: Mapping[str, str]
    """sh:name by language tag."""


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint as a query; its columns are ?this ?focusNode ?valueNode ?resultPath and one for multiplicity."""

    origin: Origin
    target: str
    """Graph pattern that binds ?this to the target nodes; empty where the body does."""
    body: str
    """Graph pattern that holds for what violates."""
    focus: str = "?this"
    value: str | None = None
    """Variable of the value node, None where a result has none (4.2, 4.7)."""
    found_path: str | None = None
    """Variable that binds the path of a result (sh:closed, SPARQL constraints)."""
    apart: str | None = None
    """Expression that keeps results apart beyond focus and value."""
    prefixes: str = ""
    bindings: Mapping[str, str] = field(default_factory=dict)
    """Variables of a SPARQL constraint that its messages may name."""

    def query(self, focus: Iterable[str] | None = None, limit: int | None = None) -> str:
        """Return the SELECT; with `focus` (IRIs in N-Triples) only those target nodes are looked at."""
        columns = " ".join(
            [
                "?this",
                f"({self.focus} AS ?focusNode)",
                f"({self.value or '?noValue'} AS ?valueNode)",
                f"({self.found_path or '?noPath'} AS ?resultPath)",
                f"({self.apart or '?noMark'} AS ?mark)",
                *self.bindings.values(),
            ]
        )
        only = "" if focus is None else f"VALUES ?this {{ {' '.join(focus)} }} "
        target = f"{FOCUS}{self.target} . " if self.target else ""
        text = f"SELECT DISTINCT {columns} WHERE {{ {target}{self.body} }}".replace(FOCUS, only)
        text = expanded(text, few=focus is not None)
        return self.prefixes + text + ("" if limit is None else f" LIMIT {limit}")

    def count(self) -> str:
        """Return the SELECT of how many rows `query` has."""
        return f"{self.prefixes}SELECT (COUNT(*) AS ?rows) WHERE {{ {self.query().removeprefix(self.prefixes)} }}"


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result (SHACL 3.6.2), terms as N-Triples text."""

    origin: Origin
    focus: str
    path: str | None
    value: str | None
    target: str
    """The target node of the root shape; with its `root` the key under which a delta replaces results."""
    messages: Mapping[str, str]
    """sh:message by language tag, places filled."""
