"""How alike two spellings are, and why: by the weight of the words they share, and by what other words stand for."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from rapidfuzz import fuzz

from kgservice.report import Text
from kgservice.search.matching import Match, Word, explained, may_be_explained, may_be_mistyped, mistyped
from kgservice.search.names import JOINED, PART, TURNED, Spelling, key_of
from kgservice.search.words import Words

SLACK = 1e-6
"""What is too little to be told apart by rounding."""
_PARTS = frozenset(map(partial(key_of, keys=Words()), (
    "филиал", "колледж", "институт", "факультет", "лицей", "гимназия", "школа", "центр", "кафедра", "отделение",
    "представительство", "управление", "branch", "college", "institute", "faculty", "department", "school", "centre",
    "center", "division",
)))  # fmt: skip
"""Keys of words that tell a part of an organization from the whole."""
_EXPLAINED = 2  # words of the shorter side that may stand for others: more are another name
_OF_A_PART, _OF_A_WORD = 0.93, 0.85
"""The most that two names can be alike, one of which is but a part, or a word, of the whole name."""


class Likeness:
    """Compares spellings; a word weighs more the fewer names have it (`weights`, by key)."""

    def __init__(self, weights: Mapping[str, float], keys: Words) -> None:
        self._weights = weights
        self._keys = keys
        self._words: dict[str, list[Word]] = {}

    def of(
        self, one: Spelling, other: Spelling, above: float, local: tuple[str, ...] = ()
    ) -> tuple[float, Text] | None:
        """Return how alike two spellings are and why; None where that is soon seen to be no more than `above`.

        `local` are keys of the place of both things: a word of it in one name tells nothing.
        """
        parts = (one.sort == PART) + (other.sort == PART)
        most = (1.0, _OF_A_WORD if min(len(one.keys), len(other.keys)) < 2 else _OF_A_PART, 0.0)[parts]
        numbers = 1.0 if one.numbers == other.numbers else 0.5 if one.numbers and other.numbers else 0.8
        most *= numbers
        if not most or most < above + SLACK:
            return None  # it is the most that there is with these numbers
        if one.keys == other.keys:
            return self._same(one, other, most)
        if one.sort == JOINED or other.sort == JOINED:
            return None
        only, alone = one.keys - other.keys, other.keys - one.keys
        if local:
            only, alone = (frozenset([key for key in keys if not key.startswith(local)]) for keys in (only, alone))
        few = 0 < min(len(only), len(alone)) <= _EXPLAINED
        matches = self._matches(one, other, only, alone) if few else []
        if matches or (local and len(only) + len(alone) < len(one.keys ^ other.keys)):
            return self._meant(one, other, only, alone, matches, most)
        letters = fuzz.token_sort_ratio(one.text, other.text) / 100
        bound = most * (0.65 + 0.35 * letters)
        if bound < above and (len(only) != len(alone) or above > 0.9):
            return None
        if only and alone and 0.85 * bound < above and not may_be_mistyped(only, alone):
            return None
        typos = mistyped(only, alone) if only and alone else []
        weight = self._sum(one.keys & other.keys) + 0.45 * self._sum(key for pair in typos for key in pair)
        if typos:
            only, alone = only - {a for a, _ in typos}, alone - {b for _, b in typos}
        score = most * self._overlap(weight, only, alone, letters)
        if not only and not alone:
            return max(score, 0.9 * most), Text("The names differ by letters only: {one}, {other}.", _words(typos))
        if score <= above:
            return None
        return score, Text("The names differ by the words: {words}.", {"words": ", ".join(sorted(only | alone))})

    @staticmethod
    def _same(one: Spelling, other: Spelling, most: float) -> tuple[float, Text]:
        """Return how alike spellings of the same words are."""
        if PART in (one.sort, other.sort):
            return most, Text(
                "One name is a part of the other: {words}.", {"words": min(one.text, other.text, key=len)}
            )
        if one.text == other.text:
            return most, Text("The names are the same without legal form, quotes and case.")
        return 0.97 * most, Text("The names are the same but for the forms, order or alphabet of their words.")

    def _matches(self, one: Spelling, other: Spelling, only: frozenset[str], alone: frozenset[str]) -> list[Match]:
        """Return which words that one name has alone stand for which of the other; an acronym alone must be long."""
        if one.sort == TURNED or other.sort == TURNED:
            return []
        left = [word for word in self._ordered(one.text) if word[1] in only]
        right = [word for word in self._ordered(other.text) if word[1] in alone]
        if not may_be_explained(left, right):
            return []
        found = explained(left, right)
        if one.keys & other.keys:
            return found
        return [match for match in found if all(len(text) > 3 for side in match if len(side) == 1 for text, _ in side)]

    def _meant(
        self,
        one: Spelling,
        other: Spelling,
        only: frozenset[str],
        alone: frozenset[str],
        matches: Sequence[Match],
        most: float,
    ) -> tuple[float, Text]:
        """Return how alike two spellings are some words of which stand for others, or are told by the place."""
        said = {key for match in matches for side in match for _, key in side}
        only, alone = only - said, alone - said
        typos = mistyped(only, alone) if only and alone else []
        weight = self._sum(one.keys & other.keys) + 0.5 * self._sum(said)
        weight += 0.45 * self._sum(key for pair in typos for key in pair)
        only, alone = only - {a for a, _ in typos}, alone - {b for _, b in typos}
        letters = 1 - len("".join(only | alone)) / max(1, len("".join(one.keys | other.keys)))
        score = min(0.95, most) * self._overlap(weight, only, alone, letters)
        if only or alone:
            return score, Text("The names differ by the words: {words}.", {"words": ", ".join(sorted(only | alone))})
        if not matches:
            return score, Text("The names are the same but for the place that both are in.")
        words = {name: ", ".join(" ".join(word for word, _ in match[side]) for match in matches)
                 for side, name in enumerate(("one", "other"))}  # fmt: skip
        return score, Text("The names say the same in other words: {one}, {other}.", words)

    def _overlap(self, weight: float, only: frozenset[str], alone: frozenset[str], letters: float) -> float:
        """Return how alike names are by the weight of what they share, what each says alone, and their letters."""
        whole = weight + self._sum(only) + self._sum(alone)
        score = 0.65 * (weight / whole if whole else 0.0) + 0.35 * letters
        if only and alone:
            score *= 0.85  # each says something that the other does not
        if (only | alone) & _PARTS:
            score *= 0.85  # a part of the other, as a branch is
        return score

    def _ordered(self, text: str) -> list[Word]:
        found = self._words.get(text)
        if found is None:
            found = self._words[text] = [(word, key_of(word.removesuffix("."), self._keys)) for word in text.split()]
        return found

    def _sum(self, keys: Iterable[str]) -> float:
        return sum(map(self._weights.__getitem__, keys))


def _words(matched: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    return {"one": ", ".join(a for a, _ in matched), "other": ", ".join(b for _, b in matched)}
