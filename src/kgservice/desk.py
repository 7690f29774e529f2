"""The desk of a state folder: one SQLite file in which people, jobs and the audit trail are kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kgservice.errors import StateBroken

FILE = "desk.sqlite"
_PATIENCE = 10.0  # seconds that a writer waits for another one


class Desk:
    """The file `desk.sqlite` of one state folder; any number of processes and threads may use it at once."""

    def __init__(self, state: Path, schema: str) -> None:
        self.path = state / FILE
        self._schema = schema
        self._ready: tuple[int, int] | None = None

    @property
    def there(self) -> bool:
        """Tell whether anything was ever written."""
        return self.path.exists()

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction, which is kept unless an error passes; `writing` takes turns.

        sqlite3.IntegrityError passes untouched: it means that a name is taken.

        Raises:
            StateBroken: the file cannot be read or written.
        """
        try:
            desk = self._connect()
            try:
                desk.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
                try:
                    yield desk
                except BaseException:
                    desk.rollback()
                    raise
                desk.commit()
            finally:
                desk.close()
        except sqlite3.IntegrityError:
            raise
        except (OSError, sqlite3.Error) as error:
            raise StateBroken("{path} cannot be used: {reason}.", path=str(self.path), reason=error) from None

    def _connect(self) -> sqlite3.Connection:
        fresh = not self.path.exists()
        if fresh:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(0o600)
        desk = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
        desk.row_factory = sqlite3.Row
        try:
            found = self.path.stat()
            if self._ready != (found.st_dev, found.st_ino):
                desk.execute("PRAGMA journal_mode = WAL")
                desk.executescript(self._schema)
                self._ready = (found.st_dev, found.st_ino)
            desk.execute("PRAGMA synchronous = FULL")
        except BaseException:
            desk.close()
            raise
        return desk


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def written(time: datetime) -> str:
    """Return a time as UTC, ISO 8601, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
