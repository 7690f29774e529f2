"""What a parsed query tells: form, dataset, columns, what it needs."""

import pytest

from kgservice.errors import QueryInvalid
from kgservice.sparql import parse
from kgservice.sparql.grammar import grammar


def test_grammar_has_no_conflicts() -> None:
    assert grammar().conflicts == ()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { }", "select"),
        ("prefix a: <u:> aSk { ?s a a:b }", "ask"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "construct"),
        ("DESCRIBE <u:x>", "describe"),
        ("INSERT DATA { <u:s> <u:p> 1 } ; CLEAR ALL", "update"),
        ("", "update"),
    ],
)
def test_form_is_known(text: str, form: str) -> None:
    assert form == parse(text).form


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://a/> { ?s ?p ?o } }",
        "select * { service silent ?e { ?s ?p ?o } }",
        "SELECT * { SeRvIcE#comment\n<http://a/>{} }",
        "PREFIX s: <http://a/> ASK { OPTIONAL { { SERVICE s:x { } } } }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <http://a/> { ?s ?p ?o } } }",
        "INSERT { <u:s> <u:p> ?o } WHERE { SERVICE <http://a/> { ?s ?p ?o } }",
        "SELECT * { { SELECT ?s { SERVICE <http://a/> { ?s ?p ?o } } } }",
    ],
)
def test_service_is_found_in_every_spelling(text: str) -> None:
    assert parse(text).uses_service


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?p 'SERVICE <http://a/> {}' }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://a/> { }",
        "PREFIX service: <http://service/> SELECT * { <http://a/SERVICE> service:load '''LOAD <u:x>''' }",
        "SELECT (1 AS ?load) { }",
    ],
)
def test_words_in_texts_names_and_comments_are_no_service(text: str) -> None:
    query = parse(text)

    assert (query.uses_service, query.uses_load) == (False, False)


def test_load_is_found() -> None:
    query = parse("CLEAR ALL ; PREFIX x: <u:> lOaD/**/ SILENT x:y".replace("/**/", "#\n"))

    assert query.uses_load


def test_service_endpoints_are_resolved() -> None:
    query = parse("BASE <http://a/b/> PREFIX s: <c#> SELECT * { SERVICE s:d {} SERVICE SILENT <e> {} SERVICE ?f {} }")

    assert query.services == ("http://a/b/c#d", "http://a/b/e", "?f")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT ?a $b (COUNT(?c) AS ?n) { ?a ?b ?c } GROUP BY ?a ?b", ("a", "b", "n")),
        ("SELECT * { ?s ?p ?o FILTER(?x > 1) MINUS { ?y ?p ?o } BIND(1 AS ?n) }", ("s", "p", "o", "n")),
        ("SELECT * { { SELECT ?a { ?a ?b ?c } } GRAPH ?g { ?d ?e ?f } VALUES (?v ?w) { (1 2) } }", tuple("agdefvw")),
        ("SELECT (EXISTS { ?x ?y ?z } AS ?e) { }", ("e",)),
        ("ASK { ?s ?p ?o }", ()),
    ],
)
def test_columns_are_known(text: str, columns: tuple[str, ...]) -> None:
    assert columns == parse(text).variables


def test_dataset_clauses_carry_their_spans() -> None:
    text = "PREFIX g: <http://g/> SELECT * FROM <u:a> FROM NAMED g:b { GRAPH ?x { ?s ?p ?o } }"

    first, second = parse(text).dataset

    assert (first.iri, first.named, text[first.start : first.end]) == ("u:a", False, "FROM <u:a>")
    assert (second.iri, second.named, text[second.start : second.end]) == ("http://g/b", True, "FROM NAMED g:b")


def test_limit_and_offset_are_those_of_the_whole_query() -> None:
    query = parse("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 3 OFFSET 4 } } OFFSET 20 LIMIT 10")
    other = parse("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 3 } }")

    assert (query.limit, query.offset) == (10, 20)
    assert (other.limit, other.offset) == (None, None)


def test_prefixes_tell_use_and_repetition() -> None:
    text = "PREFIX a: <u:a> PREFIX b: <u:b> PREFIX a: <u:c> SELECT * { ?s a:x a: }"

    prefixes = [(prefix.name, prefix.namespace, prefix.used, prefix.duplicate) for prefix in parse(text).prefixes]

    assert prefixes == [("a", "u:a", False, False), ("b", "u:b", False, False), ("a", "u:c", True, True)]


def test_comparison_that_looks_like_an_iri_is_read_as_the_engine_does() -> None:
    assert parse("SELECT * { ?s ?p ?a, ?b, ?c, ?d FILTER(?a<?b&&?c>?d) }").form == "select"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (?x + 1 AS ?y) { ?s ?p ?x } GROUP BY (?x)",
        "SELECT ?y (COUNT(*) AS ?n) (?n * 2 AS ?m) { ?s ?p ?x } GROUP BY (STR(?x) AS ?y) HAVING (?n > 1)",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?x } ORDER BY ?n",
        "SELECT ?x { ?x ?p ?o FILTER EXISTS { SELECT (COUNT(?y) AS ?n) { ?y ?p ?x } } }",
        "SELECT * { ?s ?p ?o FILTER NOT EXISTS { ?s ?q ?z } { BIND(1 AS ?w) } UNION { BIND(2 AS ?w) } }",
        "SELECT * { { ?s ?p ?o } FILTER(?v > 1) BIND(1 AS ?v) }",
    ],
)
def test_right_scopes_are_not_refused(text: str) -> None:
    assert parse(text).form == "select"


def test_half_a_surrogate_is_refused() -> None:
    with pytest.raises(QueryInvalid, match="half of a character"):
        parse("SELECT * { ?s ?p '\ud800' }")
