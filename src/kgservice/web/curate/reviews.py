"""A review on pages: what a draft changes, in words, and what people decide on it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answer

from kgservice.actions.decide import authors, history
from kgservice.actions.impact import Impact
from kgservice.errors import AuthoredInvalid, ParameterInvalid, PreviewStale
from kgservice.releases import Draft
from kgservice.releases.ledger import VERBS, Wanted
from kgservice.web.curate.counter import Counter, Desk, onward, page_wanted
from kgservice.web.curate.counter import as_json as answered
from kgservice.web.pages import render
from kgservice.web.problems import said
from kgservice.web.queries import said as summed_up

if TYPE_CHECKING:
    from kgservice.actions.differences import Differences

PAGE = 50
"""Things that differ on a page."""


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/drafts/<id>/review` with `/accept`, `/comment`, `/send-back` and `/rebase`."""
    room = Blueprint("reviews", __name__)
    service = counter.service

    @room.get("/curate/drafts/<draft_id>/review")
    def review(draft_id: str) -> Response:
        draft = service.review.draft(draft_id)
        found, stale = differences(draft_id)
        wanted, number = asked()
        shown = found.page(wanted, (number - 1) * PAGE, PAGE, g.language) if found else []
        if not page_wanted():
            if found is None:
                raise PreviewStale("The preview of draft {draft} was not made yet.", draft=draft_id)
            summary = found.summary().to_json()
            return answered({"draft": draft_id, "summary": summary, "things": [one.to_json() for one in shown]})
        total = found.count(wanted) if found else 0
        return render(
            "curate/review.html", draft=draft, titles=[counter.title(name) for name in draft.sources],
            summary=found.summary() if found else None, stale=stale, things=shown,
            wanted=wanted, total=total, page=number, pages=max(-(-total // PAGE), 1), first=(number - 1) * PAGE + 1,
            own=service.settings.second_pair and counter.actor in authors(draft),
            verbs=VERBS, errors=_errors(service, draft_id), **_follows(service, draft),
        )  # fmt: skip

    def differences(draft_id: str) -> "tuple[Differences | None, str]":
        try:
            return service.differences.draft(draft_id), ""
        except PreviewStale as error:
            return None, said(error, g.language)

    _deciding(room, counter)
    return room


def _deciding(room: Blueprint, counter: Counter) -> None:
    """Add what people decide on a draft."""
    service = counter.service

    @room.post("/curate/drafts/<draft_id>/accept")
    def accept(draft_id: str) -> Answer:
        text, preview = request.form.get("comment", ""), request.form.get("preview", "")
        draft = service.decide.accept(draft_id, counter.actor, counter.account.role, text, preview)
        return back(draft)

    @room.post("/curate/drafts/<draft_id>/comment")
    def comment(draft_id: str) -> Answer:
        draft = service.decide.comment(draft_id, counter.actor, counter.account.role, request.form.get("comment", ""))
        return back(draft)

    @room.post("/curate/drafts/<draft_id>/send-back")
    def send_back(draft_id: str) -> Answer:
        named = [name for name in request.form.getlist("finding") if name]
        reason = request.form.get("comment", "")
        return back(service.decide.send_back(draft_id, counter.actor, counter.account.role, reason, named))

    @room.post("/curate/drafts/<draft_id>/rebase")
    def rebase(draft_id: str) -> Answer:
        draft = service.review.draft(draft_id)
        source = draft.sources[0] if len(draft.sources) == 1 else ""
        job = service.queue.add("rebase", {"draft": draft.id}, counter.actor, source)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)

    def back(draft: Draft) -> Answer:
        return onward(f"/curate/drafts/{draft.id}/review#talk-h", draft.to_json(), 200)


def _errors(service: Desk, draft_id: str) -> int:
    """Return how many findings stop a draft; 0 before it was checked."""
    try:
        return service.findings.causes(draft_id).tally["violation"]
    except ParameterInvalid:
        return 0


def _follows(service: Desk, draft: Draft) -> dict[str, object]:
    """Return what follows from a draft, what keeps it from being published, and the names of what they speak of."""
    impact = service.impact.of(draft.id) if draft.state != "published" else None
    iris = set(_mentioned(impact)) if impact else set()
    return {
        "impact": impact, "history": history(draft), **standing(service, draft),
        "named": service.differences.named(iris, g.language) if iris else {},
        "asked": _asked(service, [one.name for one in impact.changed]) if impact else {},
    }  # fmt: skip


def standing(service: Desk, draft: Draft) -> dict[str, object]:
    """Return how a draft stands to the current release and to other open drafts that change the same graphs."""
    if draft.state == "published":
        return {"behind": False, "fights": [], "unseen": False, "rivals": []}
    current = service.shelf.current()
    behind = current is not None and draft.base_release != current.id
    others = [one for one in service.review.drafts() if one.id != draft.id]
    return {
        "behind": behind,
        "fights": service.differences.conflicts(draft.id, g.language) if behind else [],
        "unseen": behind and service.differences.unseen(draft.id),
        "rivals": [one for one in others if set(one.changes) & set(draft.changes)],
    }


def _asked(service: Desk, names: Sequence[str]) -> dict[str, str]:
    """Return what questions of the library ask, in words; none while an authored file is at fault."""
    try:
        library = service.ask.library.queries if names else {}
    except AuthoredInvalid:
        return {}
    return {name: summed_up(library[name].summary, g.language) for name in names if name in library}


def _mentioned(impact: Impact) -> Iterator[str]:
    for question in impact.changed:
        for row in (*question.added, *question.removed):
            yield from (value[1:-1] for value in row if value.startswith("<"))
    for measure in impact.measures:
        yield from (measure.organization, measure.indicator)
    for broken in impact.broken:
        yield from (broken.thing, broken.subject)


def asked() -> tuple[Wanted, int]:
    """Return which differences a page wants to see, and the number of the page."""
    kind, source, verb, text = (request.args.get(name, "") for name in ("kind", "source", "verb", "text"))
    return Wanted(kind, source, verb if verb in VERBS else "", text.strip()), max(request.args.get("page", 1, int), 1)
