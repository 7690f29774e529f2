"""Makes the index of a release: reads statement files once, weighs things by what refers to them, writes SQLite."""

import hashlib
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kgservice.search.words import Words, folded, words
from kgservice.terms import PREFIXES

VERSION = 3
"""Version of the file; another one is built anew."""
PREFIXED = 4
"""Letters of a beginning up to which FTS5 keeps an index of beginnings."""
NAME, OTHER, CODE = 0, 1, 2
"""What a label is to its thing."""
_ROLES = {
    PREFIXES["rdfs"] + "label": NAME,
    PREFIXES["skos"] + "prefLabel": NAME,
    PREFIXES["dcterms"] + "title": NAME,
    PREFIXES["foaf"] + "name": NAME,
    PREFIXES["skos"] + "altLabel": OTHER,
    PREFIXES["skos"] + "hiddenLabel": OTHER,
    PREFIXES["kg"] + "formerName": OTHER,
    PREFIXES["skos"] + "notation": CODE,
    PREFIXES["dcterms"] + "identifier": CODE,
    **{PREFIXES["kg"] + name: CODE for name in ("inn", "ogrn", "naceCode", "standardCode")},
}
_TYPE, _ABOVE = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "subClassOf"
_CLASSES = {PREFIXES["owl"] + "Class", PREFIXES["rdfs"] + "Class"}
_PROPERTIES = {PREFIXES["owl"] + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
_PROPERTIES.add(PREFIXES["rdf"] + "Property")
_CONCEPT = PREFIXES["skos"] + "Concept"
_LITERAL = re.compile(rb'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<[^>]*>)?')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_LONGEST = 500  # characters of a label; what is longer is a text
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, kind TEXT NOT NULL, weight INTEGER NOT NULL,
                     invented INTEGER NOT NULL, types TEXT NOT NULL);
CREATE TABLE labels (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL, language TEXT NOT NULL, role INTEGER NOT NULL,
                     text TEXT NOT NULL, folded TEXT NOT NULL);
CREATE TABLE terms (term TEXT NOT NULL, n INTEGER NOT NULL, key TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(token, content='', columnsize=0, detail=none, prefix='1 2 3 4',
                                      tokenize='unicode61 remove_diacritics 0');
"""
_INDICES = """
CREATE UNIQUE INDEX things_iri ON things (iri);
CREATE INDEX labels_thing ON labels (thing);
CREATE INDEX labels_folded ON labels (folded);
CREATE INDEX terms_term ON terms (term, n);
CREATE INDEX terms_head ON terms (substr(term, 1, 2), length(term), term);
CREATE INDEX terms_middle ON terms (substr(term, 3, 2), length(term), term);
"""


@dataclass(slots=True)
class Labelled:
    """A thing with its labels as (role, language, text), its classes, and how much refers to it."""

    iri: str
    labels: list[tuple[int, str, str]] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    weight: int = 0
    invented: bool = False


def things(known: Iterable[bytes], invented: Iterable[bytes] = ()) -> dict[str, Labelled]:
    """Return the labelled things of sorted N-Triples lines by IRI, classes above theirs included."""
    found: dict[str, Labelled] = {}
    references: Counter[bytes] = Counter()
    above: dict[str, set[str]] = {}
    for part, lines in enumerate((known, invented)):
        for subject, predicate, value in _statements(lines):
            if predicate in _ROLES_READ:
                if value[:1] == b'"':
                    _label(found, subject, _ROLES_READ[predicate], value, bool(part))
            elif value[:1] == b"<":
                if predicate == _TYPE_READ:
                    _of(found, subject, bool(part)).types.add(value[1:-1].decode())
                elif predicate == _ABOVE_READ:
                    above.setdefault(subject[1:-1].decode(), set()).add(value[1:-1].decode())
                references[value] += 1
    labelled = {iri: thing for iri, thing in found.items() if thing.labels}
    for thing in labelled.values():
        thing.weight = references[b"<" + thing.iri.encode() + b">"]
        thing.types = _closed(thing.types, above)
    return labelled


def build(path: Path, found: Mapping[str, Labelled], base: str, before: Path | None = None) -> None:
    """Write the index of these things to a file, whole or not at all.

    `before` is an earlier index: words that it knows need no stemming, which is most of the work.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    database = sqlite3.connect(draft)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_SCHEMA)
        _fill(database, found, base, Words(_stemmed(before) if before else {}))
        database.executescript(_INDICES)
        database.execute("INSERT INTO words(words) VALUES ('optimize')")
        database.execute("INSERT INTO meta VALUES ('version', ?), ('base', ?)", (str(VERSION), base))
        database.execute("ANALYZE")
        database.commit()
    finally:
        database.close()
    draft.replace(path)


def literal_text(value: bytes) -> tuple[str, str] | None:
    """Return the text of a literal in N-Triples with single spaces, and its language; None for what is no literal."""
    match = _LITERAL.fullmatch(value)
    if match is None:
        return None
    text = match[1].decode()
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return " ".join(text.split()), (match[2] or b"").decode()


def filter_token(name: str, value: str) -> str:
    """Return the word under which the index knows the kind or a class of a thing."""
    return f"{name}0{hashlib.sha256(value.encode()).hexdigest()[:12]}"


def kind_of(thing: Labelled, base: str) -> str:
    """Return the kind of a thing: that of its IRI, else `class`, `property`, `concept` or `other`."""
    if thing.iri.startswith(f"{base}id/"):
        return thing.iri.removeprefix(f"{base}id/").partition("/")[0]
    if thing.types & _CLASSES:
        return "class"
    if thing.types & _PROPERTIES:
        return "property"
    return "concept" if _CONCEPT in thing.types else "other"


def _stemmed(path: Path) -> dict[str, str]:
    """Return the keys of the words of an index; none of one that is missing, damaged or of another version."""
    if not path.is_file():
        return {}
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        if database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone() != (str(VERSION),):
            return {}
        return dict(database.execute("SELECT term, key FROM terms WHERE n > 0"))
    except sqlite3.DatabaseError:
        return {}
    finally:
        database.close()


def _fill(database: sqlite3.Connection, found: Mapping[str, Labelled], base: str, keys: Words) -> None:
    """Write things, labels by the weight of their things, and the vocabulary."""
    counted = Counter[str]()
    ordered = sorted(found.values(), key=lambda thing: (thing.invented, -thing.weight, thing.iri))
    kinds = [kind_of(thing, base) for thing in ordered]
    database.executemany(
        "INSERT INTO things VALUES (?, ?, ?, ?, ?, ?)",
        (
            (number, thing.iri, kind, thing.weight, int(thing.invented), " ".join(sorted(thing.types)))
            for number, (thing, kind) in enumerate(zip(ordered, kinds, strict=True), 1)
        ),
    )
    labels: list[tuple[int, int, str, int, str, str]] = []
    tokens: list[tuple[int, str]] = []
    for number, (thing, kind) in enumerate(zip(ordered, kinds, strict=True), 1):
        marks = " ".join([filter_token("kind", kind), *(filter_token("type", name) for name in sorted(thing.types))])
        for role, language, text in sorted(thing.labels):
            plain = folded(text)
            spoken = words(plain)
            counted.update(set(spoken))
            labels.append((len(labels) + 1, number, language, role, text, plain))
            tokens.append((len(labels), f"{keys.tokens(spoken)} {marks}"))
            if len(labels) % 50_000 == 0:
                _flush(database, labels[-len(tokens) :], tokens)
                tokens = []
    _flush(database, labels[-len(tokens) :] if tokens else [], tokens)
    terms = {word: (count, keys.key(word)) for word, count in counted.items()}
    for _, key in list(terms.values()):
        terms.setdefault(key, (0, ""))  # looked up by beginnings too, but no word that anybody meant
    database.executemany("INSERT INTO terms VALUES (?, ?, ?)", sorted((term, *told) for term, told in terms.items()))


def _flush(
    database: sqlite3.Connection, labels: list[tuple[int, int, str, int, str, str]], tokens: list[tuple[int, str]]
) -> None:
    database.executemany("INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?)", labels)
    database.executemany("INSERT INTO words (rowid, token) VALUES (?, ?)", tokens)


_ROLES_READ = {f"<{name}>".encode(): role for name, role in _ROLES.items()}
_TYPE_READ, _ABOVE_READ = f"<{_TYPE}>".encode(), f"<{_ABOVE}>".encode()


def _statements(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    for line in lines:
        subject, predicate, value = line.rstrip(b" .\n").split(b" ", 2)
        yield subject, predicate, value


def _of(found: dict[str, Labelled], subject: bytes, invented: bool) -> Labelled:
    iri = subject[1:-1].decode()
    thing = found.get(iri)
    if thing is None:
        thing = found[iri] = Labelled(iri, invented=invented)
    return thing


def _label(found: dict[str, Labelled], subject: bytes, role: int, value: bytes, invented: bool) -> None:
    read = literal_text(value)
    if read is None or subject[:1] != b"<":
        return
    text, language = read
    if text and len(text) <= _LONGEST:
        label = (role, language, text)
        labels = _of(found, subject, invented).labels
        if label not in labels:
            labels.append(label)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])


def _closed(types: set[str], above: Mapping[str, set[str]]) -> set[str]:
    """Return classes with those above them."""
    closed, waiting = set(types), list(types)
    while waiting:
        for name in above.get(waiting.pop(), ()):
            if name not in closed:
                closed.add(name)
                waiting.append(name)
    return closed
