"""A generated training network of N triples with a fixed seed: the graph of the thirteen analyst questions.

Usage: python bench/network.py N OUT.nt [SEED]
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

ONTOLOGY = "https://kg.example/o/"
THINGS = "https://kg.example/id/"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
ADJECTIVES = [
    ("Цифровая", "Digital"), ("Прикладная", "Applied"), ("Инженерная", "Engineering"), ("Медицинская", "Medical"),
    ("Квантовая", "Quantum"), ("Биологическая", "Biological"), ("Социальная", "Social"),
    ("Экономическая", "Economic"),
    ("Правовая", "Legal"), ("Ядерная", "Nuclear"), ("Космическая", "Space"), ("Морская", "Marine"),
    ("Аграрная", "Agrarian"), ("Химическая", "Chemical"), ("Финансовая", "Financial"),
    ("Педагогическая", "Pedagogical"),
]  # fmt: skip
NOUNS = [
    ("аналитика", "analytics"), ("информатика", "informatics"), ("экономика", "economics"), ("физика", "physics"),
    ("логистика", "logistics"),
    ("робототехника", "robotics"), ("энергетика", "energetics"),
    ("безопасность", "security"), ("геология", "geology"), ("лингвистика", "linguistics"), ("генетика", "genetics"),
    ("статистика", "statistics"), ("архитектура", "architecture"), ("психология", "psychology"),
    ("экология", "ecology"),
]  # fmt: skip
CITIES = [
    ("Москва", "Moscow"), ("Казань", "Kazan"), ("Томск", "Tomsk"), ("Омск", "Omsk"), ("Пермь", "Perm"),
    ("Самара", "Samara"), ("Тула", "Tula"), ("Тверь", "Tver"), ("Уфа", "Ufa"), ("Псков", "Pskov"), ("Сочи", "Sochi"),
    ("Чита", "Chita"), ("Курск", "Kursk"), ("Орёл", "Oryol"), ("Калуга", "Kaluga"), ("Рязань", "Ryazan"),
]  # fmt: skip
REGIONS = 80


class _FullError(Exception):
    """Raised when the wanted number of triples is written."""


class Network:
    """Writes exactly `size` distinct triples; the same seed gives the same bytes."""

    def __init__(self, size: int, emit: Callable[[str], object], seed: int = 20261123) -> None:
        self.size, self._emit, self._random, self._written = size, emit, random.Random(seed), 0
        scale = size / 1_000_000
        self.competencies = int(2000 + 4000 * scale**0.5)
        self.professions = int(500 + 1500 * scale**0.5)
        self.organizations, self.programmes = int(15000 * scale), int(30000 * scale)
        self._required: list[list[int]] = []
        self._universities: list[int] = []

    def write(self) -> None:
        """Write regions, competencies, professions, organizations, programmes, then partnerships until full."""
        try:
            self._regions()
            self._competencies()
            self._professions()
            self._organizations()
            self._programmes()
            self._partnerships()
        except _FullError:
            return

    def _put(self, subject: str, predicate: str, value: str) -> None:
        if self._written == self.size:
            raise _FullError
        self._written += 1
        self._emit(f"{subject} {predicate} {value} .\n")

    def _labelled(self, subject: str, russian: str, english: str | None) -> None:
        self._put(subject, LABEL, f'"{russian}"@ru')
        if english is not None:
            self._put(subject, LABEL, f'"{english}"@en')

    def _name(self) -> tuple[str, str]:
        a, b = self._random.choice(ADJECTIVES), self._random.choice(NOUNS)
        return f"{a[0]} {b[0]}", f"{a[1]} {b[1]}"

    def _regions(self) -> None:
        for n in range(REGIONS):
            city = CITIES[n % 16]
            self._put(_id(f"reg{n}"), TYPE, _o("Region"))
            self._labelled(_id(f"reg{n}"), f"{city[0]}, область {n}", f"{city[1]} region {n}")
            self._put(_id(f"reg{n}"), _o("district"), _id(f"fd{n % 8}"))

    def _competencies(self) -> None:
        for n in range(self.competencies):
            russian, english = self._name()
            subject = _id(f"comp{n}")
            self._put(subject, TYPE, _o("Competency"))
            self._labelled(subject, f"{russian}, уровень {n % 7}", f"{english}, level {n % 7}")
            if n >= 6:
                self._put(subject, _o("broader"), _id(f"comp{(n - 6) // 6}"))
            self._put(subject, _o("skillType"), _typed(("hard", "soft", "meta")[n % 3], "string"))

    def _professions(self) -> None:
        for n in range(self.professions):
            russian, english = self._name()
            subject = _id(f"prof{n}")
            required = sorted(self._random.sample(range(self.competencies), self._random.randint(4, 12)))
            self._required.append(required)
            self._put(subject, TYPE, _o("Profession"))
            self._labelled(subject, f"Специалист: {russian} {n}", f"Specialist: {english} {n}")
            self._put(subject, _o("demandIndex"), _typed(f"{self._random.random() * 10:.3f}", "decimal"))
            for competency in required:
                self._put(subject, _o("requires"), _id(f"comp{competency}"))

    def _organizations(self) -> None:
        draw = self._random
        kinds = ["University"] * 4 + ["Company"] * 5 + ["Ministry"]
        for n in range(self.organizations):
            (russian, english), city, subject = self._name(), draw.choice(CITIES), _id(f"org{n}")
            if kinds[n % 10] == "University":
                self._universities.append(n)
            self._put(subject, TYPE, _o(kinds[n % 10]))
            self._put(subject, TYPE, _o("Organization"))
            self._labelled(subject, f"{city[0]}: {russian} № {n}", f"{city[1]}: {english} No {n}" if n % 9 else None)
            self._put(subject, _o("region"), _id(f"reg{int(REGIONS * draw.random() ** 1.7)}"))
            self._put(subject, _o("founded"), _date(draw, 1755, 2024))
            if draw.random() < 0.8:
                self._put(subject, _o("employees"), _typed(int(10 * 1.0005 ** draw.randint(0, 12000)), "integer"))
            if n > 20 and draw.random() < 0.5:
                self._put(subject, _o("parentOrg"), _id(f"org{draw.randrange(n // 2)}"))

    def _programmes(self) -> None:
        draw = self._random
        levels = ["bachelor"] * 5 + ["master"] * 3 + ["phd"] * 2
        for n in range(self.programmes):
            (russian, english), subject = self._name(), _id(f"prog{n}")
            provider = self._universities[int(len(self._universities) * draw.random() ** 2)]
            profession = int(self.professions * draw.random() ** 1.5)
            self._put(subject, TYPE, _o("Programme"))
            self._labelled(subject, f"{russian}: программа {n}", f"{english}: programme {n}" if n % 5 else None)
            self._put(subject, _o("offeredBy"), _id(f"org{provider}"))
            self._put(subject, _o("level"), _typed(draw.choice(levels), "string"))
            self._put(subject, _o("startYear"), _typed(draw.randint(2000, 2026), "integer"))
            self._put(subject, _o("students"), _typed(draw.randint(5, 900), "integer"))
            self._put(subject, _o("targets"), _id(f"prof{profession}"))
            developed = {c for c in self._required[profession] if draw.random() < 0.55}
            developed |= {draw.randrange(self.competencies) for _ in range(draw.randint(1, 3))}
            for competency in sorted(developed):
                self._put(subject, _o("develops"), _id(f"comp{competency}"))

    def _partnerships(self) -> None:
        draw, number, seen = self._random, 0, set()
        while True:
            a, b = int(self.organizations * draw.random() ** 1.4), draw.randrange(self.organizations)
            subject, number = _id(f"part{number}"), number + 1
            status = draw.choice(("active", "active", "ended", "planned"))
            self._put(subject, TYPE, _o("Partnership"))
            self._put(subject, _o("partyA"), _id(f"org{a}"))
            self._put(subject, _o("partyB"), _id(f"org{b}"))
            self._put(subject, _o("status"), _typed(status, "string"))
            self._put(subject, _o("startDate"), _date(draw, 2005, 2026))
            if status == "ended":
                self._put(subject, _o("endDate"), _typed(f"{draw.randint(2010, 2030)}-12-31", "date"))
            if draw.random() < 0.8:
                self._put(subject, _o("funding"), _typed(f"{draw.random() * 5e6:.2f}", "decimal"))
            if draw.random() < 0.5:
                self._put(subject, _o("onProgramme"), _id(f"prog{draw.randrange(self.programmes)}"))
            if a != b and (a, b) not in seen:
                seen.add((a, b))
                self._put(_id(f"org{a}"), _o("partnerOf"), _id(f"org{b}"))


def _o(name: str) -> str:
    return f"<{ONTOLOGY}{name}>"


def _id(name: str) -> str:
    return f"<{THINGS}{name}>"


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"' if datatype == "string" else f'"{value}"^^<{XSD}{datatype}>'


def _date(draw: random.Random, first: int, last: int) -> str:
    return _typed(f"{draw.randint(first, last)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}", "date")


def generate(size: int, out: Path, seed: int = 20261123) -> Path:
    """Write the network to a file and return its path."""
    with out.open("w", encoding="utf-8", buffering=1 << 20) as file:
        Network(size, file.write, seed).write()
    return out


if __name__ == "__main__":
    generate(int(sys.argv[1]), Path(sys.argv[2]), *(int(s) for s in sys.argv[3:4]))
