"""Names of organizations, professions and competencies as they are compared: without legal form, quotes, spellings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

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
_APART = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_TRANSLITERATED = re.compile(r"kh|zh|shch|sk(?:iy|ij|ii|aya|aia|oe|ogo)\b|[iy]y\b|aya\b|[oe]vo\b")
"""What Russian in Latin letters looks like."""
_EMPTY_WORDS = {"и", "в", "на", "по", "для", "имени", "of", "the", "and", "for", "in", "named", "after"}


@dataclass(slots=True)
class Named:
    """A thing to compare: its IRI, names as written, codes as (property, value), and where it is."""

    iri: str
    kind: str
    names: list[str] = field(default_factory=list)
    codes: set[tuple[str, str]] = field(default_factory=set)
    places: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name as it is compared: the bare text, keys of its words, and those of them that are numbers."""

    text: str
    keys: frozenset[str]
    numbers: frozenset[str]


def bare(name: str) -> str:
    """Return a name folded, abbreviations written out, without legal form, quotes and what stands in brackets."""
    text = folded(name)
    if _ABBREVIATED.search(text):
        for pattern, written in _OUT:
            text = pattern.sub(written, text)
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
    if any(part in text for part in _OF_FORMS):
        text = _FORM.sub(" ", text)
    without = _SHORT_FORM.sub(" ", _MARKS.sub(" ", text))
    return " ".join(_APART.findall(without) or _APART.findall(_MARKS.sub(" ", text)))


def spellings(name: str, keys: Words) -> list[Spelling]:
    """Return the ways in which a name is compared: bare, and what alone stands in its quotes or brackets."""
    plain = folded(name)
    quoted = [match[1] for match in _QUOTED.finditer(plain) if len(match[1]) > 3]
    inside = [match[1] for match in _BRACKETS.finditer(plain) if 3 < len(match[1]) <= 40]
    joined = [_HYPHEN.sub("", plain)] if _HYPHEN.search(plain) else []
    texts = dict.fromkeys([bare(name), *(bare(part) for part in (*quoted, *inside, *joined))])
    found = []
    for text in texts:
        spoken = [mended(word) for word in text.split() if word not in _EMPTY_WORDS]
        if spoken:
            numbers = frozenset(word for word in spoken if word.isdigit())
            found.append(Spelling(text, frozenset(key_of(word, keys) for word in spoken), numbers))
            if _TRANSLITERATED.search(text):
                found.append(Spelling(text, frozenset(keys.as_russian(word) for word in spoken), numbers))
    return found


def key_of(word: str, keys: Words) -> str:
    """Return the key of a word of a name: English ones lose their plural only, which is ten times as fast."""
    if is_cyrillic(word):
        return keys.key(word)
    return word[:-1] if len(word) > 4 and word.endswith("s") else word


def spelled(things: Iterable[Named], keys: Words) -> dict[str, list[Spelling]]:
    """Return the spellings of every name of these things, each once, by IRI."""
    found = {}
    for thing in things:
        unique = {spelling.keys: spelling for name in thing.names for spelling in spellings(name, keys)}
        found[thing.iri] = list(unique.values())
    return found
