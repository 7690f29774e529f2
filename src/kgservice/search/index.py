"""Finds names in the index of a release: ranked hits, completions, and what a mistyped word was meant to be."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from kgservice.search.building import PREFIXED, VERSION, filter_token
from kgservice.search.found import Hit, Page, Suggestion
from kgservice.search.ranking import Asked, asked, score
from kgservice.search.typos import corrected, other_keyboard
from kgservice.search.words import Words, folded, is_cyrillic, latin

LONGEST = 200
"""Characters of a search that count."""
_WORDS = 12
_CANDIDATES = 300
_FEW = 40  # hits below which beginnings of the words are looked for too
_COMPLETED = 80
_BEGUN = 60  # words with one beginning that are looked for
_HITS = 1000
_SECONDS = 2.0
_LABELS = (
    "SELECT l.id, l.thing, l.role, l.text, l.folded, t.weight, t.invented, t.kind "
    "FROM labels l JOIN things t ON t.id = l.thing"
)
_Row = tuple[int, int, int, str, str, int, int, str]


class Index:
    """The index of one release, open for reading by one thread."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._database.execute("PRAGMA mmap_size = 268435456")
        self._keys = Words()
        self._ends = 0.0
        self._database.set_progress_handler(lambda: time.monotonic() > self._ends, 20_000)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def usable(self) -> bool:
        """Tell whether this program can read the file."""
        self._ends = time.monotonic() + _SECONDS
        try:
            row = self._database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(row) and row[0] == str(VERSION)

    def search(self, text: str, lang: str, kind: str = "", of: str = "", size: int = 20, start: int = 0) -> Page:
        """Return a page of hits, best first; `kind` or the IRI of a class (`of`) narrows them.

        Where nothing has all words, words are taken for those they resemble, then some of the words are enough.
        """
        self._ends = time.monotonic() + _SECONDS
        question = self._asked(text)
        if not question.keys:
            return Page((), {})
        marks = self._marks("", of)
        rows, meant, whole = self._found(question, marks, kind)
        if meant:
            question = self._asked(meant)
        scored = self._scored(question, rows, whole)
        kinds: dict[str, int] = {}
        for _, _, row in scored:
            kinds[row[7]] = kinds.get(row[7], 0) + 1
        kept = [entry for entry in scored if not kind or entry[2][7] == kind][start : start + size]
        names = self._things([thing for thing, _, _ in kept], lang)
        hits = tuple(self._hit(names[thing], value, row, question) for thing, value, row in kept)
        return Page(hits, kinds, meant, len(rows) >= _CANDIDATES)

    def complete(self, text: str, lang: str, kind: str = "", of: str = "", most: int = 10) -> list[Suggestion]:
        """Return things a label of which has these words, the last one unfinished; what begins so comes first."""
        self._ends = time.monotonic() + _SECONDS
        question = self._asked(text, unfinished=True)
        if not question.keys:
            return []
        marks = self._marks(kind, of)
        rows = self._matching(self._expression(question, marks), _COMPLETED)
        if not marks:
            rows += self._beginning(question.text, _COMPLETED // 2)
        best: dict[int, tuple[bool, int, _Row]] = {}
        for row in rows:
            rank = (not row[4].startswith(question.text), row[0], row)
            best[row[1]] = min(best.get(row[1], rank), rank)
        chosen = sorted(best.items(), key=lambda pair: (pair[1][0], pair[1][1]))[:most]
        names = self._things([thing for thing, _ in chosen], lang)
        return [
            Suggestion(names[thing][0], names[thing][3], "" if names[thing][3] == row[3] else row[3], names[thing][1],
                       names[thing][4])
            for thing, (_, _, row) in chosen
        ]  # fmt: skip

    def named(self, text: str) -> list[tuple[str, str, int]]:
        """Return (IRI, kind, role) of the things with exactly this label, folded."""
        self._ends = time.monotonic() + _SECONDS
        query = (
            "SELECT t.iri, t.kind, l.role FROM labels l JOIN things t ON t.id = l.thing WHERE l.folded = ? "
            "ORDER BY l.id LIMIT 50"
        )
        return [(row[0], row[1], row[2]) for row in self._database.execute(query, (folded(text),))]

    def labels(self, iris: Iterable[str], lang: str) -> dict[str, str]:
        """Return the names of those things that the index knows."""
        self._ends = time.monotonic() + _SECONDS
        found = {}
        for iri in iris:
            row = self._database.execute("SELECT id FROM things WHERE iri = ?", (iri,)).fetchone()
            if row:
                found[iri] = self._things([row[0]], lang)[row[0]][3]
        return found

    def of_kind(self, kind: str, most: int) -> list[tuple[str, str]]:
        """Return (label, IRI) of the known things of a kind, codes left out; none where there are more."""
        self._ends = time.monotonic() + _SECONDS
        query = (
            "SELECT l.text, t.iri FROM things t JOIN labels l ON l.thing = t.id "
            "WHERE t.kind = ? AND t.invented = 0 AND l.role < 2 LIMIT ?"
        )
        rows = [(row[0], row[1]) for row in self._database.execute(query, (kind, most + 1))]
        return rows if len(rows) <= most else []

    def types(self, iris: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the classes of those things that the index knows."""
        self._ends = time.monotonic() + _SECONDS
        query = "SELECT iri, types FROM things WHERE iri = ?"
        found = (self._database.execute(query, (iri,)).fetchone() for iri in iris)
        return {row[0]: tuple(row[1].split()) for row in found if row}

    def every(self, iri: str) -> list[str]:
        """Return every label of a thing."""
        query = "SELECT l.text FROM labels l JOIN things t ON t.id = l.thing WHERE t.iri = ?"
        return [row[0] for row in self._database.execute(query, (iri,))]

    def foremost(self, lang: str, most: int) -> list[Suggestion]:
        """Return the things of ours that most statements refer to."""
        query = "SELECT id FROM things WHERE invented = 0 AND kind NOT IN ('class', 'property', 'concept', 'other') "
        numbers = [row[0] for row in self._database.execute(f"{query} ORDER BY id LIMIT ?", (most,))]
        names = self._things(numbers, lang)
        return [Suggestion(names[n][0], names[n][3], "", names[n][1], names[n][4]) for n in numbers]

    def _asked(self, text: str, unfinished: bool = False) -> Asked:
        plain = folded(text[:LONGEST])
        question = asked(plain, self._keys, unfinished)
        return Asked(question.text, question.keys[:_WORDS], question.words[:_WORDS], unfinished)

    def _found(self, question: Asked, marks: Sequence[str], kind: str) -> tuple[list[_Row], str, int]:
        """Return candidates, the text that was meant where a word had to be mended, and how many have every word."""
        narrowed = [*marks, *self._marks(kind, "")]
        rows = self._exact(question.text) + self._matching(self._expression(question, marks), _CANDIDATES)
        if kind:
            rows += self._matching(self._expression(question, narrowed), _CANDIDATES)
        whole = len(rows)
        if whole < _FEW:
            rows += self._matching(self._expression(question, marks, unfinished=True), _CANDIDATES // 4)
        if rows:
            return rows, "", whole
        meant = self._mended(question)
        if meant:
            rows = self._matching(self._expression(self._asked(meant), marks), _CANDIDATES)
            if rows:
                return rows, meant, len(rows)
        if len(question.keys) > 1:
            question = self._asked(meant) if meant else question
            return self._some(question, marks), meant, 0
        return [], "", 0

    def _mended(self, question: Asked) -> str:
        """Return the text with each unknown word replaced by the likeliest known one; empty when nothing changes."""
        spoken = []
        for word, keys in zip(question.words, question.keys, strict=True):
            found = [] if self._known(keys) else corrected(self._database, word, most=1)
            spoken.append(found[0][0] if found else word)
        meant = " ".join(spoken)
        if spoken != list(question.words):
            return meant
        turned = [other_keyboard(word) for word in question.text.split()]
        return " ".join(turned) if turned and all(turned) else ""

    def _known(self, keys: Sequence[str]) -> bool:
        """Tell whether a label has one of these keys."""
        return bool(self._rowids(" OR ".join(f'"{key}"' for key in keys), 1))

    def _some(self, question: Asked, marks: Sequence[str]) -> list[_Row]:
        """Return labels with at least one of the words, the rarest word first."""
        rows: list[_Row] = []
        counted = []
        for at, word in enumerate(question.words):
            row = self._database.execute("SELECT n FROM terms WHERE term = ?", (word,)).fetchone()
            counted.append((row[0] if row else 1 << 30, at))
        for _, at in sorted(counted)[:4]:
            single = Asked(question.words[at], (question.keys[at],), (question.words[at],))
            rows += self._matching(self._expression(single, marks), _CANDIDATES // 4)
        return rows

    def _marks(self, kind: str, of: str) -> list[str]:
        pairs = (("kind", kind), ("type", of))
        return [filter_token(name, value) for name, value in pairs if value]

    def _expression(self, question: Asked, marks: Sequence[str], unfinished: bool = False) -> str:
        """Return the FTS5 expression: every word by one of its keys, the last by its beginning where it is open."""
        parts = []
        for at, (word, keys) in enumerate(zip(question.words, question.keys, strict=True)):
            choices = [f'"{key}"' for key in (word, *keys)]
            if (question.open and at == len(question.words) - 1) or (unfinished and len(word) > 1):
                choices += self._beginnings(word)
                other = latin(word)
                if other != word and 2 * len(other) >= len(word) and (is_cyrillic(word) or len(other) > 2):
                    choices += self._beginnings(other)
            if unfinished:
                choices += [choice for key in keys if len(key) > 3 for choice in self._beginnings(key)]
            parts.append("(" + " OR ".join(dict.fromkeys(choices)) + ")")
        return " AND ".join([*parts, *(f'"{mark}"' for mark in marks)])

    def _beginnings(self, word: str) -> list[str]:
        """Return what finds words that begin so: the index of beginnings, of longer ones the words themselves.

        FTS5 would gather every label of all of them before the first answer.
        """
        if len(word) <= PREFIXED:
            return [f'"{word}" *']
        query = "SELECT term FROM terms WHERE term >= ? AND term < ? ORDER BY n DESC LIMIT ?"
        rows = self._database.execute(query, (word, word + "\U0010ffff", _BEGUN))
        return [f'"{row[0]}"' for row in rows] or [f'"{word}"']

    def _matching(self, expression: str, most: int) -> list[_Row]:
        """Return labels that fit an expression, those of the most referred things first."""
        numbers = self._rowids(expression, most)
        holes = ",".join("?" * len(numbers))
        return list(self._database.execute(f"{_LABELS} WHERE l.id IN ({holes})", numbers)) if numbers else []

    def _rowids(self, expression: str, most: int) -> list[int]:
        query = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?"
        try:
            return [row[0] for row in self._database.execute(query, (expression, most))]
        except sqlite3.OperationalError:
            return []  # out of time, or a word of a script that FTS5 cuts otherwise than Python

    def _exact(self, text: str) -> list[_Row]:
        return list(self._database.execute(f"{_LABELS} WHERE l.folded = ? LIMIT 100", (text,)))

    def _beginning(self, text: str, most: int) -> list[_Row]:
        query = f"{_LABELS} WHERE l.folded >= ? AND l.folded < ? LIMIT ?"
        return list(self._database.execute(query, (text, text + "\U0010ffff", most)))

    def _scored(self, question: Asked, rows: Sequence[_Row], whole: int) -> list[tuple[int, float, _Row]]:
        """Return things with the score of their best label, best first."""
        best: dict[int, tuple[float, _Row]] = {}
        for at, row in enumerate(rows):
            value = score(question, row[4], row[2], row[5], None if at < whole else self._keys)
            if value > best.get(row[1], (-1.0, row))[0]:
                best[row[1]] = (value, row)
        ranked = [(thing, value, row) for thing, (value, row) in best.items()]
        return sorted(ranked, key=lambda entry: (_last(entry[2], question), -entry[1], entry[0]))[:_HITS]

    def _things(self, numbers: Sequence[int], lang: str) -> dict[int, tuple[str, str, str, str, int, int]]:
        """Return (IRI, kind, classes, name, weight, invented) by number; the name in the language if there is one."""
        found: dict[int, tuple[str, str, str, str, int, int]] = {}
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            holes = ",".join("?" * len(some))
            rows = self._database.execute(
                f"SELECT id, iri, kind, types, weight, invented FROM things WHERE id IN ({holes})", some  # noqa: S608
            )  # fmt: skip
            things = {row[0]: row[1:] for row in rows}
            names: dict[int, tuple[int, int, str]] = {}
            query = f"SELECT thing, role, language, text FROM labels WHERE thing IN ({holes})"  # noqa: S608
            spoken = self._database.execute(query, some)
            for thing, role, language, text in spoken:
                rank = (role, 0 if language == lang else {"ru": 1, "en": 1, "": 2}.get(language, 3), text)
                names[thing] = min(names.get(thing, rank), rank)
            for number, (iri, kind, types, weight, invented) in things.items():
                found[number] = (iri, kind, types, names[number][2], weight, invented)
        return found

    @staticmethod
    def _hit(thing: tuple[str, str, str, str, int, int], value: float, row: _Row, question: Asked) -> Hit:
        iri, kind, types, name, weight, invented = thing
        matched = "" if row[3] == name else row[3]
        exact = row[4] == question.text
        return Hit(iri, name, matched, kind, tuple(types.split()), weight, bool(invented), round(value, 1), exact)


def _last(row: _Row, question: Asked) -> bool:
    """Tell whether a label stands behind all known ones: it is that of an invented thing, and not what was typed."""
    return bool(row[6]) and row[4] != question.text
