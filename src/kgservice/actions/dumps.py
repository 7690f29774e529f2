"""The dumps of a release: all its graphs as N-Quads, and the default graph as Turtle that people can read."""

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kgservice.releases.files import guarded
from kgservice.releases.statements import lines
from kgservice.terms import PREFIXES

_LEVEL = 3  # of gzip: half the time of 5, a tenth more bytes
_BLOCK = 1 << 18
_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LOCAL = re.compile(rb"[A-Za-z_][A-Za-z0-9_\-]*")
_NAMESPACES = {namespace.encode(): prefix.encode() for prefix, namespace in PREFIXES.items()}


def quads(path: Path, graphs: Mapping[str, Path]) -> tuple[str, int]:
    """Write the statement files of named graphs as one packed N-Quads file; returns its SHA-256 and bytes.

    Raises:
        StateBroken: the disk is full or the folder may not be written.
    """

    def placed() -> Iterator[bytes]:
        for graph, file in sorted(graphs.items()):
            end = f" <{graph}> .\n".encode()
            for line in lines(file):
                yield line[:-3] + end

    return _packed(path, placed())


def turtle(path: Path, file: Path) -> tuple[str, int]:
    """Write a sorted statement file as packed Turtle, a block for each subject; returns its SHA-256 and bytes.

    Raises:
        StateBroken: the disk is full or the folder may not be written.
    """
    return _packed(path, _blocks(lines(file)))


def _blocks(statements: Iterable[bytes]) -> Iterator[bytes]:
    for namespace, prefix in sorted(_NAMESPACES.items(), key=lambda item: item[1]):
        yield b"@prefix %s: <%s> .\n" % (prefix, namespace)
    last = before = verb = b""
    for line in statements:
        subject, predicate, rest = line.split(b" ", 2)
        value = _short(rest[:-3])
        if predicate != before:
            verb = _verb(predicate)
        if subject != last:
            yield (b" .\n\n" if last else b"\n") + _short(subject) + b" " + verb + b" " + value
        elif predicate != before:
            yield b" ;\n    " + verb + b" " + value
        else:
            yield b",\n        " + value
        last, before = subject, predicate
    if last:
        yield b" .\n"


def _verb(predicate: bytes) -> bytes:
    return b"a" if predicate == _TYPE else _short(predicate)


def _short(term: bytes) -> bytes:
    """Return an IRI, or the datatype of a literal, as a prefixed name where a prefix of ours fits."""
    if term.startswith(b'"'):
        if not term.endswith(b">"):
            return term
        at = term.rindex(b"^^") + 2
        return term[:at] + _short(term[at:])
    at = max(term.rfind(b"#"), term.rfind(b"/")) + 1
    prefix = _NAMESPACES.get(term[1:at])
    local = term[at:-1]
    return prefix + b":" + local if prefix is not None and _LOCAL.fullmatch(local) else term


def _packed(path: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
    with guarded(path), path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        block = bytearray()
        for piece in pieces:
            block += piece
            if len(block) > _BLOCK:
                file.write(block)
                block.clear()
        file.write(block)
    digest = hashlib.sha256()
    with path.open("rb") as whole:
        while piece := whole.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest(), path.stat().st_size
