"""Who may do what: tokens with a role, kept as hashes in the desk of the state folder."""

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path

from kgservice.errors import ParameterInvalid, StateBroken, TokenNotFound, Unauthenticated

_NAME = re.compile(r"[\w.@-]{1,64}")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS tokens (name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, "
    "created TEXT NOT NULL, expires TEXT)"
)
_COLUMNS = "name, role, created, expires"


class Role(IntEnum):
    """What somebody may do; each role may do all that the ones before it may."""

    READER = 1
    CURATOR = 2
    STEWARD = 3
    OPERATOR = 4


@dataclass(frozen=True, slots=True)
class Account:
    """Who a token speaks for; times are UTC, ISO 8601, to the second, and `expires` is empty where it never does."""

    name: str
    role: Role
    created: str
    expires: str = ""

    def may(self, role: Role) -> bool:
        """Tell whether this role, or a lower one, is enough."""
        return self.role >= role


class Access:
    """The tokens of one state folder, in `desk.sqlite`; any number of processes may use it at once."""

    def __init__(self, state: Path) -> None:
        self._path = state / "desk.sqlite"

    def new(self, name: str, role: Role, days: int = 0) -> str:
        """Make a token and return its secret, which is kept nowhere; it expires after `days`, or never (0).

        Raises:
            ParameterInvalid: the name is taken, or has other characters than letters, digits and `.-_@`.
            StateBroken: the state folder cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise ParameterInvalid("{name} is no name of a token: use letters, digits and .-_@, at most 64.", name=name)
        secret = secrets.token_urlsafe(32)  # 256 bits: a plain hash of it cannot be guessed back
        now = datetime.now(UTC)
        expires = _written(now + timedelta(days=days)) if days else None
        row = (name, role.name.lower(), _hash(secret), _written(now), expires)
        try:
            with self._open() as desk:
                desk.execute("INSERT INTO tokens (name, role, hash, created, expires) VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            raise ParameterInvalid(
                "There is a token {name} already; revoke it, or choose another name.", name=name
            ) from None
        return secret

    def tokens(self) -> list[Account]:
        """Return all tokens by name, expired ones too."""
        if not self._path.exists():
            return []
        with self._open() as desk:
            return [_account(row) for row in desk.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY name")]  # noqa: S608

    def revoke(self, name: str) -> None:
        """Make a token worthless at once.

        Raises:
            TokenNotFound: there is none of that name.
        """
        removed = 0
        if self._path.exists():
            with self._open() as desk:
                removed = desk.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount
        if not removed:
            raise TokenNotFound("There is no token {name}; `kgservice token list` lists them.", name=name)

    def account(self, secret: str) -> Account:
        """Return who a secret speaks for.

        Raises:
            Unauthenticated: it is unknown, revoked or expired.
        """
        found = None
        if secret and self._path.exists():
            with self._open() as desk:
                query = f"SELECT {_COLUMNS} FROM tokens WHERE hash = ?"  # noqa: S608
                found = desk.execute(query, (_hash(secret),)).fetchone()
        if found is None or (found[3] and found[3] <= _written(datetime.now(UTC))):
            raise Unauthenticated("This token is unknown, revoked or expired; `kgservice token new` makes one.")
        return _account(found)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            fresh = not self._path.exists()
            if fresh:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(0o600)
            desk = sqlite3.connect(self._path, timeout=10)
            try:
                if fresh:
                    desk.execute("PRAGMA journal_mode = WAL")
                with desk:
                    desk.execute(_TABLE)
                    yield desk
            finally:
                desk.close()
        except (OSError, sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise StateBroken("{path} cannot be used: {reason}.", path=str(self._path), reason=error) from None


def _account(row: tuple[str, str, str, str | None]) -> Account:
    return Account(row[0], Role[row[1].upper()], row[2], row[3] or "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _written(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
