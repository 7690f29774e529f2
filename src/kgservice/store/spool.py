"""Where an answer waits for its reader: memory first, then nameless temporary files, within a total for all."""

import contextlib
import os
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kgservice.errors import Busy, KgError, QueryStopped

_MEMORY = 16 << 20  # of one answer
_ALL_MEMORY = 64 << 20  # of all answers together
_SEGMENT = 16 << 20
_READ = 1 << 16


class SpoolRoom:
    """The bytes that all spool files together may take on disk, and the folder they lie in (None: the system's)."""

    def __init__(self, limit: int, folder: Path | None = None) -> None:
        self.limit = limit
        self.folder = folder
        self._taken = 0
        self._memory = 0
        self._freed = threading.Condition()

    def take(self, size: int) -> bool:
        """Reserve bytes; tell whether there was room."""
        with self._freed:
            if self._taken + size > self.limit:
                return False
            self._taken += size
            return True

    def take_memory(self, size: int) -> bool:
        """Reserve bytes of memory; tell whether there was room."""
        with self._freed:
            if self._memory + size > _ALL_MEMORY:
                return False
            self._memory += size
            return True

    def give_memory(self, size: int) -> None:
        """Return bytes of memory."""
        with self._freed:
            self._memory -= size

    def wait(self, seconds: float) -> None:
        """Wait until somebody gives bytes back, at most so long."""
        with self._freed:
            self._freed.wait(seconds)

    def give(self, size: int) -> None:
        """Return bytes."""
        with self._freed:
            self._taken -= size
            self._freed.notify_all()

    @property
    def taken(self) -> int:
        """Bytes in use now."""
        return self._taken


@dataclass(slots=True)
class _Segment:
    file: IO[bytes]
    written: int = 0


class Spool:
    """One answer on its way: one thread writes pieces, another may read them at its own pace, once.

    What was read is forgotten, so a stream of any length fits if its reader keeps up. Close it in any case.
    """

    def __init__(self, room: SpoolRoom) -> None:
        self.size = 0
        self._room = room
        self._memory: deque[bytes] = deque()
        self._segments: deque[_Segment] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._error: KgError | None = None
        self._closed = False
        self._on_disk = False
        self._starved = False

    def write(self, piece: bytes, patient: bool = False) -> None:
        """Keep a piece; a patient writer waits for room until the reader has caught up.

        Raises:
            Busy: there is no room left.
            QueryStopped: the reader has gone.
        """
        with self._changed:
            self._still_wanted(0)
            self.size += len(piece)
            if not self._on_disk and self.size <= _MEMORY and self._room.take_memory(len(piece)):
                self._memory.append(piece)
                self._changed.notify_all()
                return
            self._on_disk = True  # from here on, so that the order stays
        while not self._room.take(len(piece)):
            if not patient:
                message = "Answers that nobody has fetched yet fill {limit} bytes (KG_SPOOL_TOTAL); ask again later."
                raise Busy(message, limit=self._room.limit)
            with self._changed:
                self._starved = True
                self._changed.notify_all()
            self._room.wait(0.2)
            self._still_wanted(0)
        self._starved = False
        self._still_wanted(len(piece))
        try:
            segment = self._segment()
            with memoryview(piece) as view:
                done = 0
                while done < len(piece):
                    done += os.write(segment.file.fileno(), view[done:])
        except (OSError, ValueError) as error:  # the disk is full, or the reader closed the file meanwhile
            self._room.give(len(piece))
            raise Busy("The answer cannot be kept on disk: {reason}; ask again later.", reason=error) from None
        with self._changed:
            segment.written += len(piece)
            if self._closed:
                self._drop(segment)
            self._changed.notify_all()

    def finish(self, error: KgError | None = None) -> None:
        """Say that nothing more comes, or what ended it."""
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify_all()

    def read(self) -> Iterator[bytes]:
        """Read what is written, waiting for more until `finish`.

        Raises:
            KgError: what `finish` was told.
        """
        kept: bytes | None
        offset = 0
        while True:
            with self._changed:
                while not self._readable(offset):
                    self._changed.wait()
                if self._closed or not (self._memory or self._segments):
                    return self._end()
                if self._memory:
                    kept = self._memory.popleft()
                    self._room.give_memory(len(kept))
                else:
                    kept = None
                    segment = self._segments[0]
                    if offset == segment.written:
                        if len(self._segments) == 1 and self._finished:
                            return self._end()
                        self._drop(self._segments.popleft())
                        offset = 0
                        continue
            if kept is None:
                kept = os.pread(segment.file.fileno(), min(_READ, segment.written - offset), offset)
                offset += len(kept)
            yield kept

    def close(self) -> None:
        """Forget the answer."""
        with self._changed:
            self._closed = True
            self._room.give_memory(sum(map(len, self._memory)))
            self._memory.clear()
            while self._segments:
                self._drop(self._segments.popleft())
            self._changed.notify_all()

    def _readable(self, offset: int) -> bool:
        if self._finished or self._closed or self._memory:
            return True
        if not self._segments:
            return False
        # a starved writer waits for room, which only a segment that was read through can give
        return offset < self._segments[0].written or len(self._segments) > 1 or self._starved

    def _end(self) -> None:
        if self._error:
            raise self._error
        if not self._finished:  # NOTE: an end that nobody announced must never look like the whole answer
            raise QueryStopped("The query was stopped.")

    def _segment(self) -> _Segment:
        with self._changed:
            if not self._segments or self._segments[-1].written >= _SEGMENT:
                # NOTE: a TemporaryFile has no name, so a killed service leaves nothing behind
                file = tempfile.TemporaryFile(dir=self._room.folder, buffering=0)  # noqa: SIM115
                self._segments.append(_Segment(file))
            return self._segments[-1]

    def _drop(self, segment: _Segment) -> None:
        with contextlib.suppress(OSError):
            segment.file.close()
        self._room.give(segment.written)
        segment.written = 0

    def _still_wanted(self, reserved: int) -> None:
        if self._closed:
            self._room.give(reserved)
            raise QueryStopped("The query was stopped because its reader left.")
