"""The rooms of the desk put together."""

from flask import Flask

from kgservice.access import Audit, People
from kgservice.web import gate
from kgservice.web.callers import Callers
from kgservice.web.curate import (
    board,
    drafts,
    duplicates,
    findings,
    history,
    jobs,
    newsource,
    people,
    reviews,
    sessions,
    uploads,
    wordings,
)
from kgservice.web.curate.counter import Counter, Desk


def install(app: Flask, service: Desk, callers: Callers) -> None:
    """Put the desk below /curate, and the gate before everything that is not for everybody."""
    gate.install(app, callers, lambda draft: service.review.draft(draft).sources)
    state = service.settings.state
    counter = Counter(service, callers, People(state), Audit(state))
    app.register_blueprint(sessions.blueprint(counter, service.settings.url.startswith("https://")))
    for room in (board, newsource, uploads, duplicates, jobs, drafts, findings, wordings, reviews, history, people):
        app.register_blueprint(room.blueprint(counter))
