"""Every fault of a mapping is found when it is loaded, with file and line."""

from pathlib import Path

import pytest

from kgservice.errors import MappingInvalid
from kgservice.report import Severity
from kgservice.rml import load
from rml.mappings import PREFIXES, call, setting, things, written

NAME = 'rml:reference "name"'
FIRST_RULE = PREFIXES.count("\n") + 3  # the line of the predicate object map in `things`


def fault(folder: Path, text: str, tables: dict[str, dict[str, str]] | None = None) -> tuple[int, str]:
    with pytest.raises(MappingInvalid) as caught:
        written(folder, text, tables)

    assert str(folder / "mapping.rml.ttl") in str(caught.value)
    line = caught.value.params["line"]
    assert isinstance(line, int)
    return line, str(caught.value)


@pytest.mark.parametrize(
    ("objects", "says"),
    [
        ('rml:refrence "name"', "no property rml:refrence"),
        ('rml:reference "name" ; rml:class kg:A', "a object map has no rml:class"),
        (call("unknown", text="name"), "there is no function fn:unknown"),
        (call("trim", setting("colour", "x"), text="name"), "no parameter fn:colour"),
        (call("lookup", text="name"), "needs the parameter fn:table"),
        (call("lookup", setting("table", "none"), text="name"), "there is no code table"),
        (call("lookup", setting("table", "../x"), text="name"), "no name of a code table"),
        (call("match", setting("regex", "(["), text="name"), "no regular expression"),
        (call("split", setting("separator", ";"), setting("separator", ","), text="name"), "given twice"),
        ('rml:template "{a" ; rml:termType rml:Literal', "a brace is never closed"),
        ('rml:template "a}" ; rml:termType rml:Literal', "never opened"),
        ('rml:template "a{}" ; rml:termType rml:Literal', "a reference is empty"),
        ('rml:template "a{b{c}}" ; rml:termType rml:Literal', "opens inside a reference"),
        ('rml:template "http://a b/{name}"', "makes no IRI"),
        ('rml:reference "name" ; rml:language "ру"', "not a language tag"),
        ('rml:reference "name" ; rml:language "a-english"', "not a language tag"),
        ('rml:reference "name" ; rml:languageMap [ rml:constant "e" ]', "not a language tag"),
        ('rml:reference "name" ; rml:language "ru" ; rml:datatype xsd:string', "a language and a datatype"),
        ('rml:reference "name" ; rml:termType rml:IRI ; rml:language "ru"', "only a literal"),
        ('rml:reference "name" ; rml:termType rml:Iri', "no word rml:Iri"),
        ('rml:reference "name" ; rml:termType kg:IRI', "not a termType"),
        ('rml:reference "name" ; rml:datatype "xsd:date"', "a datatype map cannot make a term"),
        ('rml:constant "x" ; rml:termType rml:IRI', "cannot be of termType"),
        ("rml:constant <http://a b>", "is not an IRI"),
        ('rml:reference "name" ; rml:template "{name}"', "more than one rml:reference, rml:template"),
        ('rml:language "ru"', "says nothing"),
        ("rml:parentTriplesMap <#other>", "there is no triples map"),
        ('rml:parentTriplesMap <#things> ; rml:joinCondition [ rml:child "a" ]', "lacks its rml:parent"),
        ("rml:functionExecution [ ]", "rml:function is missing"),
    ],
)
def test_fault_of_an_object_is_named_with_its_line(tmp_path: Path, objects: str, says: str) -> None:
    line, message = fault(tmp_path, things(objects))

    assert says in message
    assert line == FIRST_RULE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (things(NAME, subject='rml:reference "id" ; rml:termType rml:Literal'), "a subject map cannot make a term"),
        (things(NAME, subject='rml:constant "x"'), "a subject map cannot make a term"),
        (
            things(NAME, subject='rml:template "{id}" ; rml:graphMap [ rml:reference "g" ; rml:termType rml:Literal ]'),
            "a graph map cannot make",
        ),
        (things(NAME).replace("rml:predicate kg:value", 'rml:predicate "value"'), "a predicate map cannot make"),
        (things(NAME).replace("rml:predicate kg:value ;", ""), "lacks an rml:predicate"),
        (things(NAME).replace("rml:CSV", "rml:Spreadsheet"), "no word rml:Spreadsheet"),
        (things(NAME).replace("rml:CSV", "kg:CSV"), "rml:referenceFormulation must be one of"),
        (things(NAME).replace('rml:source "things"', 'rml:iterator "x"'), "lacks an rml:source"),
        (things(NAME).replace('rml:source "things"', 'rml:source "things" ; rml:iterator "$"'), "has no rml:iterator"),
        (things(NAME).replace("rml:subjectMap", "kg:subjectMap"), "lacks an rml:subjectMap"),
        (things(NAME).replace("<#things>", "<#things> a rml:TripleMap ;"), "no class rml:TripleMap"),
        (
            things(NAME).replace("http://w3id.org/rml/", "http://semweb.mmlab.be/ns/rml#"),
            "is of the RML of before 2023",
        ),
        (things("rml:reference 'a\\nb'"), "control character"),
        (things(NAME) + "<#things> rml:subjectMap [ rml:reference 'x' ] .", "more than one rml:subjectMap"),
        (PREFIXES, "has no rml:TriplesMap"),
        (PREFIXES + "<#a> a rml:TriplesMap .", "lacks an rml:logicalSource"),
        (things(NAME).replace("rml:CSV", "rml:JSONPath").replace('"name"', '"$.a["'), "is no JSONPath"),
        (things(NAME).replace("rml:CSV", "rml:XPath").replace('"name"', '"a["'), "is no XPath"),
        (things(NAME) + "<#things> kg:x kg:y", "this is not Turtle"),
        (things(NAME).replace("kg:value", "kgs:value"), 'Prefix "kgs:" not bound'),
    ],
)
def test_fault_elsewhere_is_named(tmp_path: Path, text: str, says: str) -> None:
    line, message = fault(tmp_path, text)

    assert says in message
    assert line >= 1


def test_a_function_cannot_feed_itself(tmp_path: Path) -> None:
    text = things("rml:functionExecution <#f>") + (
        "<#f> rml:function fn:trim ; rml:input <#i> ."
        "<#i> rml:parameter fn:text ; rml:inputValueMap [ rml:functionExecution <#f> ] ."
    )

    assert "its own input" in fault(tmp_path, text)[1]


def test_a_missing_mapping_and_one_in_another_encoding_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mapping.rml.ttl"
    with pytest.raises(MappingInvalid, match="there is no mapping"):
        load(path)
    path.write_bytes("# Колледж\n# Заря".encode("cp1251"))

    with pytest.raises(MappingInvalid, match="line 1: the mapping is not in UTF-8"):
        load(path)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("code,name\na,b\n", "must have the columns from,to"),
        ("", "must have the columns from,to"),
        ("from,to\na,b\na,c\n", "row 3 of the code table"),
        ("from,to\na,\n", "row 2 of the code table"),
        ('from,to\n"a,b\n', "is not CSV"),
    ],
)
def test_a_code_table_with_a_fault_is_named(tmp_path: Path, lines: str, says: str) -> None:
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups" / "words.csv").write_text(lines, "utf-8")

    assert says in fault(tmp_path, things(call("lookup", setting("table", "words"), text="name")))[1]


def test_columns_that_do_not_exist_or_are_not_used_are_problems(tmp_path: Path) -> None:
    mapping = written(tmp_path, things(NAME))

    found = mapping.problems({"things": ["id", "naem"]})

    assert mapping.references() == {"things": ("id", "name")}
    assert [(finding.rule, finding.severity, finding.text.params["column"]) for finding in found] == [
        ("map/unknown-column", Severity.VIOLATION, "name"),
        ("map/unused-column", Severity.WARNING, "naem"),
    ]
    assert found[0].cells[0].line == FIRST_RULE
    assert [finding.rule for finding in mapping.problems({})] == ["map/unknown-table"]
    assert mapping.problems({"things": ["id", "name"]}) == ()
