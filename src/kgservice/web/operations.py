"""Whether the service lives and can answer, told truthfully for machines."""

from flask import Blueprint, Response, json

from kgservice.errors import KgError
from kgservice.releases import locks
from kgservice.web.pages import Service


def blueprint(service: Service) -> Blueprint:
    """Return `/-/health` (it answers) and `/-/ready` (a query is answered; `stale`: by an older release)."""
    room = Blueprint("operations", __name__)

    @room.get("/-/health")
    def health() -> Response:
        return _said(200, status="alive")

    @room.get("/-/ready")
    def ready() -> Response:
        try:
            if not service.settings.store and service.shelf.current() is None:
                return _said(
                    503, status="not ready", reason="There is no release yet; `kgservice build` makes the first."
                )
            service.ask.ask("ASK {}")
            release = service.ask.adopted() or service.ask.current()
        except KgError as error:
            return _said(503, status="not ready", reason=str(error), slug=error.slug)
        pointed = service.shelf.pointed() if not service.settings.store else ""
        stale = bool(release and pointed and pointed != str(release.id))
        return _said(
            200,
            status="stale" if stale else "ready",
            **({"reason": f"Release {pointed} cannot be opened; `kgservice verify` says why."} if stale else {}),
            release=release.id if release else "remote",
            workers=_workers(service),
            **_curation(service),
        )

    return room


def _curation(service: Service) -> dict[str, str]:
    """Tell whether the worker that does the curators' jobs is there; readers are served without it too."""
    if service.settings.store:
        return {}
    return {"curation": "running" if locks.holder(service.settings.state / "curation.lock") else "stopped"}


def _workers(service: Service) -> dict[str, int]:
    status = getattr(service.ask.store(), "status", None)
    return dict(status()) if status else {}


def _said(code: int, **body: object) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False) + "\n", code, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if code == 503:
        response.headers["Retry-After"] = "5"
    return response
