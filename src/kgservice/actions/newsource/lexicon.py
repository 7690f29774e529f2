"""The words that columns are compared with: classes, properties, concepts, and what the shapes require."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kgservice.search import folded
from kgservice.search.building import literal_text
from kgservice.search.words import words
from kgservice.terms import KINDS, PREFIXES

_KG, _OWL, _RDFS, _SKOS, _SH, _XSD = (PREFIXES[name] for name in ("kg", "owl", "rdfs", "skos", "sh", "xsd"))
_NAMES = {_RDFS + "label", _SKOS + "prefLabel", _SKOS + "altLabel"}
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
_TELLING = re.compile(r"\\\.|[А-Яа-я]")
"""What a pattern has that tells its codes from numbers: a point, a letter of ours."""
_FOUNDED = PREFIXES["schema"] + "foundingDate"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KIND_OF = {
    # classes whose things have a kind of another name
    "ProfessionalStandard": "standard", "EconomicActivity": "sector", "DemandObservation": "demand",
    "IndicatorObservation": "indicator", "CompetencyEvidence": "evidence", "Disagreement": "conflict",
    "Concept": "",
}  # fmt: skip
COMMON: Mapping[str, tuple[str, str]] = {
    # properties of others that tables often have: kind of value, and words of headings
    _RDFS + "label": ("text", "название|наименование|имя|полное наименование|заголовок|name|title|label|термин|"
                              "preferred label"),
    _SKOS + "altLabel": ("text", "другое название|сокращение|краткое наименование|синоним|сокращённое наименование|"
                                 "alternative name|short name|synonym|acronym|aliases|alt labels|hidden labels"),
    _SKOS + "notation": ("code", "код|шифр|номер|code|notation|код специальности|код профессии"),
    _SKOS + "definition": ("text", "определение|описание|содержание|definition|description|scope"),
    _SKOS + "note": ("text", "примечание|комментарий|заметка|note|comment|remark|scope note"),
    PREFIXES["foaf"] + "homepage": ("iri", "сайт|веб-сайт|адрес сайта|website|homepage|url|web|ссылка на сайт"),
    PREFIXES["schema"] + "sameAs": ("iri", "то же в другом справочнике|wikidata|geonames|same as|concept uri"),
    _SKOS + "closeMatch": ("iri", "близкое соответствие|esco|esco uri|адрес esco|close match"),
    _SKOS + "exactMatch": ("iri", "точное соответствие|exact match"),
    PREFIXES["wgs"] + "lat": ("decimal", "широта|latitude|lat"),
    PREFIXES["wgs"] + "long": ("decimal", "долгота|longitude|long|lon|lng"),
    _SKOS + "broader": ("link", "родитель|вышестоящий|вышестоящая группа|входит в|parent|parent id|broader|part of"),
    _FOUNDED: ("date", "дата основания|основан|год основания|дата создания|год создания|дата образования|"
                       "established|founded|founding date|year founded|date of foundation"),
    PREFIXES["dcterms"] + "modified": ("date", "дата изменения|изменено|обновлено|modified|modified date|updated"),
    _KG + "earliest": ("date", "начало|дата начала|действует с|from|start|start date|begin|since"),
    _KG + "latest": ("date", "конец|дата окончания|действует по|to|end|end date|until"),
    _KG + "inn": ("code", "инн|inn|идентификационный номер налогоплательщика"),
    _KG + "ogrn": ("code", "огрн|ogrn"),
    _KG + "locatedIn": ("thing", "город|населённый пункт|место|city|town|location|муниципалитет"),
    _KG + "inRegion": ("thing", "регион|область|субъект|region|state"),
}  # fmt: skip
_OF: Mapping[str, str] = {_FOUNDED: _KG + "Organization"}
"""Classes that properties of others are said of here; all others are said of anything."""
_ENDS = {_KG + "earliest", _KG + "latest"}
"""Of a period or event; of a thing whose shapes do not speak of them they say little."""


_ALSO: Mapping[str, str] = {
    # what classes are called in the files of others, beside their labels
    _KG + "Profession": "occupation|job|занятие|должность|перечень профессий",
    _KG + "Organization": "company|firm|юридические лица|контрагент",
    _KG + "Agreement": "договор|контракт|contract",
    _KG + "Publication": "новость|статья|пресса|news|article|press",
    _KG + "DemandForecast": "прогноз потребности|потребность в кадрах|востребованные профессии|demand forecast",
}


@dataclass(slots=True)
class Word:
    """A class, property or concept with its labels (folded), and for a property its domain and range."""

    iri: str
    labels: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    """Labels as written by language."""
    said: frozenset[str] = frozenset()
    """Of a class: the words of its definition and example, folded."""
    also: set[str] = field(default_factory=set)
    """Of a class: what it may be called in the files of others."""
    above: set[str] = field(default_factory=set)
    domain: set[str] = field(default_factory=set)
    range: set[str] = field(default_factory=set)
    schemes: set[str] = field(default_factory=set)
    """Of a concept: its vocabularies; of a property: those that its values come from."""
    value: str = ""
    """Of a property: text, code, integer, decimal, date, iri, thing or concept; empty where anything goes."""

    def name(self, lang: str) -> str:
        """Return its label in a language, else in another one, else its IRI."""
        return self.names.get(lang) or next(iter(self.names.values()), self.iri)


class Lexicon:
    """The ontology, the vocabularies and the shapes, as statements in N-Triples."""

    def __init__(self, ontology: Iterable[str], vocabularies: Iterable[str], shapes: Iterable[str]) -> None:
        self.classes: dict[str, Word] = {}
        self.properties: dict[str, Word] = {}
        self.concepts: dict[str, Word] = {}
        self.forms: dict[str, list[re.Pattern[str]]] = {}
        """By class, the forms of codes and addresses that its shapes demand."""
        self._required: dict[str, list[str]] = {}
        self._spoken: dict[str, set[str]] = {}
        self.single: set[str] = set()
        """Properties of which a thing has one value at most, by the shapes."""
        self._read(_grouped([*ontology, *vocabularies]))
        self._shapes(_grouped(shapes))
        self._common()

    def kind(self, name: str) -> str:
        """Return the kind of IRIs that things of a class have; empty where it has none."""
        for one in self.line(name):
            local = one.removeprefix(_KG)
            kind = _KIND_OF.get(local, _HUMP.sub("-", local).lower())
            if kind in KINDS:
                return kind
        return ""

    def addressable(self, name: str, addresses: bool) -> bool:
        """Tell whether rows can be things of a class: by a kind of ours, or because they bring addresses of theirs."""
        return bool(self.kind(name)) or (addresses and _SKOS + "Concept" in self.line(name))

    def line(self, name: str) -> list[str]:
        """Return a class and those above it, nearest first."""
        found, waiting = [name], [name]
        while waiting:
            for one in sorted(self.classes[waiting.pop(0)].above if waiting and waiting[0] in self.classes else ()):
                if one not in found:
                    found.append(one)
                    waiting.append(one)
            if waiting and waiting[0] not in self.classes:
                waiting.pop(0)
        return found

    def required(self, name: str) -> list[str]:
        """Return the properties that things of a class must have, by the shapes."""
        return list(dict.fromkeys(path for one in self.line(name) for path in self._required.get(one, ())))

    def suits(self, prop: str, name: str) -> bool:
        """Tell whether a property may be said of things of a class, or of some of a narrower one."""
        domain = self.properties[prop].domain
        return not domain or bool(domain & set(self.line(name))) or any(name in self.line(one) for one in domain)

    def doubtful(self, prop: str, name: str) -> bool:
        """Tell whether a property that fits anything is a guess for things of a class, so that it is asked for."""
        return prop in _ENDS and not any(prop in self._spoken.get(one, ()) for one in self.line(name))

    def own(self, prop: str, name: str) -> bool:
        """Tell whether a property, as a mapping writes it, is said of things of a class or those above, by name."""
        word = self.properties.get(prop if "://" in prop else _KG + prop.removeprefix("kg:"))
        return word is not None and bool(word.domain & set(self.line(name)))

    def members(self, schemes: Iterable[str]) -> dict[str, str]:
        """Return the concepts of vocabularies by folded label, address and last part of it."""
        wanted, found = set(schemes), dict[str, str]()
        for concept in self.concepts.values():
            if concept.schemes & wanted:
                found[folded(concept.iri.rpartition("/")[2].replace("-", " "))] = concept.iri
                found.update((label, concept.iri) for label in concept.labels)
        return found

    def _read(self, told: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        for iri, said in told.items():
            types = {_bare(value) for value in said.get(PREFIXES["rdf"] + "type", ())}
            if _OWL + "Class" in types and iri.startswith(_KG):
                word = self.classes[iri] = _word(iri, said)
                texts = [*said.get(_SKOS + "definition", ()), *said.get(_SKOS + "example", ())]
                read = [literal_text(text.encode()) for text in texts]
                word.said = frozenset(one for part in read if part for one in words(_DIGITS.sub(" ", folded(part[0]))))
                word.above = {_bare(value) for value in said.get(_RDFS + "subClassOf", ()) if value.startswith("<")}
            elif types & {_OWL + "ObjectProperty", _OWL + "DatatypeProperty"} and iri.startswith(_KG):
                word = self.properties[iri] = _word(iri, said)
                word.domain = _classes(said.get(_RDFS + "domain", ()), told)
                word.range = {_bare(value) for value in said.get(_RDFS + "range", ()) if value.startswith("<")}
                word.value = _value(word.range, _OWL + "ObjectProperty" in types)
            elif _SKOS + "Concept" in types:
                word = self.concepts[iri] = _word(iri, said)
                word.schemes = {_bare(value) for value in said.get(_SKOS + "inScheme", ())}

    def _shapes(self, told: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """Learn from property shapes what is required, and which vocabulary the values of a property come from."""
        for said in told.values():
            targets = [_bare(value) for value in said.get(_SH + "targetClass", ())]
            for name in targets and map(_bare, said.get(_SH + "property", ())):
                rule = told.get(name, {})
                path = next((_bare(value) for value in rule.get(_SH + "path", ()) if value.startswith("<")), "")
                if not path:
                    continue
                for target in targets:
                    self._spoken.setdefault(target, set()).add(path)
                for form in rule.get(_SH + "pattern", ()):
                    of = self.properties[path].range & set(self.classes) if path in self.properties else set[str]()
                    self._form(of or targets, form)
                if any(most.startswith('"1"') for most in rule.get(_SH + "maxCount", ())):
                    self.single.add(path)
                severity = rule.get(_SH + "severity", (f"<{_SH}Violation>",))[0]
                least = [*rule.get(_SH + "minCount", ()), *rule.get(_SH + "qualifiedMinCount", ())]
                if least and _bare(severity) == _SH + "Violation":
                    for target in targets:
                        self._required.setdefault(target, []).append(path)
                if path in self.properties:
                    nodes = [_bare(value) for value in rule.get(_SH + "node", ())]
                    schemes = {scheme for node in nodes for scheme in _schemes(node, told)}
                    self.properties[path].schemes |= schemes
                    if schemes:
                        self.properties[path].value = "concept"

    def _form(self, targets: Iterable[str], form: str) -> None:
        """Keep a pattern that tells a class from others: one of four digits or of any web address does not."""
        read = literal_text(form.encode())
        if read and _TELLING.search(read[0]):
            for target in targets:
                self.forms.setdefault(target, []).append(re.compile(read[0]))

    def _common(self) -> None:
        for iri, spoken in _ALSO.items():
            if iri in self.classes:
                self.classes[iri].also |= {folded(text) for text in spoken.split("|")}
        for iri, (value, spoken) in COMMON.items():
            word = self.properties.setdefault(iri, Word(iri))
            word.value = value if iri in (_KG + "earliest", _KG + "latest") else word.value or value
            word.domain |= {_OF[iri]} if iri in _OF else set()
            word.labels |= {folded(text) for text in spoken.split("|")}
            word.names.setdefault("ru", spoken.split("|")[0])


def _grouped(texts: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for text in texts:
        subject, predicate, value = text.strip().removesuffix(" .").split(" ", 2)
        found.setdefault(_bare(subject), {}).setdefault(_bare(predicate), []).append(value)
    return found


def _bare(value: str) -> str:
    return value[1:-1] if value.startswith("<") else value


def _word(iri: str, said: Mapping[str, Sequence[str]]) -> Word:
    word = Word(iri)
    for name in _NAMES:
        for value in said.get(name, ()):
            read = literal_text(value.encode())
            if read:
                word.labels.add(folded(read[0]))
                if name != _SKOS + "altLabel":
                    word.names[read[1]] = read[0]
    local = iri.rpartition("#")[2].rpartition("/")[2]
    word.labels.add(folded(_HUMP.sub(" ", local).replace("-", " ")))
    return word


def _classes(values: Iterable[str], told: Mapping[str, Mapping[str, Sequence[str]]]) -> set[str]:
    """Return the classes of a domain, those of a union too."""
    found: set[str] = set()
    for value in values:
        if value.startswith("<"):
            found.add(_bare(value))
            continue
        for union in told.get(value, {}).get(_OWL + "unionOf", ()):
            node = union
            while node in told:
                found |= {_bare(one) for one in told[node].get(PREFIXES["rdf"] + "first", ()) if one.startswith("<")}
                node = next(iter(told[node].get(PREFIXES["rdf"] + "rest", ("",))))
    return found


def _schemes(node: str, told: Mapping[str, Mapping[str, Sequence[str]]]) -> set[str]:
    """Return the vocabularies that a shape demands by `sh:hasValue` of `skos:inScheme`."""
    inner = [told.get(_bare(value), {}) for value in told.get(node, {}).get(_SH + "property", ())]
    return {
        _bare(value)
        for rule in inner
        if f"<{_SKOS}inScheme>" in rule.get(_SH + "path", ())
        for value in rule.get(_SH + "hasValue", ())
    }


def _value(ranges: set[str], thing: bool) -> str:
    if thing:
        return "concept" if _SKOS + "Concept" in ranges else "thing"
    kinds = {
        "integer": "integer", "nonNegativeInteger": "integer", "positiveInteger": "integer", "int": "integer",
        "decimal": "decimal", "double": "decimal", "date": "date", "dateTime": "date", "anyURI": "iri",
    }  # fmt: skip
    for name in ranges:
        if name.removeprefix(_XSD) in kinds:
            return kinds[name.removeprefix(_XSD)]
    return "text" if ranges else ""
