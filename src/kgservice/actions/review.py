"""Look at drafts before they are published, and throw them away."""

from kgservice.releases import Draft, Drafts, Shelf
from kgservice.report import Report


class Review:
    """The drafts of an installation and what was found in them."""

    def __init__(self, shelf: Shelf, drafts: Drafts) -> None:
        self._shelf = shelf
        self._drafts = drafts

    def drafts(self) -> list[Draft]:
        """Return the drafts that are not published, oldest first."""
        return [draft for draft in self._drafts.drafts() if draft.state != "published"]

    def draft(self, draft_id: str) -> Draft:
        """Return one draft, published ones too.

        Raises:
            DraftNotFound: there is none of that id.
        """
        return self._drafts.draft(draft_id)

    def report(self, draft_id: str) -> Report:
        """Return what was found in a draft.

        Raises:
            DraftNotFound: there is none of that id.
        """
        return self._drafts.draft(draft_id).report()

    def blocked_build(self) -> Draft | None:
        """Return the draft of a build whose violations keep newer content from readers, if there is one."""
        blocked = [draft for draft in self.drafts() if draft.origin == "build" and draft.state == "blocked"]
        return blocked[-1] if blocked else None

    def discard(self, draft_id: str, actor: str = "") -> None:
        """Remove a draft; the files of its deliveries are kept.

        Raises:
            DraftNotFound: there is none of that id.
            StateLocked, StateBroken: as their names say.
        """
        lock = self._shelf.lock("writer", actor=actor, job=f"discard {draft_id}")
        with lock, self._drafts.alone(draft_id, actor, f"discard {draft_id}"):
            self._drafts.discard(draft_id)
