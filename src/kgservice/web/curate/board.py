"""The front of the desk: how each source stands, and what to do next."""

from collections import Counter as Counted
from dataclasses import asdict

from flask import Blueprint, Response, g, request

from kgservice.actions.board import Standing
from kgservice.web.curate.counter import Counter, as_json, page_wanted
from kgservice.web.pages import render


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate`."""
    room = Blueprint("board", __name__)

    @room.get("/curate")
    def board() -> Response:
        account = counter.account
        standings = [one for one in counter.service.board.standings() if account.knows(one.source.name)]
        if not page_wanted():
            return as_json([_row(one) for one in standings])
        drafts = [draft for draft in counter.service.review.drafts() if not account.sources or draft.sources]
        wanted = request.args.get("state", "")
        return render(
            "curate/board.html",
            standings=sorted((one for one in standings if wanted in ("", one.state)), key=_urgency),
            states=Counted(one.state for one in standings),
            wanted=wanted,
            drafts=[draft for draft in drafts if all(account.knows(name) for name in draft.sources)],
            jobs=counter.service.queue.waiting(),
            title=lambda source: source.title.get(g.language) or source.title.get("en") or source.name,
        )

    return room


def _urgency(one: Standing) -> tuple[int, str]:
    order = ("failed", "blocked", "sent-back", "running", "queued", "open", "clean", "accepted", "released", "never")
    return order.index(one.state) if one.state in order else len(order), one.source.name


def _row(one: Standing) -> dict[str, object]:
    body = {name: value for name, value in asdict(one).items() if name not in ("source", "draft", "job")}
    return body | {
        "source": one.source.name,
        "steward": one.source.steward,
        "draft": one.draft.id if one.draft else "",
        "job": one.job.id if one.job else 0,
    }
