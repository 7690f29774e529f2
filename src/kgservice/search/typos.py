"""Finds the words of the index that a mistyped word may have been meant to be."""

import sqlite3

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from kgservice.search.words import is_cyrillic, latin, mended, words

_KEYS = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюе", strict=True))
_LATIN_KEYS = {cyrillic: key for key, cyrillic in _KEYS.items()}
_SHORTEST = 4
_MOST = 40_000  # words that are compared at most


def corrected(database: sqlite3.Connection, word: str, most: int = 3) -> list[tuple[str, float]]:
    """Return words of the index like this one, the likeliest first, with a likeness of 0 to 1; none for a known word.

    A word typed on the keyboard of the other alphabet is turned back first; then one and, in longer words, two wrong,
    missing, doubled or swapped letters are forgiven; at last the word is tried in the other alphabet.
    """
    if _known(database, word):
        return []
    switched = other_keyboard(word)
    if switched and _known(database, switched):
        return [(switched, 1.0)]
    found: dict[str, float] = {}
    for spelling in dict.fromkeys((word, latin(word)) if is_cyrillic(word) else (word, mended(word))):
        found |= {other: likeness for other, likeness in _alike(database, spelling) if likeness > found.get(other, 0)}
    return sorted(found.items(), key=lambda pair: -pair[1])[:most]


def other_keyboard(word: str) -> str:
    """Return a word as the same keys give it on the other alphabet's keyboard; empty where that makes no word."""
    table = _LATIN_KEYS if is_cyrillic(word) else _KEYS
    turned = "".join(table.get(character, "") for character in word)
    return turned if len(turned) == len(word) and words(turned) == [turned] else ""


def _known(database: sqlite3.Connection, word: str) -> bool:
    return database.execute("SELECT 1 FROM terms WHERE term = ? AND n > 0 LIMIT 1", (word,)).fetchone() is not None


def _alike(database: sqlite3.Connection, word: str) -> list[tuple[str, float]]:
    """Return words within one edit, two from eight letters on; more frequent ones win a tie."""
    if len(word) < _SHORTEST:
        return []
    edits = 1 if len(word) < 8 else 2
    candidates = _near(database, word, edits)
    close = process.extract(
        word, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=20, processor=None
    )
    counted = []
    for other, distance, _ in close:
        row = database.execute("SELECT n FROM terms WHERE term = ?", (other,)).fetchone()
        likeness = 1 - float(distance) / max(len(word), len(other))
        counted.append((likeness, row[0] if row else 0, other))
    return [(other, likeness) for likeness, _, other in sorted(counted, reverse=True)]


def _near(database: sqlite3.Connection, word: str, edits: int) -> list[str]:
    """Return words of about this length that share the beginning, or the middle at a place that an edit may shift."""
    low, high = len(word) - edits, len(word) + edits
    found: dict[str, None] = {}
    heads = dict.fromkeys((word[:2], word[1::-1], word[0] + word[2]))  # as written, or with two letters swapped
    middles = dict.fromkeys((word[2:4], word[1:3], word[3:5]))  # in place, after a lost or before a doubled letter
    for at, text in [*(("1", head) for head in heads), *(("3", middle) for middle in middles)]:
        place = f"n > 0 AND substr(term, {at}, 2) = ?"
        query = f"SELECT term FROM terms WHERE {place} AND length(term) BETWEEN ? AND ? LIMIT ?"  # noqa: S608
        rows = database.execute(query, (text, low, high, _MOST))
        found.update((row[0], None) for row in rows)
    return list(found)
