"""Things with their names spelled, kept in a file beside a release, so that only what changed is read and spelled."""

import gc
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Self

from kgservice.search.names import Named, Speller, Spelling, spellings_of
from kgservice.search.reading import compared, named
from kgservice.search.words import Words

Signed = Iterable[tuple[int, bytes]]
"""Lines of statement files that graphs gained (1) or lost (-1)."""


@dataclass(slots=True)
class Remembered:
    """What statements say of the things that are compared, and how their names are spelled."""

    base: str
    known: dict[str, Named] = field(default_factory=dict)
    """By IRI, in the order of statement files."""
    spelled: dict[str, list[Spelling]] = field(default_factory=dict)
    written: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By IRI as JSON: what is known and spelled (empty without a name), and the lines behind the thing's own term,
    each as often as there are graphs that hold it."""

    @classmethod
    def load(cls, path: Path, base: str, graphs: Mapping[str, str]) -> Self | None:
        """Return what was saved of these graphs, given as hashes; None where it is of others or of another version."""
        if not path.is_file():
            return None
        with _uncollected():
            try:
                first, *rest = path.read_text("utf8").split("\n")
                if first != _head(base, graphs):
                    return None
                found = cls(base)
                for line in rest[:-1]:
                    iri, known, said = line.split("\t")
                    found.written[iri] = known, said
                things = json.loads(f"[{','.join(known for known, _ in found.written.values() if known)}]")
                for iri, kind, names, codes, places, spelled in things:
                    found.known[iri] = Named(iri, kind, names, {(name, value) for name, value in codes}, {*places})
                    found.spelled[iri] = [Spelling(text, frozenset(k), frozenset(n), s) for text, k, n, s in spelled]
            except (ValueError, TypeError):  # damaged: it is only quicker than reading the statements
                return None
        return found

    def change(self, signed: Signed) -> None:
        """Take up lines that are new in a graph or gone from one, in any order; those that compare nothing too."""
        is_told = compared(self.base)
        touched: dict[str, list[tuple[int, str]]] = defaultdict(list)
        with _uncollected():
            for sign, line in signed:
                if is_told(line):
                    subject, _, rest = line.partition(b" ")
                    touched[subject[1:-1].decode()].append((sign, rest.decode()))
            speller = Speller(Words())
            for iri, changes in touched.items():
                self._change(iri, changes, speller)
        if touched:
            self.known = dict(sorted(self.known.items(), key=_place))
            self.written = dict(sorted(self.written.items(), key=_place))

    def _change(self, iri: str, changes: list[tuple[int, str]], speller: Speller) -> None:
        held: list[str] = json.loads(self.written.pop(iri, ("", "[]"))[1])
        for kept in (self.known, self.spelled):
            kept.pop(iri, None)
        for sign, text in sorted(changes, reverse=True):  # what comes before what goes
            (held.append if sign > 0 else held.remove)(text)
        if not held:
            return
        known = ""
        for one in named((f"<{iri}> {text}".encode() for text in sorted({*held})), self.base).values():
            self.known[iri], self.spelled[iri] = one, spellings_of(one, speller)
            spelled = [(s.text, sorted(s.keys), sorted(s.numbers), s.sort) for s in self.spelled[iri]]
            known = _json((iri, one.kind, one.names, sorted(one.codes), sorted(one.places), spelled))
        self.written[iri] = known, _json(sorted(held))

    def save(self, path: Path, graphs: Mapping[str, str]) -> None:
        """Write it down as what these graphs say, given as hashes of their files. Raises OSError."""
        with path.open("w", encoding="utf8") as file:
            file.write(_head(self.base, graphs) + "\n")
            file.writelines(f"{iri}\t{known}\t{said}\n" for iri, (known, said) in self.written.items())


def _head(base: str, graphs: Mapping[str, str]) -> str:
    """Return all by which the same names are spelled alike, in one line."""
    digest = hashlib.sha256(version("snowballstemmer").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return _json([digest.hexdigest(), base, sorted(graphs.items())])


def _json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _place(thing: tuple[str, object]) -> bytes:
    return f"<{thing[0]}> ".encode()


@contextmanager
def _uncollected() -> Iterator[None]:
    collecting = gc.isenabled()
    gc.disable()  # as in `pairs`: all of it stays
    try:
        yield
    finally:
        if collecting:
            gc.enable()
