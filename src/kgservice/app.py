"""The web application: rooms, guard and problems put together around a service."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask

from kgservice.access import Access, Sessions
from kgservice.actions.vocabulary import Vocabulary
from kgservice.errors import KgError
from kgservice.metrics import Metrics
from kgservice.web import (
    asking,
    catalogue,
    comparisons,
    description,
    draft_graphs,
    drafts,
    editing,
    entities,
    formerly,
    graphs,
    guard,
    home,
    kinds,
    metering,
    openapi,
    operations,
    pages,
    problems,
    queries,
    reconciliation,
    reports,
    reviews,
    search,
    sparql,
    tending,
    unchanged,
    why,
    words,
)
from kgservice.web.answers import Answers
from kgservice.web.callers import Callers
from kgservice.web.curate import desk
from kgservice.web.curate.counter import Desk
from kgservice.web.journal import Journal, QueryLog


class Application(Flask):
    """Flask, knowing that no view of ours is a coroutine: looking for that took a thirtieth of each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_app(service: Desk) -> Flask:
    """Return the WSGI application of a service; nothing is asked of it before the first request."""
    app = Application("kgservice.web")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 86_400
    settings = service.settings
    release = partial(_release, service)
    pages.install(app, service)
    problems.install(app, pages.render)
    guard.install(app, settings, release)
    metrics = Metrics()
    metering.install(app, metrics)
    unchanged.install(app, release, metrics)
    journal = Journal(metrics, QueryLog(settings.state / "logs", settings.query_log), settings.log_clients)
    answers = Answers(service.ask, settings, journal)
    page = asking.Asking(answers, service)
    descriptions = description.Descriptions(service, answers)
    app.register_blueprint(formerly.blueprint(service))
    app.register_blueprint(sparql.blueprint(answers, page, descriptions, settings))
    app.register_blueprint(editing.blueprint(service, Vocabulary(service.ask, settings.base)))
    app.register_blueprint(description.blueprint(descriptions))
    app.register_blueprint(home.blueprint(service))
    app.register_blueprint(kinds.blueprint(service))
    app.register_blueprint(entities.blueprint(service, answers))
    app.register_blueprint(why.blueprint(service))
    app.register_blueprint(queries.blueprint(service, answers, page))
    app.register_blueprint(search.blueprint(service))
    app.register_blueprint(reconciliation.blueprint(service))
    app.register_blueprint(openapi.blueprint(service))
    app.register_blueprint(words.blueprint(service, answers))
    app.register_blueprint(catalogue.blueprint(service))
    app.register_blueprint(operations.blueprint(service))
    app.register_blueprint(graphs.blueprint(service, answers))
    callers = Callers(Access(settings.state), Sessions(settings.state), settings.url.startswith("https://"))
    desk.install(app, service, callers)
    for desk_room in (reviews, comparisons):
        app.register_blueprint(desk_room.blueprint(service, callers))
    app.register_blueprint(drafts.blueprint(lambda: service.edit, callers, settings, journal))
    app.register_blueprint(draft_graphs.blueprint(lambda: service.edit, callers, settings))
    app.register_blueprint(reports.blueprint(service, callers))
    app.register_blueprint(tending.blueprint(service, callers))
    app.register_blueprint(metering.blueprint(service, metrics))
    app.extensions["kgservice"] = metrics  # of the server, which refuses before anything gets here
    return app


def _release(service: Desk) -> str:
    """Return the number of the release that readers see; nothing where there is none, or where it is broken."""
    if service.settings.store:
        return "remote"
    try:
        current = service.shelf.current()
    except KgError:
        return ""  # the answer itself, an error perhaps, says what is broken
    return str(current.id) if current else ""
