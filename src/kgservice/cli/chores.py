"""What the curation worker does for each kind of job, and how to tell whether one that was killed is done."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgservice.actions.preview import Progress
from kgservice.errors import RequestInvalid
from kgservice.jobs import Job

if TYPE_CHECKING:
    from kgservice.wiring import Service

_PAIRS = 300  # that a search for duplicates keeps
_SHOWN = 10  # things and findings of a trial

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


def _rebase(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    draft = service.rebase.draft(job.params["draft"], actor=job.actor, progress=tell)
    return {"draft": draft.id, "state": draft.state, "conforms": draft.report().conforms}


def _impact(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    service.impact.find(job.params["draft"], actor=job.actor, progress=tell)
    return {"draft": job.params["draft"], "conforms": True}


def _duplicates(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    tell("Comparing names and codes", 0, 0)
    found = service.duplicates.candidates(source=job.source, draft=job.params.get("draft", ""))
    pairs = [
        {
            "score": round(one.score, 3),
            "reasons": [asdict(reason) for reason in one.reasons],
            "decided": one.decided,
            "things": [_thing(one.one), _thing(one.other)],
        }
        for one in found[:_PAIRS]
    ]
    return {"pairs": pairs, "found": len(found)}


def _thing(thing: Any) -> dict[str, Any]:
    return {
        "iri": thing.iri,
        "kind": thing.kind,
        "names": thing.names[:6],
        "codes": sorted(f"{name.rpartition('#')[2]} {value}" for name, value in thing.codes)[:6],
        "places": sorted(thing.places)[:6],
    }


def _proposal(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    tell("Comparing the columns with the ontology and the graph", 0, 0)
    path = Path(job.params["file"])
    made = service.newsource.propose(job.source, path, job.params["answers"])
    body = made.to_json()
    try:
        tell("Mapping the first rows", 0, 0)
        trial = service.newsource.trial(made, path)
    except RequestInvalid as error:
        return {"proposal": body, "things": [], "findings": [_text(error.template, error.params)]}
    findings = [_text(one.text.template, one.text.params, one.text.translations) for one in trial.findings[:_SHOWN]]
    return {"proposal": body, "things": trial.things[:_SHOWN], "findings": findings}


def _text(template: str, params: Mapping[str, object], translations: Mapping[str, str] | None = None) -> dict[str, Any]:
    told = {name: value if isinstance(value, int | float) else str(value) for name, value in params.items()}
    return {"template": template, "params": told, "translations": dict(translations or {})}


def _source(service: "Service", job: Job, tell: Progress) -> dict[str, Any]:
    tell("Writing the source", 0, 0)
    path = Path(job.params["file"])
    made = service.newsource.propose(job.source, path, job.params["answers"])
    service.newsource.write(made, path, job.actor)
    return {"source": job.source}


WORK: Mapping[str, Work] = {
    "import": _import,
    "preview": _preview,
    "publish": _publish,
    "rollback": _rollback,
    "rebase": _rebase,
    "impact": _impact,
    "duplicates": _duplicates,
    "proposal": _proposal,
    "source": _source,
}


def finished(service: "Service", job: Job) -> dict[str, Any] | None:
    """Return the result of a job that was killed after it had done its work, or None when it had not.

    A draft is saved, and the pointer moved, in one atomic step each: what stands there was whole.
    """
    if job.kind == "publish":
        draft = service.review.draft(job.params["draft"])
        current = service.shelf.current()
        made = (current.manifest.origin, current.manifest.review.get("preview")) if current else None
        if draft.state != "published" and made == (draft.id, draft.content_hash):
            # readers have the release already, only the draft was not told: that is all that is left to do
            service.publish.release(draft.id, actor=job.actor, role=job.params.get("role", ""))
            draft = service.review.draft(draft.id)
        return {"release": draft.release, "draft": draft.id} if draft.state == "published" else None
    if job.kind == "rollback":
        current = service.shelf.current()
        return {"release": current.id} if current and current.id == int(job.params["release"]) else None
    if job.kind == "source":
        service.receive.source(job.source)
        return {"source": job.source}
    if job.kind == "import":
        for draft in reversed(service.review.drafts()):
            for record in draft.imports.get(job.source, []):
                if record["imported"] >= job.started and record["actor"] == job.actor:
                    return {"draft": draft.id, "state": draft.state, "conforms": draft.report().conforms}
    return None
