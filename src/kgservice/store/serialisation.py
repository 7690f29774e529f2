"""The way of an answer out of a worker: pieces of 64 KiB, rows counted, XML kept well-formed, Turtle with prefixes."""

import itertools
import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, cast

import pyoxigraph

from kgservice.errors import NotAcceptable, ResultTooLarge
from kgservice.store import frames
from kgservice.terms import PREFIXES

_PIECE = 1 << 16
_LOOK_AHEAD = 10_000  # triples whose prefixes are declared; a namespace first met later is written in full

_RESULTS = {
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
}
TABLES = frozenset({"xlsx", "excel", "parquet"})
"""Formats that `kgservice.store.tables` makes, which is loaded when the first of them is asked for."""
# XML 1.0 section 2.2: what no XML document may hold, not even escaped; the last two are U+FFFE and U+FFFF
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NO_LOCAL_NAME = re.compile(rb"<[^\s<>\"]*:[ >]")
_TAIL = 256
_DOUBTS = (b",{}", b"[{}", b"}}}", b':"}},{"', b'\\"}},{"')


class Sink:
    """Collects what an evaluator writes and sends it in frames; a small answer leaves in one piece."""

    def __init__(self, channel: socket.socket, most_rows: int = 1 << 62) -> None:
        self.most_rows = most_rows
        self._channel = channel
        self._written: list[bytes] = []
        self._size = 0
        self._out: list[bytes] = []
        self._tail = b""
        self._format = ""
        self._rows: Rows | None = None
        self._begun = time.monotonic()

    def begin(self, kind: str, name: str, notices: Sequence[Mapping[str, Any]] = ()) -> None:
        """Announce an answer of a kind (`bindings`, `boolean`, `graph`) in the format of that name in `FORMATS`."""
        self._out.append(
            frames.document(frames.BEGIN, {"kind": kind, "notices": notices} if notices else {"kind": kind})
        )
        self._format = name
        if kind == "bindings":
            self._rows = Rows(name)

    def write(self, data: bytes) -> int:
        """Take a piece, as a file would."""
        self._written.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self._pass()
            if self._rows and (rows := self._rows.total()):
                refuse_rows(rows, self.most_rows)
                self._out.append(frames.frame(frames.ROWS, b"%d" % rows))
            self._send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: the engine flushes at the end of a document, `end` sends it."""

    def end(self) -> None:
        """Send what is left and say that the answer is whole."""
        self._pass()
        engine = round((time.monotonic() - self._begun) * 1000, 3)
        cpu = round(time.process_time(), 6)
        rows = self._rows.total() if self._rows else None
        refuse_rows(rows or 0, self.most_rows)
        told = f'{{"rows": {"null" if rows is None else rows}, "engine": {engine}, "cpu": {cpu}}}'
        self._out.append(frames.frame(frames.END, told.encode()))
        self._send()

    def _send(self) -> None:
        sent = self._channel.sendmsg(self._out)
        if sent < sum(map(len, self._out)):
            self._channel.sendall(memoryview(b"".join(self._out))[sent:])
        self._out.clear()

    def _pass(self) -> None:
        piece = b"".join(self._written)
        self._written.clear()
        self._size = 0
        if not piece:
            return  # NOTE: an empty piece would look like the end of a spooled answer
        if self._rows:
            self._rows.count(piece)
        if self._format in ("xml", "rdfxml"):
            self._guard(self._tail + piece)
            self._tail = piece[-_TAIL:]
            piece = piece.replace(b"\r", b"&#xD;")  # XML 1.0 2.11: readers turn a bare CR into a line feed
        self._out += [frames.Frames.head(frames.PIECE, len(piece)), piece]

    def _guard(self, text: bytes) -> None:
        if found := _NOT_XML.search(text):
            raise NotAcceptable(
                "The answer holds the character U+{code}, which XML cannot carry; ask for another format, "
                "such as JSON or Turtle.",
                code=f"{ord(found[0].decode()):04X}",
            )
        if self._format == "rdfxml" and _NO_LOCAL_NAME.search(text):
            raise NotAcceptable(
                "The answer holds a property whose IRI does not end in a name, which RDF/XML cannot carry; "
                "ask for another format, such as Turtle."
            )


def refuse_rows(rows: int, most: int) -> None:
    """Let rows pass.

    Raises:
        ResultTooLarge: there are more than may be.
    """
    if rows > most:
        raise ResultTooLarge(
            "The answer is longer than {rows} rows (KG_RESULT_ROWS); ask for less, or use LIMIT and OFFSET.", rows=most
        )


class Rows:
    """Counts the rows of a results document while it passes, by marks that cannot stand inside a value."""

    _MARKS: dict[str, dict[bytes, int]] = {  # noqa: RUF012  (constant)
        "json": {b'"}},{"': 1},
        "xml": {b"<result>": 1},
        "tsv": {b"\n": 1},
        "csv": {},
    }

    def __init__(self, name: str) -> None:
        self._format = name
        self._marks = self._MARKS.get(name, {})
        self._found = -1 if name in ("csv", "tsv") else 0  # their first line is the head
        self._tail = b""
        self._quoted = False
        self._known = name in self._MARKS

    def count(self, piece: bytes) -> None:
        """Count the rows that end in a piece."""
        if self._format == "csv":
            parts = piece.split(b'"')
            self._found += sum(part.count(b"\n") for part in parts[self._quoted :: 2])
            self._quoted ^= len(parts) % 2 == 0
            return
        if self._format == "json" and not self._found:
            self._found = int(b'"bindings":[{"' in self._tail + piece)
        for mark, sign in self._marks.items():
            seam = len(mark) - 1
            border = self._tail[-seam:] + piece[:seam] if seam else b""
            self._found += sign * (piece.count(mark) + border.count(mark))
        # NOTE: a row in which nothing is bound, or whose last value is a triple term, looks like what may also stand
        # inside a value, and a value that is the mark itself hides the next: then nobody counts
        if self._format == "json" and self._known:
            text = self._tail[-8:] + piece
            self._known = not any(doubt in text for doubt in _DOUBTS)
        self._tail = piece[-_TAIL:] if len(piece) >= _TAIL else (self._tail + piece)[-_TAIL:]

    def total(self) -> int | None:
        """Return the number of rows, or None where it is not known."""
        return self._found if self._known else None


def write(result: object, name: str, sink: Sink) -> None:
    """Serialise what the engine returned: solutions, a truth value, or triples.

    Raises:
        NotAcceptable: the answer holds what the format cannot carry.
    """
    output = cast("IO[bytes]", sink)
    if isinstance(result, pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean):
        result.serialize(output, _RESULTS[name])
    elif name in ("ntriples", "nquads", "jsonld") and isinstance(result, pyoxigraph.QueryTriples):
        result.serialize(output, _GRAPHS[name])
    else:
        triples = cast("Iterator[pyoxigraph.Triple]", result)
        ahead = list(itertools.islice(triples, _LOOK_AHEAD))
        pyoxigraph.serialize(itertools.chain(ahead, triples), output, _GRAPHS[name], prefixes=_used(ahead))


def _used(triples: list[pyoxigraph.Triple]) -> dict[str, str]:
    text = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES) or b""
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if b"<" + namespace.encode() in text}
