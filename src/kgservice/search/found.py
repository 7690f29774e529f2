"""What a search gives back: hits, a page of them, completions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: its name, the label that matched where that is another one, and a score of 0 to 100."""

    iri: str
    label: str
    matched: str
    kind: str
    types: tuple[str, ...]
    weight: int
    """Statements that refer to the thing."""
    invented: bool
    score: float
    exact: bool
    """True when a label is what was typed, but for case, ё and spaces."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hits in order, how many there are by kind, and what the search was taken for where a word was mistyped."""

    hits: tuple[Hit, ...]
    kinds: dict[str, int]
    meant: str = ""
    capped: bool = False
    """True when there may be more hits than were ranked."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: the thing, its name, the label that begins so, and how much refers to the thing."""

    iri: str
    label: str
    matched: str
    kind: str
    count: int
