"""Words of two names that mean the same: mistyped, abbreviated, compounded, of another gender, a verb for its noun."""

import re
from collections.abc import Collection, Iterable, Sequence

from rapidfuzz.distance import DamerauLevenshtein

Word = tuple[str, str]
"""A word as it is written, and its key."""
Match = tuple[tuple[Word, ...], tuple[Word, ...]]
"""Words of one name and those of the other that they stand for."""
_VERB = re.compile(r"(?:[аеиоуыя]ть|чь|ти|ться|[аяую]ет|[иая]т)$")
_OF_VERB = re.compile(r"(?:[нт]и[ея]|[нт]ье|[кц][аи]|ство)$")
_GENDERS = ("nic", "k", "sh")
"""What the Russian word for a woman adds to the key of a word."""
_LONG, _SHORT = 8, 6
_ROOT = 3  # letters of a word that a compound begins with


def mistyped(only: Iterable[str], alone: Iterable[str]) -> list[tuple[str, str]]:
    """Return keys that stand in one name alone but differ by one letter (two in long words), paired."""
    left = sorted([key for key in alone if len(key) > 2 and not key[0].isdigit()])
    found: list[tuple[str, str]] = []
    if not left:
        return found
    for key in sorted([key for key in only if len(key) > 3 and not key[0].isdigit()]):
        for other in left:
            if _is_near(key, other):
                found.append((key, other))
                left.remove(other)
                break
    return found


def may_be_mistyped(only: Collection[str], alone: Collection[str]) -> bool:
    """Tell whether each word of the side that has fewer may have its like on the other: without, both say more."""
    few, many = (only, alone) if len(only) <= len(alone) else (alone, only)
    return all(any(_is_near(key, other) for other in many) for key in few)


def _is_near(key: str, other: str) -> bool:
    """Tell whether two keys differ by a letter, two in long ones; the first letter of a short word is seldom wrong."""
    edits = 1 if len(key) <= _LONG and len(other) <= _LONG else 2
    if abs(len(key) - len(other)) > edits or (key[0] != other[0] and min(len(key), len(other)) < _LONG):
        return False
    return DamerauLevenshtein.distance(key, other, score_cutoff=edits) <= edits


def may_be_explained(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Tell whether `explained` may find anything: for most pairs of names it cannot, which is soon seen."""
    for text, key in left:
        head, root = text[:_ROOT], key[:_ROOT]
        for other, its in right:
            if other[:_ROOT] == head or its[:_ROOT] == root:
                if _is_alike(text, key, other, its) or _is_alike(other, its, text, key):
                    return True
                if any(map(key.endswith, [end for _, end in right if end != its])):
                    return True  # it may be a compound that begins with this word
                if any(map(its.endswith, [end for _, end in left if end != key])):
                    return True
            elif _is_turned(key, its):
                return True
    return _may_be_initials(left, right) or _may_be_initials(right, left)


def _may_be_initials(some: Sequence[Word], others: Sequence[Word]) -> bool:
    if len(others) < 2:
        return False
    initials = {text[0] for text, _ in others}
    return any(1 < len(text) <= _SHORT and initials.issuperset((text[0], *text[-2:])) for text, _ in some)


def explained(left: Sequence[Word], right: Sequence[Word]) -> list[Match]:
    """Return which words of one name stand for which of the other, each word at most once; both in their order."""
    found: list[Match] = []
    mine, others = list(left), list(right)
    for turned in (False, True):
        for word in list(others if turned else mine):
            there = mine if turned else others
            if stood := _meant(word, there):
                found.append((stood, (word,)) if turned else ((word,), stood))
                for one in stood:
                    there.remove(one)
                (others if turned else mine).remove(word)
    return found


def _meant(word: Word, others: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words that a word stands for; none where it is only itself."""
    text, key = word
    if text[0].isdigit():
        return ()
    if 1 < len(text) <= _SHORT and (some := _initials(text, others)):
        return some
    for other in others:
        if _is_alike(*word, *other):
            return (other,)
    for at in range(len(others) - 1):
        first, second = others[at], others[at + 1]
        head = key.removesuffix(second[1])
        if len(head) >= _ROOT and head != key and _begins(first[1], head):
            return (first, second)
    return ()


def _begins(key: str, head: str) -> bool:
    """Tell whether the head of a compound is the beginning of a word, or that word with its ending."""
    return key.startswith(head) or (len(key) >= _ROOT and head.startswith(key) and len(head) < len(key) + _ROOT)


def _initials(text: str, others: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words in a row that begin with the letters of a text, the first one with up to four of them."""
    initials = "".join([other[0] for other, _ in others])
    if (at := initials.find(text)) >= 0:
        return tuple(others[at : at + len(text)])
    for at, (other, _) in enumerate(others):
        for taken in range(2, min(4, len(text) - 1)):
            rest = text[taken:]
            if other.startswith(text[:taken]) and initials[at + 1 : at + 1 + len(rest)] == rest and len(rest) > 1:
                return tuple(others[at : at + 1 + len(rest)])
    return ()


def _is_alike(text: str, key: str, other: str, its: str) -> bool:
    """Tell whether a word stands for another: short for it, of another gender, its verb, or with its roots swapped."""
    if text[:_ROOT] != other[:_ROOT] and key[:_ROOT] != its[:_ROOT]:
        return _is_turned(key, its)
    if text[-1] == ".":
        return len(text) > _ROOT and other.startswith(text[:-1])
    if len(key) > _ROOT and its.startswith(key) and its[len(key) :] in _GENDERS:
        return True
    least = max(4, min(len(text), len(other)) // 2)
    return text[:least] == other[:least] and _VERB.search(text) is not None and _OF_VERB.search(other) is not None


def _is_turned(key: str, its: str) -> bool:
    """Tell whether a long word is the other one with its roots swapped."""
    return len(key) > _LONG and len(key) == len(its) and key[:_ROOT] != its[:_ROOT] and sorted(key) == sorted(its)
