"""Names of organizations, professions and competencies as they are compared: without legal form, quotes, spellings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from kgservice.search.words import Words, folded, is_cyrillic, mended

WHOLE, TURNED, JOINED, PART = range(4)
"""What a spelling is to its name: all of it, Russian in Latin letters, with hyphenated words as one, a part of it."""
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
    "(?:областное |краевое |федеральное )?государственное (?:бюджетное |автономное |казенное |областное |краевое )*"
    "(?:профессиональное )?(?:общеобразовательное |образовательное )?учреждение(?: здравоохранения| культуры)?"
    "(?: (?:среднего|начального|высшего|дополнительного) (?:профессионального )?образования)?",
    "муниципальное (?:бюджетное |автономное |казенное )*(?:дошкольное )?(?:общеобразовательное |образовательное )?"
    "учреждение(?: культуры| дополнительного образования)?", "холдинговая компания", "группа компаний",
    "частное (?:профессиональное )?(?:образовательное )?учреждение", "профессиональное образовательное учреждение",
    "federal state (?:budgetary |autonomous |financed )?(?:educational |scientific )?institution"
    "(?: of (?:science|higher (?:professional )?education))?",
    "limited liability company", "public joint stock company", "open joint stock company", "joint stock company",
)  # fmt: skip
_SHORT = (
    "ооо|оао|зао|пао|нао|ао|тоо|одо|ип|нко|ано|ано дпо|фгуп|гуп|муп|мкп|фкп|кфх|пк|сзао|хк|гк|"
    "[гмкфнчбад]{0,5}п?оу(?: впо| во| спо| нпо| дпо)?|[гмкфно]{1,3}[бак]?н?ун?(?: впо| во| спо| нпо| дпо)?|"
    "[гмфко]{1,2}[бак]у(?:з|к|со|до|дпо)|впо|спо|нпо|"
    "llc|ltd|limited|inc|corp|gmbh|plc|jsc|pjsc|ojsc|cjsc|ooo|oao|zao|pao|ao|ag|sa|co"
)
_OF_FORMS = ("обществ", "предприниматель", "организаци", "предприятие", "хозяйство", "кооператив", "учреждение",
             "компани", "company",
             "institution")  # fmt: skip
"""One of them is in each of these forms: looked for first, which is quicker."""
_FORM = re.compile(rf"(?<!\w)(?:{'|'.join(_FORMS)})(?!\w)")
_SHORT_FORM = re.compile(rf"(?<![\w-])(?:{_SHORT})(?![\w-])")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_OTHER_NAME = re.compile(r"[^\Wа-яёa-z\d_][^()]{,39}")
_ACRONYM = re.compile(r"[^\Wа-яёa-z\d_]\w?[^\Wа-яёa-z\d_]")
"""In brackets another name begins with a capital and has an acronym; all else in brackets only tells more."""
_SMALL = re.compile(r"[а-яёa-z]")
_QUOTED = re.compile(r"[«„“\"]([^«»„“”\"]+)[»“”\"]")
_OF_A_WHOLE = re.compile(r"филиал|представительств|отделени|факультет|кафедр|подразделени|branch|department")
"""After such a word the name in quotes is that of the whole."""
_MARKS = re.compile(r"[«»„“”\"'`’№#]")
_WRITTEN_OUT = {
    r"им\.?(?= )": "имени", r"ун-?т\b": "университет", r"гос\.? ?ун-?т": "государственный университет",
    r"ин-?т\b": "институт", r"тех-?кум\b": "техникум", r"кол-?ж\b": "колледж", r"з-?д\b": "завод",
    r"ф-?ка\b": "фабрика", r"ф-л\b": "филиал", r"гор\.": "городской", r"обл\.": "областной",
    r"гос\.": "государственный",
    r"пед\.": "педагогический", r"мед\.": "медицинский", r"проф\.": "профессиональный", r"тех\.": "технический",
    r"политех\.": "политехнический", r"ж\.?[/-]?д\.?\b": "железнодорожный", r"с\.?[/-]?х\.?\b": "сельскохозяйственный",
    r"ж/б\b": "железобетонный", r"мин-?во\b": "министерство", r"деп-?т\b": "департамент", r"упр\.": "управление",
    r"объед\.": "объединение",
    r"г\.(?= ?\w{2})": "", r"&": " и ",
}  # fmt: skip
_OUT = [(re.compile(rf"(?<!\w){pattern}"), f"{text} ") for pattern, text in _WRITTEN_OUT.items()]
_ABBREVIATED = re.compile(rf"(?<!\w)(?:{'|'.join(_WRITTEN_OUT)})")
_MAYBE_ABBREVIATED = re.compile(rf"{_ABBREVIATED.pattern}|\.|[^\W\d_]\d|(?<!\w)(?:(?:им|гос)(?!\w)|ж/)")
"""What follows an abbreviation is not seen in its word alone."""
_APART = re.compile(r"\d+(?:\.\d+)*(?![^\W_])|[^\W_]{2,}\.|[^\W_]+")
"""Words, abbreviated ones with their dot, and numbers of several parts."""
_INITIALS = re.compile(r"(?<!\w)([^\W\d_])\. ?([^\W\d_])\.")
_OF_A_PERSON = re.compile(r"\bимени \w{1,2} (?=\w)")
_OWNER = re.compile(
    r"(?<=\w )(?:(?:(?:[а-я]+ого|[а-я]+ское) отделени[ея] |со |дво |уро )?(?:рамн|ран|росси\w+ академии (?:\w+ )?наук)"
    r"|(?:минздрава|минобрнауки|минпросвещения|минтранса|минсельхоза|фмба|мвд|мчс|министерства (?:\w+ ){1,3}?)"
    r"(?: ?(?:росси\w*(?: федерации)?|рф))|of the russian academy of (?:\w+ )?sciences)$"
)
"""Whom an organization belongs to is often left out."""
_NAMED_AFTER = {"имени", "named"}
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)")
_TRANSLITERATED = re.compile(
    r"kh|zh|shch|sk(?:iy|ij|ii|aya|aia|oe|ogo)\b|[iy]y\b|[aeiouy]y[ae]|[aeou]y[bvgdzklmnprstfh]|[oe]vo\b|[oe]vsk|iye|iya"
)
_CACHED = 500_000
_EMPTY_WORDS = {
    "и", "в", "на", "по", "для", "имени", "г", "город", "города", "of", "the", "and", "for", "in", "named", "after",
}  # fmt: skip


@dataclass(slots=True)
class Named:
    """A thing to compare: its IRI, names as written, codes as (property, value), and where it is."""

    iri: str
    kind: str
    names: list[str] = field(default_factory=list)
    codes: set[tuple[str, str]] = field(default_factory=set)
    places: set[str] = field(default_factory=set)


class Spelling(NamedTuple):
    """One name as it is compared: the bare text, keys of its words, numbers of the whole name, and what it is to it."""

    text: str
    keys: frozenset[str]
    numbers: frozenset[str]
    sort: int = WHOLE


class Speller:
    """Spells names as they are compared; remembers the words that it has seen, which most names share."""

    def __init__(self, keys: Words) -> None:
        self._keys = keys
        self._word = lru_cache(_CACHED)(self._word_of)
        self._is_plain = lru_cache(_CACHED)(_is_plain)

    def spellings(self, name: str) -> list[Spelling]:
        """Return the ways in which a name is compared: whole, and by parts that may stand for it."""
        main, other_names = _bracketed(name) if "(" in name else (name, [])
        plain = folded(main)
        texts = {self._bare(plain): WHOLE}
        if "-" in plain and _HYPHEN.search(plain):
            texts.setdefault(self._bare(_HYPHEN.sub("", plain)), JOINED)
        for text in [text for text in texts if "имени" in text or "named" in text]:
            words = text.split()
            at = next((at for at, word in enumerate(words) if word in _NAMED_AFTER), 0)
            if at > 1:
                texts.setdefault(" ".join(words[:at]), PART)
        for text in [text for text in texts if " р" in text or " russian" in text or text.endswith("фмба")]:
            owned = _OWNER.search(text)
            if owned and " " in (rest := text[: owned.start()].rstrip()):
                texts.setdefault(rest, PART)
        if not plain.isascii() or '"' in plain:
            quoted = [found[1] for found in _QUOTED.finditer(plain) if not _OF_A_WHOLE.search(plain[: found.start()])]
            other_names += [part for part in quoted if len(part) > 3]
        for part in other_names:  # what is folded twice may lose a letter that few names have
            text = self._bare(folded(part))
            if not _SHORT_FORM.fullmatch(text):
                texts.setdefault(text, PART)
        return self._spelled(texts)

    def _spelled(self, texts: dict[str, int]) -> list[Spelling]:
        found: list[Spelling] = []
        numbers: frozenset[str] | None = None
        for text, sort in texts.items():
            words = [word for word in map(self._word, text.split()) if word]
            if words:
                if numbers is None:
                    numbers = frozenset([word.key for word in words if word.is_number])
                found.append(Spelling(text, frozenset([word.key for word in words]), numbers, sort))
                if any(word.looks_turned for word in words):
                    keys = [self._keys.as_russian(word.text) for word in words]
                    found.append(Spelling(" ".join(sorted(keys)), frozenset(keys), numbers, sort or TURNED))
        return found

    def _bare(self, plain: str) -> str:
        """Return `_bare` of a folded text, at once where no word of it can be an abbreviation or of a legal form."""
        text = _MARKS.sub(" ", plain)
        if all(map(self._is_plain, text.split())):
            return " ".join(_APART.findall(text))
        return _bare(plain)

    def _word_of(self, text: str) -> "_Word | None":
        if text in _EMPTY_WORDS:
            return None
        whole = mended(text.removesuffix("."))
        return _Word(whole, key_of(whole, self._keys), whole[0].isdigit(), bool(_TRANSLITERATED.search(text)))


class _Word(NamedTuple):
    """What a word of a bare name is compared by."""

    text: str
    key: str
    is_number: bool
    looks_turned: bool
    """It may be Russian in Latin letters."""


def bare(name: str) -> str:
    """Return a name folded, abbreviations written out, without legal form, quotes and another name in brackets."""
    return _bare(folded(_bracketed(name)[0]))


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
    found: dict[frozenset[str], Spelling] = {}
    for name in thing.names:
        for spelling in speller.spellings(name):
            if found.setdefault(spelling.keys, spelling).sort > spelling.sort:
                found[spelling.keys] = spelling
    return list(found.values())


def _bracketed(name: str) -> tuple[str, list[str]]:
    """Return a name without the other names that stand in its brackets, and those."""
    others = [part for part in _BRACKETS.findall(name) if _OTHER_NAME.fullmatch(part) and _ACRONYM.search(part)]
    if not others or not _SMALL.search(name):
        return name, []
    for part in others:
        name = name.replace(f"({part})", " ")
    return name, others


def _bare(text: str) -> str:
    if "." in text:
        text = _INITIALS.sub(r"\1\2 ", text)
    text = _GLUED.sub(" ", text)
    if _ABBREVIATED.search(text):
        for pattern, written in _OUT:
            text = pattern.sub(written, text)
    if any(part in text for part in _OF_FORMS):
        text = _FORM.sub(" ", text)
    without = _SHORT_FORM.sub(" ", _MARKS.sub(" ", text))
    bare = " ".join(_APART.findall(without) or _APART.findall(_MARKS.sub(" ", text)))
    return _OF_A_PERSON.sub("имени ", bare) if "имени" in bare else bare


def _is_plain(word: str) -> bool:
    """Tell that a word between spaces is none of those by which `_bare` changes a text."""
    if _MAYBE_ABBREVIATED.search(word) or any(part in word for part in _OF_FORMS):
        return False
    return _SHORT_FORM.search(word) is None
