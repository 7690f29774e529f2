"""Validation: what SHACL finds, in two languages, over known and illustrative statements."""

import pytest
from rdflib import Graph

from kgservice.errors import AuthoredInvalid
from kgservice.knowledge.validation import Fault, faults, validate
from kgservice.locale import say
from kgservice.report import Severity
from kgservice.store.memory import Memory

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/kgservice/shapes#> .
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
shape:Place a sh:NodeShape ; sh:targetClass kg:Place ; sh:property shape:Place-name, shape:Place-code, shape:Place-in .
shape:Place-name a sh:PropertyShape ; sh:path kg:name ; sh:minCount 1 ;
    sh:message "У места должно быть название."@ru, "A place has a name."@en ;
    sh:description "Заполните столбец name."@ru, "Fill the column name."@en .
shape:Place-code a sh:PropertyShape ; sh:path kg:code ; sh:pattern "^[0-9]+$" ; sh:severity sh:Warning .
shape:Place-in a sh:PropertyShape ; sh:path kg:within ; sh:class kg:Place ; sh:message "Within is a place."@en .
"""
KG = "https://w3id.org/kgservice/ontology#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@pytest.fixture
def checked(tmp_path):
    def check(known, illustrative="", shapes=SHAPES):
        Graph().parse(data=shapes, format="turtle").serialize(tmp_path / "shapes.nt", "nt", encoding="utf-8")
        (tmp_path / "known.nt").write_text(known)
        (tmp_path / "illustrative.nt").write_text(illustrative)
        memory = Memory([tmp_path / "known.nt"])
        found = validate([tmp_path / "shapes.nt"], memory.rows)
        memory.add([tmp_path / "illustrative.nt"])
        return found + validate([tmp_path / "shapes.nt"], memory.rows, known=found)

    return check


GOOD = f'<x:a> {TYPE} <{KG}Place> .\n<x:a> <{KG}name> "A" .\n'


def test_good_data_has_no_findings(checked):
    assert checked(GOOD) == []


def test_finding_speaks_the_languages_of_its_shape_and_says_what_to_do(checked):
    (finding,) = checked(f"<x:a> {TYPE} <{KG}Place> .\n")

    assert finding.rule == "https://w3id.org/kgservice/shapes#Place-name"
    assert finding.severity is Severity.VIOLATION
    assert (finding.focus, finding.path, finding.value) == ("x:a", KG + "name", "")
    assert finding.text.translations == {"ru": "У места должно быть название.", "en": "A place has a name."}
    assert finding.remedy.translations["ru"] == "Заполните столбец name."


def test_finding_without_a_message_names_the_rule_and_keeps_value_and_severity(checked):
    (finding,) = checked(GOOD + f'<x:a> <{KG}code> "K-1" .\n')

    assert finding.severity is Severity.WARNING
    assert finding.value == '"K-1"'
    assert finding.text.params == {"rule": "shape:Place-code", "component": "Pattern"}


def test_finding_of_illustrative_statements_is_marked_and_not_repeated(checked):
    findings = checked(f"<x:a> {TYPE} <{KG}Place> .\n", f"<x:b> {TYPE} <{KG}Place> .\n")

    assert [(finding.focus, finding.illustrative) for finding in findings] == [("x:a", False), ("x:b", True)]


def test_known_data_must_conform_without_the_illustrative(checked):
    findings = checked(GOOD + f"<x:a> <{KG}within> <x:b> .\n", f'<x:b> {TYPE} <{KG}Place> .\n<x:b> <{KG}name> "B" .\n')

    assert [(finding.value, finding.illustrative) for finding in findings] == [("<x:b>", False)]


def test_sparql_constraint_fills_its_message(checked):
    shapes = '''
    @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix shape: <https://w3id.org/kgservice/shapes#> .
    @prefix kg: <https://w3id.org/kgservice/ontology#> .
    shape:Place a sh:NodeShape ; sh:targetClass kg:Place ; sh:sparql shape:Place-twice .
    shape:Place-twice a sh:SPARQLConstraint ; sh:message "Имя {?value} лишнее"@ru, "{?value} is one too many"@en ;
        sh:select """SELECT $this ?value
            WHERE { $this <https://w3id.org/kgservice/ontology#name> ?value FILTER(?value = 'A') }""" .
    '''
    (finding,) = checked(GOOD, shapes=shapes)

    assert finding.rule == "https://w3id.org/kgservice/shapes#Place-twice"
    assert finding.text.translations["ru"] == "Имя A лишнее"


def test_shapes_that_cannot_be_evaluated_are_said(checked):
    with pytest.raises(AuthoredInvalid, match="minCount must be an integer"):
        checked(GOOD, shapes=SHAPES.replace("sh:minCount 1", 'sh:minCount "x"'))


def said(fault: Fault) -> str:
    return fault.text.template.format(**fault.text.params)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("sh:minCount", "sh:minCnt", "sh:minCnt is not a term of SHACL"),
        ("sh:minCount 1", "sh:minCount 1, 2", "shape:Place-name has sh:minCount twice"),
        ("sh:path kg:name ;", "", "shape:Place-name is a property shape without sh:path"),
        ("sh:minCount 1", "sh:node shape:Gone", "shape:Place-name refers by sh:node to shape:Gone"),
        ("sh:minCount 1", 'sh:minCount "x"', "shape:Place-name: sh:minCount must be an integer, not x"),
        ("sh:minCount 1", "sh:uniqueLang 3", "shape:Place-name: sh:uniqueLang is not what SHACL asks for"),
        ('"^[0-9]+$"', '"["', "shape:Place-code: sh:pattern “[” is not a regular expression"),
    ],
)
def test_fault_of_a_shape_is_named(before, after, fault):
    shapes = Graph().parse(data=SHAPES.replace(before, after), format="turtle")

    assert any(fault in said(found) for found in faults(shapes, answers=Memory([], 10).rows))


def test_good_shapes_have_no_faults():
    assert faults(Graph().parse(data=SHAPES, format="turtle")) == []


def test_quick_look_compiles_the_shapes():
    shapes = Graph().parse(data=SHAPES.replace("sh:minCount 1", 'sh:minCount "x"'), format="turtle")

    assert ["minCount must be an integer" in said(found) for found in faults(shapes, True)]


EXPECTED = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/kgservice/shapes#> .
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
shape:Place a sh:NodeShape ; sh:targetClass kg:Place ;
    sh:property shape:a, shape:b, shape:c, shape:d, shape:e, shape:f .
shape:a sh:path kg:name ; sh:minCount 2 ; sh:languageIn ( "ru" "en" ) ; sh:uniqueLang true .
shape:b sh:path kg:size ; sh:datatype xsd:integer ; sh:minInclusive 5 .
shape:c sh:path kg:within ; sh:class kg:Place .
shape:d sh:path kg:within ; sh:nodeKind sh:IRI .
shape:e sh:path kg:kind ; sh:in ( kg:Town kg:City ) .
shape:f sh:path kg:kind ; sh:pattern "Town$" .
"""


def test_what_would_be_right_is_said_where_the_constraint_can(checked):
    said = [("a", "name", '"A"@de'), ("a", "size", "3"), ("a", "size", '"x"'), ("a", "within", '"b"')]
    said += [("a", "kind", "<x:c>"), ("b", "name", '"A"@ru'), ("b", "name", '"B"@ru')]
    things = f"<x:a> {TYPE} <{KG}Place> .\n<x:b> {TYPE} <{KG}Place> .\n"
    turtle = things + "".join(f"<x:{thing}> <{KG}{name}> {value} .\n" for thing, name, value in said)
    found = checked(Graph().parse(data=turtle, format="turtle").serialize(format="nt"), shapes=EXPECTED)

    assert {finding.expected and say(finding.expected, "en") for finding in found} == {
        "2 or more values", "one of: ru, en", "one in each language", "a whole number, such as 15", "5 or more",
        "a thing of the class kg:Place", "an address or identifier (IRI), no text", "one of: kg:Town, kg:City", None,
    }  # fmt: skip


def test_two_constraints_of_a_shape_without_a_name_are_two_findings_about_one_value(checked):
    shapes = SHAPES.replace(
        "sh:property shape:Place-name",
        'sh:property [ sh:path kg:name ; sh:pattern "^B" ; sh:minLength 2 ], shape:Place-name',
    )

    found = checked(GOOD, shapes=shapes)

    assert [(f.rule.rpartition("#")[2], f.value, f.component.rpartition("#")[2]) for f in found] == [
        ("Place", '"A"', "MinLengthConstraintComponent"),
        ("Place", '"A"', "PatternConstraintComponent"),
    ]
