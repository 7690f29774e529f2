"""Addresses that a thing had under a former KG_BASE lead on to its present one."""

from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, redirect, request
from werkzeug import Response

from kgservice.web.pages import Service

_PLACES = ("id", "page", "data", "graph")
_OF_ANY = ("/page", "/data")


def blueprint(service: Service) -> Blueprint:
    """Return the room that answers 301 for IRIs, and for paths, of bases that `kgservice rebase` left behind."""
    room = Blueprint("formerly", __name__)
    base = service.settings.base
    # the state cannot be rebased while it is served, so this is read once
    former = [] if service.settings.store else service.shelf.state.former()
    roots = {urlsplit(name).path: name for name in former if urlsplit(name).path != urlsplit(base).path}

    if former:  # NOTE: every request passes here

        @room.before_app_request
        def lead_on() -> Response | None:
            iri = request.args.get("iri", "")
            for name in former:
                if request.path in _OF_ANY and iri.startswith(name) and not iri.startswith(base):
                    parameters = request.args.to_dict(flat=False) | {"iri": [base + iri.removeprefix(name)]}
                    return redirect(
                        f"{quote(request.script_root + request.path)}?{urlencode(parameters, doseq=True)}", 301
                    )
            for root in roots:
                rest = request.path.removeprefix(root)
                if request.path.startswith(root) and root != "/" and rest.partition("/")[0] in _PLACES:
                    return redirect(f"{quote(request.script_root)}/{quote(rest)}", 301)
            return None

    return room
