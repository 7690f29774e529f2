"""Graphs of words held in memory, and class expressions of OWL told as sentences a person reads."""

from collections.abc import Iterable, Mapping

from kgservice.locale import translate
from kgservice.terms import PREFIXES, Term, shortened

Texts = Mapping[str, str]
"""Texts by language tag."""

_OWL, _RDF, _RDFS = PREFIXES["owl"], PREFIXES["rdf"], PREFIXES["rdfs"]
_JOINTS = {
    "intersectionOf": {"en": ", ", "ru": ", "},
    "unionOf": {"en": " or ", "ru": " или "},
    "oneOf": {"en": " or ", "ru": " или "},
}
_COUNTS = {
    "minQualifiedCardinality": "{p}: at least {n} ({c})",
    "maxQualifiedCardinality": "{p}: at most {n} ({c})",
    "qualifiedCardinality": "{p}: exactly {n} ({c})",
    "minCardinality": "{p}: at least {n}",
    "maxCardinality": "{p}: at most {n}",
    "cardinality": "{p}: exactly {n}",
}
_ONLY, _NONE, _SOME = "{p}: only {c}", "{p}: none", "{p}: {c}"


class Said:
    """Statements of one graph, by subject and property."""

    def __init__(self, rows: Iterable[Mapping[str, Term]]) -> None:
        self._by_subject: dict[str, dict[str, list[Term]]] = {}
        for row in rows:
            said = self._by_subject.setdefault(row["s"].value, {})
            said.setdefault(row["p"].value, []).append(row["o"])

    def subjects(self, kind: str) -> list[str]:
        """Return the subjects that are of a class, by IRI."""
        return sorted(s for s in self._by_subject if kind in self.iris(s, _RDF + "type"))

    def terms(self, subject: str, name: str) -> list[Term]:
        """Return the values of a property."""
        return self._by_subject.get(subject, {}).get(name, [])

    def iris(self, subject: str, name: str) -> tuple[str, ...]:
        """Return the values that are IRIs, sorted."""
        return tuple(sorted(term.value for term in self.terms(subject, name) if term.kind == "uri"))

    def texts(self, subject: str, name: str) -> dict[str, str]:
        """Return the texts of a property by language; "" for those without one."""
        return {term.language: term.value for term in self.terms(subject, name) if term.kind == "literal"}

    def text(self, subject: str, name: str) -> str:
        """Return a text of a property, or an empty one."""
        return next(iter(self.texts(subject, name).values()), "")

    def members(self, head: str) -> list[Term]:
        """Return the members of an RDF list."""
        found: list[Term] = []
        while head and head != _RDF + "nil":
            found += self.terms(head, _RDF + "first")
            head = next((term.value for term in self.terms(head, _RDF + "rest")), "")
        return found


def told(said: Said, term: Term, labels: Mapping[str, Texts], lang: str) -> str:
    """Return a class expression in words of a language: names by their labels, restrictions as conditions."""
    if term.kind != "bnode":
        return labels.get(term.value, {}).get(lang) or shortened(term.value)
    node = term.value
    for joint, words in _JOINTS.items():
        for head in said.terms(node, _OWL + joint):
            return words[lang].join(_bracketed(said, one, labels, lang) for one in said.members(head.value))
    return _restriction(said, node, labels, lang)


def _bracketed(said: Said, term: Term, labels: Mapping[str, Texts], lang: str) -> str:
    text = told(said, term, labels, lang)
    joined = term.kind == "bnode" and any(said.terms(term.value, _OWL + joint) for joint in _JOINTS)
    return f"({text})" if joined else text


def _restriction(said: Said, node: str, labels: Mapping[str, Texts], lang: str) -> str:
    name = next(iter(said.terms(node, _OWL + "onProperty")), None)
    on = told(said, name, labels, lang) if name else ""
    for kind, form in (("hasValue", _SOME), ("someValuesFrom", _SOME), ("allValuesFrom", _ONLY)):
        for value in said.terms(node, _OWL + kind):
            if kind == "allValuesFrom" and value.value == _OWL + "Nothing":
                return translate(_NONE, lang).format(p=on)
            return translate(form, lang).format(p=on, c=_bracketed(said, value, labels, lang))
    for kind, form in _COUNTS.items():
        for count in said.terms(node, _OWL + kind):
            of = next(iter(said.terms(node, _OWL + "onClass")), None)
            whole = told(said, of, labels, lang) if of else ""
            return translate(form, lang).format(p=on, n=count.value, c=whole)
    return ""
