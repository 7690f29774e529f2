"""Jobs on pages: the queue, one job with its live progress, cancel, try again."""

import threading
import time
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, g, json, request
from werkzeug.wrappers import Response as Answer

from kgservice.errors import Busy
from kgservice.jobs import Job, Queue
from kgservice.locale import number as figure
from kgservice.locale import size, translate
from kgservice.releases import locks
from kgservice.web.curate.counter import Counter, as_json, onward, page_wanted
from kgservice.web.gate import JOBS, insist_on_source
from kgservice.web.pages import render

_STREAMS = 8  # each holds a thread of the server
_LOOK = 0.3  # seconds between two looks at the desk
_BEAT = 10.0  # seconds of silence after which a comment keeps the connection open
_PAGE = 50


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/jobs` and `/curate/jobs/<number>` with `/events`, `/cancel` and `/again`."""
    room = Blueprint("jobs", __name__)

    @room.get("/curate/jobs")
    def all_() -> Response:
        page = max(request.args.get("page", 1, int), 1)
        waiting, ended = queue().waiting(), queue().latest(_PAGE + 1, (page - 1) * _PAGE)
        if not page_wanted():
            return as_json([job.to_json(g.language) for job in [*waiting, *ended[:_PAGE]]])
        return render(
            "curate/jobs.html", waiting=waiting, ended=ended[:_PAGE], page=page, more=len(ended) > _PAGE, idle=idle()
        )  # fmt: skip

    @room.get("/curate/jobs/<int:number>")
    def one(number: int) -> Response:
        job = queue().job(number)
        if not page_wanted():
            return as_json(job.to_json(g.language))
        ahead = [other for other in queue().waiting() if other.id < job.id]
        status = told(queue(), job, g.language)
        return render(
            "curate/job.html",
            job=job,
            ahead=ahead,
            status=status,
            failure=job.why(g.language),
            idle=idle(),
            title=counter.title(job.source) if job.source else "",
        )

    def idle() -> bool:
        """Tell that nobody does the jobs: the worker that `serve` starts is not there."""
        return locks.holder(counter.service.settings.state / "curation.lock") is None

    def queue() -> Queue:
        return counter.service.queue

    _live(room, queue)
    _ending(room, counter)
    return room


def _live(room: Blueprint, queue: Callable[[], Queue]) -> None:
    """Add the events of a job while it happens."""
    streams = threading.BoundedSemaphore(_STREAMS)

    @room.get("/curate/jobs/<int:number>/events")
    def events(number: int) -> Response:
        queue().job(number)
        if not streams.acquire(blocking=False):
            raise Busy("Too many pages watch jobs at once; this one asks again by itself.")
        last = request.headers.get("Last-Event-ID", "0")
        body = _stream(queue(), number, int(last) if last.isdecimal() else 0, g.language, request.environ)
        response = Response(body, content_type="text/event-stream; charset=utf-8")
        response.call_on_close(streams.release)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        return response


def _ending(room: Blueprint, counter: Counter) -> None:
    """Add what ends a job, and what begins it again."""

    @room.post("/curate/jobs/<int:number>/cancel")
    def cancel(number: int) -> Answer:
        mine(number)
        job = counter.service.queue.cancel(number)
        counter.audit.write(counter.actor, f"cancel job {number}", detail=f"{job.kind} {job.source}".strip())
        return onward(f"/curate/jobs/{number}", job.to_json(), 202)

    @room.post("/curate/jobs/<int:number>/again")
    def again(number: int) -> Answer:
        mine(number)
        changes = {"confirmed": True} if request.form.get("confirmed") == "yes" else {}
        job = counter.service.queue.again(number, counter.actor, **changes)
        return onward(f"/curate/jobs/{job.id}", job.to_json(), 202)

    def mine(number: int) -> Job:
        job = counter.service.queue.job(number)
        if job.actor != counter.actor:
            insist_on_source(counter.account, job.source or "*")
        counter.callers.insist(JOBS[job.kind])
        return job


def told(queue: Queue, job: Job, language: str) -> dict[str, object]:
    """Return how far a job is, in words and figures, for a page and for its live events."""
    left = queue.seconds_left(job)
    return {
        "state": job.state,
        "word": translate(job.state, language),
        "step": translate(job.step, language) if job.step else "",
        "done": job.done,
        "total": job.total,
        "parts": _parts(job, language),
        "left": round(left) if left is not None else None,
        "wait": _left(left, language) if left is not None else "",
        "over": job.over,
    }


def _parts(job: Job, language: str) -> str:
    """Return how much of its step a job has done: bytes, rows, or parts of it."""
    if not job.total:
        return figure(job.done, language) if job.done else ""
    if job.step == "Reading the delivery":
        return translate("{done} of {total}", language).format(
            done=size(job.done, language), total=size(job.total, language)
        )
    text = "{done} of {total} rows" if job.step == "Mapping rows to statements" else "{done} of {total}"
    return translate(text, language).format(done=figure(job.done, language), total=figure(job.total, language))


def _stream(queue: Queue, number: int, last: int, language: str, environ: dict[str, object]) -> Iterator[str]:
    gone = environ.get("waitress.client_disconnected")
    beat = time.monotonic()
    yield "retry: 1000\n\n"
    while not (callable(gone) and gone()):
        happened = queue.events(number, last)
        job = queue.job(number)
        if happened:
            last, beat = happened[-1], time.monotonic()
            body = json.dumps(told(queue, job, language), ensure_ascii=False)
            yield f"id: {last}\nevent: progress\ndata: {body}\n\n"
        if job.over:
            yield f"id: {last}\nevent: end\ndata: {{}}\n\n"
            return
        if time.monotonic() - beat > _BEAT:
            beat = time.monotonic()
            yield ": still here\n\n"
        time.sleep(_LOOK)


def _left(seconds: float, language: str) -> str:
    if seconds < 90:
        return translate("about {n} s", language).format(n=figure(round(seconds), language))
    return translate("about {n} min", language).format(n=figure(round(seconds / 60), language))
