"""Random data against every kind of constraint: the compiled checks and pyshacl name the same results."""

from collections import Counter
from collections.abc import Iterator

import pyoxigraph
import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, SH, Graph

from kgservice.shacl import ShapesInvalid, compile_shapes, validate
from kgservice.shacl.paths import path

PREFIXES = """
@prefix : <http://x/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
SHAPES = (
    PREFIXES
    + """
:S a sh:NodeShape ; sh:targetClass :A ;
  sh:property [ sh:path :p ; sh:minCount 1 ; sh:maxCount 2 ; sh:datatype xsd:integer ;
    sh:minInclusive 2 ; sh:maxExclusive 9 ] ;
  sh:property [ sh:path :label ; sh:uniqueLang true ; sh:languageIn ("ru" "en") ;
    sh:minLength 2 ; sh:pattern "^[a-zа-я]+$" ] ;
  sh:property [ sh:path :start ; sh:lessThan :end ; sh:datatype xsd:date ] ;
  sh:property [ sh:path :to ; sh:class :B ; sh:nodeKind sh:IRI ; sh:node :T ] ;
  sh:property [ sh:path (:to :to) ; sh:maxCount 1 ] ;
  sh:property [ sh:path [ sh:inversePath :to ] ; sh:maxCount 2 ] ;
  sh:property [ sh:path :kind ; sh:in (:k1 :k2) ; sh:hasValue :k1 ] ;
  sh:property [ sh:path :to ; sh:qualifiedValueShape [ sh:class :A ] ; sh:qualifiedMaxCount 1 ] ;
  sh:or ( [ sh:path :p ; sh:minCount 1 ] [ sh:path :kind ; sh:minCount 1 ] ) ;
  sh:not [ sh:path :end ; sh:minCount 2 ] ;
  sh:xone ( [ sh:path :label ; sh:minCount 1 ] [ sh:path :start ; sh:minCount 1 ] ) ;
  sh:disjoint :to .
:T sh:property [ sh:path :kind ; sh:maxCount 1 ] .
:C a sh:NodeShape ; sh:targetSubjectsOf :end ; sh:targetObjectsOf :to ; sh:closed true ;
  sh:ignoredProperties (<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>) ;
  sh:property [ sh:path :end ] ; sh:property [ sh:path :start ; sh:equals :end ] ; sh:property [ sh:path :p ] .
"""
)
THINGS = st.sampled_from([":a", ":b", ":c"])
VALUES = {
    ":p": st.sampled_from(["1", "2", "8", "9", '"x"', "2.5"]),
    ":label": st.sampled_from(['"ab"@ru', '"cd"@ru', '"ab"@en', '"a"@en', '"AB"@de', '"ab"']),
    ":start": st.sampled_from([f'"2020-01-0{n}"^^xsd:date' for n in (1, 2, 3)] + ['"2020"']),
    ":end": st.sampled_from([f'"2020-01-0{n}"^^xsd:date' for n in (1, 2, 3)]),
    ":to": st.one_of(THINGS, st.just('"text"')),
    ":kind": st.sampled_from([":k1", ":k2", ":k3"]),
    "a": st.sampled_from([":A", ":B", ":B1"]),
}
TRIPLES = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(lambda p: st.tuples(THINGS, st.just(p), VALUES[p])), min_size=1, max_size=18
)


@pytest.fixture(autouse=True, scope="module")
def _lexical_forms_as_written() -> Iterator[None]:
    rdflib.NORMALIZE_LITERALS = False
    yield
    rdflib.NORMALIZE_LITERALS = True


def ours(data: str, shapes: str = SHAPES) -> Counter[tuple[str | None, ...]]:
    store = pyoxigraph.Store()
    store.load(data.encode(), pyoxigraph.RdfFormat.TURTLE)

    def answers(query: str) -> Iterator[list[str | None]]:
        for solution in store.query(query):  # type: ignore[union-attr]
            yield [None if term is None else str(term) for term in solution]

    checks = compile_shapes(Graph().parse(data=shapes, format="turtle"), answers)
    return Counter((r.focus, r.path, r.value, r.origin.component) for r in validate(checks, answers))


def oracle(data: str, shapes: str = SHAPES) -> Counter[tuple[str | None, ...]]:
    graph, wanted = Graph().parse(data=data, format="turtle"), Graph().parse(data=shapes, format="turtle")
    _, report, _ = pyshacl.validate(graph, shacl_graph=wanted, inplace=True)
    found: Counter[tuple[str | None, ...]] = Counter()
    for node in report.objects(next(report.subjects(RDF.type, SH.ValidationReport)), SH.result):
        steps, value = report.value(node, SH.resultPath), report.value(node, SH.value)
        found[
            (
                report.value(node, SH.focusNode).n3(),
                None if steps is None else path(report, steps),
                None
                if value is None
                else rdflib.Literal.n3(value)
                if isinstance(value, rdflib.Literal)
                else value.n3(),
                str(report.value(node, SH.sourceConstraintComponent)),
            )
        ] += 1
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TRIPLES)
def test_random_data_gets_the_results_that_pyshacl_gives(triples: list[tuple[str, str, str]]) -> None:
    data = PREFIXES + ":B1 rdfs:subClassOf :B .\n" + "".join(f"{s} {p} {o} .\n" for s, p, o in triples)

    assert ours(data) == oracle(data)


@pytest.mark.parametrize("number", [0, 1, 29, 30, 31, 41])
def test_many_values_are_counted_without_trying_all_ways_to_pick_them(number: int) -> None:
    shapes = """:S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:minCount 30 ; sh:maxCount 40 ] ;
        sh:property [ sh:path :to ; sh:property [ sh:path [ sh:inversePath :to ] ; sh:maxCount 30 ] ] ."""
    values = "".join(f":a :p {n} . :x{n} a :A ; :to :hub .\n" for n in range(number))

    data = PREFIXES + ":a a :A .\n" + values

    assert ours(data, PREFIXES + shapes) == oracle(data, PREFIXES + shapes)


@pytest.mark.parametrize(
    ("shape", "word"),
    [
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:minCnt 1 ] .", "minCnt"),
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:minCount 1 ] .", "sh:path"),
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:node :Nowhere .", "Nowhere"),
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:node :S ] .", "itself"),
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:minCount 'x' ] .", "integer"),
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:in 'a' .", "list"),
        (":S a sh:NodeShape ; sh:targetClass :A ; sh:nodeKind 'x' .", "node kind"),
    ],
)
def test_slip_that_engines_pass_over_is_refused(shape: str, word: str) -> None:
    with pytest.raises(ShapesInvalid) as caught:
        compile_shapes(Graph().parse(data=PREFIXES + shape, format="turtle"), lambda _: [])

    assert word in str(caught.value)


def test_select_may_bring_prefixes_of_its_own() -> None:
    shapes = """:S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:message "{?value}" ; sh:select '''
        PREFIX own: <http://x/>
        SELECT $this ?value WHERE { $this own:p ?value . FILTER(?value > 3) }''' ] ."""
    store = pyoxigraph.Store()
    store.load((PREFIXES + ":a a :A ; :p 5, 2 .").encode(), pyoxigraph.RdfFormat.TURTLE)

    def answers(query: str) -> Iterator[list[str | None]]:
        for solution in store.query(query):  # type: ignore[union-attr]
            yield [None if term is None else str(term) for term in solution]

    checks = compile_shapes(Graph().parse(data=PREFIXES + shapes, format="turtle"), answers)
    (result,) = validate(checks, answers)

    assert result.focus == "<http://x/a>"
    assert result.messages == {"": "5"}
