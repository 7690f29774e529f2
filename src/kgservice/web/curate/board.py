"""The front of the desk: how each source stands, and what to do next."""

from collections import Counter as Counted

from flask import Blueprint, Response, g, request

from kgservice.actions.board import Standing
from kgservice.web.curate.counter import Counter, as_json, page_wanted, titled
from kgservice.web.pages import render


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate`."""
    room = Blueprint("board", __name__)

    @room.get("/curate")
    def board() -> Response:
        account = counter.account
        standings = [one for one in counter.service.board.standings() if account.knows(one.source.name)]
        if not page_wanted():
            return as_json([one.to_json() for one in standings])
        drafts = [draft for draft in counter.service.review.drafts() if not account.sources or draft.sources]
        wanted = request.args.get("state", "")
        seen = [one for one in standings if wanted in ("", one.state)]
        return render(
            "curate/board.html",
            standings=sorted((one for one in seen if not _resting(one)), key=_urgency),
            resting=sorted((one for one in seen if _resting(one)), key=_urgency),
            states=Counted(one.state for one in standings),
            wanted=wanted,
            drafts=[draft for draft in drafts if all(account.knows(name) for name in draft.sources)],
            jobs=counter.service.queue.waiting(),
            title=lambda source: titled(source, g.language),
        )

    return room


def _resting(one: Standing) -> bool:
    """Tell whether a source is reference data that nobody asked for yet."""
    return one.state == "never" and one.source.folder.parent.name == "reference"


def _urgency(one: Standing) -> tuple[int, str]:
    order = ("failed", "blocked", "sent-back", "running", "queued", "open", "clean", "accepted", "never", "released")
    return order.index(one.state) if one.state in order else len(order), one.source.name
