"""Words as the index knows them: folded, cut to a stem, and written in Latin letters that both alphabets share."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’ʼ-][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"['’ʼ-]")
_CYRILLIC = re.compile(r"[а-яіїєґў]")
_LATIN = re.compile(r"[a-z]")
_INVISIBLE: dict[int, int | None] = dict.fromkeys(
    (0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F))
)
_INVISIBLE[0x2116] = 0x20  # the sign of a number, which would become the word "no"
_HIDDEN = re.compile(f"[{''.join(map(chr, _INVISIBLE))}]")
_MARKED = re.compile(r"[^\x00-\x7fа-яіїєґў«»–—№]+")  # й, ї and ў are letters: a decomposition would take them apart
_ALIKE = str.maketrans("aceoxpykmthb", "асеохрукмтнв")
"""Latin letters that stand in Cyrillic words by mistake: they look the same."""
_TO_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "c", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia", "і": "i",
    "ї": "i", "є": "e", "ґ": "g", "ў": "u",
}  # fmt: skip
_SYLLABLES = {
    "shch": "щ", "sch": "щ", "tch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш", "ph": "ф",
    "ck": "к", "yu": "ю", "ju": "ю", "iu": "ю", "ya": "я", "ja": "я", "ia": "я", "yo": "е", "jo": "е", "ye": "е",
    "je": "е", "iy": "ий", "ij": "ий", "yy": "ый", "yj": "ый", "ay": "ай", "ey": "ей", "oy": "ой", "uy": "уй",
    "aya": "ая", "eya": "ея", "oya": "оя", "iya": "ия", "uya": "уя", "aye": "ае", "eye": "ее", "iye": "ие", "oye": "ое",
    "yye": "ые", "uyu": "ую", "iyu": "ию", "ayu": "аю", "oyu": "ою", "yaya": "яя", "iyy": "ий", "chye": "чье",
    "aj": "ай", "ej": "ей", "oj": "ой", "uj": "уй", "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф",
    "g": "г", "h": "х", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к",
    "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з",
}  # fmt: skip
_SYLLABLE = re.compile("|".join(sorted(_SYLLABLES, key=len, reverse=True)))
_TWICE = re.compile(r"([a-z])\1+")
_CACHED = 500_000


def folded(text: str) -> str:
    """Return a text in small letters, ё as е, without diacritics, invisible characters and doubled spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    if _HIDDEN.search(text):
        text = text.translate(_INVISIBLE)
    plain = _MARKED.sub(_bare, unicodedata.normalize("NFKC", text).casefold().replace("ё", "е"))
    return " ".join(plain.split())


def _bare(match: re.Match[str]) -> str:
    taken_apart = unicodedata.normalize("NFD", match[0])
    return "".join(part for part in taken_apart if not unicodedata.combining(part))


def words(text: str) -> list[str]:
    """Return the words of a folded text; those of a hyphenated word apart and joined; look-alike letters mended."""
    if not _JOINED.search(text):
        spoken = _PART.findall(text)
        mixed = not text.isascii() and _LATIN.search(text)
        return [mended(word) for word in spoken] if mixed else spoken
    found: list[str] = []
    for match in _WORD.finditer(text):
        parts = [mended(part) for part in _PART.findall(match[0])]
        found += parts
        if len(parts) > 1:
            found.append("".join(parts))
    return found


def mended(word: str) -> str:
    """Return a word of mixed alphabets with its Latin look-alikes as Cyrillic letters, where that makes it one."""
    if word.isascii() or not _LATIN.search(word) or not _CYRILLIC.search(word):
        return word
    other = word.translate(_ALIKE)
    return word if _LATIN.search(other) else other


def is_cyrillic(word: str) -> bool:
    """Tell whether a word has a Cyrillic letter."""
    return not word.isascii() and _CYRILLIC.search(word) is not None


def latin(word: str) -> str:
    """Return a folded word in the Latin letters that every transliteration of it comes down to."""
    if not is_cyrillic(word):
        word = _SYLLABLE.sub(lambda match: _SYLLABLES[match[0]], word)
    return _TWICE.sub(r"\1", "".join(_TO_LATIN.get(character, character) for character in word))


class Words:
    """Keys of words; remembers those it has seen. Not to be shared between threads: the stemmers keep a state."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self._russian: Any = snowballstemmer.stemmer("russian")
        self._english: Any = snowballstemmer.stemmer("english")
        self._known = dict(known or {})
        self._turned: dict[str, str] = {}

    def key(self, word: str) -> str:
        """Return the key under which a word of a label is found: its stem, of a Cyrillic one in Latin letters."""
        key = self._known.get(word)
        if key is None:
            if len(self._known) > _CACHED:
                self._known.clear()
            key = latin(self._russian.stemWord(word)) if is_cyrillic(word) else self._english.stemWord(word)
            key = self._known[word] = key or word
        return key

    def keys(self, word: str) -> list[str]:
        """Return the keys to look a typed word up by: a Latin one may be a Russian word in other letters."""
        key = self.key(word)
        found = [key] if is_cyrillic(word) or word.isdigit() else [key, self.as_russian(word)]
        # what loses most of its letters on the way, as zzqqq, is no word
        return list(dict.fromkeys(one for one in found if 2 * len(one) >= len(word))) or [word]

    def as_russian(self, word: str) -> str:
        """Return the key of a Latin word that may be a Russian one in other letters."""
        key = self._turned.get(word)
        if key is None:
            if len(self._turned) > _CACHED:
                self._turned.clear()
            cyrillic = _SYLLABLE.sub(lambda match: _SYLLABLES[match[0]], word)
            key = self._turned[word] = latin(self._russian.stemWord(cyrillic))
        return key

    def of(self, text: str) -> list[str]:
        """Return the keys of a text that is not folded yet, in order."""
        return [self.key(word) for word in words(folded(text))]

    def tokens(self, found: Iterable[str]) -> str:
        """Return what the index stores of a label's words: each as written and by its key, each once."""
        kept: dict[str, None] = {}
        for word in found:
            kept[word] = None
            kept[self.key(word)] = None
        return " ".join(kept)
