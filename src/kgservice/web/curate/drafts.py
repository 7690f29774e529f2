"""A draft on pages: verdict and next step, what is wrong and where, and the steps on to a release."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answer

from kgservice.errors import ParameterInvalid
from kgservice.releases import Draft
from kgservice.report import Report
from kgservice.reports.text import as_csv, as_json, as_text
from kgservice.web.curate.counter import Counter, onward, page_wanted
from kgservice.web.curate.counter import as_json as answered
from kgservice.web.curate.findings import causes
from kgservice.web.pages import render

_FILES: Mapping[str, tuple[str, Callable[[Report, str], str]]] = {
    "csv": ("text/csv", as_csv),
    "json": ("application/json", as_json),
    "txt": ("text/plain", as_text),
}


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/drafts/<id>` with `/findings.<ending>`, `/preview`, `/publish` and `/discard`."""
    room = Blueprint("draft", __name__)

    @room.get("/curate/drafts/<draft_id>")
    def one(draft_id: str) -> Response:
        draft = counter.service.review.draft(draft_id)
        report = draft.report()
        if not page_wanted():
            return answered({**draft.to_json(), "conforms": report.conforms, "tally": report.tally()})
        found = causes(report, g.language)
        chosen = request.args.get("cause", "")
        shown = next((cause for cause in found if cause.ident == chosen), found[0] if found else None)
        return render(
            "curate/draft.html", draft=draft, report=report, tally=report.tally(), causes=found, shown=shown,
            fresh=not counter.service.edit.pending(draft_id), job=_job(draft_id),
        )  # fmt: skip

    @room.get("/curate/drafts/<draft_id>/findings.<ending>")
    def download(draft_id: str, ending: str) -> Response:
        if ending not in _FILES:
            raise ParameterInvalid("Findings come as {formats}.", formats=", ".join(_FILES))
        media, write = _FILES[ending]
        body = write(counter.service.review.report(draft_id), g.language)
        response = Response(body, content_type=f"{media}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{draft_id}-findings.{ending}"'
        return response

    @room.post("/curate/drafts/<draft_id>/preview")
    def preview(draft_id: str) -> Answer:
        return job("preview", counter.service.review.draft(draft_id))

    @room.post("/curate/drafts/<draft_id>/publish")
    def publish(draft_id: str) -> Answer:
        return job("publish", counter.service.review.draft(draft_id))

    @room.post("/curate/drafts/<draft_id>/discard")
    def discard(draft_id: str) -> Answer:
        counter.service.review.discard(draft_id, counter.actor)
        return onward("/curate", {"discarded": draft_id}, 200)

    def job(kind: str, draft: Draft) -> Answer:
        source = draft.sources[0] if len(draft.sources) == 1 else ""
        made = counter.service.queue.add(
            kind, {"draft": draft.id, "role": counter.account.role.word}, counter.actor, source
        )
        return onward(f"/curate/jobs/{made.id}", made.to_json(), 202)

    def _job(draft_id: str) -> int:
        waiting = counter.service.queue.waiting()
        return next((one.id for one in waiting if one.params.get("draft") == draft_id), 0)

    return room
