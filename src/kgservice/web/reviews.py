"""Reviews for programs: what a draft changes, its history, and the decisions on it."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, g

from kgservice.access import Role
from kgservice.actions.decide import history
from kgservice.errors import PreviewStale
from kgservice.releases import Draft
from kgservice.web.callers import Callers, challenge
from kgservice.web.differing import differing, sent, told
from kgservice.web.pages import Service


class Reviews:
    """Answers about drafts; each raises DraftNotFound, and Unauthenticated or AccessDenied as `Callers.insist` does."""

    def __init__(self, desk: Service, callers: Callers) -> None:
        self._desk = desk
        self._callers = callers

    def drafts(self) -> Response:
        """Return the drafts that are not published."""
        self._callers.insist(Role.CURATOR)
        return told([drafted(draft) for draft in self._desk.review.drafts()])

    def draft(self, draft_id: str) -> Response:
        """Return one draft."""
        self._callers.insist(Role.CURATOR)
        return told(drafted(self._desk.review.draft(draft_id)))

    def history(self, draft_id: str) -> Response:
        """Return what was done with a draft, edits by hand too."""
        self._callers.insist(Role.CURATOR)
        return told([asdict(event) for event in history(self._desk.review.draft(draft_id))])

    def review(self, draft_id: str) -> Response:
        """Return what a draft changes. Raises PreviewStale."""
        self._callers.insist(Role.CURATOR)
        found = self._desk.differences.draft(draft_id)
        draft = self._desk.review.draft(draft_id)
        return differing(found, {"draft": draft_id, "state": draft.state, "preview": draft.content_hash})

    def impact(self, draft_id: str) -> Response:
        """Return what follows from a draft's preview, as a job found it. Raises PreviewStale before one did."""
        self._callers.insist(Role.CURATOR)
        found = self._desk.impact.of(draft_id)
        if found is None:
            raise PreviewStale(
                "Nobody has worked out the impact of this preview of draft {draft}; `kgservice impact {draft}` does.",
                draft=draft_id,
            )
        return told(found.to_json())

    def conflicts(self, draft_id: str) -> Response:
        """Return what a draft and the current release changed otherwise. Raises PreviewStale after work by hand."""
        self._callers.insist(Role.CURATOR)
        if self._desk.differences.unseen(draft_id):
            raise PreviewStale(
                "The preview of draft {draft} is not up to date; `kgservice drafts preview {draft}` makes it anew.",
                draft=draft_id,
            )
        return told([asdict(one) for one in self._desk.differences.conflicts(draft_id, g.language)])

    def accept(self, draft_id: str) -> Response:
        """Accept a draft's preview. Raises as `Decide.accept` does."""
        account, said = self._callers.insist(Role.STEWARD), sent("comment", "preview")
        found = self._desk.decide.accept(draft_id, account.actor, account.role, said["comment"], said["preview"])
        return told(drafted(found))

    def comment(self, draft_id: str) -> Response:
        """Say something on a draft. Raises as `Decide.comment` does."""
        account, said = self._callers.insist(Role.CURATOR), sent("text")
        return told(drafted(self._desk.decide.comment(draft_id, account.actor, account.role, said["text"])))

    def send_back(self, draft_id: str) -> Response:
        """Send a draft back. Raises as `Decide.send_back` does."""
        account, said = self._callers.insist(Role.STEWARD), sent("reason", "findings")
        named = [name for name in said["findings"].split("\n") if name]
        return told(drafted(self._desk.decide.send_back(draft_id, account.actor, account.role, said["reason"], named)))


def blueprint(desk: Service, callers: Callers) -> Blueprint:
    """Return `/drafts`, `/drafts/<id>` and below it review, history, accept, comment and send-back."""
    room = Blueprint("reviews_api", __name__)
    room.after_request(challenge)
    reviews = Reviews(desk, callers)
    room.add_url_rule("/drafts", "drafts", reviews.drafts)
    room.add_url_rule("/drafts/<draft_id>", "draft", reviews.draft)
    room.add_url_rule("/drafts/<draft_id>/history", "history", reviews.history)
    room.add_url_rule("/drafts/<draft_id>/impact", "impact", reviews.impact)
    room.add_url_rule("/drafts/<draft_id>/conflicts", "conflicts", reviews.conflicts)
    room.add_url_rule("/drafts/<draft_id>/review", "review", reviews.review)
    for name, view in (("accept", reviews.accept), ("comment", reviews.comment), ("send-back", reviews.send_back)):
        room.add_url_rule(f"/drafts/<draft_id>/{name}", name, view, methods=["POST"])
    return room


def drafted(draft: Draft) -> dict[str, Any]:
    """Return what is told of a draft: its state and who did what, not its files."""
    return {
        "id": draft.id, "state": draft.state, "base_release": draft.base_release, "release": draft.release,
        "created": draft.created, "actor": draft.actor, "sources": draft.sources, "preview": draft.content_hash,
        "events": [asdict(event) for event in draft.events],
    }  # fmt: skip
