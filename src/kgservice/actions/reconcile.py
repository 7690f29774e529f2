"""Match names of somebody's table with things of the graph: by label, class and values of properties."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kgservice.actions.ask import Ask
from kgservice.actions.search import Search
from kgservice.search import Hit, alike, folded
from kgservice.terms import Term, iri, is_iri, shortened

_SURE = 95.0  # score from which a single best hit is a match
_APART = 8.0  # points that it must be ahead of the next one
_VALUES = 0.4  # what properties count for beside the name


@dataclass(frozen=True, slots=True)
class Query:
    """One name to match, the classes wanted (IRIs), how many candidates, and values of properties by IRI."""

    text: str
    types: tuple[str, ...] = ()
    limit: int = 5
    values: tuple[tuple[str, list[str]], ...] = ()


class Reconcile:
    """Candidates in the form of the Reconciliation API 0.2 (section 4)."""

    def __init__(self, search: Callable[[], Search], ask: Callable[[], Ask], base: str) -> None:
        self._search = search
        self._ask = ask
        self._base = base

    def matched(self, query: Query, lang: str) -> list[dict[str, Any]]:
        """Return candidates, best first: id, name, type, score of 0 to 100, and `match` when one is beyond doubt."""
        given = query.text.strip()
        if is_iri(given):
            return self._itself(given, lang)
        hits: dict[str, Hit] = {}
        size = min(50, query.limit * 3 if query.values else query.limit + 1)
        for of in query.types or ("",):
            for hit in self._search().find(given, lang, of=of, size=size).page.hits:
                hits.setdefault(hit.iri, hit)
        scores = self._scores(list(hits.values()), query)
        ranked = sorted(hits.values(), key=lambda hit: (-scores[hit.iri], hit.iri))
        return self._told(ranked, scores, query.limit, lang)

    def suggested(self, what: str, text: str, lang: str, most: int) -> list[dict[str, Any]] | None:
        """Return completions of things (`entity`), classes (`type`) or properties; None for anything else."""
        kinds = {"entity": "", "type": "class", "property": "property"}
        if what not in kinds:
            return None
        if is_iri(text):
            found = self._search().index().labels([text], lang)
            return [{"id": name, "name": label} for name, label in found.items()]
        items = self._search().complete(text, lang, kinds[what], most=most)
        return [{"id": item.iri, "name": item.label, "description": _description(item.matched, item.iri, self._base)}
                for item in items]  # fmt: skip

    def types(self, classes: Iterable[str], lang: str) -> list[dict[str, str]]:
        """Return classes with their names, those that the release knows."""
        found = self._search().index().labels(classes, lang)
        return [{"id": name, "name": label} for name, label in found.items()]

    def properties(self, of: str, lang: str) -> list[dict[str, str]]:
        """Return the properties that things of a class (all things, where none is named) have, with their names."""
        which = f"?s a {iri(of)} ." if of else f'?s a ?c . FILTER(STRSTARTS(STR(?s), "{self._base}id/"))'
        rows = self._ask().rows(
            f"SELECT ?p (COUNT(*) AS ?n) WHERE {{ {which} ?s ?p ?o }} GROUP BY ?p ORDER BY DESC(?n) LIMIT 100"
        )
        names = [row["p"].value for row in rows]
        labels = self._search().index().labels(names, lang)
        return [{"id": name, "name": labels.get(name, shortened(name))} for name in names]

    def extended(self, things: Sequence[str], properties: Sequence[str], lang: str) -> dict[str, Any]:
        """Return the values of properties of things (data extension, section 6)."""
        known = [name for name in things if is_iri(name)]
        values = self._values(known, properties)
        spoken = {term.value for of in values.values() for terms in of.values() for term in terms if term.kind == "uri"}
        labels = self._search().index().labels([*properties, *spoken], lang)
        rows = {
            name: {
                wanted: [_said(term, labels) for term in values.get(name, {}).get(wanted, [])] for wanted in properties
            }
            for name in things
        }
        meta = [{"id": name, "name": labels.get(name, shortened(name))} for name in properties]
        return {"meta": meta, "rows": rows}

    def _itself(self, name: str, lang: str) -> list[dict[str, Any]]:
        found = self._search().index().labels([name], lang)
        return [{"id": name, "name": found[name], "type": [], "score": 100, "match": True}] if found else []

    def _scores(self, hits: Sequence[Hit], query: Query) -> dict[str, float]:
        if not query.values or not hits:
            return {hit.iri: hit.score for hit in hits}
        there = self._values([hit.iri for hit in hits], [name for name, _ in query.values])
        labels = self._search().index()
        scores = {}
        for hit in hits:
            likeness = []
            for name, wanted in query.values:
                terms = there.get(hit.iri, {}).get(name, [])
                texts = [term.value for term in terms]
                texts += [label for term in terms if term.kind == "uri" for label in labels.every(term.value)]
                likeness.append(_closest(wanted, texts))
            mean = sum(likeness) / len(likeness)
            scores[hit.iri] = round((1 - _VALUES) * hit.score + _VALUES * 100 * mean, 1)
        return scores

    def _values(self, things: Sequence[str], properties: Sequence[str]) -> dict[str, dict[str, list[Term]]]:
        if not things or not properties:
            return {}
        subjects, predicates = " ".join(map(iri, things)), " ".join(map(iri, properties))
        pattern = f"VALUES ?s {{ {subjects} }} VALUES ?p {{ {predicates} }} ?s ?p ?v"
        found: dict[str, dict[str, list[Term]]] = {}
        for row in self._ask().rows(f"SELECT ?s ?p ?v WHERE {{ {pattern} }}"):
            found.setdefault(row["s"].value, {}).setdefault(row["p"].value, []).append(row["v"])
        return found

    def _told(self, hits: Sequence[Hit], scores: Mapping[str, float], most: int, lang: str) -> list[dict[str, Any]]:
        index = self._search().index()
        best = [scores[hit.iri] for hit in hits[:2]]
        sure = bool(best) and best[0] >= _SURE and (len(best) == 1 or best[0] - best[1] >= _APART or not hits[1].exact)
        names = index.labels({name for hit in hits[:most] for name in hit.types}, lang)
        return [
            {
                "id": hit.iri,
                "name": hit.label,
                "description": _description(hit.matched, hit.iri, self._base),
                "type": [{"id": name, "name": names[name]} for name in hit.types if name in names],
                "score": scores[hit.iri],
                "match": sure and at == 0,
            }
            for at, hit in enumerate(hits[:most])
        ]


def _description(matched: str, name: str, base: str) -> str:
    short = name.removeprefix(f"{base}id/")
    return f"{matched} · {short}" if matched else short


def _said(term: Term, labels: Mapping[str, str]) -> dict[str, object]:
    if term.kind == "uri":
        return {"id": term.value, "name": labels.get(term.value, shortened(term.value))}
    if term.datatype.endswith(("#integer", "#decimal", "#double")):
        return {"float": float(term.value)}
    return {"str": term.value}


def _closest(wanted: Sequence[str], texts: Sequence[str]) -> float:
    """Return how like the likest pair of a wanted and a found value is, 0 to 1."""
    pairs = [(one, other) for one in wanted for other in texts]
    return max((1.0 if one == other else alike(folded(one), folded(other)) for one, other in pairs), default=0.0)
