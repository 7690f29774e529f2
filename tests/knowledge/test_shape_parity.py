"""Our own shapes over random graphs with seeded violations: row by row what pyshacl says.

`python tests/knowledge/test_shape_parity.py SECONDS` goes on with other graphs for so long and prints what differs.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from rdflib import RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, URIRef

from kgservice.knowledge import ontology
from kgservice.shacl import compile_shapes, path_text, validate

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests" / "examples" / "shapes").glob("**/*.ttl"))
HOME = "https://example.org/"
PARTS = 12  # examples in one graph
CHANGES = 25  # statements that are removed, added or spoilt in it

Row = tuple[str | None, ...]


@pytest.fixture(scope="module", autouse=True)
def _lexical_forms_as_written() -> Iterator[None]:
    rdflib.NORMALIZE_LITERALS = False
    yield
    rdflib.NORMALIZE_LITERALS = True


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return ontology.merged(ontology.files(ROOT, "shapes"))


@pytest.fixture(scope="module")
def words() -> Graph:
    return known_words()


def known_words() -> Graph:
    """What the shapes ask of ontology and vocabularies: classes above, and the schemes of concepts."""
    found = Graph()
    for name in ("ontology", "vocabularies"):
        merged = ontology.merged(ontology.files(ROOT, name))
        for s, p, o in merged:
            if not isinstance(s, BNode) and not isinstance(o, BNode) and p in (RDFS.subClassOf, SKOS.inScheme):
                found.add((s, p, o))
    return found


def spoilt(seed: int) -> Graph:
    """Some of the examples together, each in a namespace of its own, with random changes."""
    draw = random.Random(seed)
    graph = Graph()
    for number, path in enumerate(draw.sample(EXAMPLES, PARTS)):
        text = path.read_text(encoding="utf-8").replace(f"<{HOME}>", f"<{HOME}{number}/>", 1)
        graph.parse(data=text, format="turtle")
    triples = sorted(graph, key=str)
    for _ in range(CHANGES):
        s, p, o = draw.choice(triples)
        other = draw.choice(triples)
        graph.remove(draw.choice([(s, p, o), (s, p, None), (BNode(), p, o)]))
        graph.add(draw.choice([(s, p, _wrong(o, draw)), (other[0], p, o), (s, other[1], other[2])]))
        if isinstance(o, URIRef) and isinstance(other[2], URIRef):
            graph.add((s, p, other[2]))
    return graph


def _wrong(term: object, draw: random.Random) -> Literal | URIRef:
    """Another value of the same datatype: rdflib orders texts and dates where SPARQL 17.3 has an error, as we have."""
    if not isinstance(term, Literal):
        return URIRef(f"{term}x")
    if term.datatype == XSD.date:
        return Literal(f"20{draw.randint(10, 40)}-0{draw.randint(1, 9)}-{draw.randint(10, 28)}", datatype=XSD.date)
    if term.datatype is not None:
        return Literal(draw.choice(["-1", "0", "7", "1000"]), datatype=term.datatype)
    text = draw.choice([f"{term}0", str(term)[1:], f"{term}".upper(), "2020-01-01", "-1"])
    return draw.choice([Literal(text), Literal(text, lang="ru"), Literal(text, lang="en")])


def stored(graph: Graph, words: Graph) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    for part in (graph, words):
        store.load(part.serialize(format="nt", encoding="utf-8"), pyoxigraph.RdfFormat.N_TRIPLES)
    return store


def ours(shapes: Graph, store: pyoxigraph.Store) -> Counter[Row]:
    def answers(query: str) -> Iterator[list[str | None]]:
        for solution in store.query(query):  # type: ignore[union-attr]
            yield [None if term is None else str(term) for term in solution]

    found = validate(compile_shapes(shapes, answers), answers)
    return Counter((r.origin.shape, r.focus, r.path, r.value, r.origin.component, r.origin.severity) for r in found)


def oracle(shapes: Graph, store: pyoxigraph.Store) -> Counter[Row]:
    data = Graph().parse(data=store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph()))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    rows = report.objects(next(report.subjects(RDF.type, SH.ValidationReport)), SH.result)
    found = Counter(_row(report, node) for node in rows)
    # pyshacl repeats a result for each solution of a query that only differs in what a result does not say
    return Counter({row: 1 if row[4] == str(SH.SPARQLConstraintComponent) else n for row, n in found.items()})


def _row(report: Graph, node: object) -> Row:
    def value(name: URIRef) -> str | None:
        term = report.value(node, name)  # type: ignore[arg-type]
        return None if term is None else Literal.n3(term) if isinstance(term, Literal) else term.n3()

    steps = report.value(node, SH.resultPath)  # type: ignore[arg-type]
    return (
        value(SH.sourceShape),
        value(SH.focusNode),
        None if steps is None else path_text(report, steps),
        value(SH.value),
        str(report.value(node, SH.sourceConstraintComponent)),  # type: ignore[arg-type]
        str(report.value(node, SH.resultSeverity)),  # type: ignore[arg-type]
    )


def different(seed: int, shapes: Graph, words: Graph) -> tuple[Counter[Row], Counter[Row], int]:
    """What only we find, what only pyshacl finds, and how much both do."""
    store = stored(spoilt(seed), words)
    mine, other = ours(shapes, store), oracle(shapes, store)
    return mine - other, other - mine, (mine & other).total()


@pytest.mark.parametrize("seed", range(2))
def test_random_graph_has_the_results_that_pyshacl_finds(seed: int, shapes: Graph, words: Graph) -> None:
    only_ours, only_pyshacl, both = different(seed, shapes, words)

    assert (only_ours, only_pyshacl) == (Counter(), Counter())
    assert both > 50


if __name__ == "__main__":
    rdflib.NORMALIZE_LITERALS = False
    until, seed = time.monotonic() + float(sys.argv[1]), 1000
    given = ontology.merged(ontology.files(ROOT, "shapes")), known_words()
    while time.monotonic() < until:
        a, b, n = different(seed, *given)
        print(seed, n, *(f"\n  only ours {row}" for row in a), *(f"\n  only pyshacl {row}" for row in b), flush=True)
        seed += 1
