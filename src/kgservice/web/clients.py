"""Who asks, and whether they are still there."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_LOOK = 0.1  # seconds between two looks at whether an asker has left
_QUIET = 50  # looks at nobody after which it sleeps until somebody asks


def client(environ: Mapping[str, Any], proxies: Collection[str]) -> str:
    """Return the address of the asker: the peer, or what a trusted proxy (KG_PROXIES) says of it.

    Addresses of X-Forwarded-For are believed from the right as long as they were written by a trusted proxy.
    """
    address = str(environ.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    while hops and address in proxies:
        address = hops.pop()
    return address


class Watch:
    """Stops the queries of askers who have closed their connection."""

    def __init__(self, stop: Callable[[str], object]) -> None:
        self._stop = stop
        self._guard = threading.Condition()
        self._watched: dict[str, Callable[[], bool]] = {}
        self._thread: threading.Thread | None = None
        self._asleep = False

    @contextmanager
    def over(self, environ: Mapping[str, Any], query_id: str) -> Iterator[None]:
        """Watch the asker of a query for the length of a `with` block; needs waitress' look-ahead at the connection."""
        self.begin(environ, query_id)
        try:
            yield
        finally:
            self.end(query_id)

    def begin(self, environ: Mapping[str, Any], query_id: str) -> None:
        """Watch the asker of a query until `end`, as of one whose answer streams."""
        gone = environ.get("waitress.client_disconnected")
        if gone is None:
            return
        with self._guard:
            self._watched[query_id] = gone
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="askers", daemon=True)
                self._thread.start()
            if self._asleep:  # NOTE: a wake-up with each query would cost more than many queries do
                self._guard.notify()

    def end(self, query_id: str) -> None:
        """Watch no longer."""
        with self._guard:
            self._watched.pop(query_id, None)

    def _look(self) -> None:
        quiet = 0
        while True:
            time.sleep(_LOOK)
            with self._guard:
                quiet = 0 if self._watched else quiet + 1
                while quiet > _QUIET and not self._watched:
                    self._asleep = True
                    self._guard.wait()
                self._asleep = False
                left = [query_id for query_id, gone in self._watched.items() if gone()]
                for query_id in left:
                    del self._watched[query_id]
            for query_id in left:
                self._stop(query_id)
