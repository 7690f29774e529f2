"""A network of partnerships as N-Triples, of any size and with seeded violations of `partnerships.ttl`.

Usage: python bench/partnerships.py TRIPLES OUT.nt [SHARE_OF_VIOLATIONS]
"""

import random
import sys
from pathlib import Path
from typing import TextIO

KG, ID, XSD = "https://kg.example/ns#", "https://kg.example/id/", "http://www.w3.org/2001/XMLSchema#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
PREF_LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
BROADER = "<http://www.w3.org/2004/02/skos/core#broader>"
CLASSES = {
    "EducationalOrganization": "Organization",
    "University": "EducationalOrganization",
    "College": "EducationalOrganization",
    "Employer": "Organization",
    "NetworkPartnership": "Partnership",
    "TargetedTraining": "Partnership",
    "BasicDepartment": "Partnership",
    "InternshipAgreement": "Partnership",
}
FORMS = {
    "network": "NetworkPartnership",
    "targeted": "TargetedTraining",
    "basicDepartment": "BasicDepartment",
    "internship": "InternshipAgreement",
}
RUSSIAN = [
    *("институт", "колледж", "завод", "центр", "техникум", "университет", "академия", "объединение", "Сибирь"),
    *("Волга", "Урал", "машиностроение", "энергетика", "связь", "транспорт", "металлургия", "химия", "цифровой"),
    "инженерный",
]
ENGLISH = [
    *("institute", "college", "plant", "centre", "technical", "university", "academy", "association", "Siberia"),
    *("Volga", "Ural", "engineering", "energy", "telecom", "transport", "metallurgy", "chemistry", "digital"),
]
SHARES = {
    # how many kinds of violation a kind of thing can have: each is seeded with its part of the share
    "org": 6, "ident": 4, "addr": 2, "part": 7, "role": 3, "prog": 6, "mod": 1, "comp": 2, "doc": 2, "edu": 2, "emp": 2,
}  # fmt: skip


def kg(name: str) -> str:
    """Return a term of the vocabulary."""
    return f"<{KG}{name}>"


def thing(name: str) -> str:
    """Return a thing."""
    return f"<{ID}{name}>"


def text(value: object, datatype: str = "", language: str = "") -> str:
    """Return a literal."""
    written = '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{written}@{language}" if language else f"{written}^^<{XSD}{datatype}>" if datatype else written


class Network:
    """Writes units of one university, college, employer, competency and partnership each until there are enough."""

    def __init__(self, out: TextIO, share: float = 0.01, seed: int = 42) -> None:
        self._out = out
        self._share = share
        self._draw, self._errors = random.Random(seed), random.Random(seed + 1)
        self.triples = self.seeded = 0
        self._organizations = self._partnerships = self._programmes = self._units = 0
        self._sources: list[str] = []
        self._regions: list[str] = []
        self._professions: list[str] = []
        self._competencies: list[str] = []
        self._educators: list[str] = []
        self._employers: list[str] = []
        self._numbers: list[str] = []
        self._ground()

    def grow(self, triples: int) -> None:
        """Add units until there are so many triples, or a few more."""
        while self.triples < triples:
            self._unit()

    def _put(self, s: str, p: str, o: str) -> None:
        self._out.write(f"{s} {p} {o} .\n")
        self.triples += 1

    def _say(self, s: str, **facts: str) -> None:
        for name, value in facts.items():
            self._put(s, kg(name), value)

    def _bad(self, kind: str) -> bool:
        found = self._errors.random() < self._share / SHARES[kind.partition(".")[0]]
        self.seeded += found
        return found

    def _date(self, first: int = 2015, last: int = 2026) -> str:
        draw = self._draw
        return f"{draw.randint(first, last):04d}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"

    def _inn(self) -> str:
        digits = [self._draw.randint(1, 9)] + [self._draw.randint(0, 9) for _ in range(8)]
        weighed = sum(x * y for x, y in zip(digits, [2, 4, 10, 3, 5, 9, 4, 6, 8], strict=True))
        return "".join(map(str, digits)) + str(weighed % 11 % 10)

    def _russian(self, words: int = 4) -> str:
        chosen = " ".join(self._draw.choice(RUSSIAN) for _ in range(words)).capitalize()
        return text(f"{chosen} №{self._draw.randint(1, 99999)}", language="ru")

    def _english(self, words: int = 4) -> str:
        chosen = " ".join(self._draw.choice(ENGLISH) for _ in range(words)).capitalize()
        return text(f"{chosen} No {self._draw.randint(1, 99999)}", language="en")

    def _ground(self) -> None:
        for name, above in CLASSES.items():
            self._put(kg(name), SUBCLASS, kg(above))
        for number in range(1, 86):
            s = thing(f"region/{number:02d}")
            self._regions.append(s)
            self._put(s, TYPE, kg("Region"))
            self._put(s, PREF_LABEL, text(f"Регион {number}", language="ru"))
            self._say(s, code=text(f"{number:02d}"))
        for number in range(20):
            s = thing(f"source/{number}")
            self._sources.append(s)
            self._put(s, TYPE, kg("SourceRecord"))
            self._say(s, system=text(f"sys{number}"))
            self._say(s, retrievedAt=text(f"2026-01-{number + 1:02d}T10:00:00Z", "dateTime"))

    def _labels(self, s: str, kind: str) -> None:
        if self._bad(f"{kind}.dupRu"):
            self._put(s, PREF_LABEL, self._russian())
        self._put(s, PREF_LABEL, self._russian())
        if not self._bad(f"{kind}.noEn"):
            self._put(s, PREF_LABEL, self._english())

    def _common(self, s: str, kind: str, source: bool = True) -> None:
        self._say(s, modified=text(self._date(2020, 2025) + "T12:30:00Z", "dateTime"))
        if source:
            self._say(s, source=self._draw.choice(self._sources))
        states = ["draft", "active", "active", "active", "closed"]
        self._say(s, status=text("unknown" if self._bad(f"{kind}.status") else self._draw.choice(states)))

    def _identifiers(self, s: str, number: int) -> None:
        value, node = self._inn(), thing(f"ident/{number}-inn")
        if self._numbers and self._bad("ident.dup"):
            value = self._draw.choice(self._numbers)
        elif self._bad("ident.checksum"):
            value = value[:-1] + str((int(value[-1]) + 1) % 10)
        elif self._bad("ident.pattern"):
            value = value[:-1] + "x"
        if self._draw.random() < 0.05 or len(self._numbers) < 100:
            self._numbers.append(value)
        self._say(s, identifier=node)
        self._put(node, TYPE, kg("Identifier"))
        self._say(node, scheme=text("INN"), value=text(value))
        if self._bad("ident.closed"):
            self._say(node, note=text("x"))
        node = thing(f"ident/{number}-ogrn")
        self._say(s, identifier=node)
        self._put(node, TYPE, kg("Identifier"))
        self._say(node, scheme=text("OGRN"), value=text(self._draw.randint(10**12, 10**13 - 1)))

    def _organization(self, kind: str) -> str:
        draw = self._draw
        self._organizations += 1
        number = self._organizations
        s, region, educates = thing(f"org/{number}"), draw.choice(self._regions), kind != "Employer"
        self._put(s, TYPE, kg(kind))
        self._labels(s, "org")
        self._common(s, "org")
        self._say(s, shortName=self._russian(1))
        self._identifiers(s, number)
        if educates:
            form = "LLC" if self._bad("edu.llc") else draw.choice(["Budgetary", "Autonomous", "State"])
        else:
            form = draw.choice(["LLC", "JSC"])
        self._say(s, legalForm=kg(form))
        self._address(s, number, region)
        self._say(s, region=region, foundedOn=text(self._date(1900, 2014), "date"))
        if draw.random() < 0.05:
            closed = "1850-01-01" if self._bad("org.closedBefore") else self._date(2016, 2025)
            self._say(s, closedOn=text(closed, "date"))
        self._say(s, website=text(f"https://org{number}.example.ru/", "anyURI"))
        self._say(s, email=text("no mail" if self._bad("org.email") else f"info@org{number}.example.ru"))
        if self._bad("org.foundedType"):
            self._say(s, foundedOn=text("1950"))
        self._work(s, kind, educates)
        return s

    def _address(self, s: str, number: int, region: str) -> None:
        draw, node = self._draw, thing(f"addr/{number}")
        self._say(s, address=node)
        self._put(node, TYPE, kg("Address"))
        self._say(node, postcode=text("99" if self._bad("addr.postcode") else draw.randint(100000, 699999)))
        self._say(node, city=text(draw.choice(RUSSIAN), language="ru"))
        self._say(node, street=text(f"ул. {draw.choice(RUSSIAN)}, {draw.randint(1, 200)}", language="ru"))
        self._say(node, region=draw.choice(self._regions) if self._bad("addr.region") else region)

    def _work(self, s: str, kind: str, educates: bool) -> None:
        draw = self._draw
        if educates:
            licence = "L-1"
            if not self._bad("edu.licence"):
                parts = [draw.randint(1, n) for n in (999, 99999, 99, 99999999)]
                licence = "Л{:03d}-{:05d}-{:02d}/{:08d}".format(*parts)
            self._say(s, licence=text(licence), eduLevel=kg("VO" if kind == "University" else "SPO"))
            self._educators.append(s)
        else:
            okved = "A" if self._bad("emp.okved") else f"{draw.randint(1, 99):02d}.{draw.randint(1, 99)}"
            self._say(s, okved=text(okved))
            self._say(s, staffCount=text(0 if self._bad("emp.staff") else draw.randint(10, 50000), "integer"))
            self._employers.append(s)

    def _role(self, partnership: str, number: int, organization: str, role: str) -> None:
        s = thing(f"role/{self._partnerships}-{number}")
        self._say(partnership, party=s)
        self._put(s, TYPE, kg("PartyRole"))
        self._say(s, organization=self._draw.choice(self._regions) if self._bad("role.org") else organization)
        self._say(s, role=kg("guest" if self._bad("role.role") else role))
        self._say(s, since=text(self._date(2016, 2020), "date"))
        self._say(s, until=text("2001-01-01" if self._bad("role.until") else self._date(2021, 2027), "date"))

    def _programme(self, provider: str) -> str:
        draw = self._draw
        self._programmes += 1
        s = thing(f"prog/{self._programmes}")
        self._put(s, TYPE, kg("Programme"))
        self._labels(s, "prog")
        self._common(s, "prog", source=False)
        code = "9"
        if not self._bad("prog.code"):
            code = "{:02d}.{:02d}.{:02d}".format(*[draw.randint(1, n) for n in (59, 5, 30)])
        self._say(s, code=text(code), level=kg(draw.choice(["SPO", "VO", "DPO"])))
        hours = [draw.randint(8, 200) for _ in range(3)]
        self._say(s, hours=text(sum(hours) + self._bad("prog.sum"), "integer"))
        self._say(s, provider=draw.choice(self._employers or self._regions) if self._bad("prog.provider") else provider)
        for at, some in enumerate(hours):
            module = thing(f"module/{self._programmes}-{at}")
            self._say(s, module=module)
            self._put(module, TYPE, kg("Module"))
            self._put(module, PREF_LABEL, self._russian(3))
            self._say(module, order=text(at + 1, "integer"))
            twice = self._bad("mod.order")
            self._say(module, hours=text(some, "integer"))
            if twice:
                self._say(module, order=text(at + 7, "integer"))
        for competency in draw.sample(self._competencies, 3):
            self._say(s, competency=competency)
        self._say(s, profession=draw.choice(self._professions))
        self._say(s, startDate=text(self._date(), "date"), language=text("ru"))
        return s

    def _competency(self) -> None:
        draw = self._draw
        s = thing(f"comp/{self._units}")
        self._put(s, TYPE, kg("Competency"))
        self._labels(s, "comp")
        code = "Z" if self._bad("comp.code") else f"{draw.choice(['УК', 'ОПК', 'ПК', 'ОК'])}-{self._units % 999999}"
        self._say(s, code=text(code))
        if self._competencies:
            self._put(s, BROADER, draw.choice(self._competencies[-50:]))
        self._competencies.append(s)
        if self._units % 5 == 1:
            s = thing(f"prof/{self._units}")
            self._put(s, TYPE, kg("Profession"))
            self._put(s, PREF_LABEL, self._russian(2))
            self._put(s, PREF_LABEL, self._english(2))
            self._say(s, okpdtr=text(f"{10000 + self._units % 90000:05d}"))
            self._professions.append(s)

    def _unit(self) -> None:
        draw = self._draw
        self._units += 1
        self._competency()
        university, college = self._organization("University"), self._organization("College")
        employer = self._organization("Employer")
        if draw.random() < 0.3:
            college = draw.choice(self._educators)
        if draw.random() < 0.3:
            employer = draw.choice(self._employers)
        if len(self._competencies) < 4:
            return
        self._partnerships += 1
        form = list(FORMS)[self._units % 4]
        s = thing(f"part/{self._partnerships}")
        self._put(s, TYPE, kg(FORMS[form]))
        self._labels(s, "part")
        self._common(s, "part")
        start = self._date(2016, 2020)
        self._say(s, startDate=text(start, "date"))
        self._say(s, endDate=text("2001-02-03" if self._bad("part.end") else self._date(2021, 2027), "date"))
        self._say(s, signedOn=text(f"{int(start[:4]) - 1}{start[4:]}", "date"))
        self._say(s, form=kg(draw.choice(["network", "targeted"]) if self._bad("part.form") else form))
        if not self._bad("part.noDoc"):
            self._document(s)
        self._parties(s, form, university, college, employer)
        programmes = [self._programme(university)]
        other = university if draw.random() < 0.999 else draw.choice(self._educators)
        for programme in [*programmes, self._programme(other)]:
            self._say(s, programme=programme)

    def _document(self, partnership: str) -> None:
        draw, number = self._draw, self._partnerships
        s = thing(f"doc/{number}")
        self._say(partnership, document=s)
        self._put(s, TYPE, kg("Document"))
        self._say(s, number=text(f"{number}-{draw.randint(1, 99)}"))
        self._say(s, date=text("вчера") if self._bad("doc.date") else text(self._date(), "date"))
        if draw.random() < 0.7:
            self._say(s, url=text(f"https://docs.example.ru/{number}", "anyURI"))
        else:
            self._say(s, archiveRef=text(f"арх. {number}"))
        if self._bad("doc.both"):
            self._say(s, archiveRef=text("x"), url=text("https://x.example/", "anyURI"))

    def _parties(self, s: str, form: str, university: str, college: str, employer: str) -> None:
        self._role(s, 1, university, "base")
        if form == "network":
            if not self._bad("part.oneEdu"):
                self._role(s, 2, college, "participant")
            self._role(s, 3, employer, "practiceHost")
        elif form == "targeted":
            self._role(s, 2, employer, "participant" if self._bad("part.noCustomer") else "customer")
        elif form == "basicDepartment":
            self._role(s, 2, employer, "participant")
            self._say(s, departmentName=self._russian(3))
        else:
            self._role(s, 2, employer, "practiceHost")
            self._say(s, places=text(self._draw.randint(1, 100), "integer"))


def write(path: Path, triples: int, share: float = 0.01) -> int:
    """Write a network of so many triples or a few more; return how many violations were seeded."""
    with path.open("w", encoding="utf-8") as out:
        network = Network(out, share)
        network.grow(triples)
    return network.seeded


if __name__ == "__main__":
    print(write(Path(sys.argv[2]), int(sys.argv[1]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.01), "seeded")
