"""A whole answer as a file that a server sends at its reader's pace, without a thread that waits for it."""

from collections.abc import Callable, Iterator

SMALL = 1 << 16
"""Bytes up to which an answer goes out in one piece."""


class SpooledFile:
    """A file to be read forward: what lies before the last `seek` from where it stood is forgotten."""

    def __init__(self, pieces: Iterator[bytes], size: int, close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._size = size
        self._close = close
        self._window = bytearray()
        self._start = 0
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer at the end only."""
        until = self._size if size < 0 else min(self._at + size, self._size)
        while self._start + len(self._window) < until:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._window += piece
        found = bytes(self._window[self._at - self._start : until - self._start])
        self._at += len(found)
        return found

    def tell(self) -> int:
        """Return the place where the next `read` begins."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; back no further than the last place that was gone to from the current one (`whence` 1)."""
        self._at = offset + (self._at if whence == 1 else self._size if whence == 2 else 0)
        if whence == 1:
            del self._window[: self._at - self._start]
            self._start = self._at
        return self._at

    def close(self) -> None:
        """Give back what the answer holds."""
        self._close()
