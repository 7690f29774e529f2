"""Where an answer waits until it is whole: memory first, then a nameless temporary file, within a total for all."""

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kgservice.errors import Busy

_MEMORY = 1 << 20
_READ = 1 << 16


class SpoolRoom:
    """The bytes that all spool files together may take on disk, and the folder they lie in."""

    def __init__(self, limit: int, folder: Path | None = None) -> None:
        self._limit = limit
        self._taken = 0
        self._lock = threading.Lock()
        self.folder = folder

    def take(self, size: int) -> None:
        """Reserve bytes.

        Raises:
            Busy: all answers that wait to be read take too much already.
        """
        with self._lock:
            if self._taken + size > self._limit:
                raise Busy(
                    "Answers that nobody has fetched yet fill {limit} bytes; ask again later.", limit=self._limit
                )
            self._taken += size

    def give(self, size: int) -> None:
        """Return bytes."""
        with self._lock:
            self._taken -= size

    @property
    def taken(self) -> int:
        """Bytes in use now."""
        return self._taken


class Spool:
    """One answer on its way: write pieces, then read them back once. Close it in any case."""

    def __init__(self, room: SpoolRoom) -> None:
        self.size = 0
        self._room = room
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._reserved = 0

    def write(self, piece: bytes) -> None:
        """Keep a piece.

        Raises:
            Busy: there is no room left.
        """
        self.size += len(piece)
        if self._file is None:
            self._pieces.append(piece)
            if self.size <= _MEMORY:
                return
            piece = b"".join(self._pieces)
            self._pieces.clear()
        self._room.take(len(piece))
        self._reserved += len(piece)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="kg-answer-", dir=self._room.folder)  # noqa: SIM115
            self._file.write(piece)
        except OSError as error:
            raise Busy("The answer cannot be kept on disk: {reason}; ask again later.", reason=error) from None

    def read(self) -> Iterator[bytes]:
        """Read back what was written."""
        if self._file is None:
            yield from self._pieces
            return
        self._file.seek(0)
        while piece := self._file.read(_READ):
            yield piece

    def close(self) -> None:
        """Forget the answer."""
        self._pieces = []
        if self._file:
            self._file.close()
            self._file = None
        self._room.give(self._reserved)
        self._reserved = 0
