"""The front page: what is in here, for people."""

import re
import threading
from dataclasses import dataclass

from flask import Blueprint, Response, g
from markupsafe import Markup

from kgservice.actions.describe import Kind
from kgservice.actions.network import Network, Node
from kgservice.errors import KgError
from kgservice.knowledge.library import LibraryQuery
from kgservice.locale import number, translate
from kgservice.terms import Graphs
from kgservice.web import pictures
from kgservice.web.asking import START
from kgservice.web.links import Links
from kgservice.web.pages import Service, current, render
from kgservice.web.queries import said

_MOST = 150  # nodes of the picture; the most connected ones
_HUBS = 7
_ROWS = 300  # partnerships of the table
_NAMED = 3  # partnerships from which on an organization is named in the picture
_STYLES = {"education": "n1", "other": "n2", "partnership": "ring"}
_QUESTIONS = 5
_ABBREVIATION = re.compile(r"\(([^()]{2,14})\)$")
_SUBJECTS = ("partnerships", "gaps", "network", "results", "forms", "organizations", "professions", "competencies")
_FACTS = (
    "organization", "partnership", "competency", "profession", "programme", "demand", "indicator", "publication",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sight:
    """The network as the page shows it: picture, hubs, and each partnership with its participants."""

    picture: Markup
    hubs: Markup
    partnerships: list[tuple[str, str, list[tuple[str, str]]]]
    organizations: int


class Front:
    """Draws the network; where its nodes stand is worked out once a release."""

    def __init__(self, service: Service) -> None:
        self._describe = service.describe
        self._links = Links(service.settings.base)
        self._guard = threading.Lock()
        self._places: tuple[tuple[tuple[int, int], ...], list[tuple[float, float]]] | None = None

    def sight(self, lang: str) -> Sight | None:
        """Return the network in a language; None when there is none."""
        whole = self._describe.network(lang)
        if not whole.edges:
            return None
        degree = [0] * len(whole.nodes)
        for edge in whole.edges:
            for place in edge:
                degree[place] += 1
        shown = whole.nodes[:_MOST]
        edges = tuple(edge for edge in whole.edges if max(edge) < len(shown))
        marks = [
            pictures.Mark(
                node.label,
                _STYLES[node.group],
                5 if node.group == "partnership" else 3.5 + 2.2 * degree[place] ** 0.8,
                self._links.page(node.iri),
                _called(node) if degree[place] >= _NAMED else "",
            )
            for place, node in enumerate(shown)
        ]
        label = translate("Network of organizations and partnerships", lang)
        picture = pictures.network(marks, edges, self._placed(len(shown), edges), label)
        return Sight(picture, self._hubs(whole, degree, lang), self._table(whole), _organizations(whole))

    def _placed(self, count: int, edges: tuple[tuple[int, int], ...]) -> list[tuple[float, float]]:
        with self._guard:
            if self._places is None or self._places[0] != edges:
                self._places = (edges, pictures.layout(count, edges))
            return self._places[1]

    def _hubs(self, whole: Network, degree: list[int], lang: str) -> Markup:
        rows = [
            (node.label, degree[place], number(degree[place], lang), self._links.page(node.iri))
            for place, node in enumerate(whole.nodes)
            if node.group != "partnership"
        ]
        return pictures.bars(rows[:_HUBS], translate("Partnerships of an organization", lang))

    def _table(self, whole: Network) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """Return each partnership by name with its participants, as links."""
        taking: dict[int, list[tuple[str, str]]] = {}
        for edge in whole.edges:
            one, other = sorted(edge, key=lambda place: whole.nodes[place].group != "partnership")
            node = whole.nodes[other]
            taking.setdefault(one, []).append((node.label, self._links.page(node.iri)))
        rows = [
            (whole.nodes[place].label, self._links.page(whole.nodes[place].iri), sorted(members))
            for place, members in taking.items()
        ]
        return sorted(rows)[:_ROWS]


def blueprint(service: Service) -> Blueprint:
    """Return `/` and the picture of the network as a file."""
    room = Blueprint("home", __name__)
    scene = Front(service)

    @room.get("/")
    def front() -> Response:
        release = current(service)
        if release is None and not service.settings.store:
            return render("empty.html")
        datasets = service.describe.datasets(g.language)
        return render(
            "home.html",
            kinds=_ordered(service.describe.kinds()),
            facts=_FACTS,
            sight=scene.sight(g.language),
            datasets=datasets,
            licences=sorted({dataset.licence for dataset in datasets if dataset.licence}),
            files=_files(service),
            questions=_questions(service),
            said=said,
            start=START,
        )

    @room.get("/network.svg")
    def picture() -> Response:
        sight = scene.sight(g.language)
        body = pictures.taken_away(sight.picture) if sight else '<svg xmlns="http://www.w3.org/2000/svg"/>'
        response = Response(body, content_type="image/svg+xml; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        response.vary.update(("Accept-Language", "Cookie"))
        return response

    return room


def _called(node: Node) -> str:
    """Return the short name of an organization: what its name has in brackets at the end, else its beginning."""
    if node.group == "partnership":
        return ""
    found = _ABBREVIATION.search(node.label)
    return found[1] if found else pictures.short(node.label, 28)


def _ordered(kinds: list[Kind]) -> list[Kind]:
    """Return the kinds that people look for first in front, the others by number."""
    return sorted(kinds, key=lambda kind: _FACTS.index(kind.name) if kind.name in _FACTS else len(_FACTS))


def _organizations(whole: Network) -> int:
    return sum(node.group != "partnership" for node in whole.nodes)


def _files(service: Service) -> dict[tuple[str, str], tuple[int, str, int]]:
    """Return release, file and size in bytes of each statement file by source and evidence."""
    release = current(service)
    found: dict[tuple[str, str], tuple[int, str, int]] = {}
    if release is None:
        return found
    for graph, statements in release.manifest.graphs.items():
        split = Graphs(service.settings.base).split(graph)
        if split:
            found[split] = (release.id, statements.file, (release.path / statements.file).stat().st_size)
    return found


def _questions(service: Service) -> list[LibraryQuery]:
    try:
        subjects = service.ask.library.subjects()
    except KgError:
        return []  # a broken file of the library is said at /queries and by `kgservice check`
    ordered = sorted(subjects, key=lambda subject: (subject not in _SUBJECTS, [*_SUBJECTS, subject].index(subject)))
    return [subjects[subject][0] for subject in ordered][:_QUESTIONS]
