"""Scores how well a label answers what somebody typed: whole, beginning, words in common, likeness of letters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from kgservice.search.words import Words, words

_WEIGHTS = {0: 0.0, 1: -1.0, 2: -2.0}  # of the role of a label: name, other name, code
_FULL = 100.0
_ALIKE = 86.0  # likeness at which two words are the same word mistyped


def alike(one: str, other: str) -> float:
    """Return how like two folded texts are, 0 to 1, whatever the order of their words."""
    return fuzz.token_sort_ratio(one, other) / 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: folded text and the keys of each of its words; `open` when the last word is still being typed."""

    text: str
    keys: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    open: bool = False


def asked(text: str, keys: Words, unfinished: bool = False) -> Asked:
    """Return a folded text as it is compared with labels."""
    spoken = words(text)
    return Asked(text, tuple(tuple(keys.keys(word)) for word in spoken), tuple(spoken), unfinished)


def score(question: Asked, label: str, role: int, weight: int, keys: Words | None) -> float:
    """Return 0 to 100; 100 is the label itself, in any case, with any spelling of ё.

    `keys` None: the label is known to have every word.
    """
    if label == question.text:
        return _FULL if role == 0 else _FULL - 0.5
    coverage = 1.0 if keys is None else _coverage(question, words(label), keys)
    likeness = fuzz.token_sort_ratio(question.text, label) / 100
    start = 1.0 if label.startswith(question.text) else 0.5 if label.startswith(question.words[:1]) else 0.0
    fame = min(1.0, math.log1p(weight) / 8)
    return max(0.0, 60 * coverage + 22 * likeness + 8 * start + 6 * fame + _WEIGHTS.get(role, 0.0))


def _coverage(question: Asked, spoken: Sequence[str], keys: Words) -> float:
    there = {keys.key(word) for word in spoken}
    there.update(spoken)
    covered = sum(_covered(question, at, there, spoken) for at in range(len(question.keys)))
    return covered / len(question.keys) if question.keys else 0.0


def _covered(question: Asked, at: int, there: set[str], spoken: Sequence[str]) -> float:
    """Return how much of a typed word stands in a label: 1 by its stem, less by its beginning or likeness."""
    if any(key in there for key in question.keys[at]):
        return 1.0
    word = question.words[at]
    last = question.open and at == len(question.keys) - 1
    if any(other.startswith(word) for other in spoken):
        return 1.0 if last else 0.9
    closest = max((fuzz.ratio(word, other, score_cutoff=70) for other in spoken), default=0.0)
    return 0.8 * closest / 100 if closest >= _ALIKE else 0.5 * closest / 100
