"""Compare: a draft with the release that it changes, and any release with any other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.actions.content import Content
from kgservice.actions.differences import Difference, Differences
from kgservice.actions.fold import pending
from kgservice.actions.labels import Labels
from kgservice.actions.origins import lineages
from kgservice.actions.rebase import Conflict, conflicts
from kgservice.actions.show import LEDGER, kept
from kgservice.errors import ParameterInvalid, ReleaseNotFound
from kgservice.releases import Drafts, Release, Shelf
from kgservice.releases.differences import side
from kgservice.releases.files import guarded
from kgservice.releases.ledger import record
from kgservice.terms import is_iri, shortened

_LOOKED_AT = 50  # releases, for the past of a thing
_KEPT = 20  # ledgers of releases that somebody compared


@dataclass(frozen=True, slots=True)
class Past:
    """What one release changed about a thing; its manifest says who published and who accepted it."""

    release: Release
    told: Difference

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values: the release, who published and who accepted it, and the difference."""
        made = self.release.manifest
        accepted = [str(one["actor"]) for one in made.review.get("accepted", ())]
        head = {"release": made.id, "published": made.created, "actor": made.actor, "accepted": accepted}
        return {**head, **self.told.to_json()}


class Compare:
    """Makes comparisons; each is written down once and then read."""

    def __init__(self, shelf: Shelf, drafts: Drafts, content: Content, labels: Callable[[], Labels]) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._labels = labels

    def draft(self, draft_id: str) -> Differences:
        """Return what a draft changes by its preview; of a published one, what its release changed.

        Raises:
            DraftNotFound: there is none of that id.
            PreviewStale: no preview was made, or the draft, the release or the authored files have moved on since.
        """
        draft = self._drafts.draft(draft_id)
        if draft.release is not None:
            return self.changes(draft.release)
        found = kept(draft, self._shelf, self._content)
        imports = found.parent.manifest.imports if found.parent else {}
        before = lineages(imports, found.parent.lineage if found.parent else Path())
        after = {**before, **lineages(draft.imports, draft.path / "lineage", found.parent)}
        return self._differences(found.ledger, (found.before, found.after), (before, after))

    def conflicts(self, draft_id: str, lang: str) -> list[Conflict]:
        """Return in words what a draft and the current release changed to different things.

        Raises:
            DraftNotFound: there is none of that id.
        """
        draft = self._drafts.draft(draft_id)
        return [] if draft.release else conflicts(draft, self._shelf, self.named, lang)

    def unseen(self, draft_id: str) -> bool:
        """Tell whether a draft was worked on by hand in ways that `conflicts` does not see before it is checked.

        Raises:
            DraftNotFound: there is none of that id.
        """
        draft = self._drafts.draft(draft_id)
        return draft.release is None and pending(draft, self._shelf, self._content.graphs)

    def changes(self, number: int) -> Differences:
        """Return what a release changed in the one it was made from.

        Raises:
            ReleaseNotFound: there is no such release.
        """
        release = self._shelf.release(number)
        return self.releases(release.manifest.parent or 0, number)

    def past(self, iri: str, lang: str) -> list[Past]:
        """Return what each release up to the current one changed about a thing, newest first; 50 are looked at.

        `iri` may be `id/…`, below the base.

        Raises:
            ParameterInvalid: it is no IRI.
        """
        iri = self.meant(iri)
        current = self._shelf.current()
        found: list[Past] = []
        step = current.id if current else None
        for _ in range(_LOOKED_AT):
            if step is None:
                break
            try:
                release = self._shelf.release(step)
            except ReleaseNotFound:
                break
            step = release.manifest.parent
            if (release.path / LEDGER).exists():
                told = self.changes(release.id).of(iri, lang)
                if told:
                    found.append(Past(release, told))
        return found

    def meant(self, text: str) -> str:
        """Return the IRI of a thing, `id/…` below the base; raises ParameterInvalid where it is none."""
        name = self._content.graphs.base + text if text.startswith("id/") else text
        if not is_iri(name):
            raise ParameterInvalid("The history of a thing is asked for by its IRI; {text} is none.", text=text)
        return name

    def releases(self, before: int, after: int) -> Differences:
        """Return how one release differs from another; 0 is the empty graph before the first.

        Raises:
            ReleaseNotFound: there is no such release.
        """
        old, new = (self._shelf.release(number) if number else None for number in (before, after))
        sides = (side(old), side(new))
        ledger = new.path / LEDGER if new and (new.manifest.parent or 0) == before else self._compared(before, after)
        if not ledger.exists():
            ledger = self._compared(before, after)
        if not ledger.exists():
            record(ledger, *sides, self._content.graphs)
            self._tidy(ledger.parent)
        of = [lineages(release.manifest.imports, release.lineage) if release else {} for release in (old, new)]
        return self._differences(ledger, sides, (of[0], of[1]))

    def undone(self, number: int) -> Differences:
        """Return what readers would see change when they are sent to a release.

        Raises:
            ReleaseNotFound: there is no such release, or none at all.
        """
        current = self._shelf.current()
        if current is None:
            raise ReleaseNotFound("There is no release yet; `kgservice build` makes the first.")
        return self.releases(current.id, number)

    def named(self, iris: Iterable[str], lang: str) -> Mapping[str, str]:
        """Return labels of IRIs by the current release; the IRI shortened where there is none."""
        wanted = list(iris)
        if self._shelf.current() is None:
            return {iri: shortened(iri) for iri in wanted}
        return self._labels().of(wanted, lang)

    def _differences(self, ledger: Path, sides: tuple, origins: tuple) -> Differences:  # type: ignore[type-arg]
        return Differences(ledger, sides, origins, self.named, self._content.graphs)

    def _compared(self, before: int, after: int) -> Path:
        return self._shelf.state.folder / "compared" / f"{before}-{after}.sqlite"

    def _tidy(self, folder: Path) -> None:
        with guarded(folder):
            found = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
            for path in found[:-_KEPT]:
                path.unlink(missing_ok=True)
