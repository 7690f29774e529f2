"""Releases for people and portals: what each holds, what was checked, and its statement files."""

from flask import Blueprint, Response, g, json, request, send_file

from kgservice.errors import ReleaseNotFound
from kgservice.locale import say
from kgservice.releases import Release
from kgservice.report import Finding, Severity
from kgservice.terms import Graphs
from kgservice.web.negotiation import wants_page
from kgservice.web.pages import Service, render

_FINDINGS = 200  # of the page; the whole report is a download


def blueprint(service: Service) -> Blueprint:
    """Return `/releases` and `/releases/<id>/` with manifest, report and statement files."""
    room = Blueprint("catalogue", __name__)
    names = Graphs(service.settings.base)

    @room.get("/releases")
    def releases() -> Response:
        found = list(reversed(service.shelf.releases()))
        if not wants_page(request.headers.get("Accept", "")):
            return _json([_summary(release) for release in found])
        return render("releases.html", releases=found, names=names)

    @room.get("/releases/<int:number>/")
    def release(number: int) -> Response:
        found = service.shelf.release(number)
        if not wants_page(request.headers.get("Accept", "")):
            return _json(found.manifest.to_json())
        report = found.report()
        graphs = [
            (graph, names.split(graph), statements, (found.path / statements.file).stat().st_size)
            for graph, statements in sorted(found.manifest.graphs.items())
        ]
        causes = [
            (finding, count, say(finding.text, g.language), _remedy(finding)) for finding, count in _causes(found)
        ]
        return render(
            "release.html", shown=found, graphs=graphs, tally=report.tally(), causes=causes[:_FINDINGS],
            kept=found.store.is_dir(), severities=tuple(Severity),
        )  # fmt: skip

    @room.get("/releases/<int:number>/manifest.json")
    def manifest(number: int) -> Response:
        return _lasting(_json(service.shelf.release(number).manifest.to_json()))

    @room.get("/releases/<int:number>/report.json")
    def report(number: int) -> Response:
        return _lasting(_json(service.shelf.release(number).report().to_json()))

    @room.get("/releases/<int:number>/<path:file>")
    def dump(number: int, file: str) -> Response:
        found = service.shelf.release(number)
        files = {statements.file: graph for graph, statements in found.manifest.graphs.items()}
        if file not in files:
            raise ReleaseNotFound(
                "Release {id} has no file {file}; its page lists those there are.", id=number, file=file
            )
        name = f"release-{number}-{file.rpartition('/')[2]}"
        response = send_file(
            found.path / file,
            "application/gzip",
            as_attachment=True,
            download_name=name,
            conditional=True,
            etag=False,
        )
        response.set_etag(found.manifest.graphs[files[file]].sha256)
        response.make_conditional(request)
        return _lasting(response)

    return room


def _causes(release: Release) -> list[tuple[Finding, int]]:
    return [(findings[0], len(findings)) for findings in release.report().causes().values()]


def _remedy(finding: Finding) -> str:
    return say(finding.remedy, g.language) if finding.remedy else ""


def _summary(release: Release) -> dict[str, object]:
    manifest = release.manifest
    return {
        "id": manifest.id, "parent": manifest.parent, "created": manifest.created, "origin": manifest.origin,
        "actor": manifest.actor, "triples": manifest.triples, "content_hash": manifest.content_hash,
    }  # fmt: skip


def _json(body: object) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False, indent=1) + "\n", content_type="application/json")
    response.vary.add("Accept")
    return response


def _lasting(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
