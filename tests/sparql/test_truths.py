"""A text with a language is true unless it is empty (SPARQL 1.1 Query 17.2.2); to the engine alone it is an error."""

import pyoxigraph
import pytest

from kgservice.sparql import parse, rewrites

DATA = 'VALUES (?en ?none ?plain ?number ?iri) { ("x"@en ""@en "x" 0 <urn:x>) }'


def holds(condition: str, text=rewrites.safe) -> bool:
    query = f"ASK {{ {DATA} FILTER({condition}) }}"
    return bool(pyoxigraph.Store().query(text(parse(query))))


@pytest.mark.parametrize(
    "condition",
    [
        "?en", "!?none", "?en && ?plain", "?none || ?en", "UCASE(?en)", "!CONCAT(?none, ?none)", "IF(?en, true, false)",
        "IF(?none, false, true)", "?en = 'x'@en && ?en", "(?en && true) = true", "STRLANG('x', 'en') || ?iri",
        "COALESCE(?iri && true, ?en || false)", "STRLANG(IF(isBlank(?en), 1/0, STR(?en)), 'en')",
    ],
)  # fmt: skip
def test_a_text_with_a_language_is_true_unless_it_is_empty(condition):
    assert holds(condition)
    if "'x'@en &&" not in condition:
        assert not holds(condition, lambda query: query.text)


@pytest.mark.parametrize(
    "condition", ["?none", "!?en", "?number", "?iri", "!?iri", "?unbound", "!?unbound", "?none && ?en"]
)
def test_what_is_false_or_has_no_truth_value_stays_so(condition):
    assert not holds(condition)


@pytest.mark.parametrize(
    "condition", ["?plain", "!?number", "?en = 'x'@en", "?number + 1", "!(?number = 1)", "BOUND(?en) && ?plain = 'x'"]
)
def test_what_the_engine_has_right_stays_right(condition):
    assert holds(condition)


def test_groups_are_filtered_alike():
    query = f"SELECT ?en {{ {DATA} }} GROUP BY ?en HAVING (?en)"

    assert len(list(pyoxigraph.Store().query(rewrites.safe(parse(query))))) == 1


def test_a_path_is_no_condition():
    assert rewrites.safe(parse("ASK { ?s !<urn:p> ?o }")) == "ASK { ?s !<urn:p> ?o }"
