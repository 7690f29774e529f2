"""Keeps the curation worker running as long as the service does; it goes when its standard input closes."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

_LOG = logging.getLogger("kgservice.jobs")
_PROGRAM = "kgservice.cli.curation"
_PAUSE, _LONGEST = 2.0, 60.0  # seconds before a worker that died is started again: doubled when it died at once
_SOUND = 30.0  # seconds after which a worker did not die at once
_PATIENCE = 10.0


class Supervisor:
    """Starts the worker as a program of its own, and again whenever it dies."""

    def __init__(self, program: Sequence[str] = (sys.executable, "-m", _PROGRAM), pause: float = _PAUSE) -> None:
        self._program, self._first = list(program), pause
        self.started = 0
        """How often it was started."""
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="curation", daemon=True)

    @property
    def alive(self) -> bool:
        """Tell whether the worker runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    def close(self) -> None:
        """End the worker; a job that it is doing waits for the next start."""
        self._ending.set()
        if self._process and self._process.stdin:
            self._process.stdin.close()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _keep(self) -> None:
        pause = self._first
        while not self._ending.is_set():
            begun = time.monotonic()
            self._process = subprocess.Popen(self._program, stdin=subprocess.PIPE)
            self.started += 1
            code = self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            pause = self._first if time.monotonic() - begun > _SOUND else min(2 * pause, _LONGEST)
            if not self._ending.is_set():
                _LOG.warning("the curation worker ended with %s and is started again in %s s", code, pause)
            self._ending.wait(pause)
