"""Errors that teach: the mistakes people make, each at its line and column, with the cause and what to write."""

import pytest

from kgservice.errors import QueryInvalid
from kgservice.sparql import parse
from kgservice.sparql.messages import marked

RDFS = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
MISTAKES = {
    # name: (text, line, column, words that the message or the hint must say)
    "undefined prefix": ("SELECT ?l WHERE {\n  ?s rdfs:label ?l }", 2, 6, "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"),
    "prefix of a handed-in table": ("SELECT * { ?s a kg:Site }", 1, 17, "PREFIX kg: <https://w3id.org/kgservice/ontology#>"),
    "misspelt prefix": (RDFS + "SELECT * { ?s rdf5:label ?l }", 2, 15, "Did you mean rdfs:?"),
    "unknown prefix": ("SELECT * { ?s zzz:label ?l }", 1, 15, "PREFIX zzz: <namespace>"),
    "missing closing brace": (RDFS + "SELECT ?l WHERE {\n  ?s rdfs:label ?l\n", 3, 19, "The { of line 2, column 17"),
    "brace too many": ("SELECT ?l { ?s ?p ?l }}", 1, 23, "closes nothing"),
    "missing dot": (RDFS + "SELECT * {\n  ?s rdfs:label ?l\n  ?s a ?c }", 4, 3, "Is a . missing before it"),
    "missing object": (RDFS + "SELECT * { ?s rdfs:label . }", 2, 26, "The object is missing"),
    "missing AS": ("SELECT (COUNT(?x) ?n) { ?x ?p ?o }", 1, 19, "AS and a new variable are missing"),
    "aggregate without brackets": ("SELECT COUNT(?x) { ?x ?p ?o }", 1, 8, "(COUNT(…) AS ?name)"),
    "missing BY": ("SELECT * { ?s ?p ?o } ORDER ?s", 1, 29, "Write ORDER BY."),
    "misspelt keyword": ("SELCT * { ?s ?p ?o }", 1, 1, "Did you mean SELECT?"),
    "misspelt keyword inside": ("SELECT * { ?s ?p ?o OPTINAL { ?s ?q ?z } }", 1, 21, "Did you mean OPTIONAL?"),
    "FILTER without brackets": ("SELECT * { ?s ?p ?o FILTER ?o > 3 }", 1, 28, "FILTER(…)"),
    "misspelt function": ("SELECT * { ?s ?p ?o FILTER(CONTANS(?o, 'x')) }", 1, 28, "Did you mean CONTAINS?"),
    "ungrouped variable": ("SELECT ?s ?p (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s", 1, 11, "Add ?p to GROUP BY"),
    "ungrouped beside an aggregate": ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", 1, 8, "nor aggregated"),
    "grouped star": ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 8, "SELECT * cannot be grouped"),
    "unclosed text": ('SELECT * { ?s ?p "abc }', 1, 18, 'Close it with "'),
    "backslash in a text": ("SELECT * { ?s ?p 'C:\\path' }", 1, 21, "Write \\\\ for a backslash"),
    "space in an IRI": ("SELECT * { <http://a/b c> ?p ?o }", 1, 23, "an IRI must not contain a space"),
    "space in an IRI as object": ("SELECT * { ?s ?p <http://a/b c> }", 1, 29, "Write %20"),
    "update sent as query": ("# all\nDELETE WHERE { ?s ?p ?o }", 2, 1, "Send it to the update address"),
    "variable without ?": ("SELECT * { s ?p ?o }", 1, 12, "Did you mean the variable ?s"),
    "projected without ?": ("SELECT s { ?s ?p ?o }", 1, 8, "Did you mean the variable ?s?"),
    "typographic quotes": ("SELECT * { ?s ?p “abc” }", 1, 18, "straight quotes"),
    "two equals signs": ("SELECT * { ?s ?p ?o FILTER(?o == 3) }", 1, 31, "compares with one ="),
    "SQL's not equal": ("SELECT * { ?s ?p ?o FILTER(?o <> 3) }", 1, 32, "Not equal is written !="),
    "SQL's AND": ("SELECT * { ?s ?p ?o FILTER(?o > 3 AND ?o < 4) }", 1, 35, "SPARQL writes &&"),
    "BIND to a bound variable": ("SELECT * { ?s ?p ?o BIND(1 AS ?o) }", 1, 31, "AS needs a new variable"),
    "AS to a bound variable": ("SELECT (1 AS ?s) { ?s ?p ?o }", 1, 14, "AS needs a new variable"),
    "commas between variables": ("SELECT ?s, ?p { ?s ?p ?o }", 1, 10, "by spaces"),
    "semicolon at the end": ("SELECT ?s { ?s ?p ?o };", 1, 23, "no ; at its end"),
    "LIMIT before ORDER BY": ("SELECT ?s { ?s ?p ?o } LIMIT 3 ORDER BY ?s", 1, 32, "ORDER BY, LIMIT"),
    "LIMIT of a fraction": ("SELECT ?s { ?s ?p ?o } LIMIT 1.5", 1, 30, "takes a whole number"),
    "LIMIT of a word": ("SELECT ?s { ?s ?p ?o } LIMIT ten", 1, 30, "LIMIT takes a whole number, not ten"),
    "LIMIT below 0": ("SELECT ?s { ?s ?p ?o } LIMIT -1", 1, 30, "a whole number from 0, as in LIMIT 10"),
    "OFFSET of a word": ("SELECT ?s { ?s ?p ?o } OFFSET x", 1, 31, "OFFSET takes a whole number, not x"),
    "LIMIT of nothing": ("SELECT ?s { ?s ?p ?o } LIMIT", 1, 29, "a whole number from 0, as in LIMIT 10"),
    "SQL's LIMIT": ("SELECT ?s { ?s ?p ?o } LIMIT 10, 20", 1, 32, "SPARQL writes LIMIT 20 OFFSET 10."),
    "pattern without its opening brace": ("SELECT * ?s ?p ?o }", 1, 10, "stands in braces: WHERE { ?s ?p ?o }."),
    "OPTIONAL without braces": ("SELECT * { ?s ?p ?o OPTIONAL ?s ?q ?z }", 1, 30, "OPTIONAL { ?s ?p ?o }"),
    "IRI without brackets": ("SELECT * { http://a/b ?p ?o }", 1, 17, "angle brackets: <http://…>"),
    "text without quotes": ("SELECT * { ?s ?p ?o FILTER(LANG(?o) = ru) }", 1, 41, '"ru"; a variable is written ?ru'),
    "IN without brackets": ("SELECT * { ?s ?p ?o FILTER(?o IN 1,2) }", 1, 34, "IN (1, 2)"),
    "two values of an aggregate": ("SELECT (COUNT(DISTINCT ?a, ?b) AS ?n) { ?a ?p ?b }", 1, 26, "takes one value"),
    "sub-query without braces": ("SELECT * { ?s ?p ?o SELECT ?x { ?x ?y ?z } }", 1, 21, "braces of its own"),
    "no-break space": ("SELECT\u00a0* { ?s ?p ?o }", 1, 7, "invisible character U+00A0"),
    "nothing": ("  # only a comment\n", 1, 1, "The query is empty"),
    "no pattern": ("SELECT ?s", 1, 10, "The pattern in braces is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_at_its_place(name: str) -> None:
    text, line, column, says = MISTAKES[name]

    with pytest.raises(QueryInvalid) as caught:
        parse(text, update=False, prefixes={"kg": "https://w3id.org/kgservice/ontology#"})

    error = caught.value
    assert (line, column) == (error.line, error.column), str(error)
    assert says in f"{error} {error.hint}"
    assert "{" + "found}" not in f"{error} {error.hint}"
    assert error.hint == error.hint_template.format(**error.params)


def test_caret_stands_under_the_column() -> None:
    text = "SELECT *\nWHERE { ?s ?p ?o FILTER ?o }"
    with pytest.raises(QueryInvalid) as caught:
        parse(text)

    line, caret = marked(text, caught.value).split("\n")

    assert line == "WHERE { ?s ?p ?o FILTER ?o }"
    assert line[caret.index("^") :] == "?o }"


def test_long_line_is_cut_around_the_caret() -> None:
    text = f"SELECT * {{ ?s ?p {'?o, ' * 1000} ]"
    with pytest.raises(QueryInvalid) as caught:
        parse(text)

    line, caret = marked(text, caught.value).split("\n")

    assert len(line) <= 200
    assert line[caret.index("^")] == "]"


def test_query_sent_as_update_is_named() -> None:
    with pytest.raises(QueryInvalid, match="SELECT is a query; an update was expected"):
        parse("SELECT * { ?s ?p ?o }", update=True)


def test_long_words_are_cut_and_stay_on_one_line() -> None:
    for text in ("SELECT * { FILTER(" + "x" * 5000 + "()) }", "SELECT * { ?s ?p ?o '''a\r\nb" + "x" * 5000 + "''' }"):
        with pytest.raises(QueryInvalid) as caught:
            parse(text)

        assert len(str(caught.value)) < 400
        assert not {"\r", "\n"} & set(str(caught.value) + caught.value.hint)


def test_a_reader_is_not_offered_updates_nor_signs_that_nobody_means():
    with pytest.raises(QueryInvalid) as told:
        parse("SELEC * {}", update=False)
    with pytest.raises(QueryInvalid) as meant:
        parse("INSRT DATA {}", update=True)
    with pytest.raises(QueryInvalid) as ended:
        parse("SELECT * { ?s ?p ?o } LIMIT 5 OFFSET 5 }", update=False)

    assert told.value.params["expected"] == "ASK BASE CONSTRUCT DESCRIBE PREFIX SELECT VERSION"
    assert "INSERT" in meant.value.params["expected"]
    assert "the end" not in str(ended.value)
