"""Slow-down and lock-out: how long somebody who guesses passwords has to wait."""

import sqlite3

_MEMORY = 900.0  # seconds that a failure counts, and that a lock-out lasts
_PAIR = 5  # failures of an account from one address until that address waits
_ADDRESS = 30  # failures of an address, whatever the account
_ACCOUNT = 10  # failures of an account from anywhere: then it is slowed down, never locked, or anybody could lock it
_SLOWEST = 60.0


def wait(desk: sqlite3.Connection, name: str, address: str, moment: float) -> float:
    """Return for how many seconds an address may not try an account; 0 = it may now.

    `moment` is in seconds since the epoch; failures that a clock going backwards left in the future count as now.
    """
    rows = desk.execute("SELECT name, address, time FROM attempts WHERE time > ?", (moment - _MEMORY,)).fetchall()
    failures = [(row["name"], row["address"], min(row["time"], moment)) for row in rows]
    pair = [time for who, where, time in failures if (who, where) == (name, address)]
    there = [time for _, where, time in failures if where == address]
    account = [time for who, _, time in failures if who == name]
    waits = [0.0]
    if len(pair) >= _PAIR:
        waits.append(max(pair) + _MEMORY - moment)
    if len(there) >= _ADDRESS:
        waits.append(max(there) + _MEMORY - moment)
    if len(account) >= _ACCOUNT:
        waits.append(max(account) + min(2.0 ** (len(account) - _ACCOUNT), _SLOWEST) - moment)
    return max(waits)


def failed(desk: sqlite3.Connection, name: str, address: str, moment: float) -> None:
    """Remember a failure; those that no longer count go."""
    desk.execute("DELETE FROM attempts WHERE time <= ? OR time > ?", (moment - _MEMORY, moment + _MEMORY))
    desk.execute("INSERT INTO attempts (name, address, time) VALUES (?, ?, ?)", (name, address, moment))


def succeeded(desk: sqlite3.Connection, name: str, address: str) -> None:
    """Forget the failures of an account from an address."""
    desk.execute("DELETE FROM attempts WHERE name = ? AND address = ?", (name, address))
