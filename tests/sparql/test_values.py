"""Parameters of the library: the VALUES block is replaced by its span, and nothing else can get in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.errors import ParameterInvalid
from kgservice.sparql import is_term, parameters, parse, replace_values

QUERY = """#+ summary: partners
PREFIX kg: <https://w3id.org/kgservice/ontology#>
SELECT ?partner WHERE {
  VALUES ?organization { <http://localhost:8080/id/organization/kuzstu> }  # the example
  ?partnership kg:member ?organization, ?partner .
}
"""


def test_block_is_replaced_and_the_rest_stays() -> None:
    text = replace_values(QUERY, "organization", ["<u:a>", "<u:b>"])

    assert text == QUERY.replace(" <http://localhost:8080/id/organization/kuzstu> ", " <u:a> <u:b> ")


def test_bracketed_block_and_trailing_block_are_replaced() -> None:
    text = replace_values("SELECT ?x { VALUES (?x) { (1) } } VALUES ?x { 1 2 }", "x", ["3", '"a"@ru'])

    assert text == 'SELECT ?x { VALUES (?x) { (3) ("a"@ru) } } VALUES ?x { 3 "a"@ru }'


def test_parameters_are_listed_with_their_examples() -> None:
    found = parameters(parse('SELECT * { VALUES ?d { "2020-01-01"^^<u:date> "x"@en 7 } VALUES (?a ?b) { (1 2) } }'))

    assert [(block.variable, block.terms) for block in found] == [("d", ('"2020-01-01"^^<u:date>', '"x"@en', "7"))]


@pytest.mark.parametrize("term", ["<u:a> <u:b>", "kg:x", "?x", "1 } DROP ALL {", "<u:a", "'a' # x", " 1", "", "_:b"])
def test_what_is_not_one_term_is_refused(term: str) -> None:
    with pytest.raises(ParameterInvalid, match="is not a term"):
        replace_values(QUERY, "organization", [term])


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(ParameterInvalid, match="no parameter profession"):
        replace_values(QUERY, "profession", ["<u:a>"])


@given(st.text())
@settings(deadline=None)
def test_any_text_is_a_term_or_refused(text: str) -> None:
    if is_term(text):
        parse(f"SELECT * {{ VALUES ?x {{ {text} }} }}")
