"""A draft on pages: verdict and next step, what is wrong and where, and the steps on to a release."""

from collections.abc import Collection

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answer

from kgservice.actions.findings import Sheet
from kgservice.errors import ParameterInvalid
from kgservice.locale import say
from kgservice.releases import Draft
from kgservice.report.waivers import Waiver
from kgservice.web.curate import findings, wordings
from kgservice.web.curate.counter import Counter, Desk, onward, page_wanted
from kgservice.web.curate.counter import as_json as answered
from kgservice.web.curate.reviews import standing
from kgservice.web.pages import render


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/drafts/<id>` with `/preview`, `/impact`, `/publish` and `/discard`."""
    room = Blueprint("draft", __name__)
    service = counter.service

    @room.get("/curate/drafts/<draft_id>")
    def one(draft_id: str) -> Response:
        draft = service.review.draft(draft_id)
        try:
            summary, sheets = service.findings.causes(draft_id), service.findings.sheets(draft_id)
        except ParameterInvalid:  # it was not checked yet
            summary, sheets = None, []
        tally = summary.tally if summary else dict.fromkeys(("violation", "warning", "info", "waived", "fixed"), 0)
        if not page_wanted():
            return answered({**draft.to_json(), "tally": tally})
        causes = summary.causes if summary else ()
        own = [cause for cause in causes if cause.source in draft.sources or cause.new]
        wanted = request.args.get("cause", "")
        picked = next((cause for cause in causes if cause.ident == wanted), next(iter((*own, *causes)), None))
        shown = findings.shown(service.findings, draft_id, picked, g.language) if picked else None
        return render(
            "curate/draft.html", draft=draft, titles=[counter.title(name) for name in draft.sources], own=own,
            others=[cause for cause in causes if cause not in own],
            tally=tally, causes=causes, say=lambda text: say(text, g.language),
            shown=shown,
            job=job_on(draft_id), publishable=("accepted",) if service.settings.second_pair else ("clean", "accepted"),
            fresh=draft.state == "published" or not service.edit.pending(draft_id),
            counts=_counts(service, draft_id) if summary else {},
            worst=findings.worst, waivers=_waivers(service, shown.waived if shown else ()),
            wordings=wordings.offered(counter, draft, picked),
            **_table(service, draft_id, sheets), **standing(service, draft),
        )  # fmt: skip

    def job_on(draft_id: str) -> int:
        return next((one.id for one in service.queue.waiting() if one.params.get("draft") == draft_id), 0)

    _steps(room, counter)
    return room


def _steps(room: Blueprint, counter: Counter) -> None:
    """Add what is done with a draft: previews, impacts and publishes are jobs."""
    service = counter.service

    @room.post("/curate/drafts/<draft_id>/preview")
    def preview(draft_id: str) -> Answer:
        return job("preview", service.review.draft(draft_id))

    @room.post("/curate/drafts/<draft_id>/impact")
    def impact(draft_id: str) -> Answer:
        return job("impact", service.review.draft(draft_id))

    @room.post("/curate/drafts/<draft_id>/publish")
    def publish(draft_id: str) -> Answer:
        return job("publish", service.review.draft(draft_id), preview=request.form.get("preview", ""))

    @room.post("/curate/drafts/<draft_id>/discard")
    def discard(draft_id: str) -> Answer:
        service.review.discard(draft_id, counter.actor)
        return onward("/curate", {"discarded": draft_id}, 200)

    def job(kind: str, draft: Draft, **more: str) -> Answer:
        source = draft.sources[0] if len(draft.sources) == 1 else ""
        params = {"draft": draft.id, "role": counter.account.role.word, **more}
        made = service.queue.add(kind, params, counter.actor, source)
        return onward(f"/curate/jobs/{made.id}", made.to_json(), 202)


def _waivers(service: Desk, names: Collection[str]) -> list[Waiver]:
    """Return the decisions of these names."""
    return [one for one in service.waive.waivers() if one.name in names] if names else []


def _counts(service: Desk, draft_id: str) -> dict[str, int]:
    """Return how many rows were read and statements made, of all sources of the draft."""
    with service.findings.of(draft_id) as (reader, _):
        facts = [(name.partition(":")[0], value) for name, value in reader.facts.items()]
    return {name: sum(int(value) for of, value in facts if of == name) for name in ("records", "triples")}


def _table(service: Desk, draft_id: str, sheets: list[Sheet]) -> dict[str, object]:
    """Return what the page shows of a delivered table."""
    sheet = findings.chosen(sheets)
    if sheet is None:
        return {"sheets": [], "delivered": None, "window": None}
    marked = request.args.get("rows", "marked" if sheet.at_fault else "all") == "marked"
    number = max(request.args.get("page", 1, int), 1)
    names = (sheet.source, sheet.file, sheet.sheet)
    start = (number - 1) * findings.PAGE
    window = service.findings.table(draft_id, *names, start=start, count=findings.PAGE, marked=marked)
    count = findings.total(service.findings, draft_id, names, window, marked)
    return {
        "sheets": sheets, "delivered": sheet, "window": window, "marked": marked, "page": number,
        "first": start + 1, "total": count, "pages": max(-(-count // findings.PAGE), 1),
    }  # fmt: skip
