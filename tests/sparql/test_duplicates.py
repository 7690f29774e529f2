"""Which queries would show a statement that the engine matches twice."""

import pyoxigraph as ox
import pytest

from kgservice.sparql import duplicates_show, parse, without_dataset

BOTH = [ox.NamedNode("u:g"), ox.NamedNode("u:h")]
SHOWS = [
    "SELECT ?s { ?s ?p ?o }",
    "SELECT REDUCED ?s { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o }",
    "SELECT DISTINCT (SUM(?o) AS ?n) { ?s ?p ?o }",
    "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (COUNT(?o) > 1)",
    "SELECT DISTINCT ?s { { SELECT ?s { ?s ?p ?o } LIMIT 2 } }",
    "ASK { { SELECT ?s { ?s ?p ?o } OFFSET 3 } }",
    "CONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3",
    "SELECT DISTINCT (UUID() AS ?u) { ?s ?p ?o }",
    "ASK { ?s ?p ?o } HAVING (COUNT(*) > 3)",
]
HIDES = [
    "ASK { ?s ?p ?o }",
    "SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 2",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) (MAX(?o) AS ?m) { ?s ?p ?o }",
    "SELECT ?s (SAMPLE(?o) AS ?x) { ?s ?p ?o } GROUP BY ?s ORDER BY ?s",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "SELECT DISTINCT ?s { { SELECT ?s ?p { ?s ?p ?o } } }",
    "SELECT DISTINCT ?s { { SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 2 } }",
    "SELECT DISTINCT ?count { ?count ?p 'COUNT(*)' }",
]


@pytest.mark.parametrize("text", SHOWS)
def test_query_shows_duplicates(text: str) -> None:
    assert duplicates_show(parse(text))


@pytest.mark.parametrize("text", HIDES)
def test_query_hides_duplicates_and_the_engine_agrees(text: str) -> None:
    shared = [ox.Quad(ox.NamedNode(f"u:{s}"), ox.NamedNode("u:p"), ox.Literal(s)) for s in range(3)]
    both, once = ox.Store(), ox.Store()
    both.extend(ox.Quad(q.subject, q.predicate, q.object, graph) for q in shared for graph in BOTH)
    once.extend(ox.Quad(q.subject, q.predicate, q.object, BOTH[0]) for q in shared)

    def answer(store: ox.Store) -> list[str]:
        result = store.query(text, default_graph=[*BOTH])
        if isinstance(result, ox.QueryBoolean):
            return [str(bool(result))]
        rows = sorted(map(str, result))
        return sorted(set(rows)) if isinstance(result, ox.QueryTriples) else rows

    assert not duplicates_show(parse(text))
    assert answer(both) == answer(once)


def test_dataset_is_cut_out_and_places_stay() -> None:
    text = "SELECT * FROM <u:a>\nFROM\n NAMED <u:b> { ?s ?p ?o }"

    cut = without_dataset(parse(text))

    assert cut == "SELECT *           \n    \n             { ?s ?p ?o }"
