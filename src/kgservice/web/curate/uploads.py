"""Files come in: sent, looked at, corrected, and only then imported by a job."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import IO, Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.actions.receive import Upload
from kgservice.locale import say
from kgservice.report import Text
from kgservice.web.curate.counter import Counter, as_json, onward, page_wanted
from kgservice.web.gate import insist_on_source
from kgservice.web.pages import render

ENCODINGS = ("utf-8", "utf-16", "cp1251", "cp866", "koi8-r", "iso-8859-5", "cp1252")
SEPARATORS = (",", ";", "TAB", "|")
_READING = ("encoding", "separator", "sheet", "header_row")


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/sources/<name>/upload` and `/curate/uploads/<number>`."""
    room = Blueprint("uploads", __name__)
    limit = counter.service.settings.delivery_bytes

    @room.get("/curate/sources/<name>/upload")
    def form(name: str) -> Response:
        insist_on_source(counter.account, name)
        source = counter.service.receive.source(name)
        drafts = [draft for draft in counter.service.review.drafts() if name in draft.sources]
        return render(
            "curate/upload.html", source=source, drafts=drafts, limit=limit, draft=request.args.get("draft", "")
        )

    @room.post("/curate/sources/<name>/upload")
    def take(name: str) -> Answer:
        insist_on_source(counter.account, name)
        draft = request.form.get("draft", "")
        if draft:
            insist_on_source(counter.account, *counter.service.review.draft(draft).sources)
        upload = counter.service.receive.take(name, sent(), counter.actor, draft)
        return onward(f"/curate/uploads/{upload.id}", asdict(upload))

    _one(room, counter)
    return room


def _one(room: Blueprint, counter: Counter) -> None:
    """Add the page of an upload: how it would be read, and what becomes of it."""

    @room.get("/curate/uploads/<number>")
    def shown(number: str) -> Response:
        upload = mine(number)
        if not page_wanted():
            return as_json(asdict(upload))
        return render(
            "curate/reading.html", upload=upload, source=counter.service.receive.source(upload.source),
            looks=[told(look, g.language) for look in upload.looks], encodings=ENCODINGS, separators=SEPARATORS,
        )  # fmt: skip

    @room.post("/curate/uploads/<number>")
    def go_on(number: str) -> Answer:
        upload = mine(number)
        reading = {name: request.form[name].strip() for name in _READING if request.form.get(name, "").strip()}
        if request.form.get("do") == "look":
            upload = counter.service.receive.corrected(number, reading)
            return onward(f"/curate/uploads/{number}", asdict(upload), 200)
        files = [str(path) for path in counter.service.receive.paths(upload)]
        params = {
            "files": files, "upload": upload.id, "draft": upload.draft, "reading": reading,
            "confirmed": request.form.get("confirmed") == "yes",
        }  # fmt: skip
        job = counter.service.queue.add("import", params, counter.actor, upload.source, upload.size)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)

    @room.post("/curate/uploads/<number>/discard")
    def discard(number: str) -> Answer:
        mine(number)
        counter.service.receive.discard(number)
        return redirect("/curate", 303) if page_wanted() else as_json({"discarded": number})

    def mine(number: str) -> Upload:
        upload = counter.service.receive.upload(number)
        insist_on_source(counter.account, upload.source)
        return upload


def told(look: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return what was seen of a file, its notes and its error in a language."""
    notes = [say(Text(note["template"], note["params"]), language) for note in look.get("notes", ())]
    error = look.get("error")
    return {**look, "notes": notes, "error": say(Text(error["template"], error["params"]), language) if error else ""}


def sent() -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of the files of a form."""
    for _, file in request.files.items(multi=True):
        if file.filename:
            yield file.filename, file.stream
