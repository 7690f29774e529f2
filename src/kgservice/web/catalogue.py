"""Releases for people and portals: what each holds, what was checked, and its statement files."""

from flask import Blueprint, Response, g, json, request, send_file

from kgservice.actions import notes
from kgservice.errors import ReleaseNotFound
from kgservice.locale import say
from kgservice.releases import Release, Shelf
from kgservice.report import Finding
from kgservice.terms import Graphs
from kgservice.web.negotiation import wants_page
from kgservice.web.pages import Service, render

_CAUSES = 200  # of the page; the whole report is a download


class Releases:
    """Answers about the releases of a shelf.

    Each method raises ReleaseNotFound where there is no such release or file.
    """

    def __init__(self, shelf: Shelf, base: str) -> None:
        self._shelf = shelf
        self._names = Graphs(base)

    def all(self) -> Response:
        """Return the list of releases, newest first."""
        found = list(reversed(self._shelf.releases()))
        if wants_page(request.headers.get("Accept", "")):
            return render("releases.html", releases=found)
        return _json([_summary(release) for release in found])

    def one(self, number: int) -> Response:
        """Return the page of a release, or its manifest for a program."""
        found = self._shelf.release(number)
        if not wants_page(request.headers.get("Accept", "")):
            return _json(found.manifest.to_json())
        report = found.report()
        graphs = [
            (graph, self._names.split(graph), statements, (found.path / statements.file).stat().st_size)
            for graph, statements in sorted(found.manifest.graphs.items())
        ]
        causes = [
            (findings[0], len(findings), say(findings[0].text, g.language), _remedy(findings[0]))
            for findings in report.causes().values()
        ]
        return render(
            "release.html", shown=found, graphs=graphs, tally=report.tally(), causes=causes[:_CAUSES],
            kept=found.store.is_dir(), notes=notes.read(found, g.language),
        )  # fmt: skip

    def manifest(self, number: int) -> Response:
        """Return the manifest of a release as JSON."""
        return _lasting(_json(self._shelf.release(number).manifest.to_json()))

    def report(self, number: int) -> Response:
        """Return what the checks of a release found, as JSON."""
        return _lasting(_json(self._shelf.release(number).report().to_json()))

    def dump(self, number: int, file: str) -> Response:
        """Return a statement file that the manifest names; nothing else of the folder comes out."""
        found = self._shelf.release(number)
        files = {statements.file: statements.sha256 for statements in found.manifest.graphs.values()}
        files |= {path: str(dump["sha256"]) for path, dump in found.manifest.dumps.items()}
        if file not in files:
            raise ReleaseNotFound(
                "Release {id} has no file {file}; its page lists those there are.", id=number, file=file
            )
        name = f"release-{number}-{file.rpartition('/')[2]}"
        tag = files[file]
        return _lasting(
            send_file(found.path / file, "application/gzip", as_attachment=True, download_name=name, etag=tag)
        )


def blueprint(service: Service) -> Blueprint:
    """Return `/releases` and `/releases/<id>/` with manifest, report and statement files."""
    room = Blueprint("catalogue", __name__)
    releases = Releases(service.shelf, service.settings.base)
    room.add_url_rule("/releases", "releases", releases.all, strict_slashes=False)
    room.add_url_rule("/releases/<int:number>/", "release", releases.one)
    room.add_url_rule("/releases/<int:number>/manifest.json", "manifest", releases.manifest)
    room.add_url_rule("/releases/<int:number>/report.json", "report", releases.report)
    room.add_url_rule("/releases/<int:number>/<path:file>", "dump", releases.dump)
    return room


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
