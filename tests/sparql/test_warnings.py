"""Slow and surprising forms are named at their place; good ones are left in peace."""

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgservice.sparql import parse
from kgservice.sparql.edits import Edit, applied
from kgservice.sparql.warnings import advice

NAMED = {
    # query: (name, line, column) of each advice
    "SELECT * { ?o a <u:O> . ?o <u:in> ?c\nFILTER NOT EXISTS { ?p <u:of> ?o ; <u:year> ?y FILTER(?y > 2020) } }": [
        ("not-exists", 2, 8)
    ],
    "SELECT * { ?a <u:p> ?b . ?b <u:q> ?c .\n ?x <u:p> ?y }": [("product", 2, 2)],
    "SELECT * { { ?a <u:p> ?b } UNION { ?a <u:q> ?b } ?x <u:p> ?y FILTER(?a = ?x) }": [("product", 1, 50)],
    "SELECT * { ?s ?p ?o FILTER(?o IN (" + ", ".join(map(str, range(60))) + ")) }": [("in-list", 1, 31)],
    "SELECT (BNODE('k') AS ?b) { }": [("bnode", 1, 14)],
    "SELECT * { <u:a> <u:p>|<u:q> [ a <u:O> ] }": [("alternative", 1, 18)],  # no `*` without variables
}
GOOD = [
    "SELECT * { ?o a <u:O> FILTER NOT EXISTS { ?p <u:of> ?o } }",  # one pattern: as cheap
    "SELECT * { ?o <u:in> <u:kemerovo> FILTER NOT EXISTS { ?p <u:of> ?o ; <u:year> ?y } }",  # anchored
    "SELECT * { ?o a <u:O> FILTER NOT EXISTS { ?p <u:of> ?q ; <u:year> ?y } }",  # nothing shared
    "SELECT * { ?o <u:max> ?m FILTER NOT EXISTS { ?p <u:of> ?o ; <u:n> ?y FILTER(?y > ?m) } }",  # outer variable
    "SELECT * { ?o a <u:O> FILTER NOT EXISTS { ?p <u:of>* ?o ; <u:year> ?y } }",  # zero length
    "SELECT * { ?o a <u:O> FILTER NOT EXISTS { ?p <u:of> ?o OPTIONAL { ?p <u:year> ?y } } }",
    "SELECT * { ?o a <u:O> FILTER (NOT EXISTS { ?p <u:of> ?o ; <u:year> ?y } || ?o = 1) }",
    "SELECT * { ?a <u:p> ?b . ?b <u:q> ?c OPTIONAL { ?c <u:r> ?d } BIND(?d AS ?e) ?e <u:p> ?f }",
    "SELECT * { <u:a> <u:p> ?b . ?x <u:p> ?y }",  # one side is small
    "SELECT * { VALUES ?a { 1 } ?x <u:p> ?y }",
    "SELECT * { ?a <u:p> _:n . _:n <u:q> ?b . ?a ?c [ <u:r> ?b ] }",
    "SELECT * { ?s ?p ?o FILTER(?o IN (1, 2, 3)) } ",
    "SELECT (BNODE() AS ?b) { }",
    "SELECT * { ?a <u:p>|<u:q> ?b . ?b (<u:p>|<u:q>)+ ?c }",  # mended
    "ASK { <u:a> <u:p>|<u:q> [] }",  # cannot show
]


@pytest.mark.parametrize("text", NAMED)
def test_slow_form_is_named(text: str) -> None:
    found = advice(parse(text))

    assert [(one.name, one.line, one.column) for one in found] == NAMED[text]
    assert all(one.text.template.format(**one.text.params) for one in found)


@pytest.mark.parametrize("text", GOOD)
def test_good_form_passes_in_silence(text: str) -> None:
    assert advice(parse(text)) == ()


names = st.sampled_from(["?a", "?b", "?c", "?d"])
ends = st.one_of(names, names, st.sampled_from(["<u:1>", "<u:2>"]))
patterns = st.tuples(ends, st.sampled_from(["<u:p>", "<u:q>", "<u:p>?", "<u:p>+", "?e"]), ends).map(" ".join)
tests = st.tuples(names, names).map(lambda pair: f"FILTER({pair[0]} != {pair[1]})")
optional = patterns.map(lambda pattern: f"OPTIONAL {{ {pattern} }}")
inner = st.tuples(st.lists(patterns, min_size=2, max_size=3).map(" . ".join), st.one_of(st.just(""), tests, optional))
outer = st.tuples(st.lists(patterns, min_size=1, max_size=2).map(" . ".join), st.one_of(st.just(""), optional))
facts = st.lists(st.tuples(*[st.sampled_from(["<u:1>", "<u:2>", "<u:p>", "<u:q>"])] * 3).map(" ".join), max_size=12)


@given(outer, inner, facts)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_minus_gives_the_same_rows_where_it_is_advised(
    around: tuple[str, str], within: tuple[str, str], data: list[str]
) -> None:
    pattern = f"{{ {within[0]} {within[1]} }}"
    query = parse(f"SELECT * {{ {around[0]} FILTER NOT EXISTS {pattern} {around[1]} }}")
    if "not-exists" not in {one.name for one in advice(query)}:
        return
    start, end = query.tree.span(query.tree.named("Filter")[0])
    last = len(query.text) - 1
    minus = applied(query.text, [Edit(start, end, "FILTER(true)"), Edit(last, last, f"MINUS {pattern} ")])
    store = ox.Store()
    store.load("".join(f"{fact} .\n" for fact in data).encode(), format=ox.RdfFormat.TURTLE)

    assert sorted(map(str, store.query(query.text))) == sorted(map(str, store.query(minus)))
