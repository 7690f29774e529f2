"""Who has used how much of the workers lately, so that who asks little is not kept waiting by who asks much."""

import time
from dataclasses import dataclass

_HALF = 30.0  # seconds in which half of a use is forgotten
_LIGHT_SECONDS = 1.0
_LIGHT_MEAN = 0.1
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

    def seconds(self, client: str) -> float:
        """Return what a client has used lately."""
        return self._faded(client).seconds

    def light(self, client: str, running: float = 0.0) -> bool:
        """Tell whether a client asks little: under a second lately, or short queries only; `running` counts too."""
        account = self._faded(client)
        total = account.seconds + running
        return total < _LIGHT_SECONDS or (running < _LIGHT_SECONDS and total < _LIGHT_MEAN * account.queries)

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
        for client in sorted(self._accounts, key=self.seconds)[: _CLIENTS // 2]:
            del self._accounts[client]
