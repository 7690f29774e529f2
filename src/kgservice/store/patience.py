"""Answers of a process of its own, which is ended when a query takes too long: an engine cannot be interrupted."""

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

from kgservice.errors import EngineCrash, QueryInvalid, QueryTimeout

Row = list[str | None]
_PR_SET_PDEATHSIG = 1
_PIECE = 1000  # rows sent at once


class Patience:
    """Answers queries through `rows` in a fork of this process: it shares the memory of the data, and is expendable.

    What `rows` answers over must not change while the fork lives: `end` it first, the next query makes a new one.
    """

    def __init__(self, rows: Callable[[str], Iterable[Row]], seconds: float) -> None:
        self._rows = rows
        self._seconds = seconds
        self._child = 0
        self._asked = False
        self._channel: Connection | None = None

    def rows(self, query: str) -> Iterator[Row]:
        """Yield the rows of a SELECT.

        Raises:
            QueryTimeout: it took longer than the deadline.
            QueryInvalid: the engine does not take it.
            EngineCrash: the process died under it.
        """
        if self._asked:
            self.end()  # somebody left in the middle of an answer
        channel = self._channel or self._start()
        self._asked = True
        until = time.monotonic() + self._seconds
        whole = False
        try:
            channel.send(query)
            while not whole:
                if not channel.poll(max(until - time.monotonic(), 0)):
                    raise QueryTimeout("A query took longer than {limit} s and was ended.", limit=round(self._seconds))
                piece, refusal = channel.recv()
                if refusal:
                    whole = True
                    raise QueryInvalid("The engine refused a query: {reason}", reason=refusal)
                whole = len(piece) < _PIECE
                yield from piece
        except (EOFError, OSError):
            raise EngineCrash("The engine ended while it answered a query.") from None
        finally:
            self._asked = not whole
            if not whole:
                self.end()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        if self._channel:
            self._channel.close()
        self._child, self._channel, self._asked = 0, None, False

    def _start(self) -> Connection:
        ours, theirs = multiprocessing.Pipe()
        child = os.fork()
        if child == 0:
            ours.close()
            with suppress(OSError, AttributeError):  # a job that is killed must not leave a query behind (Linux)
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            self._serve(theirs)
        theirs.close()
        self._child, self._channel = child, ours
        return ours

    def _serve(self, channel: Connection) -> None:
        """Answer until nobody asks any more; never returns."""
        try:
            while True:
                self._answer(channel, channel.recv())
        except (EOFError, OSError, KeyboardInterrupt):
            os._exit(0)
        finally:
            os._exit(1)

    def _answer(self, channel: Connection, query: str) -> None:
        piece: list[Row] = []
        try:
            for row in self._rows(query):
                piece.append(row)
                if len(piece) == _PIECE:
                    channel.send((piece, ""))
                    piece = []
        except (SyntaxError, ValueError, RuntimeError) as error:
            channel.send(([], " ".join(str(error).split()) or type(error).__name__))
            return
        channel.send((piece, ""))
