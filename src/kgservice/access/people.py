"""People: accounts with a password and a role, and who is let in."""

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kgservice.access import patience
from kgservice.access.audit import note
from kgservice.access.passwords import Passwords
from kgservice.access.roles import NAME, Account, Role
from kgservice.access.schema import SCHEMA, limit, limits
from kgservice.desk import Desk, now, written
from kgservice.errors import ParameterInvalid, SignInRefused, TooManyAttempts, UserNotFound


class People:
    """The accounts of one state folder."""

    def __init__(self, state: Path) -> None:
        self._desk = Desk(state, SCHEMA)
        self._passwords = Passwords()

    def add(self, name: str, role: Role, password: str, sources: Iterable[str] = (), actor: str = "") -> None:
        """Make an account; with `sources`, its role holds for these alone.

        Raises:
            ParameterInvalid: the name is taken or no name, or the password is too weak.
            StateBroken: the state folder cannot be written.
        """
        if not NAME.fullmatch(name):
            raise ParameterInvalid("{name} is no name of a user: use letters, digits and .-_@, at most 64.", name=name)
        kept, row = self._passwords.hash(password, name), "INSERT INTO users (name, role, password, created) VALUES "
        try:
            with self._desk.open(writing=True) as desk:
                desk.execute(f"{row} (?, ?, ?, ?)", (name, role.word, kept, written(now())))
                limit(desk, f"user:{name}", sources)
                note(desk, actor, f"user add {name}", detail=_said(role, sources))
        except sqlite3.IntegrityError:
            raise ParameterInvalid("There is a user {name} already; choose another name.", name=name) from None

    def all(self) -> list[Account]:
        """Return all accounts by name."""
        if not self._desk.there:
            return []
        with self._desk.open() as desk:
            return [account(desk, row) for row in desk.execute("SELECT * FROM users ORDER BY name").fetchall()]

    def remove(self, name: str, actor: str = "") -> None:
        """Remove an account; its sessions end, what it did stays in the audit trail.

        Raises:
            UserNotFound: there is none of that name.
        """
        with self._existing(name) as desk:
            desk.execute("DELETE FROM users WHERE name = ?", (name,))
            desk.execute("DELETE FROM sessions WHERE user = ?", (name,))
            limit(desk, f"user:{name}", ())
            note(desk, actor, f"user remove {name}")

    def password(self, name: str, password: str, actor: str = "") -> None:
        """Give an account a new password; its sessions end, and a lock-out too.

        Raises:
            UserNotFound: there is none of that name.
            ParameterInvalid: the password is too weak.
        """
        kept = self._passwords.hash(password, name)
        with self._existing(name) as desk:
            desk.execute("UPDATE users SET password = ? WHERE name = ?", (kept, name))
            desk.execute("DELETE FROM sessions WHERE user = ?", (name,))
            desk.execute("DELETE FROM attempts WHERE name = ?", (name,))
            note(desk, actor, f"user password {name}")

    def role(self, name: str, role: Role, sources: Iterable[str] = (), actor: str = "") -> None:
        """Give an account another role, and the sources it holds for (none = all); its sessions end.

        Raises:
            UserNotFound: there is none of that name.
        """
        with self._existing(name) as desk:
            desk.execute("UPDATE users SET role = ? WHERE name = ?", (role.word, name))
            desk.execute("DELETE FROM sessions WHERE user = ?", (name,))
            limit(desk, f"user:{name}", sources)
            note(desk, actor, f"user role {name}", detail=_said(role, sources))

    def enter(self, name: str, password: str, address: str) -> Account:
        """Return the account of somebody who names it with its password, from an address.

        Raises:
            SignInRefused: name or password is wrong; which of them is not said.
            TooManyAttempts: after too many wrong ones, until `params["seconds"]` have passed.
        """
        moment, short = time.time(), name[:64]
        with self._desk.open(writing=True) as desk:
            seconds = patience.wait(desk, short, address, moment)
            if seconds <= 0:
                patience.failed(desk, short, address, moment)  # until it is known better: guesses come in parallel too
            row = desk.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchone()
        if seconds > 0:
            raise TooManyAttempts(
                "Too many wrong passwords: try again in {seconds} seconds.", seconds=math.ceil(seconds)
            )
        right = self._passwords.fits(row["password"] if row else "", password)
        with self._desk.open(writing=True) as desk:
            note(desk, f"user:{short}", "sign in", "done" if right else SignInRefused.slug, address)
            if right:
                patience.succeeded(desk, short, address)
                desk.execute("UPDATE users SET last = ? WHERE name = ?", (written(now()), name))
                return account(desk, row)
        raise SignInRefused("Name or password is wrong.")

    @contextmanager
    def _existing(self, name: str) -> Iterator[sqlite3.Connection]:
        """Give a transaction that writes about an account that is there."""
        with self._desk.open(writing=True) as desk:
            if desk.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone() is None:
                raise UserNotFound("There is no user {name}; `kgservice user list` lists them.", name=name)
            yield desk


def account(desk: sqlite3.Connection, row: sqlite3.Row) -> Account:
    """Return the account that a row of `users` says."""
    held = limits(desk, f"user:{row['name']}")
    return Account(row["name"], Role[row["role"].upper()], row["created"], "", held, "user", row["last"])


def _said(role: Role, sources: Iterable[str]) -> str:
    named = ", ".join(sorted(sources))
    return f"{role.word}: {named}" if named else role.word
