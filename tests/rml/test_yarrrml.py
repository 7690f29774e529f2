"""The short form in YAML says what the Turtle says, and its faults are named at its own lines."""

from pathlib import Path

import pytest

from kgservice.errors import MappingInvalid
from kgservice.rml import Mapping, load
from rml.mappings import PREFIXES, mapped, table

TURTLE = (
    PREFIXES
    + """
<#place> rml:logicalSource [ rml:source "places" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "id/place/{code}" ] ;
  rml:predicateObjectMap [ rml:predicate rdfs:label ; rml:objectMap [ rml:reference "name" ] ] .
<#thing> rml:logicalSource [ rml:source "things" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [
    rml:template "id/thing/{id}" ;
    rml:class kg:Organization ;
    rml:graphMap [ rml:template "graph/source/x/{evidence}" ]
  ] ;
  rml:predicateObjectMap
    [ rml:predicate rdfs:label ; rml:objectMap [ rml:reference "name" ; rml:language "ru" ] ,
        [ rml:reference "name" ; rml:languageMap [ rml:reference "lang" ] ] ] ,
    [ rml:predicate kg:size ; rml:objectMap [
        rml:functionExecution [ rml:function fn:integer ;
          rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "size" ] ] ] ;
        rml:datatype xsd:integer ] ] ,
    [ rml:predicate kg:part ; rml:objectMap [
        rml:functionExecution [ rml:function fn:concat ;
          rml:input [ rml:parameter fn:first ; rml:inputValue "id/part/" ] ,
            [ rml:parameter fn:separator ; rml:inputValue "" ] ,
            [ rml:parameter fn:second ; rml:inputValueMap [
              rml:functionExecution [ rml:function fn:split ;
                rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "parts" ] ] ,
                  [ rml:parameter fn:separator ; rml:inputValue ";" ] ] ] ] ] ;
        rml:termType rml:IRI ;
        rml:condition [ rml:functionExecution [ rml:function fn:filled ;
          rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "parts" ] ] ] ] ] ] ,
    [ rml:predicate kg:note ; rml:objectMap [ rml:template "{name}\\\\{{id}\\\\}" ; rml:termType rml:Literal ] ,
        [ rml:constant "fixed" ] ] ,
    [ rml:predicate kg:place ; rml:objectMap [
        rml:parentTriplesMap <#place> ; rml:joinCondition [ rml:child "place" ; rml:parent "code" ] ] ] .
"""
)
YAML = """
prefixes:
  kg: https://w3id.org/kgservice/ontology#
sources:
  all: [things~csv]
mappings:
  place:
    sources: places
    s: id/place/$(code)
    po:
      - [rdfs:label, $(name)]
  thing:
    sources: all
    s: id/thing/$(id)
    g: graph/source/x/$(evidence)
    po:
      - [a, kg:Organization]
      - [rdfs:label, $(name), ru~lang]
      - [rdfs:label, [[$(name), $(lang)~lang]]]
      - p: kg:size
        o: {function: fn:integer(text=$(size)), datatype: xsd:integer}
      - p: kg:part
        o:
          function: concat
          parameters:
            - [first, id/part/]
            - [separator, ""]
            - [second, {function: split, parameters: [[text, $(parts)], [separator, ";"]]}]
          type: iri
          condition: {function: fn:filled(text=$(parts))}
      - [kg:note, ["$(name){$(id)}", fixed]]
      - p: kg:place
        o: {mapping: place, join: {place: code}}
"""
DATA = table(
    id=["1", "2"], name=["А", "Б"], lang=["en", None], size=["10", None], parts=["x;y", None],
    evidence=["sourced", "inferred"], place=["p", "q"],
)  # fmt: skip
PLACES = table(code=["p", "q"], name=["П", "К"])


def loaded(folder: Path, text: str, name: str) -> Mapping:
    path = folder / name
    path.write_text(text, "utf-8")
    return load(path)


def test_the_short_form_gives_the_same_statements_as_the_turtle(tmp_path: Path) -> None:
    made = [
        mapped(loaded(tmp_path, text, name), "things", DATA, others={"places": PLACES})
        for text, name in ((TURTLE, "m.rml.ttl"), (YAML, "mapping.yaml"))
    ]

    assert sorted(made[0][0], key=str) == sorted(made[1][0], key=str)
    assert made[0][1] == made[1][1] == []
    assert len(made[1][0]) == 14


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[rdfs:label, $(name)]", "[rdfs:label]", 11, "a rule in brackets is"),
        ("[rdfs:label, $(name)]", "[nope:label, $(name)]", 11, "the prefix nope is not declared"),
        ("s: id/place/$(code)", "subj: id/place/$(code)", 9, "mapping place has no key subj"),
        ("sources: places", "sources: places~xls", 8, "after ~ stands one of csv"),
        ("ru~lang", "русский~lang", 18, "is not a language tag"),
        ("fn:integer(text=$(size))", "fn:intger(text=$(size))", 21, "there is no function fn:intger"),
        ("fn:integer(text=$(size))", "fn:integer($(size))", 21, "written name=value"),
        ("type: iri", "type: thing", 29, "type is one of iri"),
        ("mapping: place", "mapping: plaice", 33, "there is no triples map"),
        ("g: graph", "g: &x graph", 0, ""),
        ("g: graph/source/x/$(evidence)", "g: *x", 15, "a mapping has no aliases"),
        ("g: graph", "g: !!python/object:os.system graph", 15, "a mapping has no tags"),
        ("    s: id/place/$(code)", "    s: id/place/$(code", 9, "has a $( that no ) closes"),
        ("    s: id/place/$(code)", "    s: id/place/$(code)\n    s: x", 10, "s stands twice"),
        ("  thing:", "   thing:", 12, "this is not YAML"),
        ("sources:\n  all", "sorces:\n  all", 4, "the mapping has no key sorces"),
        ("size: [", "size: [", 0, ""),
    ],
)
def test_a_fault_is_named_at_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    text = YAML.replace(old, new, 1)
    if not line:
        loaded(tmp_path, text, "mapping.yaml")
        return
    with pytest.raises(MappingInvalid) as caught:
        loaded(tmp_path, text, "mapping.yaml")

    assert message in str(caught.value)
    assert f"mapping.yaml, line {line}: " in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "- a", "x", "mappings: {}", "mappings: []", "a: [" * 5000, "mappings: {x: {}}", "\ufffe"]
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(MappingInvalid):
        loaded(tmp_path, text, "mapping.yaml")
