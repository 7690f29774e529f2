"""Names for IRIs, in the language of the asker where there is one."""

from collections.abc import Iterable
from typing import Protocol

from kgservice.terms import PREFIXES, Graphs, Term, iri, is_iri, shortened

_AT_ONCE = 500
_WORDS = " ".join(
    iri(PREFIXES[prefix] + name) for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"), ("dcterms", "title"))
)


class Answering(Protocol):
    """What answers a SELECT: the current release, or the store of a release that is being made."""

    def rows(self, query: str) -> Iterable[dict[str, Term]]:
        """Return the solutions."""


class Labels:
    """Looks labels up in the current release, known and illustrative."""

    def __init__(self, ask: Answering, names: Graphs) -> None:
        self._ask = ask
        self._names = names

    def of(self, iris: Iterable[str], lang: str) -> dict[str, str]:
        """Return a label for each IRI: in the language, else in another one, else the IRI shortened."""
        wanted = sorted(set(iris))
        found: dict[str, tuple[int, str]] = {}
        asked = [name for name in wanted if is_iri(name)]
        for start in range(0, len(asked), _AT_ONCE):
            for row in self._ask.rows(self._query(asked[start : start + _AT_ONCE])):
                rank = _rank(row["l"].language, lang)
                candidate = (rank, row["l"].value)
                name = row["s"].value
                found[name] = min(found.get(name, candidate), candidate)
        return {name: found[name][1] if name in found else shortened(name) for name in wanted}

    def _query(self, iris: list[str]) -> str:
        values = " ".join(iri(name) for name in iris)
        pattern = f"VALUES ?s {{ {values} }} VALUES ?w {{ {_WORDS} }} ?s ?w ?l"
        invented = f"GRAPH {iri(self._names.illustrative)} {{ {pattern} }}"
        return f"SELECT ?s ?l WHERE {{ {{ {pattern} }} UNION {{ {invented} }} }}"


def _rank(language: str, wanted: str) -> int:
    """Return how well a label suits: in the language, in another of ours, in none, in a foreign one."""
    return 0 if language == wanted else {"ru": 1, "en": 1, "": 2}.get(language, 3)
