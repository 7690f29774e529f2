"""A question of the library asked over a release, its answer as rows to compare with computed ones."""

import json
from collections import Counter
from decimal import Decimal

from kgservice.sparql import parse
from kgservice.store.interface import Question

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long")}
SHORT = (
    ("https://w3id.org/kgservice/ontology#", "kg:"),
    ("https://w3id.org/kgservice/vocabulary/", "kgv:"),
    ("http://www.w3.org/2004/02/skos/core#", "skos:"),
)


class Asked:
    """Answers of one release."""

    def __init__(self, service):
        self.service = service
        self.base = service.settings.base

    def text(self, name, **parameters):
        return self.service.ask.library.fill(name, parameters)

    def document(self, name, form, invented=False, **parameters):
        graphs = (f"{self.base}graph/known", f"{self.base}graph/illustrative") if invented else ()
        question = Question(self.text(name, **parameters), form, default_graphs=graphs)
        answer = self.service.ask.question(question).answer
        try:
            return b"".join(answer.chunks)
        finally:
            answer.close()

    def columns(self, name):
        return parse(self.text(name)).variables

    def rows(self, name, invented=False, **parameters):
        """Return the rows in their order, as tuples in the order of the columns; None where a cell is empty."""
        body = json.loads(self.document(name, "json", invented, **parameters))
        return [
            tuple(self._cell(solution.get(column)) for column in body["head"]["vars"])
            for solution in body["results"]["bindings"]
        ]

    def _cell(self, term):
        if term is None:
            return None
        if term["type"] == "uri":
            return self.short(term["value"])
        datatype = term.get("datatype", "")
        if datatype in NUMBERS:
            return Decimal(term["value"])
        if datatype == XSD + "boolean":
            return term["value"] == "true"
        return term["value"]

    def short(self, iri):
        for namespace, prefix in ((f"{self.base}id/", ""), *SHORT, (self.base, "/")):
            if iri.startswith(namespace):
                return prefix + iri.removeprefix(namespace)
        return iri


def same(answered, computed):
    """Compare as bags of rows; a failure lists what is only in one of them."""
    left, right = Counter(answered), Counter(computed)
    return sorted(map(repr, (left - right).elements())), sorted(map(repr, (right - left).elements()))
