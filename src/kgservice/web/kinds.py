"""The list of things of a kind."""

from flask import Blueprint, Response, g, request

from kgservice.actions.describe import Kind
from kgservice.errors import ThingNotFound
from kgservice.terms import KINDS, Graphs, iri
from kgservice.web import protocol
from kgservice.web.naming import Naming
from kgservice.web.pages import Service, render

PAGE = 100
"""Things of a page."""


def blueprint(service: Service) -> Blueprint:
    """Return `/kinds/<kind>`: the things of a kind by name, known ones first, invented ones marked."""
    room = Blueprint("kinds", __name__)
    names = Graphs(service.settings.base)
    naming = Naming(service)

    @room.get("/kinds/<kind>")
    def things(kind: str) -> Response:
        counts = {found.name: found for found in service.describe.kinds()}
        if kind not in KINDS and kind not in counts:
            raise ThingNotFound("There are no things of the kind {kind}.", kind=kind)
        page = protocol.page(request.args.get("page", ""))
        text = query(names, kind, (page - 1) * PAGE, g.language)
        rows = service.ask.rows(text)
        iris = [row["thing"].value for row in rows]
        invented = {row["thing"].value for row in rows if "invented" in row}
        found = counts.get(kind) or Kind(kind, 0, 0)
        total = found.count + found.illustrative
        return render(
            "kind.html", kind=kind, found=found, iris=iris, invented=invented,
            names=naming.of(iris, g.language), page=page, pages=max(1, -(-total // PAGE)), first=(page - 1) * PAGE + 1,
            total=total, query=query(names, kind, 0, g.language),
        )  # fmt: skip

    return room


def query(names: Graphs, kind: str, offset: int, lang: str) -> str:
    """Return the query that lists the things of a kind by their names in a language, invented ones last."""
    name = f'OPTIONAL {{ ?thing rdfs:label ?label FILTER(LANG(?label) = "{lang}") }}'
    return f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?thing ?invented (MIN(?label) AS ?name) WHERE {{
  {{ ?thing a ?class {name} }}
  UNION
  {{
    GRAPH {iri(names.illustrative)} {{ ?thing a ?class {name} }}
    MINUS {{ ?thing a ?known }}
    BIND(true AS ?invented)
  }}
  FILTER(STRSTARTS(STR(?thing), "{names.base}id/{kind}/"))
}}
GROUP BY ?thing ?invented
ORDER BY ?invented (!BOUND(?name)) LCASE(?name) ?thing
LIMIT {PAGE} OFFSET {offset}"""
