"""A million names in Russian and English, as a benchmark of search needs them; the same ones every time."""

import random
from collections.abc import Iterator

BASE = "http://localhost:8080/"
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_AT = "<https://w3id.org/kgservice/ontology#locatedIn>"
_CLASS = "<https://w3id.org/kgservice/ontology#Organization>"
_FIRST = (
    "государственное профессиональное образовательное учреждение", "ООО", "АО", "ФГБОУ ВО", "колледж", "техникум",
    "лицей", "центр", "кафедра", "предприятие", "завод", "школа",
)  # fmt: skip
_SYLLABLES = (
    "ка", "ме", "ро", "во", "ни", "сол", "бер", "том", "юр", "га", "бе", "ло", "про", "коп", "лен", "инск", "таш",
    "тай", "гур", "мы", "ски", "оси", "кий", "аз", "от", "ман", "дра", "вел", "жи", "пет", "ра", "ши", "чу", "ща", "фе",
    "дор", "зим", "лот", "рас", "ку", "зб", "ас", "пол", "вер", "хот", "ним", "стр", "ел", "ец", "дуб",
)  # fmt: skip
_LETTERS = "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya"
_LATIN = dict(zip("абвгдежзийклмнопрстуфхцчшщыэюя", _LETTERS.split(), strict=True))


def words(count: int, seed: int = 7) -> list[str]:
    """Return so many different made-up Russian words."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        stem = "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4)))
        found[stem + chance.choice(("ский", "ова", "ное", "ия", "ик", "ость", "ация", "енко"))] = None
    return list(found)


def lines(labels: int, seed: int = 7) -> Iterator[bytes]:
    """Yield the N-Triples of things with a Russian and an English name each, and links that make some well known."""
    chance, vocabulary = random.Random(seed), words(max(1000, labels // 8), seed)
    things = labels // 2
    for number in range(things):
        # a few words are in many names, most in few, as in life
        own = [
            vocabulary[min(int(chance.paretovariate(0.6)), len(vocabulary)) - 1] for _ in range(chance.randint(1, 3))
        ]
        own.append(vocabulary[chance.randrange(len(vocabulary))])
        russian = f"{chance.choice(_FIRST)} «{' '.join(own)}»"
        english = "".join(_LATIN.get(letter, letter) for letter in " ".join(own)).title()
        name = f"<{BASE}id/organization/o{number}>"
        yield f'{name} {_LABEL} "{russian}"@ru .\n'.encode()
        yield f'{name} {_LABEL} "{english} {number % 997}"@en .\n'.encode()
        yield f"{name} {_TYPE} {_CLASS} .\n".encode()
        yield f"{name} {_AT} <{BASE}id/organization/o{int(chance.paretovariate(0.5)) % things}> .\n".encode()
