"""What the service counts of itself, for Prometheus at `/-/metrics`."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Blueprint, Flask, Response, g, request

from kgservice import __version__
from kgservice.errors import KgError
from kgservice.metrics import MEDIA_TYPE, Metrics
from kgservice.web.pages import Service

_STATES = ("busy", "paused", "idle", "starting")
Gauge = tuple[str, str, float, Mapping[str, str]]


def install(app: Flask, metrics: Metrics) -> None:
    """Count every response by the room that gave it and the class of its status, and every problem by its type."""
    metrics.declare("kg_requests_total", "counter", "Requests by room and class of status.")
    metrics.declare("kg_problems_total", "counter", "Refusals and failures by the slug of their problem type.")

    @app.after_request
    def counted(response: Response) -> Response:
        status = f"{response.status_code // 100}xx" if response.status_code != 304 else "304"
        metrics.count("kg_requests_total", room=request.blueprint or "none", status=status)
        if "problem" in g:
            metrics.count("kg_problems_total", type=g.problem)
        return response


def blueprint(service: Service, metrics: Metrics) -> Blueprint:
    """Return `/-/metrics`; labels are few by their making: rooms, classes of status, problem types, states."""
    room = Blueprint("metering", __name__)

    @room.get("/-/metrics")
    def read() -> Response:
        response = Response(metrics.text(_gauges(service)), content_type=MEDIA_TYPE)
        response.headers["Cache-Control"] = "no-store"
        return response

    return room


def _gauges(service: Service) -> Iterator[Gauge]:
    status = service.ask.status()
    for state in _STATES:
        yield "kg_workers", "Query workers by state.", status.get(state, 0), {"state": state}
    yield "kg_queries_waiting", "Queries that wait for a worker.", status.get("waiting", 0), {}
    yield "kg_spool_bytes", "Bytes on disk of answers that were not fetched yet.", status.get("spooled", 0), {}
    yield "kg_queries_ailing", "Queries refused because they ended the engine.", len(service.ask.ailing()), {}
    if not service.settings.store:
        yield from _releases(service)
    memory = _memory()
    if memory:
        yield "process_resident_memory_bytes", "Memory of the web process.", memory, {}
        yield "process_open_fds", "Open files of the web process.", len(os.listdir("/proc/self/fd")), {}
    yield "kg_build_info", "The version that runs.", 1, {"version": __version__}


def _releases(service: Service) -> Iterator[Gauge]:
    try:
        current = service.shelf.current()
        releases = service.shelf.releases()
    except KgError:
        return  # /-/ready says what is broken
    yield "kg_releases", "Releases on the shelf.", len(releases), {}
    stores = sum(release.store.is_dir() for release in releases)
    yield "kg_releases_with_store", "Releases that can be asked.", stores, {}
    if current:
        yield "kg_release_current", "The release that readers see.", current.id, {}
        yield "kg_release_triples", "Statements of the current release.", current.manifest.triples, {}


def _memory() -> int:
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
