"""Texts meant to hurt: every one gets a query or a clear refusal, within CPU time, whatever its shape."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgservice.errors import QueryInvalid, QueryTooComplex, RequestTooLarge
from kgservice.sparql import Bounds, duplicates_show, parameters, parse, rewrites
from kgservice.sparql.grammar import grammar
from kgservice.sparql.mentions import mentions
from kgservice.sparql.messages import marked
from kgservice.sparql.warnings import advice

MOST_SECONDS = 4.0
"""CPU seconds for 60 to 210 KB, advice and rewrites included; below 1 on a machine that does nothing else."""

N = 20_000
SHAPES = {
    "round brackets": "SELECT * { FILTER(" + "(" * N,
    "braces": "SELECT * " + "{" * N,
    "closed braces": "SELECT * " + "{" * N + "}" * N,
    "square brackets": "SELECT * { " + "[ ?p " * N,
    "lists": "SELECT * { ?s ?p " + "(" * N,
    "reified": "SELECT * { " + "<< " * N,
    "triple terms": "SELECT * { ?s ?p " + "<<( " * N,
    "annotations": "SELECT * { ?s ?p ?o " + "{| ?p ?o " * N,
    "not exists": "SELECT * { " + "FILTER NOT EXISTS { " * (N // 5),
    "if": "SELECT (" + "IF(" * N,
    "sub-select": "SELECT * { " + "{ SELECT * { " * (N // 3),
    "not": "SELECT * { FILTER(" + "!" * N + "?a) }",
    "minus signs": "SELECT * { FILTER(" + "- " * N + "?a) }",
    "or": "SELECT * { FILTER(?a" + " || ?a" * N + ") }",
    "plus numbers": "SELECT * { FILTER(?a" + "+1" * N + ") }",
    "path": "SELECT * { ?s " + "<u:p>/" * N + "<u:p> ?o }",
    "path alternatives": "SELECT * { ?s " + "<u:p>|" * N + "<u:p> ?o }",
    "optional": "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * (N // 4) + "}",
    "union": "SELECT * { {} " + "UNION {} " * N + "}",
    "quotes": "SELECT * { ?s ?p " + '"' * 3 * N,
    "single quotes": "SELECT * { ?s ?p " + "'" * 3 * N,
    "angles": "SELECT * { FILTER(?a " + "<" * 3 * N,
    "dots": "SELECT * { ?s " + "a." * 2 * N + " ?o }",
    "dots in a name": "SELECT * { ?s a:" + "a." * 2 * N + " ?o }",
    "comparisons": "SELECT * { FILTER(" + "?a<?b&&" * N + "?c>?d) }",
    "comparisons like IRIs": "SELECT * { FILTER(" + "?a<?b&&?c>?d=" * (N // 2) + "?e) }",
    "comment": "SELECT * { } #" + "x" * 10 * N,
    "comments": "#\n" * 3 * N + "SELECT * { }",
    "spaces": "SELECT * {" + " " * 10 * N + "?s ?p",
    "backslashes": 'SELECT * { ?s ?p "' + "\\" * 3 * N + '" }',
    "percent": "SELECT * { ?s a:" + "%" * 3 * N + " ?o }",
    "long word": "SELECT * { " + "x" * 5 * N + " }",
    "long variable": "SELECT * { ?" + "x" * 5 * N + " ?p }",
    "values": "SELECT * { VALUES ?x { " + "<u:x> " * N + "} }",
    "triples": "SELECT * { " + "?s ?p ?o . " * (N // 2) + "}",
    "binds": "SELECT * { " + "".join(f"BIND(1 AS ?v{n}) " for n in range(499)) + "}",
    "projected": "SELECT " + "".join(f"(COUNT(?x) AS ?v{n}) " for n in range(N // 4)) + "{ ?x ?p ?o } GROUP BY ?y",
    "grouped sub-selects": "SELECT * { "
    + "{ SELECT ?a (COUNT(?b) AS ?c) { ?a ?p ?b } GROUP BY ?a } " * (N // 20)
    + "}",
    "unrelated patterns": "SELECT * { " + "".join(f"?a{n} ?b{n} ?c{n} . " for n in range(N // 6)) + "}",
    "one subject": "SELECT * { ?s " + "".join(f"<u:p> ?o{n} ; " for n in range(N // 4)) + "}",
    "nested groups": "SELECT * " + "{ ?a <u:p> ?b . " * 99 + "?x <u:q> ?y . " * (N // 6) + "}" * 99,
    "not exists in a row": "SELECT * { " + "?a <u:p> ?b . " * (N // 8) + "FILTER NOT EXISTS { ?a ?b ?c } " * 499 + "}",
    "orders": "SELECT * { " + "{ SELECT (STR(?a) AS ?b) { ?a ?p ?c } ORDER BY ?b ?c } " * (N // 20) + "}",
    "named": "SELECT "
    + "".join(f"(STR(?x) AS ?v{n}) " for n in range(N // 8))
    + "{ ?x ?p ?o } ORDER BY"
    + "".join(f" ?v{n}" for n in range(N // 8)),
    "nulls": "\x00" * N,
    "prefixes": "".join(f"PREFIX p{n}: <u:> " for n in range(N // 4)) + "ASK { p0:a p1:b q:c }",
    "operations": "CLEAR ALL ; " * N,
    "dashes of an IRI": "SELECT * { " + "<a b " * N,
}


@pytest.mark.parametrize("name", SHAPES)
def test_hostile_text_ends_in_time(name: str) -> None:
    text = SHAPES[name]
    start = time.process_time()
    try:
        query = parse(text)
        assert query.depth <= 100
        _ = query.variables, query.dataset, query.services
        _ = advice(query), mentions(query), rewrites.safe(query), duplicates_show(query), parameters(query)
    except QueryInvalid as error:
        marked(text, error)
    spent = time.process_time() - start

    assert spent < MOST_SECONDS, f"{spent:.2f} CPU s"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT * { " + "{" * 100 + "}" * 101, "nested more than 100 levels"),
        ("SELECT * { FILTER(?a" + " || ?a" * 1001 + ") }", r"\|\| stands more than 1000 times"),
        ("SELECT * { FILTER(?a" + " +1" * 1001 + ") }", r"\+ stands more than 1000 times"),
        ("SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 201 + "}", "OPTIONAL stands more than 200 times"),
        ("SELECT * { ?s " + "<u:p>/" * 201 + "<u:p> ?o }", "/ stands more than 200 times"),
    ],
)
def test_limit_is_named(text: str, says: str) -> None:
    with pytest.raises(QueryTooComplex, match=says):
        parse(text)


def test_bounds_lower_the_limits_and_the_message_names_the_setting() -> None:
    low = Bounds(characters=40, depth=2, repeats=3)

    with pytest.raises(RequestTooLarge, match=r"limit is 40 \(KG_QUERY_BYTES\)"):
        parse("SELECT *" + " " * 40 + "{ }", bounds=low)
    with pytest.raises(QueryTooComplex, match=r"more than 2 levels.*KG_QUERY_DEPTH"):
        parse("ASK {{{}}}", bounds=low)
    with pytest.raises(QueryTooComplex, match=r"more than 3 times.*KG_QUERY_REPEATS"):
        parse("ASK { ?s a/a/a/a/a ?o }", bounds=low)


def test_what_keeps_the_limits_passes() -> None:
    parse("SELECT * " + "{" * 100 + "}" * 100)
    parse("SELECT * { FILTER(?a" + " || ?a" * 1000 + ") }")
    parse("SELECT * { VALUES ?x { " + "+1 -1 " * 2000 + "} }")


words = st.sampled_from(sorted(grammar().kinds - {"END"})).map(
    lambda kind: {
        "IRI": "<u:a>", "PN": "rdfs:label", "VAR": "?v", "STR": "'t'", "NUM": "1", "SNUM": "+1", "BN": "_:b",
        "ANON": "[]", "NIL": "()", "LANG": "@ru", "FN": "COUNT",
    }.get(kind, kind)
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=200),
    st.lists(words, max_size=60).map(" ".join),
    st.lists(st.one_of(words, st.text(max_size=3)), max_size=30).map("".join),
    st.lists(words, max_size=20).map(lambda found: "SELECT * { ?s ?p ?o . " + " ".join(found) + " }"),
)


@given(texts, st.sampled_from([None, True, False]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_parsed_or_refused_as_invalid(text: str, update: bool | None) -> None:
    try:
        query = parse(text, update=update)
        _ = query.variables, query.dataset, query.services, query.limit, query.offset
        _ = advice(query), mentions(query), duplicates_show(query), parameters(query)
        parse(rewrites.safe(query))
    except QueryInvalid as error:
        _ = str(error), error.hint, marked(text, error)
