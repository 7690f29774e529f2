"""Slow and surprising forms are named at their place; good ones are left in peace."""

import pytest

from kgservice.sparql import parse
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
]


@pytest.mark.parametrize("text", NAMED)
def test_slow_form_is_named(text: str) -> None:
    found = advice(parse(text))

    assert [(one.name, one.line, one.column) for one in found] == NAMED[text]
    assert all(one.text.template.format(**one.text.params) for one in found)


@pytest.mark.parametrize("text", GOOD)
def test_good_form_passes_in_silence(text: str) -> None:
    assert advice(parse(text)) == ()
