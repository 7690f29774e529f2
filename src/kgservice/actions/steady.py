"""Start on the release that readers should see, or on the last good one where that is damaged."""

from kgservice.actions.ask import Ask
from kgservice.errors import EngineCrash, KgError, ReleaseNotFound, StateBroken, StoreUnavailable
from kgservice.releases import Release, Shelf
from kgservice.report import Text

_DAMAGE = (StateBroken, StoreUnavailable, EngineCrash)


class Steady:
    """Looks, before the first request, whether the current release can be read."""

    def __init__(self, shelf: Shelf, ask: Ask) -> None:
        self._shelf = shelf
        self._ask = ask

    def settle(self, actor: str) -> Text | None:
        """Start the readers; where the current release cannot be read, make the newest that can current, and say so.

        Raises:
            ReleaseNotFound: there is no release yet.
            StateBroken, StoreUnavailable: the current release is damaged, and there is no other.
        """
        try:
            if self._shelf.current() is None:
                raise ReleaseNotFound(
                    "There is no release to serve yet: run `kgservice build` first and see what it reports."
                )
            self._ask.ask("ASK {}")
        except _DAMAGE as error:
            found = self._good()
            if found is None:
                raise
            broken = self._shelf.pointed()
            with self._shelf.lock("writer", actor=actor, job=f"fall back to release {found.id}"):
                self._shelf.point(found.id)
            return Text(
                "Release {broken} is damaged, and release {id} is served instead. {reason} `kgservice verify` names "
                "the files; `kgservice rollback {broken}` returns to it when it is mended.",
                {"broken": broken, "id": found.id, "reason": str(error)},
            )
        return None

    def _good(self) -> Release | None:
        """Return the newest release that answers."""
        for release in reversed(self._shelf.releases()):
            try:
                if str(release.id) != self._shelf.pointed() and self._ask.ask("ASK {}", release=release.id):
                    return release
            except KgError:
                continue
        return None
