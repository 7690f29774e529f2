"""Pairs of things that may be one: candidates share a rare word or a code, and are scored with a reason."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from kgservice.report import Text
from kgservice.search.names import Named, Spelling, key_of, spelled
from kgservice.search.words import Words

LIKELY = 0.8
"""Score from which a pair is worth a person's look."""
_CANDIDATES = 15  # of one thing; those that share the rarest words
_COMMON = 150  # names that may share a word by which candidates are looked for
_RAREST = 4  # words of a name by which candidates are looked for
_OTHER_NUMBER = 0.6
"""No pair scores more whose names have different numbers, even in one place."""
_PARTS = frozenset(map(partial(key_of, keys=Words()), (
    "филиал", "колледж", "институт", "факультет", "лицей", "гимназия", "школа", "центр", "кафедра", "отделение",
    "представительство", "управление", "branch", "college", "institute", "faculty", "department", "school", "centre",
    "center", "division",
)))  # fmt: skip
"""Keys of words that tell a part of an organization from the whole."""
_VOWELS = str.maketrans("", "", "aeiou")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that may be one, how likely that is (0 to 1), and what speaks for and against it."""

    one: str
    other: str
    score: float
    reasons: tuple[Text, ...]


def pairs(
    new: Sequence[Named], known: Sequence[Named], least: float = LIKELY, apart: Iterable[frozenset[str]] = ()
) -> list[Pair]:
    """Return the pairs among `new` things, and of new with known ones, likeliest first; pairs in `apart` are left out.

    Things are compared within their kind only.
    """
    settled, found = set(apart), []
    kinds = sorted({thing.kind for thing in new})
    for kind in kinds:
        some = [thing for thing in new if thing.kind == kind]
        others = [thing for thing in known if thing.kind == kind]
        comparison = _Comparison(some, others)
        for one, other in comparison.candidates():
            if frozenset((one.iri, other.iri)) not in settled and not comparison.hopeless(one, other, least):
                score, reasons = comparison.score(one, other)
                if score >= least:
                    found.append(Pair(one.iri, other.iri, round(score, 3), reasons))
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


class _Comparison:
    """Things of one kind: an inverted index of their rarest words, and weights of words."""

    def __init__(self, new: Sequence[Named], known: Sequence[Named]) -> None:
        fresh = {thing.iri for thing in new}
        self._new = list({thing.iri: thing for thing in new}.values())
        self._all = [*self._new, *(thing for thing in known if thing.iri not in fresh)]
        self._fresh = fresh
        self._spelled = spelled(self._all, Words())
        counts = Counter(key for spellings in self._spelled.values() for key in {k for s in spellings for k in s.keys})
        self._weights = {key: math.log(1 + len(self._all) / count) for key, count in counts.items()}
        self._rank = {key: at for at, (_, key) in enumerate(sorted((count, key) for key, count in counts.items()))}
        self._bones = {key: "~" + (key[0] + key[1:].translate(_VOWELS))[:7] for key in counts if len(key) > 4}

    def candidates(self) -> Iterator[tuple[Named, Named]]:
        """Yield pairs that share a rare word, its consonants, or a code; each pair once."""
        marks = [self._marks(thing) for thing in self._new]
        index: dict[str, list[int]] = {mark: [] for own in marks for mark in own}
        for at, thing in enumerate(self._all):
            for mark in marks[at] if at < len(marks) else self._marks(thing):
                if mark in index:
                    index[mark].append(at)
        for at, thing in enumerate(self._new):
            weights: dict[int, float] = defaultdict(float)
            for mark, weight in marks[at].items():
                sharing = index[mark]
                if len(sharing) <= _COMMON:
                    for other in sharing:
                        weights[other] += weight
            weights.pop(at, None)
            for other in nlargest(_CANDIDATES, weights, key=weights.__getitem__):
                if other > at or self._all[other].iri not in self._fresh:
                    yield thing, self._all[other]

    def hopeless(self, one: Named, other: Named, least: float) -> bool:
        """Tell at little cost that a pair cannot reach a score: each name has its number and no code is shared."""
        if least <= _OTHER_NUMBER or one.codes & other.codes:
            return False
        here, there = self._spelled[one.iri], self._spelled[other.iri]
        return all(a.numbers and b.numbers and a.numbers != b.numbers for a in here for b in there)

    def score(self, one: Named, other: Named) -> tuple[float, tuple[Text, ...]]:
        """Return how likely two things are one, and why."""
        likeness, reason = max(
            (self._likeness(a, b) for a in self._spelled[one.iri] for b in self._spelled[other.iri]),
            key=lambda pair: pair[0], default=(0.0, Text("Their names have nothing in common.")),
        )  # fmt: skip
        reasons = [reason]
        score = likeness
        equal, unlike = _compared(one.codes, other.codes)
        for name, value in equal:
            score = max(score, 0.75) + (1 - max(score, 0.75)) * 0.9
            reasons.append(Text("The same {code}: {value}.", {"code": name, "value": value}))
        for name, values in unlike:
            score *= 0.45
            reasons.append(Text("Different {code}: {values}.", {"code": name, "values": values}))
        if one.places and other.places:
            shared = one.places & other.places
            if shared:
                score += (1 - score) * 0.2
                reasons.append(Text("The same place: {place}.", {"place": _last(min(shared))}))
            else:
                score *= 0.72
                places = f"{_last(min(one.places))}, {_last(min(other.places))}"
                reasons.append(Text("Different places: {places}.", {"places": places}))
        return min(score, 1.0), tuple(reasons)

    def _marks(self, thing: Named) -> dict[str, float]:
        """Return what candidates are looked for by: the rarest words, also by their consonants, and codes."""
        found: dict[str, float] = {f"={name}:{value}": 50.0 for name, value in thing.codes}
        for spelling in self._spelled[thing.iri]:
            ordered = sorted(spelling.keys, key=self._rank.__getitem__)
            for key in ordered[:_RAREST]:
                found[key] = self._weights[key]
                if key in self._bones:
                    found[self._bones[key]] = self._weights[key] * 0.8
            if len(ordered) > 1:
                found["&".join(sorted(ordered[:2]))] = 2.0
            if len(spelling.keys) > 2:
                found["!" + "".join(sorted(key[0] for key in spelling.keys))] = 0.5
        return found

    def _likeness(self, one: Spelling, other: Spelling) -> tuple[float, Text]:
        if one.keys == other.keys:
            same = one.text == other.text
            return (1.0 if same else 0.97), (
                Text("The names are the same without legal form, quotes and case.")
                if same
                else Text("The names are the same but for the forms, order or alphabet of their words.")
            )
        shared, only, alone = one.keys & other.keys, one.keys - other.keys, other.keys - one.keys
        matched = _mistyped(only, alone)
        weight = self._sum(shared) + 0.45 * self._sum(key for pair in matched for key in pair)
        if matched:
            only, alone = only - {a for a, _ in matched}, alone - {b for _, b in matched}
        whole = weight + self._sum(only) + self._sum(alone)
        overlap = weight / whole if whole else 0.0
        letters = fuzz.token_sort_ratio(one.text, other.text) / 100
        score = 0.65 * overlap + 0.35 * letters
        if one.numbers != other.numbers:
            score *= 0.5 if one.numbers and other.numbers else 0.8
        if only and alone:
            score *= 0.85  # each says something that the other does not
        if (only | alone) & _PARTS:
            score *= 0.85  # a part of the other, as a branch is
        if not only and not alone:
            score = max(score, 0.9)
            return score, Text("The names differ by letters only: {one}, {other}.", _words(matched))
        return score, Text("The names differ by the words: {words}.", {"words": ", ".join(sorted(only | alone))})

    def _sum(self, keys: Iterable[str]) -> float:
        return sum(map(self._weights.__getitem__, keys))


def _mistyped(only: Iterable[str], alone: Iterable[str]) -> list[tuple[str, str]]:
    """Return words that stand in one name alone but differ by one letter (two in long words), paired."""
    left, found = sorted(alone), []
    for key in sorted(only):
        if len(key) < 4 or key.isdigit():
            continue
        edits = 1 if len(key) < 9 else 2
        for other in left:
            if abs(len(other) - len(key)) > edits or other.isdigit():
                continue
            if DamerauLevenshtein.distance(key, other, score_cutoff=edits) <= edits:
                found.append((key, other))
                left.remove(other)
                break
    return found


def _words(matched: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    return {"one": ", ".join(a for a, _ in matched), "other": ", ".join(b for _, b in matched)}


def _compared(
    one: set[tuple[str, str]], other: set[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return codes that both have, and names of codes that both have with other values."""
    equal = sorted(one & other)
    names = {name for name, _ in one} & {name for name, _ in other} - {name for name, _ in equal}
    unlike = [(name, ", ".join(sorted({value for own, value in one | other if own == name}))) for name in sorted(names)]
    return equal, unlike


def _last(place: str) -> str:
    return place.rpartition("/")[2]
