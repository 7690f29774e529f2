"""Move readers between the releases that are there, and keep or revive what retention removes."""

from collections.abc import Callable

from kgservice.actions.ingest import now
from kgservice.errors import NothingChanged, StateBroken
from kgservice.releases import Release, Shelf
from kgservice.releases.sums import gone


class Keeping:
    """The releases on their shelf; what is done with them takes a moment, whatever their size."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def rollback(self, number: int, actor: str = "") -> Release:
        """Point readers at another release; nothing is deleted.

        Raises:
            ReleaseNotFound, ReleaseGone: there is no such release, or retention removed its store.
            NothingChanged: it is the current one.
            StateLocked, StateBroken: as their names say.
        """
        with self._shelf.lock("writer", actor=actor, job=f"rollback to {number}"):
            current = self._shelf.current()
            if current and current.id == number:
                raise NothingChanged("Release {release} is the current one already.", release=number)
            store = self._shelf.release(number).store
            missing = gone(store) if store.is_dir() else []
            if missing:
                raise StateBroken(
                    "The store of release {id} is damaged: {file} is gone. Readers stay on release {current}; "
                    "`kgservice verify` names all damage.",
                    id=number, file=missing[0].name, current=current.id if current else "-",
                )  # fmt: skip
            return self._shelf.point(number)

    def undoes(self, number: int) -> list[Release] | None:
        """Return the releases whose changes readers lose when they are sent to a release, newest first.

        None where that is not one that the current release was made from: then `Compare.undone` tells what differs.

        Raises:
            ReleaseNotFound: there is no such release.
        """
        self._shelf.release(number)
        there = {release.id: release for release in self._shelf.releases()}
        current = self._shelf.current()
        found: list[Release] = []
        step = current.id if current else None
        while step in there and step != number and len(found) < len(there):
            found.append(there[step])
            step = there[step].manifest.parent
        return found if step == number else None

    def keep(self, number: int, actor: str = "", on: bool = True) -> Release:
        """Keep a release's store however old it grows, or leave it to retention again (not `on`).

        Raises:
            ReleaseNotFound, StateLocked, StateBroken: as their names say.
        """
        with self._shelf.lock("writer", actor=actor, job=f"{'keep' if on else 'let go'} release {number}"):
            return self._shelf.keep(number, f"{now()} {actor}\n" if on else "")

    def revive(self, number: int, rebuilt: Callable[[Release], int], actor: str = "") -> Release:
        """Build the store of a release again from its files, and keep it.

        Raises:
            ReleaseNotFound: there is no such release.
            NothingChanged: its store is there.
            StateLocked, StateBroken: as their names say.
        """
        with self._shelf.lock("writer", actor=actor, job=f"revive release {number}"):
            release = self._shelf.release(number)
            if release.store.is_dir():
                raise NothingChanged("The store of release {release} is there.", release=number)
            rebuilt(release)
            return self._shelf.keep(number, f"{now()} {actor}\n")
