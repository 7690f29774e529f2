"""A new source, guided: a sample is sent, questions answered, its first rows seen as statements, then written."""

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answer

from kgservice.errors import BodyInvalid, ParameterInvalid
from kgservice.jobs import Job
from kgservice.locale import say
from kgservice.report import Text
from kgservice.web.curate.counter import Counter, as_json, onward, page_wanted
from kgservice.web.curate.uploads import sent
from kgservice.web.gate import insist_on_source
from kgservice.web.pages import render

_ANSWER = "answer:"  # what the fields of the form begin with


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/sources/new` and `/curate/proposals/<number>`."""
    room = Blueprint("newsource", __name__)
    service = counter.service

    @room.get("/curate/sources/new")
    def form() -> Response:
        return render("curate/new-source.html", limit=service.settings.delivery_bytes)

    @room.post("/curate/sources/new")
    def begin() -> Answer:
        name = request.form.get("name", "").strip()
        insist_on_source(counter.account, name)
        if not name.isascii() or not name.replace("-", "").isalnum() or name != name.lower():
            raise ParameterInvalid(
                "{name} is no name for a source: it becomes part of addresses; use a-z, 0-9 and hyphens.", name=name
            )
        upload = service.receive.take(name, sent(), counter.actor, new=True)
        if len(upload.names) > 1:
            service.receive.discard(upload.id)
            raise BodyInvalid("One file is enough as a sample; send one.")
        file = str(service.receive.paths(upload)[0])
        return _job(
            counter, "proposal", name, {"file": file, "answers": {"steward": counter.account.name, "lang": g.language}}
        )

    _proposals(room, counter)
    return room


def _proposals(room: Blueprint, counter: Counter) -> None:
    """Add the page of a proposal, and the answers to its questions."""
    service = counter.service

    @room.get("/curate/proposals/<int:number>")
    def proposal(number: int) -> Response:
        found = proposed(number)
        if not page_wanted():
            return as_json(found.result)
        return render(
            "curate/proposal.html", job=found, proposal=found.result["proposal"], things=found.result["things"],
            findings=[told(one) for one in found.result["findings"]], told=told, prefix=_ANSWER,
            answers=found.params["answers"],
        )  # fmt: skip

    @room.post("/curate/proposals/<int:number>")
    def go_on(number: int) -> Answer:
        found = proposed(number)
        given = {name.removeprefix(_ANSWER): value for name, value in request.form.items() if name.startswith(_ANSWER)}
        answers = {**found.params["answers"], **{name: value.strip() for name, value in given.items() if value.strip()}}
        asked = {one["id"]: one["proposed"] for one in found.result["proposal"]["questions"]}
        if any(name.startswith("read.") and value != asked.get(name) for name, value in given.items()):
            kept: tuple[str, ...] = ("read.", "title.", "publisher", "steward", "origin", "licence")
            answers = {name: value for name, value in answers.items() if name.startswith(kept)}
        elif "class" in given and given["class"] != asked.get("class"):
            dropped = ("column:", "value:", "key", "constant:")
            answers = {name: value for name, value in answers.items() if not name.startswith(dropped)}
        params = {"file": found.params["file"], "answers": {**answers, "lang": g.language}}
        return _job(counter, "source" if request.form.get("do") == "write" else "proposal", found.source, params)

    def proposed(number: int) -> Job:
        found = service.queue.job(number)
        insist_on_source(counter.account, found.source)
        if found.kind != "proposal" or found.state != "done":
            raise ParameterInvalid("Job {id} is no finished proposal of a source.", id=number)
        return found

    def told(text: dict[str, object]) -> str:
        return say(Text(**text), g.language)  # type: ignore[arg-type]  # as `cli/chores.py` wrote it


def _job(counter: Counter, kind: str, name: str, params: dict[str, object]) -> Answer:
    made = counter.service.queue.add(kind, params, counter.actor, name)
    return onward(f"/curate/jobs/{made.id}", made.to_json(), 202)
