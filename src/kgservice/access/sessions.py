"""Sessions: who a browser speaks for after it has signed in, and the tokens of its forms."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from pathlib import Path

from kgservice.access.audit import note
from kgservice.access.people import account
from kgservice.access.roles import Account
from kgservice.access.schema import SCHEMA
from kgservice.access.tokens import hashed
from kgservice.desk import Desk, now, written
from kgservice.errors import Unauthenticated

LASTING = timedelta(days=7)
"""A session ends after this time at the latest."""
_IDLE = timedelta(hours=12)
_STEP = timedelta(minutes=1)  # how exactly the last use is kept
_AHEAD = timedelta(hours=1)  # a session from further in the future ends: a clock that went back must not prolong it


class Sessions:
    """The sessions of one state folder; secrets are kept as hashes."""

    def __init__(self, state: Path) -> None:
        self._desk = Desk(state, SCHEMA)

    def new(self, user: str) -> str:
        """Begin a session of a user and return its secret; sessions that ended are forgotten."""
        secret, moment = secrets.token_urlsafe(32), written(now())
        with self._desk.open(writing=True) as desk:
            ends = (written(now() - LASTING), written(now() - _IDLE), written(now() + _AHEAD))
            desk.execute("DELETE FROM sessions WHERE created <= ? OR seen <= ? OR created > ?", ends)
            desk.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (hashed(secret), user, moment, moment))
        return secret

    def account(self, secret: str) -> Account:
        """Return who a session speaks for, as the account is now.

        Raises:
            Unauthenticated: it is unknown or has ended.
        """
        found = None
        if secret and self._desk.there:
            query = (
                "SELECT users.*, seen, sessions.created AS begun FROM sessions JOIN users ON name = user WHERE hash = ?"
            )
            with self._desk.open() as desk:
                row = desk.execute(query, (hashed(secret),)).fetchone()
                if row and _holds(row["begun"], LASTING) and _holds(row["seen"], _IDLE):
                    found = account(desk, row)
            if found and row["seen"] < written(now() - _STEP):
                with self._desk.open(writing=True) as desk:
                    desk.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (written(now()), hashed(secret)))
        if found is None:
            raise Unauthenticated("You are not signed in, or the session has ended; sign in at /curate/sign-in.")
        return found

    def end(self, secret: str, actor: str = "") -> None:
        """End a session."""
        with self._desk.open(writing=True) as desk:
            if desk.execute("DELETE FROM sessions WHERE hash = ?", (hashed(secret),)).rowcount:
                note(desk, actor, "sign out")


def _holds(time: str, lasting: timedelta) -> bool:
    """Tell whether a time is so short a while ago, by the clock as it is now."""
    return written(now() - lasting) < time <= written(now() + _AHEAD)


def form_token(secret: str) -> str:
    """Return what a form of a session must carry; nothing of the secret can be learnt from it."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf8", "surrogatepass"), expected.encode())
