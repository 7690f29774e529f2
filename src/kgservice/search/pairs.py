"""Pairs of things that may be one: candidates share a rare word or a code, and are scored with a reason."""

import gc
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain

from kgservice.report import Text
from kgservice.search.likeness import SLACK, Likeness
from kgservice.search.names import Named, Spelling, key_of, spelled
from kgservice.search.words import Words, latin

LIKELY = 0.8
"""Score from which a pair is worth a person's look."""
_CANDIDATES = 15  # of one thing; those that share the rarest words
_COMMON = 150  # names that may share a word by which candidates are looked for
_RAREST = 4  # words of a name by which candidates are looked for
_VOWELS = str.maketrans("", "", "aeiou")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that may be one, how likely that is (0 to 1), and what speaks for and against it."""

    one: str
    other: str
    score: float
    reasons: tuple[Text, ...]


def pairs(
    new: Sequence[Named],
    known: Sequence[Named],
    least: float = LIKELY,
    apart: Iterable[frozenset[str]] = (),
    spellings: Mapping[str, list[Spelling]] | None = None,
) -> list[Pair]:
    """Return the pairs among `new` things, and of new with known ones, likeliest first; pairs in `apart` are left out.

    Things are compared within their kind only. `spellings` are those of all of them by IRI, where they are known.
    """
    collecting = gc.isenabled()
    gc.disable()  # the spellings of a hundred thousand names all stay: rounds of the collector are a third of the work
    try:
        return _pairs(new, known, least, apart, spellings)
    finally:
        if collecting:
            gc.enable()


def _pairs(
    new: Sequence[Named],
    known: Sequence[Named],
    least: float,
    apart: Iterable[frozenset[str]],
    spellings: Mapping[str, list[Spelling]] | None,
) -> list[Pair]:
    settled, found = set(apart), []
    kinds = sorted({thing.kind for thing in new})
    for kind in kinds:
        some = [thing for thing in new if thing.kind == kind]
        others = [thing for thing in known if thing.kind == kind]
        comparison = _Comparison(some, others, spellings)
        for one, other in comparison.candidates():
            needed = comparison.needed(one, other, least)
            if needed > 1 or (settled and frozenset((one.iri, other.iri)) in settled):
                continue
            score, reasons = comparison.score(one, other, needed)
            if score >= least:
                found.append(Pair(one.iri, other.iri, round(score, 3), reasons))
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


class _Comparison:
    """Things of one kind: an inverted index of their rarest words, and weights of words."""

    def __init__(
        self, new: Sequence[Named], known: Sequence[Named], spellings: Mapping[str, list[Spelling]] | None
    ) -> None:
        fresh = {thing.iri for thing in new}
        self._new = list({thing.iri: thing for thing in new}.values())
        self._all = [*self._new, *(thing for thing in known if thing.iri not in fresh)]
        self._fresh = fresh
        self._keys = Words()
        self._locals: dict[str, tuple[str, ...]] = {}
        self._heads: dict[str, tuple[str, str]] = {}
        self._spelled = (
            spelled(self._all, Words()) if spellings is None else {one.iri: spellings[one.iri] for one in self._all}
        )
        none: frozenset[str] = frozenset()
        keys = (none.union(*[spelling.keys for spelling in spellings]) for spellings in self._spelled.values())
        counts = Counter(chain.from_iterable(keys))
        self._weights = {key: math.log(1 + len(self._all) / count) for key, count in counts.items()}
        self._likeness = Likeness(self._weights, self._keys)
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
        told = set[tuple[int, int]]()
        for at, thing in enumerate(self._new):
            weights: dict[int, float] = defaultdict(float)
            for mark, weight in marks[at].items():
                sharing = index[mark]
                if len(sharing) <= _COMMON:
                    for other in sharing:
                        weights[other] += weight
            weights.pop(at, None)
            for other in nlargest(_CANDIDATES, weights, key=weights.__getitem__):
                if other >= len(marks):
                    yield thing, self._all[other]
                elif (pair := (min(at, other), max(at, other))) not in told:
                    told.add(pair)
                    yield self._all[pair[0]], self._all[pair[1]]

    def needed(self, one: Named, other: Named, least: float) -> float:
        """Return how alike the names of a pair must be at least, for a score: past 1 where no likeness is enough."""
        if one.codes & other.codes:
            return 0.0
        if one.places and other.places:
            least = (least - 0.2) / 0.8 if one.places & other.places else least / 0.72
        if one.codes and other.codes:
            least /= 0.45 ** len(_compared(one.codes, other.codes)[1])
        return least - SLACK

    def score(self, one: Named, other: Named, needed: float = 0.0) -> tuple[float, tuple[Text, ...]]:
        """Return how likely two things are one, and why; of names less alike than `needed` as if nothing were alike."""
        likeness, reason = 0.0, Text("Their names have nothing in common.")
        above = needed if needed > 0 else -1.0
        local = self._local(min(one.places & other.places)) if one.places and one.places & other.places else ()
        for a in self._spelled[one.iri]:
            for b in self._spelled[other.iri]:
                found = self._likeness.of(a, b, above, local)
                if found and found[0] > above:
                    likeness, reason = found
                    above = likeness
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
            if len(ordered) > 2:
                found["!" + "".join(sorted(key[0] for key in ordered))] = 0.5
            self._mark_abbreviations(spelling, found)
        return found

    def _mark_abbreviations(self, spelling: Spelling, found: dict[str, float]) -> None:
        """Add what an acronym, a compound or a compound turned round of the name would be looked for by."""
        words = [word for word in spelling.text.split() if not word[0].isdigit()]
        count = len(words)
        if 2 < count < 8:
            first, rest = words[0], "".join([word[0] for word in words])[1:]
            found[f"@{first[:1]}{rest}"] = found[f"@{first[:2]}{rest}"] = found[f"@{first[:3]}{rest}"] = 8.0
        elif count == 2:
            for mark in self._turned_round(*words):
                found[mark] = 2.0
        if count < 4:
            for word in words:
                if 2 < len(word) < 8:
                    found[f"@{word}"] = 8.0
            for key in spelling.keys:
                if len(key) > 10:
                    found["%" + "".join(sorted(key))] = 2.0

    def _turned_round(self, first: str, second: str) -> list[str]:
        """Return the keys of compounds of which two words would be the long form."""
        heads = self._heads.get(first[:4])
        if heads is None:
            heads = self._heads[first[:4]] = (latin(first[:3]), latin(first[:4]))
        last = key_of(second, self._keys)
        return [head + last for head in heads]

    def _local(self, place: str) -> tuple[str, ...]:
        """Return beginnings of words that name a place, as its IRI has them."""
        found = self._locals.get(place)
        if found is None:
            keys = [self._keys.as_russian(word) for word in _last(place).split("-") if len(word) > 3]
            found = self._locals[place] = tuple([key[:-1] if len(key) > 5 else key for key in keys])
        return found


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
