"""What a publish needs before it begins: that very preview, accepted where it must be, or the release it made."""

from dataclasses import replace

from kgservice.actions.conflicts import insist
from kgservice.actions.content import Content
from kgservice.actions.decide import authors, unmoved
from kgservice.actions.fold import folded, pending
from kgservice.actions.show import Kept, kept
from kgservice.errors import AcceptRefused, NothingChanged, PreviewStale, Refused
from kgservice.releases import Draft, Release, Shelf
from kgservice.settings import Settings


def ready(draft: Draft, shelf: Shelf, content: Content, settings: Settings, preview: str) -> tuple[Draft, Kept | None]:
    """Return a draft and its kept preview; None for a draft that was never checked, which publish does itself.

    Raises:
        NothingChanged: it is published, or the current release says all this already.
        PublishConflict: the current release changed the same as the draft.
        PreviewStale: draft, release or authored files have moved on since its preview, or that is not the one wanted.
        AcceptRefused: a second pair of eyes is wanted, and nobody but its authors has accepted it.
        Refused: it was sent back.
    """
    if draft.state == "published":
        raise NothingChanged("Draft {draft} is published as release {release}.", draft=draft.id, release=draft.release)
    seen = draft.state != "open"
    touched = pending(draft, shelf, content.graphs)
    draft = folded(draft, shelf, content.graphs)
    current = shelf.current()
    insist(draft, current)
    if not seen:
        if preview or settings.second_pair:
            raise _unread(draft)
        return draft, None
    if touched:
        raise _unread(draft)
    _sent_back(draft)
    found = kept(draft, shelf, content)
    unmoved(draft, found, preview)
    if settings.second_pair:
        _second_pair(draft)
    same = current and found.content_hash == current.manifest.content_hash
    if current and same and found.note["imports"] == current.manifest.imports:
        raise nothing(draft, current)
    return draft, found


def resumed(draft: Draft, shelf: Shelf) -> Release | None:
    """Return the release that an ended publish of this draft sealed, readers pointed at it; None where there is none.

    The publish was killed after its release was whole and before the draft was told so.
    """
    if draft.state == "published" or draft.origin == "build":
        return None
    for release in reversed(shelf.releases()):
        if release.manifest.origin == draft.id and release.manifest.review.get("preview") == draft.content_hash:
            current = shelf.current()
            if current and current.id == release.id:
                return release
            if (current.id if current else None) == release.manifest.parent:
                return shelf.point(release.id)
    return None


def nothing(draft: Draft, current: Release) -> NothingChanged:
    """Return what is said when a draft changes nothing."""
    return NothingChanged(
        "Release {release} says all that draft {draft} says; there is nothing to publish.",
        draft=draft.id,
        release=current.id,
    )


def _unread(draft: Draft) -> PreviewStale:
    return PreviewStale(
        "The preview of draft {draft} is not up to date; `kgservice drafts preview {draft}` makes it anew.",
        draft=draft.id,
    )


def _sent_back(draft: Draft) -> None:
    if draft.state == "sent-back":
        said = next(event for event in reversed(draft.events) if event.verb == "sent-back")
        raise Refused(
            "Draft {draft} was sent back by {actor}: {reason}", draft=draft.id, actor=said.actor, reason=said.text
        )


def _second_pair(draft: Draft) -> None:
    worked = authors(draft)
    accepted = {e.actor for e in draft.events if e.verb == "accepted" and e.preview == draft.content_hash} - worked
    if draft.state != "accepted" or not accepted:
        raise AcceptRefused(
            "Draft {draft} is not accepted yet, and this service wants a second pair of eyes (KG_SECOND_PAIR): "
            "somebody who did not work on it runs `kgservice accept {draft}`.",
            draft=draft.id,
        )


def published(draft: Draft, release: Release) -> Draft:
    """Return a draft that became a release; the release has its files now."""
    return replace(draft, state="published", release=release.id, changes={}, hand=None)
