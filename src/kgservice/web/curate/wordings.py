"""Wordings that no code table knows: somebody says what they mean, then the delivery is read again."""

from contextlib import suppress
from dataclasses import asdict, dataclass

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answer

from kgservice.access import Role
from kgservice.actions.codetables import LOOKUP, Meaning, Wording
from kgservice.errors import ParameterInvalid, RequestInvalid
from kgservice.releases import Draft
from kgservice.report.reading import Cause
from kgservice.web.curate.counter import Counter, as_json, onward

_AT_ONCE = 10  # wordings that a page asks for
_TYPED = 200

Asked = list[tuple[Wording, list[Meaning], list[Meaning]]]
"""Wordings with what is found by name and what the code table speaks of."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What the page of a draft shows of wordings."""

    asked: bool
    """True where the cause that is shown is about wordings."""
    asked_now: Asked
    explained: int
    """Wordings of the cause that somebody has explained since the delivery was read."""
    sources: tuple[str, ...]
    left: int
    text: str
    """What was typed to find something else."""
    hits: int
    added: tuple[Wording, ...]
    labels: dict[tuple[str, str, str], str]
    """By source, table and meaning."""


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/drafts/<id>/wordings`, with `/take-back`, and `/read-again`."""
    room = Blueprint("wordings", __name__)
    service = counter.service

    @room.get("/curate/drafts/<draft_id>/wordings")
    def unknown(draft_id: str) -> Response:
        draft = service.review.draft(draft_id)
        every = service.codetables.unknown(draft, request.args.get("cause", ""))
        asked = _asked(counter, every[:_AT_ONCE], request.args.get("means", "")[:_TYPED])
        return as_json(
            {
                "unknown": [asdict(one) for one in every],
                "meanings": [
                    {
                        **asdict(one),
                        "found": [asdict(each) for each in found],
                        "known": [asdict(each) for each in known],
                    }
                    for one, found, known in asked
                ],
                "added": [asdict(one) for name in draft.sources for one in service.codetables.added(name)],
            }
        )

    @room.post("/curate/drafts/<draft_id>/wordings")
    def say(draft_id: str) -> Answer:
        draft = service.review.draft(draft_id)
        columns = [request.form.getlist(name) for name in ("source", "table", "wording", "thing")]
        rows = [row for row in zip(*columns, strict=False) if row[3].strip()]
        if not rows:
            raise ParameterInvalid("Choose what at least one of the wordings means.")
        for row in rows:
            _of(draft, row[0])
        made = service.codetables.say(rows, counter.actor)
        back = f"/curate/drafts/{draft_id}?cause={request.form.get('cause', '')}#wordings-h"
        return onward(back, {"added": [asdict(one) for one in made]})

    _undoing(room, counter)
    return room


def _undoing(room: Blueprint, counter: Counter) -> None:
    """Add what takes a wording back, and what reads the delivery again."""
    service = counter.service

    @room.post("/curate/drafts/<draft_id>/wordings/take-back")
    def take_back(draft_id: str) -> Answer:
        source = _of(service.review.draft(draft_id), request.form.get("source", ""))
        table, wording = request.form.get("table", ""), request.form.get("wording", "")
        service.codetables.take_back(source, table, wording, counter.actor)
        return onward(f"/curate/drafts/{draft_id}", {"taken_back": wording}, 200)

    @room.post("/curate/drafts/<draft_id>/read-again")
    def again(draft_id: str) -> Answer:
        draft = service.review.draft(draft_id)
        source = _of(draft, request.form.get("source", ""))
        job = service.queue.add("import", service.codetables.again(draft, source), counter.actor, source)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)


def offered(counter: Counter, draft: Draft, cause: Cause | None) -> Offered | None:
    """Return what the page of a draft shows of wordings at a cause; nothing to who may not add any."""
    if counter.account.role < Role.CURATOR:
        return None
    tables = counter.service.codetables
    added = tuple(one for name in draft.sources for one in tables.added(name))
    asked = cause is not None and cause.rule == LOOKUP and cause.source in draft.sources and draft.state != "published"
    every = tables.unknown(draft, cause.ident) if cause and asked else []
    lacking = [one for one in every if not one.meaning]
    text = request.args.get("means", "").strip()[:_TYPED]
    now = _asked(counter, lacking[:_AT_ONCE], text)
    labels = {}
    for source, table in {(one.source, one.table) for one in added}:
        with suppress(RequestInvalid):  # the source, or the table of it, is gone
            known = tables.meanings(source, table, "", g.language)[1]
            labels.update({(source, table, each.value): each.label for each in known})
    return Offered(
        bool(every), now, len(every) - len(lacking), tuple(dict.fromkeys(one.source for one in every)),
        len(lacking) - len(now), text, sum(len(found) for _, found, _ in now), added, labels,
    )  # fmt: skip


def _asked(counter: Counter, some: list[Wording], text: str) -> Asked:
    meanings = counter.service.codetables.meanings
    return [(one, *meanings(one.source, one.table, text or one.wording, g.language)) for one in some]


def _of(draft: Draft, source: str) -> str:
    """Return a source if the draft has a delivery of it."""
    if source not in draft.sources:
        raise ParameterInvalid("Draft {draft} has no delivery of {source}.", draft=draft.id, source=source)
    return source
