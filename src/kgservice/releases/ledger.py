"""A difference written down thing by thing in a file that can be counted, filtered and turned page by page."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kgservice.errors import StateBroken
from kgservice.releases.differences import Part, Side, differing, there
from kgservice.releases.files import guarded
from kgservice.terms import KINDS, PREFIXES, Graphs

VERBS = ("added", "removed", "changed", "renamed")
LABELS = tuple(
    f"<{PREFIXES[prefix]}{name}>"
    for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"), ("dcterms", "title"), ("kg", "name"))
)
_TABLES = """
CREATE TABLE graphs (id INTEGER PRIMARY KEY, iri TEXT, source TEXT, evidence TEXT);
CREATE TABLE things (
    id INTEGER PRIMARY KEY, subject BLOB, kind TEXT, verb TEXT, former INTEGER, sources TEXT, says BLOB, called BLOB
);
CREATE TABLE lines (id INTEGER PRIMARY KEY, thing INTEGER, sign INTEGER, graph INTEGER, predicate TEXT, object TEXT);
"""
_INDEXES = (
    "CREATE INDEX of_thing ON lines (thing)",
    "CREATE INDEX of_subject ON things (subject)",
    "CREATE INDEX of_verb ON things (verb, kind)",
)
_MANY = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which things of a difference to show; an empty field lets all through."""

    kind: str = ""
    source: str = ""
    verb: str = ""
    text: str = ""
    """Part of an address or of a value, in any case."""


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of a thing that was added (1) or removed (-1); terms in N-Triples."""

    sign: int
    graph: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that differs."""

    iri: str
    """Without brackets; a blank node as `_:label`."""
    kind: str
    verb: str
    """`added`, `removed`, `changed` or `renamed` (another name, or the same under another IRI)."""
    former: str
    """Its IRI before, where that changed."""
    lines: Sequence[Line]


def record(path: Path, before: Side, after: Side, names: Graphs) -> None:
    """Write the ledger of a difference in one atomic step; its memory does not grow with the difference.

    Raises:
        StateBroken: the disk is full or the folder may not be written.
    """
    fresh = path.with_name(f".{path.name}.part")
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(fresh, isolation_level=None)) as book:
                book.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _TABLES)
                _fill(book, before, after, names)
                for statement in _INDEXES:
                    book.execute(statement)
                _settle(book, "added", [file for _, file in before.values()])
                _settle(book, "removed", [file for _, file in after.values()])
                _match(book)
                book.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise StateBroken("{path} cannot be used: {reason}.", path=str(path), reason=error) from None
        fresh.replace(path)


class Ledger:
    """A ledger that was recorded; any number of processes may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many things there are by kind and verb."""
        found: dict[str, dict[str, int]] = {}
        with self._open() as book:
            for kind, verb, count in book.execute(
                "SELECT kind, verb, count(*) FROM things WHERE verb != 'former' GROUP BY 1, 2 ORDER BY 1"
            ):
                found.setdefault(kind, {})[verb] = count
        return found

    def statements(self) -> tuple[int, int]:
        """Return how many statements were added and removed."""
        with self._open() as book:
            found = dict(book.execute("SELECT sign, count(*) FROM lines GROUP BY 1"))
        return found.get(1, 0), found.get(-1, 0)

    def sources(self) -> dict[str, int]:
        """Return how many things differ by source."""
        query = (
            "SELECT source, count(DISTINCT thing) FROM lines JOIN graphs ON graphs.id = graph "
            "JOIN things ON things.id = thing WHERE verb != 'former' GROUP BY 1 ORDER BY 1"
        )
        with self._open() as book:
            return {source: count for source, count in book.execute(query) if source}

    def count(self, wanted: Wanted) -> int:
        """Return how many things are wanted."""
        where, values = _where(wanted)
        with self._open() as book:
            (found,) = book.execute(f"SELECT count(*) FROM things WHERE {where}", values).fetchone()  # noqa: S608
        return int(found)

    def things(self, wanted: Wanted, offset: int = 0, limit: int = -1) -> Iterator[Thing]:
        """Yield the things that are wanted, by kind, verb and IRI; no limit: all, as a stream."""
        where, values = _where(wanted)
        with self._open() as book:
            yield from _read(book, f"{where} ORDER BY things.kind, things.verb, things.id LIMIT ? OFFSET ?",
                             (*values, limit, offset))  # fmt: skip

    def about(self, iri: str) -> Iterator[Thing]:
        """Yield what differs about one thing, by its IRI now or before, if anything does."""
        subject = iri if iri.startswith("_:") else f"<{iri}>"
        here = "(SELECT id FROM things WHERE subject = ?)"
        with self._open() as book:
            yield from _read(
                book, f"things.verb != 'former' AND (things.id = {here} OR things.former = {here})",
                (f"{subject} ".encode(), f"{subject} ".encode()),
            )  # fmt: skip

    def tells(self, predicates: Sequence[str]) -> bool:
        """Tell whether a statement of one of these predicates (N-Triples) differs."""
        marks = ",".join("?" * len(predicates))
        with self._open() as book:
            query = f"SELECT 1 FROM lines WHERE predicate IN ({marks}) LIMIT 1"  # noqa: S608
            return book.execute(query, tuple(predicates)).fetchone() is not None

    def called(self, iris: Sequence[str]) -> dict[str, list[str]]:
        """Return the names (literals in N-Triples) of IRIs that stand in it: those now, else those before."""
        found: dict[str, list[str]] = {}
        query = (
            "SELECT sign, object FROM lines WHERE thing = (SELECT id FROM things WHERE subject = ?) "  # noqa: S608
            f"AND predicate IN ({','.join('?' * len(LABELS))})"
        )
        with self._open() as book:
            for iri in iris:
                names = book.execute(query, (f"<{iri}> ".encode(), *LABELS)).fetchall()
                chosen = [name for sign, name in names if sign > 0] or [name for _, name in names]
                if chosen:
                    found[iri] = chosen
        return found

    def _open(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro&immutable=1", uri=True))


def _read(book: sqlite3.Connection, where: str, values: Sequence[object]) -> Iterator[Thing]:
    graphs = dict(book.execute("SELECT id, iri FROM graphs"))
    query = (
        "SELECT things.id, things.subject, things.kind, things.verb, old.subject, things.former FROM things "  # noqa: S608
        f"LEFT JOIN things AS old ON old.id = things.former WHERE {where}"
    )
    said = "SELECT sign, graph, predicate, object FROM lines WHERE thing IN (?, ?) ORDER BY predicate, sign, object"
    for number, subject, kind, verb, old, former in book.execute(query, values):
        found = [Line(sign, graphs[graph], *rest) for sign, graph, *rest in book.execute(said, (number, former))]
        yield Thing(_bare(subject), kind, verb, _bare(old) if old else "", found)


def _fill(book: sqlite3.Connection, before: Side, after: Side, names: Graphs) -> None:
    numbers: dict[str, int] = {}
    things: list[tuple[object, ...]] = []
    rows: list[tuple[object, ...]] = []

    def flush() -> None:
        book.executemany("INSERT INTO things VALUES (?, ?, ?, ?, NULL, ?, ?, ?)", things)
        book.executemany("INSERT INTO lines VALUES (NULL, ?, ?, ?, ?, ?)", rows)
        things.clear()
        rows.clear()

    for thing, (subject, parts) in enumerate(differing(before, after), 1):
        said: list[bytes] = []
        for part in parts:
            graph = numbers.setdefault(part.graph, len(numbers))
            for sign, line in part.lines:
                predicate, _, value = line[len(subject) : -3].partition(b" ")
                rows.append((thing, sign, graph, predicate.decode(), value.decode()))
                said.append(predicate + b" " + value)
        sources = "|".join(sorted({(names.split(part.graph) or ("",))[0] for part in parts}))
        things.append((thing, subject, _kind(subject, parts, names), _verb(parts), f"|{sources}|", *_marks(said)))
        if len(rows) > _MANY:
            flush()
    flush()
    for name, number in numbers.items():
        split = names.split(name) or ("", "")
        book.execute("INSERT INTO graphs VALUES (?, ?, ?, ?)", (number, name, *split))


def _verb(parts: Sequence[Part]) -> str:
    signs = {sign for part in parts for sign, _ in part.lines}
    if any(part.stays for part in parts) or len(signs) > 1:
        names = [{s for s, line in p.lines if line.split(b" ", 2)[1] in _NAMED} for p in parts]
        return "renamed" if {1, -1} <= set().union(*names) else "changed"
    return "added" if 1 in signs else "removed"


_NAMED = frozenset(name.encode() for name in LABELS)


def _marks(said: list[bytes]) -> tuple[bytes, bytes]:
    """Return digests of all that is said, and of the names in it (empty: none)."""
    said.sort()
    names = [text for text in said if text.split(b" ", 1)[0] in _NAMED]
    digests = [hashlib.blake2b(b"\n".join(texts), digest_size=12).digest() if texts else b"" for texts in (said, names)]
    return digests[0], digests[1]


def _kind(subject: bytes, parts: Sequence[Part], names: Graphs) -> str:
    """Return the kind of a thing by its IRI, else which authored files it belongs to."""
    head = f"<{names.base}id/".encode()
    if subject.startswith(head):
        kind = subject[len(head) :].split(b"/", 1)[0].decode()
        return kind if kind in KINDS else "other"
    graphs: Mapping[str, str] = {names.ontology: "ontology", names.vocabularies: "vocabulary", names.shapes: "shape"}
    return next((graphs[part.graph] for part in parts if part.graph in graphs), "other")


def _settle(book: sqlite3.Connection, verb: str, files: Sequence[Path]) -> None:
    """Mend the verb of things that only seem new or gone: another graph speaks of them on the other side."""

    def candidates(first: bytes) -> Iterator[bytes]:
        query = "SELECT subject FROM things WHERE verb = ? AND subject >= ? ORDER BY subject"
        return (subject for (subject,) in book.execute(query, (verb, first)))

    if next(candidates(b""), None) is None:
        return
    found = [(subject,) for subject in set(there(candidates, files))]
    book.executemany("UPDATE things SET verb = 'changed' WHERE subject = ?", found)


def _match(book: sqlite3.Connection) -> None:
    """Take one thing gone and one thing new that say the same, or have the same names, for one under another IRI."""
    for mark in ("says", "called"):
        pairs = book.execute(
            f"SELECT max(new.id), max(old.id) FROM things AS new JOIN things AS old "  # noqa: S608
            f"ON old.{mark} = new.{mark} AND old.kind = new.kind AND old.verb = 'removed' "
            f"WHERE new.verb = 'added' AND length(new.{mark}) > 0 GROUP BY new.{mark}, new.kind HAVING count(*) = 1"
        ).fetchall()
        book.executemany("UPDATE things SET verb = 'renamed', former = ? WHERE id = ?", [(o, n) for n, o in pairs])
        book.executemany("UPDATE things SET verb = 'former' WHERE id = ?", [(old,) for _, old in pairs])


def _where(wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    parts, values = ["things.verb != 'former'"], []
    for name, value in (("kind", wanted.kind), ("verb", wanted.verb)):
        if value:
            parts.append(f"things.{name} = ?")
            values.append(value)
    if wanted.source:
        parts.append("things.sources LIKE ? ESCAPE '\\'")
        values.append(f"%|{_plain(wanted.source)}|%")
    if wanted.text:
        like = f"%{_plain(wanted.text)}%"
        parts.append(
            "(CAST(things.subject AS TEXT) LIKE ? ESCAPE '\\' OR things.id IN "
            "(SELECT thing FROM lines WHERE object LIKE ? ESCAPE '\\' OR lower(object) LIKE lower(?) ESCAPE '\\'))"
        )
        values += [like, like, like]
    return " AND ".join(parts), tuple(values)


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _bare(subject: bytes) -> str:
    text = subject.decode().rstrip(" ")
    return text[1:-1] if text.startswith("<") else text
