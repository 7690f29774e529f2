"""Who has used how much of the workers lately, so that who asks little is not kept waiting by who asks much."""

import time
from dataclasses import dataclass

_HALF = 30.0  # seconds in which half of a use is forgotten
_LIGHT_SECONDS = 1.0
_LIGHT_MEAN = 0.1
_KNOWN = 1  # short queries that make a client known
_MOST = 5.0  # seconds of handicap, so that everybody's turn comes within KG_QUEUE_SECONDS
NEWCOMER = 4.0
"""The handicap of a client that has not asked yet; more means that it asks much."""
LONG = 0.1
"""CPU seconds after which a query is a long one, and needs leave to go on."""
_CLIENTS = 4096


@dataclass(slots=True)
class _Account:
    seconds: float = 0.0
    queries: float = 0.0
    stamp: float = 0.0


class Usage:
    """Engine seconds by client, fading; the service's own questions (client "") are not counted."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}

    def add(self, client: str, seconds: float) -> None:
        """Charge a client for a query."""
        if not client:
            return
        if len(self._accounts) >= _CLIENTS:
            self._forget()
        account = self._faded(client)
        account.seconds += seconds
        account.queries += 1
        self._accounts[client] = account

    def handicap(self, client: str, running: float = 0.0) -> float:
        """Return the seconds by which a client's question counts as having come later.

        None for who asks little and often, `NEWCOMER` for who asks little but is not known yet, more for who asks
        much: over a second of CPU lately, unless in short queries only. `running` seconds of its queries count too.
        """
        account = self._faded(client)
        total = account.seconds + running
        short = running < _LIGHT_SECONDS and total < _LIGHT_MEAN * account.queries
        if short and account.queries > _KNOWN:
            return 0.0
        if short or total < _LIGHT_SECONDS:
            return NEWCOMER
        return NEWCOMER + min(total, _MOST)

    def _faded(self, client: str) -> _Account:
        now = time.monotonic()
        account = self._accounts.get(client)
        if account is None:
            return _Account(stamp=now)
        share = 0.5 ** ((now - account.stamp) / _HALF)
        account.seconds *= share
        account.queries *= share
        account.stamp = now
        return account

    def _forget(self) -> None:
        for client in sorted(self._accounts, key=lambda client: self._faded(client).seconds)[: _CLIENTS // 2]:
            del self._accounts[client]


class Lengths:
    """Which queries turned out to be long: asked again, they wait for the place of a long one from the start."""

    def __init__(self) -> None:
        self._known: dict[int, None] = {}

    def __contains__(self, query: str) -> bool:
        return hash(query) in self._known

    def note(self, query: str) -> None:
        """Remember a query that is long."""
        while len(self._known) >= _CLIENTS:
            del self._known[next(iter(self._known))]
        self._known[hash(query)] = None

    def forget(self, query: str) -> None:
        """Forget a query that was not long this time."""
        self._known.pop(hash(query), None)

    def clear(self) -> None:
        """Forget all: another release is asked."""
        self._known.clear()
