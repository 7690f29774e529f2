"""What was published, by whom and of what, and the way back."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from kgservice.web.curate.counter import Counter, onward, page_wanted
from kgservice.web.curate.counter import as_json as answered
from kgservice.web.pages import render


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/history` and `/curate/releases/<number>/rollback`."""
    room = Blueprint("history", __name__)

    @room.get("/curate/history")
    def history() -> Response:
        found = sorted(counter.service.shelf.releases(), key=lambda release: -release.id)
        if not page_wanted():
            return answered([release.manifest.to_json() for release in found])
        return render("curate/history.html", releases=found)

    @room.get("/curate/releases/<int:number>/rollback")
    def ask(number: int) -> Response:
        release = counter.service.shelf.release(number)
        return render("curate/rollback.html", to=release)

    @room.post("/curate/releases/<int:number>/rollback")
    def back(number: int) -> Answer:
        counter.service.shelf.release(number)
        job = counter.service.queue.add("rollback", {"release": number}, counter.actor)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)

    return room
