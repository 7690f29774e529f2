"""Releases compared for programs: what each changed, its notes, what a rollback undoes; rollback and keep."""

from dataclasses import asdict
from typing import Any, Protocol

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from kgservice.access import Role
from kgservice.actions import notes
from kgservice.actions.compare import Compare
from kgservice.actions.keeping import Keeping
from kgservice.errors import ParameterInvalid
from kgservice.releases import Release, Shelf
from kgservice.web.callers import Callers, challenge
from kgservice.web.differing import differing, sent, told
from kgservice.web.negotiation import wants_page


class Desk(Protocol):
    """What comparisons need of the service behind them."""

    @property
    def shelf(self) -> Shelf:
        """Return its releases."""

    @property
    def differences(self) -> Compare:
        """Return what compares drafts and releases."""

    @property
    def keeping(self) -> Keeping:
        """Return what moves readers between releases."""


class Comparisons:
    """Answers about releases; each raises ReleaseNotFound, and what `Callers.insist` raises where it needs a role."""

    def __init__(self, desk: Desk, callers: Callers) -> None:
        self._desk = desk
        self._callers = callers

    def compare(self, before: int, after: int) -> Response:
        """Return how one release differs from another."""
        self._callers.insist(Role.READER)  # it may cost seconds, and is kept
        return differing(self._desk.differences.releases(before, after), {"from": before, "to": after})

    def changes(self, number: int) -> Response:
        """Return what a release changed."""
        release = self._desk.shelf.release(number)
        return differing(self._desk.differences.changes(number), {"from": release.manifest.parent, "to": number})

    def notes(self, number: int) -> Response:
        """Return the notes of a release, who worked on it and who accepted it."""
        release = self._desk.shelf.release(number)
        found = notes.read(release, g.language)
        return told({"release": number, "review": release.manifest.review, "notes": asdict(found) if found else None})

    def past(self) -> Answer:
        """Return what each release changed about a thing, newest first; readers of pages are sent to that of the thing.

        Raises:
            ParameterInvalid: `iri` is no IRI.
        """
        name = request.args.get("iri", "")
        if wants_page(request.headers.get("Accept", "")):
            return redirect(url_for("entities.page_of", iri=self._desk.differences.meant(name), _anchor="past-h"), 303)
        return told([one.to_json() for one in self._desk.differences.past(name, g.language)])

    def undone(self, number: int) -> Response:
        """Return what readers would see change when they are sent to a release."""
        self._callers.insist(Role.CURATOR)
        current = self._desk.shelf.current()
        found = self._desk.differences.undone(number)
        return differing(found, {"from": current.id if current else None, "to": number})

    def rollback(self, number: int) -> Response:
        """Send readers to another release. Raises as `Keeping.rollback` does."""
        account = self._callers.insist(Role.STEWARD)
        return told(released(self._desk.keeping.rollback(number, account.actor)))

    def keep(self, number: int) -> Response:
        """Keep a release's store, or let it go."""
        account, said = self._callers.insist(Role.STEWARD), sent("keep")
        if said["keep"] not in ("", "yes", "no"):
            raise ParameterInvalid("keep is yes or no, not {text}.", text=said["keep"])
        return told(released(self._desk.keeping.keep(number, account.actor, said["keep"] != "no")))


def blueprint(desk: Desk, callers: Callers) -> Blueprint:
    """Return `/history`, `/releases/<id>/compare/<id>` and, below a release, changes, notes, rollback and keep."""
    room = Blueprint("comparisons", __name__)
    room.after_request(challenge)
    found = Comparisons(desk, callers)
    room.add_url_rule("/history", "past", found.past)
    room.add_url_rule("/releases/<int:before>/compare/<int:after>", "compare", found.compare)
    room.add_url_rule("/releases/<int:number>/changes", "changes", found.changes)
    room.add_url_rule("/releases/<int:number>/notes", "notes", found.notes)
    room.add_url_rule("/releases/<int:number>/rollback", "undone", found.undone)
    room.add_url_rule("/releases/<int:number>/rollback", "rollback", found.rollback, methods=["POST"])
    room.add_url_rule("/releases/<int:number>/keep", "keep", found.keep, methods=["POST"])
    return room


def released(release: Release) -> dict[str, Any]:
    """Return what is told of a release after something was done with it."""
    return {"id": release.id, "content_hash": release.manifest.content_hash, "kept": release.kept}
