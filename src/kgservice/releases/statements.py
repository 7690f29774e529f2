"""Statement files, sorted unique N-Triples lines, merged and compared as streams."""

import gzip
import hashlib
import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from kgservice.releases.files import guarded
from kgservice.releases.release import Statements

_LEVEL = 5
_LONGEST = 150  # characters of a file's name


def lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a statement file, packed or not, each with its newline."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


def merged(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield every line of these files once, in order (set semantics)."""
    last = b""
    for line in heapq.merge(*(lines(path) for path in paths)):
        if line != last:
            yield line
            last = line


def without(kept: Iterable[bytes], removed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sorted lines of `kept` that are not in `removed`, sorted too."""
    others = iter(removed)
    other = next(others, None)
    for line in kept:
        while other is not None and other < line:
            other = next(others, None)
        if other != line:
            yield line


def write(path: Path, found: Iterable[bytes], name: str = "", level: int = _LEVEL) -> Statements:
    """Write sorted lines to a packed statement file; the same lines give the same bytes.

    Returns the statements under `name` (default: the name of the file). `level` is that of gzip: low for files that are
    soon read again and removed. Raises StateBroken when the disk is full.
    """
    digest, count, block = hashlib.sha256(), 0, bytearray()
    with guarded(path), path.open("wb") as raw, gzip.GzipFile("", "wb", level, raw, mtime=0) as file:
        for line in found:
            block += line
            count += 1
            if len(block) > 1 << 16:
                digest.update(block)
                file.write(block)
                block.clear()
        digest.update(block)
        file.write(block)
    return Statements(name or path.name, digest.hexdigest(), count)


def file_name(graph: str, base: str) -> str:
    """Return the name, without ending, of the statement file of a graph: readable, and another one for each graph."""
    ours = graph.removeprefix(f"{base}graph/")
    name = quote(ours.replace("/", "."), safe="")
    if ours != graph and len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}.{hashlib.sha256(graph.encode()).hexdigest()[:16]}"  # an IRI of somebody else's making
