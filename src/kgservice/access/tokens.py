"""Tokens: secrets with a role, with which programs and people reach the service; only their hashes are kept."""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from kgservice.access.audit import note
from kgservice.access.roles import NAME, Account, Role
from kgservice.access.schema import SCHEMA, limit, limits
from kgservice.desk import Desk, now, written
from kgservice.errors import ParameterInvalid, StateBroken, TokenNotFound, Unauthenticated

# no secret has a marked hash, so a clock that is set back revives no token that was seen expired
_OVER = "SELECT 1 FROM tokens WHERE expires <= ? AND hash NOT LIKE 'expired %' LIMIT 1"
_MARK = "UPDATE tokens SET hash = 'expired ' || hash WHERE expires <= ? AND hash NOT LIKE 'expired %'"


class Access:
    """The tokens of one state folder; any number of processes may use it at once."""

    def __init__(self, state: Path) -> None:
        self._desk = Desk(state, SCHEMA)

    def new(self, name: str, role: Role, days: int = 0, sources: Iterable[str] = (), actor: str = "") -> str:
        """Make a token and return its secret, which is kept nowhere; it expires after `days`, or never (0).

        Raises:
            ParameterInvalid: the name is taken, or has other characters than letters, digits and `.-_@`.
            StateBroken: the state folder cannot be written.
        """
        if not NAME.fullmatch(name):
            raise ParameterInvalid("{name} is no name of a token: use letters, digits and .-_@, at most 64.", name=name)
        secret = secrets.token_urlsafe(32)  # 256 bits: a plain hash of it cannot be guessed back
        expires = written(now() + timedelta(days=days)) if days else None
        row = (name, role.word, hashed(secret), written(now()), expires)
        try:
            with self._desk.open(writing=True) as desk:
                desk.execute("INSERT INTO tokens (name, role, hash, created, expires) VALUES (?, ?, ?, ?, ?)", row)
                limit(desk, f"token:{name}", sources)
                note(desk, actor, f"token new {name}", detail=role.word)
        except sqlite3.IntegrityError:
            raise ParameterInvalid(
                "There is a token {name} already; revoke it, or choose another name.", name=name
            ) from None
        return secret

    def tokens(self) -> list[Account]:
        """Return all tokens by name, expired ones too."""
        if not self._desk.there:
            return []
        with self._desk.open() as desk:
            return [_account(desk, row) for row in desk.execute("SELECT * FROM tokens ORDER BY name").fetchall()]

    def revoke(self, name: str, actor: str = "") -> None:
        """Make a token worthless at once.

        Raises:
            TokenNotFound: there is none of that name.
        """
        removed = 0
        if self._desk.there:
            with self._desk.open(writing=True) as desk:
                removed = desk.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount
                limit(desk, f"token:{name}", ())
                if removed:
                    note(desk, actor, f"token revoke {name}")
        if not removed:
            raise TokenNotFound("There is no token {name}; `kgservice token list` lists them.", name=name)

    def account(self, secret: str) -> Account:
        """Return who a secret speaks for.

        Raises:
            Unauthenticated: it is unknown, revoked or expired.
        """
        found, over = None, False
        if secret and self._desk.there:
            with self._desk.open() as desk:
                row = desk.execute("SELECT * FROM tokens WHERE hash = ?", (hashed(secret),)).fetchone()
                found = _account(desk, row) if row else None
                over = desk.execute(_OVER, (written(now()),)).fetchone()
        if over:
            with suppress(StateBroken), self._desk.open(writing=True) as desk:  # full disk: others' tokens still work
                desk.execute(_MARK, (written(now()),))
        if found is None or found.over:
            raise Unauthenticated("This token is unknown, revoked or expired; `kgservice token new` makes one.")
        return found


def hashed(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256."""
    return hashlib.sha256(secret.encode("utf8", "surrogatepass")).hexdigest()


def _account(desk: sqlite3.Connection, row: sqlite3.Row) -> Account:
    held = limits(desk, f"token:{row['name']}")
    expires = row["expires"] or ""
    over = row["hash"].startswith("expired ") or bool(expires and expires <= written(now()))
    return Account(row["name"], Role[row["role"].upper()], row["created"], expires, held, over=over)
