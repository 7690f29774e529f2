"""What the curation worker does for each kind of job, and how to tell whether one that was killed is done."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgservice.actions.preview import Progress
from kgservice.jobs import Job

if TYPE_CHECKING:
    from kgservice.wiring import Service

Work = Callable[["Service", Job, Progress], dict[str, Any]]


def _import(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    params = job.params
    files = [Path(path) for path in params["files"]]
    outcome = service.ingest.deliver(
        job.source,
        files,
        draft_id=params.get("draft") or None,
        confirmed=bool(params.get("confirmed")),
        actor=job.actor,
        progress=tell,
        reading=params.get("reading") or None,
    )
    if params.get("upload"):
        service.receive.discard(str(params["upload"]))  # the delivery is kept under its hash now
    return {
        "draft": outcome.draft.id,
        "state": outcome.draft.state,
        "conforms": outcome.report.conforms,
        "tally": outcome.report.tally(),
        "counts": {name: outcome.report.counts.get(name, 0) for name in ("records", "cells", "triples")},
    }


def _preview(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    outcome = service.ingest.check(job.params["draft"], actor=job.actor, progress=tell, showing=True)
    return {"draft": outcome.draft.id, "state": outcome.draft.state, "conforms": outcome.report.conforms}


def _publish(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    release = service.publish.release(
        job.params["draft"],
        actor=job.actor,
        progress=tell,
        preview=job.params.get("preview", ""),
        role=job.params.get("role", ""),
    )
    return {"release": release.id, "draft": job.params["draft"]}


def _rollback(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    tell("Pointing readers at the other release", 0, 0)
    return {"release": service.keeping.rollback(int(job.params["release"]), actor=job.actor).id}


WORK: Mapping[str, Work] = {
    "import": _import,
    "preview": _preview,
    "publish": _publish,
    "rollback": _rollback,
}


def finished(service: "Service", job: Job) -> dict[str, Any] | None:
    """Return the result of a job that was killed after it had done its work, or None when it had not.

    A draft is saved, and the pointer moved, in one atomic step each: what stands there was whole.
    """
    if job.kind == "publish":
        draft = service.review.draft(job.params["draft"])
        return {"release": draft.release, "draft": draft.id} if draft.state == "published" else None
    if job.kind == "rollback":
        current = service.shelf.current()
        return {"release": current.id} if current and current.id == int(job.params["release"]) else None
    if job.kind == "import":
        for draft in reversed(service.review.drafts()):
            for record in draft.imports.get(job.source, []):
                if record["imported"] >= job.started and record["actor"] == job.actor:
                    return {"draft": draft.id, "state": draft.state, "conforms": draft.report().conforms}
    return None
