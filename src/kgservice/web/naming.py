"""Names for things that have none of their own: a membership is called by its partnership, role and member."""

from collections.abc import Iterable

from kgservice.terms import PREFIXES, Graphs, iri, shortened
from kgservice.web.pages import Service

_SILENT = ", ".join(iri(name) for name in (PREFIXES["rdf"] + "type", PREFIXES["dcterms"] + "source"))
_AT_ONCE = 200


class Naming:
    """Labels of a release, made up from what a thing links to where it has no label."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._names = Graphs(service.settings.base)

    def of(self, iris: Iterable[str], lang: str, focus: str = "") -> dict[str, str]:
        """Return a name for each IRI; a made-up one leaves out the thing that the page is about."""
        labels = self._service.describe.labels(iris, lang)
        head = f"{self._names.base}id/"
        bare = sorted(name for name, label in labels.items() if name.startswith(head) and label == shortened(name))
        linked: dict[str, dict[str, None]] = {}
        for start in range(0, len(bare), _AT_ONCE):
            for row in self._service.ask.rows(self._query(bare[start : start + _AT_ONCE])):
                if row["o"].value not in (focus, row["s"].value):
                    linked.setdefault(row["s"].value, {})[row["o"].value] = None
        spoken = self._service.describe.labels({name for names in linked.values() for name in names}, lang)
        for name in bare:
            parts = [spoken[other] for other in linked.get(name, {}) if spoken[other] != shortened(other)]
            labels[name] = " · ".join(parts) or name.removeprefix(head)
        return labels

    def _query(self, iris: list[str]) -> str:
        values = " ".join(iri(name) for name in iris)
        pattern = f"VALUES ?s {{ {values} }} ?s ?p ?o FILTER(ISIRI(?o) && ?p NOT IN ({_SILENT}))"
        invented = f"GRAPH {iri(self._names.illustrative)} {{ {pattern} }}"
        return f"SELECT ?s ?p ?o WHERE {{ {{ {pattern} }} UNION {{ {invented} }} }} ORDER BY ?s DESC(?p) ?o"
