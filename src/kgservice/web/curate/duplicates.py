"""Things that may be one, side by side, and what people decide of them."""

from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.errors import Busy, ParameterInvalid, Refused, ReleaseNotFound
from kgservice.jobs import Job
from kgservice.locale import say
from kgservice.report import Text
from kgservice.web.curate.counter import Counter, Desk, as_json, onward, page_wanted
from kgservice.web.pages import render

_DECISIONS = ("same", "different", "later")
_LOOKED = 200  # jobs among which the newest search is looked for


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/duplicates`: the pairs of the newest search, a decision on one of them, and a new search."""
    room = Blueprint("duplicates", __name__)
    service = counter.service

    @room.get("/curate/duplicates")
    def pairs() -> Response:
        source, draft = request.args.get("source", ""), request.args.get("draft", "")
        job = _newest(service, source, draft)
        left = _open(service, job) if job else []
        if not page_wanted():
            return as_json({"job": job.id if job else 0, "pairs": left})
        at = min(max(request.args.get("pair", 1, int), 1), max(len(left), 1))
        pair = left[at - 1] if left else None
        reasons = [say(Text(**reason), g.language) for reason in pair["reasons"]] if pair else []
        for thing in pair["things"] if pair else ():  # names in the letters of the reader first
            thing["names"].sort(key=lambda name: name.isascii() == (g.language == "ru"))
        return render(
            "curate/duplicates.html", job=job, pair=pair, reasons=reasons, at=at, count=len(left), source=source,
            draft=draft, waiting=[one for one in service.queue.waiting() if one.kind == "duplicates"],
            sources=sorted(one.source.name for one in service.board.standings()),
            decided=service.duplicates.decisions(), places=_places(service, pair),
        )  # fmt: skip

    _deciding(room, counter)
    return room


def _deciding(room: Blueprint, counter: Counter) -> None:
    """Add the decision on a pair, and the search."""
    service = counter.service

    @room.post("/curate/duplicates")
    def decide() -> Answer:
        what = request.form.get("what", "")
        if what not in _DECISIONS:
            raise ParameterInvalid(
                "The parameter {name} is one of {values}.", name="what", values=", ".join(_DECISIONS)
            )
        one, other = request.form.get("one", ""), request.form.get("other", "")
        if what == "same" and request.form.get("keep", "") == other:
            one, other = other, one
        reason = request.form.get("comment", "").strip() or "Compared side by side."
        decision = service.duplicates.decide(what, one, other, reason, counter.actor)
        if not page_wanted():
            return as_json({"decision": decision.decision, "things": list(decision.things)}, 201)
        back = "&".join(f"{name}={request.form.get(name, '')}" for name in ("source", "draft"))
        at = request.form.get("pair", "1") if what != "later" else str(request.form.get("pair", 1, int) + 1)
        return redirect(f"/curate/duplicates?{back}&pair={at}", 303)

    @room.post("/curate/duplicates/search")
    def search() -> Answer:
        source, draft = request.form.get("source", ""), request.form.get("draft", "")
        job = service.queue.add("duplicates", {"draft": draft}, counter.actor, source)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)


def _places(service: Desk, pair: dict[str, Any] | None) -> dict[str, str]:
    """Return the names of the places of a pair, as far as the index of names has them."""
    try:
        places = [place for thing in pair["things"] for place in thing["places"]] if pair else []
        return service.search.index().labels(places, g.language)
    except (ReleaseNotFound, Refused, Busy):
        return {}


def _newest(service: Desk, source: str, draft: str) -> Job | None:
    for job in service.queue.latest(_LOOKED):
        if job.kind == "duplicates" and job.state == "done" and (job.source, job.params["draft"]) == (source, draft):
            return job
    return None


def _open(service: Desk, job: Job) -> list[dict[str, Any]]:
    decided = {frozenset(one.things) for one in service.duplicates.decisions() if one.decision != "later"}
    pairs: list[dict[str, Any]] = job.result["pairs"]
    return [pair for pair in pairs if frozenset(thing["iri"] for thing in pair["things"]) not in decided]
