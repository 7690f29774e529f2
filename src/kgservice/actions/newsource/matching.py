"""Compares headings and values with the words of the ontology and the names of the graph."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kgservice.actions.newsource.columns import Column, of_every_row
from kgservice.actions.newsource.interface import SURE
from kgservice.actions.newsource.lexicon import COMMON, Lexicon, Word
from kgservice.actions.newsource.years import OBSERVATION, years
from kgservice.search import Words, alike, folded
from kgservice.search.words import words
from kgservice.terms import PREFIXES

Named = Callable[[str], list[tuple[str, str, int]]]
"""Looks a name up in the graph: (IRI, kind, role) of each thing that is called so."""
Types = Callable[[Iterable[str]], dict[str, tuple[str, ...]]]
"""Looks addresses up in the graph: the classes of each that it knows."""
LABEL = PREFIXES["rdfs"] + "label"
_NOTATION = PREFIXES["skos"] + "notation"
_APART = re.compile(r"(?<=[^\W\d_])(?=\d)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LEAST = 0.45
_TOLD = 0.6  # likeness of a heading that says how a row and the things in its cells are related
_NAMED = 0.9  # likeness of a heading from which a column is the name of the row
_MISTYPED = 0.8  # likeness of letters from which a heading is a label written otherwise, and not another word
_LANGUAGES = frozenset({"ru", "en", "рус", "англ", "русский", "русском", "английский", "английском", "английски",
                        "русски", "по", "на", "языке", "russian", "english", "rus", "eng"})  # fmt: skip
_EMPTY = frozenset(["ob", "is", "ha", "of", "the", "in", "v", "na", "po", "iz", "s", "k"])
_ADDRESS = re.compile(r"https?://\S+$")
_SOME = 0.3  # share of web addresses among values that a heading calls so; the others are told when they are imported
_SCALED = re.compile(r"\b(?:тыс|млн|млрд|thousand|million|billion)\b", re.IGNORECASE)  # amounts not in ones
_FEW = 20
_LOOKED = 60  # values of a column that are looked up in the graph


@dataclass(frozen=True, slots=True)
class Match:
    """A property that a column may be, how sure that is (0 to 1), and what its values are by it."""

    prop: str
    score: float
    how: str
    """text, code, integer, decimal, date, time, iri, concept or thing."""
    found: Mapping[str, str]
    """IRIs of the values that were recognised, for concept and thing."""


class Matcher:
    """Finds properties for columns."""

    def __init__(self, lexicon: Lexicon, named: Named, types: Types) -> None:
        self._lexicon = lexicon
        self._named = named
        self._types = types
        self._keys = Words()
        self._said = Counter(one for word in lexicon.classes.values() for one in word.said)
        self._noises: dict[str, frozenset[str]] = {}
        self._spoken = {
            iri: [(label, frozenset(self._keys.of(label))) for label in word.labels]
            for iri, word in lexicon.properties.items()
        }

    def classes(self, texts: Sequence[str], columns: Sequence[Column]) -> list[tuple[str, float]]:
        """Return classes that the rows may be of, likeliest first.

        By what source, file and sheet are called, what every row says, the paths of addresses, the forms of codes,
        names that the graph has, and headings.
        """
        found: dict[str, float] = {}
        texts = [*texts, *of_every_row(columns)]
        spoken = [_APART.sub(" ", folded(_HUMP.sub(" ", text).replace("_", " ").replace("-", " "))) for text in texts]
        addresses = any(column.kind == "iri" and column.unique for column in columns)
        headings = [frozenset(self._keys.of(folded(column.heading))) for column in columns]
        for iri, word in self._lexicon.classes.items():
            if not self._lexicon.addressable(iri, addresses):
                continue
            likeness = max((self._likeness(text, word) for text in spoken if text), default=0.0)
            told = {one for text in spoken for one in words(text) if len(one) > 3 and not one.isdigit()}
            if any(self._likeness(text, Word(iri, word.also)) >= 0.8 for text in spoken if text and word.also):
                likeness = max(likeness, 0.7)
            rare = [one for one in told if one in word.said and self._said[one] <= 3]
            likeness = max(likeness + 0.02 * min(len(rare), 3) if likeness > 0.3 else 0.0, 0.6 if rare else 0.0)
            found[iri] = max(likeness, 0.6 if self._spoken_of(word, headings) > 1 else 0.0)
        for iri, share in self._kinds(columns).items():
            found[iri] = max(found.get(iri, 0.0), 0.5 + 0.5 * share)
        for iri, likeness in self._formed(columns).items():
            if iri in found:
                found[iri] = max(found[iri] + 0.05, likeness)
        yearly = years(columns)
        for iri in found:
            if yearly and found[iri] >= SURE - 0.1 and OBSERVATION in self._lexicon.line(iri):
                found[iri] += 0.2
            own = [p for p in self._lexicon.properties if iri in self._lexicon.properties[p].domain]
            spoken_own = sum(max((self._heading(c.heading, p, "") for c in columns), default=0) > SURE for p in own)
            found[iri] += 0.04 * min(spoken_own, 5)
        usual = Counter(name for word in self._lexicon.properties.values() for name in word.domain)
        return sorted(found.items(), key=lambda pair: (-round(pair[1], 3), -usual[pair[0]], pair[0]))

    def matches(self, column: Column, of: str) -> list[Match]:
        """Return properties of a class that a column may be, likeliest first."""
        found = []
        things = self._things(column)
        for iri, word in self._lexicon.properties.items():
            heading = self._heading(column.heading, iri, of)
            values, how, recognised = self._values(column, word, things, of)
            if not how:
                continue
            score = 0.8 * heading + 0.2 * values if heading >= _LEAST else 0.0
            words_for_code = word.value == "code" and column.kind == "text" and heading < _NAMED
            if words_for_code or (how in ("concept", "thing") and not recognised):
                score *= 0.6
            if iri == _NOTATION and column.distinctive and column.kind == "code":
                score = max(score, 0.55)
            if recognised and len(recognised) > 1:
                score = max(score, 0.3 * heading + 0.65 * values)
                if how == "thing" and heading < _TOLD:
                    score = min(score, SURE - 0.02)  # the values tell what is meant, not how it is related
            if not self._lexicon.suits(iri, of):
                score *= 0.5
            if iri in COMMON and heading >= 0.95:
                score += 0.05
            if self._lexicon.doubtful(iri, of):
                score = min(score, SURE - 0.02)
            if how in ("integer", "decimal") and _SCALED.search(column.heading):
                score = min(score, SURE - 0.02)  # a thousand times less than it says: somebody must see it
            if score > 0.25:
                found.append(Match(iri, round(min(score, 1.0), 3), how, recognised))
        if any(self._leading(match, column, of) for match in found):  # a code of another thing is none of the row
            found = [replace(one, score=min(one.score, 0.6)) if one.how == "code" else one for one in found]
        return sorted(found, key=lambda one: (-one.score, not self._lexicon.own(one.prop, of), one.prop))[:6]

    def _leading(self, match: Match, column: Column, of: str) -> bool:
        """Tell whether the cells of a column name things of another kind, to which the rows lead by the ontology."""
        kinds = {self._lexicon.kind(name) for name in self._lexicon.properties[match.prop].range}
        known = match.how == "thing" and len(match.found) > 0.6 * min(len(column.values), _LOOKED)
        return known and self._lexicon.own(match.prop, of) and self._lexicon.kind(of) not in kinds

    def forced(self, column: Column, prop: str) -> Match:
        """Return a match that a person insists on, whatever the values look like."""
        word = self._lexicon.properties[prop]
        _, how, known = self._values(column, word, self._things(column), "")
        if word.value == "concept" and not how:
            members = self._lexicon.members(word.schemes)
            known = {value: members[folded(value)] for value in column.values if folded(value) in members}
        return Match(prop, 1.0, how if word.value == "date" and how else word.value or how or column.kind, known)

    def _heading(self, heading: str, prop: str, of: str) -> float:
        """Return how like a heading and the labels of a property are; words that name the class say nothing."""
        whole, part = self._like(heading, prop, of), heading.rpartition(": ")[2]
        return max(whole, self._like(part, prop, of)) if part != heading else whole

    def _like(self, heading: str, prop: str, of: str) -> float:
        spoken = [word for word in words(folded(_HUMP.sub(" ", heading).replace("_", " "))) if word not in _LANGUAGES]
        told = {self._keys.key(word): word for word in spoken}
        noise = self._noise(of)
        if self._lexicon.properties[prop].value == "thing":
            noise = noise.union(*map(self._noise, self._lexicon.properties[prop].range))
        kept = {key: word for key, word in told.items() if key not in noise} or told
        text, keys = " ".join(kept.values()), frozenset(kept)
        return max((_close(text, keys, label, own - noise or own) for label, own in self._spoken[prop]), default=0.0)

    def _noise(self, of: str) -> frozenset[str]:
        if of not in self._noises:
            line = self._lexicon.line(of) if of in self._lexicon.classes else []
            labels = [label for name in line if name in self._lexicon.classes
                      for label in self._lexicon.classes[name].labels]  # fmt: skip
            self._noises[of] = frozenset(key for label in labels for key in self._keys.of(label)) | _EMPTY
        return self._noises[of]

    def _likeness(self, text: str, word: Word) -> float:
        keys = frozenset(self._keys.of(text))
        best = 0.0
        for label in word.labels:
            own = frozenset(self._keys.of(label))
            best = max(best, _close(text, keys, label, own), 0.8 if own and own <= keys else 0.0)
            if " " not in label:
                best = max(best, 0.72 if any(alike(one, label) >= 0.75 for one in text.split()) else 0.0)
        return best

    def _spoken_of(self, word: Word, headings: Sequence[frozenset[str]]) -> int:
        """Return how many headings say whose they are, as the number and the subject of a contract do."""
        labels = [frozenset(self._keys.of(label)) for label in (*word.labels, *word.also)]
        return sum(any(label and label < heading for label in labels) for heading in headings)

    def _formed(self, columns: Sequence[Column]) -> dict[str, float]:
        """Return classes by codes and addresses that have a form which the shapes of the class demand."""
        found: dict[str, float] = {}
        for column in columns:
            if column.kind in ("code", "decimal", "iri") and column.distinctive and not column.separator:
                for iri, forms in self._lexicon.forms.items():
                    share = max(_share(form, column.values) for form in forms)
                    if share > 0.5:
                        value = 0.4 + 0.3 * share + (0.15 if column.kind == "iri" else 0.0)
                        found[iri] = max(found.get(iri, 0.0), value)
        return found

    def _kinds(self, columns: Sequence[Column]) -> dict[str, float]:
        """Return classes by the share of names that the graph knows as such things, in the column with most of them."""
        best: dict[str, float] = {}
        named = any(self._heading(column.heading, LABEL, "") >= _NAMED for column in columns)
        for column in columns:
            if named and column.kind == "text" and self._heading(column.heading, LABEL, "") < _NAMED:
                continue  # the town of each row is no name of the row
            if column.kind == "iri" and column.distinctive:
                known = Counter(name for names in self._types(sorted(column.all)).values() for name in names)
                best |= {iri: 0.8 for iri, _ in known.most_common(3) if iri in self._lexicon.classes}
            if column.kind not in ("text", "code"):
                continue
            looked = column.values[:_LOOKED]
            kinds: dict[str, int] = {}
            for value in looked:
                for kind in {kind for _, kind, role in self._named(value) if role < 2 or column.kind == "code"}:
                    kinds[kind] = kinds.get(kind, 0) + 1
            for kind, count in kinds.items():
                for iri in self._lexicon.classes:
                    own = self._lexicon.kind(iri) == kind
                    if (
                        own
                        and column.distinctive
                        and not any(self._lexicon.kind(one) == kind for one in self._lexicon.classes[iri].above)
                    ):
                        best[iri] = max(best.get(iri, 0.0), count / len(looked))
        return best

    def _leads(self, column: Column) -> bool:
        """Tell whether a heading says that the values are other things, such as the town of an organization."""
        links = [iri for iri, word in self._lexicon.properties.items() if word.value == "thing"]
        likeness = max((self._heading(column.heading, iri, "") for iri in links), default=0.0)
        return likeness > SURE and likeness > self._heading(column.heading, LABEL, "")

    def _things(self, column: Column) -> dict[str, list[tuple[str, str]]]:
        """Return things of the graph that values of a column name, as (IRI, kind)."""
        if column.kind not in ("text", "code") or column.separator == ", ":
            return {}
        found = {}
        for value in column.values[:_LOOKED]:
            named = [(iri, kind) for iri, kind, _ in self._named(value)]
            if named:
                found[value] = named
        return found

    def _values(
        self, column: Column, word: Word, things: Mapping[str, list[tuple[str, str]]], of: str
    ) -> tuple[float, str, Mapping[str, str]]:
        """Return how well the values suit a property, how they become terms, and those that are recognised."""
        if word.value == "concept":
            members = self._lexicon.members(word.schemes)
            known = {value: members[folded(value)] for value in column.values if folded(value) in members}
            share = len(known) / len(column.values) if column.values else 0.0
            few = column.distinct <= 60
            return (share, "concept", known) if few and column.kind in ("text", "code") else (0.0, "", {})
        if word.value == "thing":
            kinds = {self._lexicon.kind(name) for name in word.range} - {""}
            rows = not of or self._lexicon.kind(of) in kinds
            if not kinds or (rows and column.distinctive and column.distinct > _FEW):
                return 0.0, "", {}  # values that are all different name the rows themselves
            known = {
                value: next(iri for iri, kind in named if kind in kinds)
                for value, named in things.items()
                if any(kind in kinds for _, kind in named)
            }
            looked = min(len(column.values), _LOOKED)
            share = len(known) / looked if looked else 0.0
            return (share, "thing", known) if column.kind in ("text", "code") else (0.0, "", {})
        if word.value == "iri" and column.kind != "iri":
            share = sum(_ADDRESS.match(value) is not None for value in column.values) / max(len(column.values), 1)
            return (share, "iri", {}) if share >= _SOME else (0.0, "", {})
        return (*_plain(column.kind, word.value), {})


def _plain(kind: str, wanted: str) -> tuple[float, str]:
    """Return how well cells of a kind suit a property of a datatype, and how they become terms."""
    if wanted in ("integer", "decimal"):
        return (1.0, wanted) if kind in ("integer", wanted) else (0.0, "")
    if wanted == "date":
        return (1.0, kind) if kind in ("date", "time") else (0.0, "")
    if wanted == "link":
        return 0.0, ""  # a reference inside the table is told by its values, not by a heading
    if wanted == "iri":
        return (1.0, "iri") if kind == "iri" else (0.0, "")
    if wanted == "code":
        return (1.0 if kind in ("code", "integer", "decimal") else 0.4, "code") if kind != "iri" else (0.0, "")
    if wanted == "text":
        return (1.0, "text") if kind == "text" else (0.3, "code") if kind != "iri" else (0.2, "code")
    return 0.6, {"text": "text", "time": "code"}.get(kind, kind)


def _close(text: str, keys: frozenset[str], label: str, own: frozenset[str]) -> float:
    if text == label:
        return 1.0
    shared = len(keys & own)
    overlap = 2 * shared / (len(keys) + len(own)) if shared else 0.0
    near = alike(text, label) if min(len(text), len(label)) > 3 else 0.0
    return max(0.95 * overlap, 0.9 * near if near >= _MISTYPED else 0.0)


def _share(form: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(form.search(value) is not None for value in values) / len(values) if values else 0.0
