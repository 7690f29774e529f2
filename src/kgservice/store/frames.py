"""Frames between the pool and its workers: one byte of kind, four of length, then the payload."""

import json
import select
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

import kgservice.errors
from kgservice.errors import KgError, QueryInvalid

READY = b"R"
"""The worker has opened its store and locked itself in; payload: what protection is missing."""
BEGIN = b"H"
"""The answer begins; payload: its kind."""
PIECE = b"D"
"""Up to 64 KiB of the answer and a little."""
ROWS = b"N"
"""How many rows the pieces so far hold; payload: the number in digits."""
END = b"Z"
"""The answer is whole; payload: rows where known, milliseconds of the engine."""
FAILED = b"E"
"""The query was refused or failed; payload: an error of kgservice.errors."""
ASKED = b"Q"
"""From the pool to the worker: a question."""
CHANGE = b"C"
"""From the pool to the worker of a draft: an update or a graph request."""

MEMORY = "The query needed more than {bytes} bytes of memory; narrow it, or raise KG_QUERY_MEMORY."
"""Message of `QueryMemory`, which either side may notice."""

_HEAD = struct.Struct("!cI")
_BUFFER = 1 << 18


class Ended(Exception):
    """Raised when the other side has gone."""


class Late(Exception):
    """Raised when the deadline has passed before a frame was whole."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Return one frame as bytes."""
    return _HEAD.pack(kind, len(payload)) + payload


def document(kind: bytes, body: Mapping[str, Any]) -> bytes:
    """Return one frame whose payload is JSON."""
    return frame(kind, json.dumps(body).encode())


def failure(error: KgError) -> bytes:
    """Return the frame that carries an error to the pool; `raised` reads it back."""
    body = {"error": type(error).__name__, "template": error.template, "params": dict(error.params)}
    if isinstance(error, QueryInvalid):
        body["hint"] = error.hint_template
    return frame(FAILED, json.dumps(body, default=str).encode())


def raised(payload: bytes) -> KgError:
    """Return the error that a worker sent."""
    body = json.loads(payload)
    kind: type[KgError] = getattr(kgservice.errors, body["error"])
    if issubclass(kind, QueryInvalid):
        return kind(body["template"], hint=body["hint"], **body["params"])
    return kind(body["template"], **body["params"])


class Frames:
    """Reads frames from a socket, each with a deadline (`time.monotonic()` seconds; None waits for ever)."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._ready = select.poll()
        self._ready.register(channel, select.POLLIN)
        self._buffer = memoryview(bytearray(_BUFFER))
        self._start = self._end = 0

    @staticmethod
    def head(kind: bytes, length: int) -> bytes:
        """Return the first five bytes of a frame, for a payload that is sent without being copied."""
        return _HEAD.pack(kind, length)

    def next(self, deadline: float | None) -> tuple[bytes, bytes]:
        """Return kind and payload of the next frame.

        Raises:
            Ended: the other side has closed or died.
            Late: the deadline passed.
        """
        # NOTE: nothing is taken before the frame is whole, so that whoever was late may ask again
        self._receive(_HEAD.size, deadline)
        kind, length = _HEAD.unpack_from(self._buffer, self._start)
        whole = _HEAD.size + length
        self._receive(whole, deadline)
        payload = bytes(self._buffer[self._start + _HEAD.size : self._start + whole])
        self._start += whole
        return kind, payload

    def _receive(self, size: int, deadline: float | None) -> None:
        kept = self._end - self._start
        if kept >= size:
            return
        room = self._buffer if size <= len(self._buffer) else memoryview(bytearray(size))
        room[:kept] = self._buffer[self._start : self._end]
        self._buffer, self._start, self._end = room, 0, kept
        while self._end < size:
            # NOTE: every query passes here: the mode of the socket is set once, elsewhere; only the poll has a deadline
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0 or not self._ready.poll(int(left * 1000) + 1):
                    raise Late
            try:
                received = self._channel.recv_into(self._buffer[self._end :])
            except BlockingIOError:
                continue
            except OSError:
                raise Ended from None
            if not received:
                raise Ended
            self._end += received
