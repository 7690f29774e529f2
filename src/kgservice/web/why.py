"""Why a statement stands in the graph, as a page and as JSON: its cells, its delivery, who published it."""

from dataclasses import asdict

from flask import Blueprint, Response, g, json, request

from kgservice.web.naming import Naming
from kgservice.web.negotiation import wants_page
from kgservice.web.pages import Service, render


def blueprint(service: Service) -> Blueprint:
    """Return `/why?subject=&predicate=&object=`; terms as IRI, prefix:name or N-Triples, without `object` any value."""
    room = Blueprint("why", __name__)
    naming = Naming(service)

    @room.get("/why")
    def page() -> Response:
        subject, predicate, value = (request.args.get(name, "") for name in ("subject", "predicate", "object"))
        found = service.why.of(subject, predicate, value, exact=False)
        if not wants_page(request.headers.get("Accept", "")):
            return Response(json.dumps([asdict(one) for one in found]), content_type="application/json")
        thing, said, _ = (term[1:-1] for term in found[0].statement)
        values = [one.statement[2] for one in found]
        iris = {thing, said, *(value[1:-1] for value in values if value.startswith("<"))}
        labels = naming.of(iris, g.language, focus=thing)
        titles = {dataset.name: dataset.title for dataset in service.describe.datasets(g.language)}
        shown = {
            value: labels.get(value[1:-1], value[1:-1]) if value.startswith("<") else _text(value) for value in values
        }
        return render("why.html", reasons=found, thing=thing, predicate=said, labels=labels, shown=shown, titles=titles)

    return room


def _text(value: str) -> str:
    """Return the text of a literal in N-Triples, for people."""
    quoted, _, rest = value[1:].rpartition('"')
    language = f" ({rest[1:]})" if rest.startswith("@") else ""
    return quoted.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\") + language
