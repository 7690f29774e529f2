"""Progress of a job: a bar on a terminal for what takes over a second, plain lines when piped."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

from kgservice.locale import translate

Progress = Callable[[str, int, int], None]

_PATIENCE = 1.0  # seconds before anything is shown
_WIDTH = 24


class Teller:
    """Tell on standard error how far a job is; call it with (step, done, total), total 0 when unknown."""

    def __init__(self, language: str, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._language = language
        self._terminal = self._stream.isatty()
        self._started = time.monotonic()
        self._step = ""
        self._drawn = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Note that `done` of `total` parts of a step are finished."""
        now = time.monotonic()
        changed = step != self._step
        self._step = step
        if self._terminal:
            if now - self._started > _PATIENCE and (changed or now - self._drawn > 0.1):
                self._drawn = now
                self._write("\r" + self._bar(step, done, total) + "\x1b[K")
        elif changed:
            self._write(translate(step, self._language) + "\n")

    def close(self) -> None:
        """Remove the bar."""
        if self._terminal and self._drawn:
            self._write("\r\x1b[K")

    def _bar(self, step: str, done: int, total: int) -> str:
        name = translate(step, self._language)
        if not total:
            return f"{name} … {done:,}" if done else f"{name} …"
        filled = _WIDTH * min(done, total) // total
        return f"{name} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,}/{total:,}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
