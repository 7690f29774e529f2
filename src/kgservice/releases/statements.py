"""Statement files, sorted unique N-Triples lines, merged and compared as streams."""

import errno
import gzip
import hashlib
import io
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from kgservice.releases.files import guarded
from kgservice.releases.release import Statements

_LEVEL = 5
_PART = 1 << 18  # bytes of a file that are read at once
_AT_ONCE = 1000  # lines written at once
_LONGEST = 150  # characters of a file's name


def lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a statement file, packed or not, each with its newline; OSError where it is damaged."""
    # lines are cut out of large blocks in C: a packed file that is read by lines asks itself at each whether it is open
    with _unpacked(path) as file:
        parts = _Parts(file, path)
        while part := parts.next():
            yield from part


def things(path: Path) -> Iterator[list[bytes]]:
    """Yield the lines of a statement file in lists, all lines of a subject in one; OSError where it is damaged."""
    with _unpacked(path) as file:
        parts, rest = _Parts(file, path), list[bytes]()
        while part := parts.next():
            part = rest + part
            at = bisect_left(part, part[-1][: part[-1].index(b" ") + 1])  # the last may go on in the next part
            if at:
                yield part[:at]
            rest = part[at:]
        if rest:
            yield rest


def merged(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield every line of these files once, in order (set semantics); some thousand lines of each are in memory."""
    with ExitStack() as opened:
        files = [_Parts(opened.enter_context(_unpacked(path)), path) for path in paths]
        waiting = [(file, part) for file in files if (part := file.next())]
        while waiting:
            # up to here every file has told all that it has: sorting a few sorted runs is one pass in C
            end = min(part[-1] for _, part in waiting)
            told: list[bytes] = []
            left = []
            for file, part in waiting:
                at = bisect_right(part, end)
                told += part[:at]
                rest = part[at:] or file.next()
                if rest:
                    left.append((file, rest))
            waiting = left
            told.sort()
            yield from dict.fromkeys(told)


class _Parts:
    """A statement file in lists of whole lines."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file = file
        self._path = path
        self._rest = b""

    def next(self) -> list[bytes]:
        """Return the next lines, none at the end."""
        while block := _block(self._file, self._path):
            block = self._rest + block
            end = block.rfind(b"\n") + 1
            self._rest = block[end:]
            if end:
                return io.BytesIO(block[:end]).readlines()
        last, self._rest = self._rest, b""
        return [last] if last else []


def _block(file: IO[bytes], path: Path) -> bytes:
    try:
        return file.read(_PART)
    except (EOFError, zlib.error) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> OSError:
    return OSError(errno.EIO, str(error), str(path))


def _unpacked(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


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
    digest, count, waiting = hashlib.sha256(), 0, iter(found)
    with guarded(path), path.open("wb") as raw, gzip.GzipFile("", "wb", level, raw, mtime=0) as file:
        while part := list(islice(waiting, _AT_ONCE)):
            count += len(part)
            block = b"".join(part)
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
