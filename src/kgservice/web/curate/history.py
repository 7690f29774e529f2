"""What was published, by whom and of what, and the way back."""

from flask import Blueprint, Response, g
from werkzeug.wrappers import Response as Answer

from kgservice.actions.notes import read
from kgservice.errors import NothingChanged
from kgservice.releases.ledger import Wanted
from kgservice.web.curate.counter import Counter, onward, page_wanted
from kgservice.web.curate.counter import as_json as answered
from kgservice.web.pages import render

_NOTED = 50  # releases whose notes are shown
_SHOWN = 30  # things that a rollback changes, by name


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/history` and `/curate/releases/<number>/rollback`."""
    room = Blueprint("history", __name__)

    @room.get("/curate/history")
    def history() -> Response:
        found = sorted(counter.service.shelf.releases(), key=lambda release: -release.id)
        if not page_wanted():
            return answered([release.manifest.to_json() for release in found])
        notes = {release.id: read(release, g.language) for release in found[:_NOTED]}
        return render("curate/history.html", releases=found, notes=notes)

    @room.get("/curate/releases/<int:number>/rollback")
    def ask(number: int) -> Response:
        release = counter.service.shelf.release(number)
        current = counter.service.shelf.current()
        if current and current.id == number:
            raise NothingChanged("Release {release} is the current one already.", release=number)
        found = counter.service.differences.undone(number)
        return render(
            "curate/rollback.html", to=release, summary=found.summary(), shown=_SHOWN,
            things=found.page(Wanted(), 0, _SHOWN, g.language),
        )  # fmt: skip

    @room.post("/curate/releases/<int:number>/rollback")
    def back(number: int) -> Answer:
        counter.service.shelf.release(number)
        job = counter.service.queue.add("rollback", {"release": number}, counter.actor)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)

    return room
