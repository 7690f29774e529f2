"""Names of organizations, professions and competencies as they are compared: without legal form, quotes, spellings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from kgservice.search.words import Words, folded, is_cyrillic, mended

_FORMS = (
    "публичное акционерное общество", "непубличное акционерное общество", "открытое акционерное общество",
    "закрытое акционерное общество", "акционерное общество", "общество с ограниченной ответственностью",
    "общество с дополнительной ответственностью", "индивидуальный предприниматель",
    "автономная некоммерческая организация дополнительного профессионального образования",
    "автономная некоммерческая организация", "некоммерческая организация", "федеральное казенное предприятие",
    "федеральное государственное унитарное предприятие", "государственное унитарное предприятие",
    "муниципальное унитарное предприятие", "крестьянское (фермерское) хозяйство", "производственный кооператив",
    "федеральное государственное (?:бюджетное|автономное|казенное) (?:образовательное )?учреждение(?: науки)?"
    "(?: высшего (?:профессионального )?образования)?",
    "государственное (?:бюджетное |автономное |казенное |областное |краевое )*(?:профессиональное )?"
    "(?:образовательное )?учреждение(?: (?:среднего|начального|высшего) (?:профессионального )?образования)?",
    "муниципальное (?:бюджетное |автономное |казенное )*(?:общеобразовательное |образовательное )?учреждение",
    "частное (?:профессиональное )?(?:образовательное )?учреждение", "профессиональное образовательное учреждение",
    "limited liability company", "public joint stock company", "open joint stock company", "joint stock company",
)  # fmt: skip
_SHORT = (
    "ооо|оао|зао|пао|нао|ао|тоо|одо|ип|нко|ано|ано дпо|фгуп|гуп|муп|мкп|фкп|кфх|пк|сзао|"
    "[гмкфнч]{0,2}[гмбакокч]{0,3}п?о?у(?: впо| во| спо| нпо| дпо)?|ф?г[абк]?оу(?: впо| во| спо| нпо| дпо)?|впо|спо|нпо|"
    "llc|ltd|limited|inc|corp|gmbh|plc|jsc|pjsc|ojsc|cjsc|ooo|oao|zao|pao|ao|ag|sa|co"
)
_OF_FORMS = ("обществ", "предприниматель", "организаци", "предприятие", "хозяйство", "кооператив", "учреждение",
             "company")  # fmt: skip
"""One of them is in each of these forms: looked for first, which is quicker."""
_FORM = re.compile(rf"(?<!\w)(?:{'|'.join(_FORMS)})(?!\w)")
_SHORT_FORM = re.compile(rf"(?<![\w-])(?:{_SHORT})(?![\w-])")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_QUOTED = re.compile(r"[«„“\"]([^«»„“”\"]+)[»“”\"]")
_MARKS = re.compile(r"[«»„“”\"'`’№#]")
_WRITTEN_OUT = {
    r"им\.?(?= )": "имени", r"ун-?т\b": "университет", r"гос\.? ?ун-?т": "государственный университет",
    r"ин-?т\b": "институт", r"тех-?кум\b": "техникум", r"кол-?ж\b": "колледж", r"з-?д\b": "завод",
    r"ф-?ка\b": "фабрика", r"ф-л\b": "филиал", r"гор\.": "городской", r"обл\.": "областной",
    r"гос\.": "государственный",
    r"пед\.": "педагогический", r"мед\.": "медицинский", r"проф\.": "профессиональный", r"тех\.": "технический",
    r"политех\.": "политехнический", r"ж\.?[/-]?д\.?\b": "железнодорожный", r"с\.?[/-]?х\.?\b": "сельскохозяйственный",
    r"мин-?во\b": "министерство", r"деп-?т\b": "департамент", r"упр\.": "управление", r"объед\.": "объединение",
    r"г\.(?= ?\w)": "", r"&": " и ",
}  # fmt: skip
_OUT = [(re.compile(rf"(?<!\w){pattern}"), f"{text} ") for pattern, text in _WRITTEN_OUT.items()]
_ABBREVIATED = re.compile(rf"(?<!\w)(?:{'|'.join(_WRITTEN_OUT)})")
_MAYBE_ABBREVIATED = re.compile(rf"{_ABBREVIATED.pattern}|(?<!\w)(?:(?:им|гос)\.?(?!\w)|г\.)")
"""What follows an abbreviation is not seen in its word alone."""
_APART = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_TRANSLITERATED = re.compile(r"kh|zh|shch|sk(?:iy|ij|ii|aya|aia|oe|ogo)\b|[iy]y\b|aya\b|[oe]vo\b")
"""What Russian in Latin letters looks like."""
_CACHED = 500_000
_EMPTY_WORDS = {"и", "в", "на", "по", "для", "имени", "of", "the", "and", "for", "in", "named", "after"}


@dataclass(slots=True)
class Named:
    """A thing to compare: its IRI, names as written, codes as (property, value), and where it is."""

    iri: str
    kind: str
    names: list[str] = field(default_factory=list)
    codes: set[tuple[str, str]] = field(default_factory=set)
    places: set[str] = field(default_factory=set)


class Spelling(NamedTuple):
    """One name as it is compared: the bare text, keys of its words, and those of them that are numbers."""

    text: str
    keys: frozenset[str]
    numbers: frozenset[str]


class Speller:
    """Spells names as they are compared; remembers the words that it has seen, which most names share."""

    def __init__(self, keys: Words) -> None:
        self._keys = keys
        self._word = lru_cache(_CACHED)(self._word_of)
        self._is_plain = lru_cache(_CACHED)(_is_plain)

    def spellings(self, name: str) -> list[Spelling]:
        """Return the ways in which a name is compared: bare, and what alone stands in its quotes or brackets."""
        plain = folded(name)
        parts = []
        if not plain.isascii() or '"' in plain:
            parts += [part for part in _QUOTED.findall(plain) if len(part) > 3]
        if "(" in plain:
            parts += [part for part in _BRACKETS.findall(plain) if 3 < len(part) <= 40]
        if "-" in plain and _HYPHEN.search(plain):
            parts.append(_HYPHEN.sub("", plain))
        if parts and not plain.isascii():
            parts = list(map(folded, parts))  # what is folded twice may lose a letter that few names have
        texts = dict.fromkeys(map(self._bare, (plain, *parts)))
        found = []
        for text in texts:
            words = [word for word in map(self._word, text.split()) if word]
            if words:
                numbers = frozenset([word.key for word in words if word.is_number])
                found.append(Spelling(text, frozenset([word.key for word in words]), numbers))
                if any(word.looks_turned for word in words):
                    turned = frozenset([self._keys.as_russian(word.text) for word in words])
                    found.append(Spelling(text, turned, numbers))
        return found

    def _bare(self, plain: str) -> str:
        """Return `_bare` of a folded text, at once where no word of it can be an abbreviation or of a legal form."""
        text = _MARKS.sub(" ", plain)
        if "(" not in text and all(map(self._is_plain, text.split())):
            return " ".join(_APART.findall(text))
        return _bare(plain)

    def _word_of(self, text: str) -> "_Word | None":
        if text in _EMPTY_WORDS:
            return None
        whole = mended(text)
        return _Word(whole, key_of(whole, self._keys), whole.isdigit(), bool(_TRANSLITERATED.search(text)))


class _Word(NamedTuple):
    """What a word of a bare name is compared by."""

    text: str
    key: str
    is_number: bool
    looks_turned: bool
    """It may be Russian in Latin letters."""


def bare(name: str) -> str:
    """Return a name folded, abbreviations written out, without legal form, quotes and what stands in brackets."""
    return _bare(folded(name))


def key_of(word: str, keys: Words) -> str:
    """Return the key of a word of a name: English ones lose their plural only, which is ten times as fast."""
    if is_cyrillic(word):
        return keys.key(word)
    return word[:-1] if len(word) > 4 and word.endswith("s") else word


def spelled(things: Iterable[Named], keys: Words) -> dict[str, list[Spelling]]:
    """Return the spellings of every name of these things, each once, by IRI."""
    speller = Speller(keys)
    return {thing.iri: spellings_of(thing, speller) for thing in things}


def spellings_of(thing: Named, speller: Speller) -> list[Spelling]:
    """Return the spellings of every name of a thing, each once."""
    return list({spelling.keys: spelling for name in thing.names for spelling in speller.spellings(name)}.values())


def _bare(text: str) -> str:
    if _ABBREVIATED.search(text):
        for pattern, written in _OUT:
            text = pattern.sub(written, text)
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
    if any(part in text for part in _OF_FORMS):
        text = _FORM.sub(" ", text)
    without = _SHORT_FORM.sub(" ", _MARKS.sub(" ", text))
    return " ".join(_APART.findall(without) or _APART.findall(_MARKS.sub(" ", text)))


def _is_plain(word: str) -> bool:
    """Tell that a word between spaces is none of those by which `_bare` changes a text."""
    if _MAYBE_ABBREVIATED.search(word) or any(part in word for part in _OF_FORMS):
        return False
    return _SHORT_FORM.search(word) is None
