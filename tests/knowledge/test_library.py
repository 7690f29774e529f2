"""The library of questions: headers are read strictly, parameters are typed and filled, bad ones are named."""

from pathlib import Path

import pytest

from kgservice.errors import AuthoredInvalid, ParameterInvalid, QuestionNotFound
from kgservice.knowledge.library import Library, read_query
from kgservice.sparql import parse

ROOT = Path(__file__).parents[2]
BASE = "https://kg.example.org/"
QUESTION = """#+ summary: Which organizations are in a place?
#+ summary-ru: Какие организации находятся в месте?
#+ description: First line.
#+ description: Second line.
#+ tags: place, first steps
#+ parameter place: iri kg:Place | place | место
#+ parameter day: date
#+ parameter most: integer
#+ parameter share: decimal
#+ parameter word: text | a word
#+ empty: Nobody said so.

PREFIX kg: <https://w3id.org/kgservice/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT ?organization ?place WHERE {
  VALUES ?place { <id/place/kemerovo> }
  VALUES ?day { "2021-12-31"^^xsd:date }
  VALUES ?most { 3 }
  VALUES ?share { 0.5 }
  VALUES ?word { "say \\"so\\"" }
  ?organization kg:locatedIn ?place .
}
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "queries" / "places" / "organizations-in-a-place.rq"
    path.parent.mkdir(parents=True)
    path.write_text(QUESTION, encoding="utf-8")
    return tmp_path / "queries"


@pytest.fixture
def library(folder) -> Library:
    return Library(folder, BASE)


def test_header_is_read(library):
    query = library.query("organizations-in-a-place")

    assert (query.subject, query.form, query.tags) == ("places", "select", ("place", "first steps"))
    assert query.summary["ru"] == "Какие организации находятся в месте?"
    assert query.description == {"en": "First line. Second line."}
    assert query.empty == {"en": "Nobody said so."}
    assert [(one.name, one.type, one.example) for one in query.parameters] == [
        ("place", "iri", "id/place/kemerovo"),
        ("day", "date", "2021-12-31"),
        ("most", "integer", "3"),
        ("share", "decimal", "0.5"),
        ("word", "text", 'say "so"'),
    ]
    assert query.parameters[0].of == "https://w3id.org/kgservice/ontology#Place"
    assert query.parameters[0].label == {"en": "place", "ru": "место"}


def test_examples_become_absolute_addresses(library):
    text = library.fill("organizations-in-a-place", {})

    assert "VALUES ?place { <https://kg.example.org/id/place/kemerovo> }" in text
    assert 'VALUES ?word { "say \\"so\\"" }' in text
    assert parse(text).form == "select"


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("place", "https://example.org/x", "<https://example.org/x>"),
        ("place", "<https://example.org/x>", "<https://example.org/x>"),
        ("place", "id/place/yurga", "<https://kg.example.org/id/place/yurga>"),
        ("place", "kg:Place", "<https://w3id.org/kgservice/ontology#Place>"),
        ("day", "2024-02-29", '"2024-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("most", " 12 ", "12"),
        ("share", "1e2", '"100"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("word", "\"} INSERT { a 'b' }\n", '"\\"} INSERT { a \'b\' }"'),
    ],
)
def test_values_are_written_as_terms(name, value, written, library):
    assert f"VALUES ?{name} {{ {written} }}" in library.fill("organizations-in-a-place", {name: value})


def test_several_values_of_a_parameter_stand_side_by_side(library):
    text = library.fill("organizations-in-a-place", {"most": ["1", "2"]})

    assert "VALUES ?most { 1 2 }" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("place", "no address"),
        ("place", "https://example.org/a b"),
        ("place", "x> } INSERT { <a"),
        ("day", "31.02.2024"),
        ("day", "2024-02-30"),
        ("most", "many"),
        ("share", "half"),
    ],
)
def test_value_of_the_wrong_type_is_refused_with_an_example(name, value, library):
    with pytest.raises(ParameterInvalid) as caught:
        library.fill("organizations-in-a-place", {name: value})

    assert value in str(caught.value)
    assert "for example" in str(caught.value)


def test_unknown_parameter_is_refused_with_the_known_ones(library):
    with pytest.raises(ParameterInvalid, match="place, day, most, share, word"):
        library.fill("organizations-in-a-place", {"city": "x"})


def test_unknown_question_is_told(library):
    with pytest.raises(QuestionNotFound, match="who-knows"):
        library.query("who-knows")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("#+ summary-ru: Какие организации находятся в месте?\n", "", "summary-ru"),
        ("#+ tags:", "#+ tag:", "line 5"),
        ("#+ tags:", "#+tags", "line 5"),
        ("parameter place: iri", "parameter place: address", "line 6"),
        ("parameter place:", "parameter town:", "town"),
        ("{ <id/place/kemerovo> }", "{ <id/place/kemerovo> <id/place/yurga> }", "exactly one"),
        ("SELECT ?organization", "SELEKT ?organization", "Line 16"),
        ("SELECT ?organization ?place WHERE", "INSERT { ?a ?b ?c } WHERE", "Line 16"),
    ],
)
def test_wrong_file_is_named_with_line_and_cause(old, new, told, folder):
    path = folder / "places" / "organizations-in-a-place.rq"
    path.write_text(QUESTION.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(AuthoredInvalid) as caught:
        read_query(path)

    assert str(path) in str(caught.value)
    assert told in str(caught.value)


def test_two_questions_of_one_name_are_refused(folder):
    other = folder / "others" / "organizations-in-a-place.rq"
    other.parent.mkdir()
    other.write_text(QUESTION, encoding="utf-8")

    with pytest.raises(AuthoredInvalid, match="is taken by"):
        Library(folder).queries  # noqa: B018 - reads the files


def test_first_steps_come_first():
    names = [query.tags for query in Library(ROOT / "queries").queries.values()]

    first = ["first steps" in tags for tags in names]
    assert first[:10] == [True] * 10
    assert first == sorted(first, reverse=True)
