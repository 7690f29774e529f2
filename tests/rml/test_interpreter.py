"""A mapping over tables and records: terms, graphs, conditions, joins, and failures at their cells."""

from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from kgservice.errors import MappingInvalid
from kgservice.rml import Failure, Record, explain, iterate, map_table
from rml.mappings import BASE, PREFIXES, call, mapped, objects, setting, table, things, written

KG = "https://w3id.org/kgservice/ontology#"
NESTED = (
    "rml:functionExecution [ rml:function fn:{function} ;"
    " rml:input [ rml:parameter fn:text ; rml:inputValueMap [ {inner} ] ] ]"
)
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("rule", "text", "term"),
    [
        ('rml:reference "value"', 'Колледж "Заря"\n', '"Колледж \\"Заря\\"\\n"'),
        ('rml:reference "value" ; rml:language "RU"', "Заря", '"Заря"@ru'),
        (
            'rml:reference "value" ; rml:datatype xsd:integer',
            "12345678901234567890",
            f'"12345678901234567890"^^<{XSD}integer>',
        ),
        ('rml:reference "value" ; rml:datatype xsd:integer', "007", f'"7"^^<{XSD}integer>'),
        ('rml:reference "value" ; rml:datatype xsd:string', "x", '"x"'),
        ('rml:reference "value" ; rml:termType rml:IRI', "https://a.ru/я", "<https://a.ru/я>"),
        ('rml:reference "value" ; rml:termType rml:IRI', "id/x", f"<{BASE}id/x>"),
        ('rml:template "id/place/{value}"', "Новый Узел/1", f"<{BASE}id/place/Новый%20Узел%2F1>"),
        ('rml:template "id/place/{value}" ; rml:termType rml:URI', "Ё", f"<{BASE}id/place/%D0%81>"),
        ('rml:template "{value}-{value}" ; rml:termType rml:Literal', "a", '"a-a"'),
        ('rml:template "\\\\{{value}\\\\}" ; rml:termType rml:Literal', "a", '"{a}"'),
        ('rml:constant "train"@en', "a", '"train"@en'),
        ("rml:constant 5", "a", f'"5"^^<{XSD}integer>'),
        ("rml:constant <id/place/kuzbass>", "a", f"<{BASE}id/place/kuzbass>"),
        (call("date"), "01.09.2021", f'"2021-09-01"^^<{XSD}date>'),
        (call("date") + " ; rml:datatype xsd:string", "01.09.2021", '"2021-09-01"'),
        (call("latest"), "2021-04", f'"2021-04-30"^^<{XSD}date>'),
        (call("integer"), "1 200", f'"1200"^^<{XSD}integer>'),
        (call("slug"), "Заря", '"zaria"'),
        (call("iri") + " ; rml:termType rml:IRI", " https://a.ru ", "<https://a.ru>"),
        ('rml:reference "value" ; rml:termType rml:BlankNode', "a b", "_:ba_20_b"),
    ],
)
def test_cell_becomes_the_term(tmp_path: Path, rule: str, text: str, term: str) -> None:
    mapping = written(tmp_path, things(rule))

    assert objects(mapping, table(id=["1"], value=[text])) == [term]


@pytest.mark.parametrize(
    ("rule", "text", "names", "says"),
    [
        (call("date"), "31.02.2021", "map/date", "“31.02.2021” is not a date such as"),
        (
            'rml:reference "value" ; rml:datatype xsd:date',
            "31.02.2021",
            "map/not-of-datatype",
            "is not a value of xsd:date",
        ),
        (
            'rml:reference "value" ; rml:datatype xsd:integer',
            "15.9",
            "map/not-of-datatype",
            "is not a value of xsd:integer",
        ),
        ('rml:reference "value" ; rml:termType rml:IRI', "http://a b", "map/not-an-iri", "is not an address (IRI)"),
        ('rml:reference "value" ; rml:termType rml:IRI', "два слова", "map/not-an-iri", "is not an address (IRI)"),
        ('rml:reference "value" ; rml:termType rml:URI', "http://a/я", "map/not-an-iri", "is not an address (IRI)"),
        ('rml:template "{value}" ; rml:termType rml:UnsafeIRI', "a b", "map/not-an-iri", "is not an address (IRI)"),
        (call("iri"), "javascript:alert(1)", "map/iri", "“javascript:alert(1)” is not a web address"),
        (call("lookup", setting("table", "words")), "?", "map/lookup", "“?” is not a wording of the code table words"),
        (
            'rml:constant "x" ; rml:languageMap [ rml:reference "value" ]',
            "рус",
            "map/not-a-language",
            "not a language tag",
        ),
        ('rml:reference "value" ; rml:datatypeMap [ rml:template "http://x/a b{value}" ]', "x", "", ""),
    ],
)
def test_cell_that_a_rule_cannot_use_is_a_failure(tmp_path: Path, rule: str, text: str, names: str, says: str) -> None:
    if not names:
        with pytest.raises(MappingInvalid):
            written(tmp_path, things(rule))
        return
    mapping = written(tmp_path, things(rule), {"words": {"да": "yes"}})

    statements, failures = mapped(mapping, "things", table(id=["1", "2"], value=[None, text]))

    assert statements == []
    assert [(failure.row, failure.columns, failure.value, failure.rule) for failure in failures] == [
        (3, ("value",), text, names)
    ]
    assert failures[0].target == KG + "value"
    assert says in explain(failures[0]).template.format(**explain(failures[0]).params)


def test_empty_cells_make_nothing(tmp_path: Path) -> None:
    rules = ('rml:reference "value"', 'rml:template "id/{value}"', call("date"), call("split"))
    for rule in rules:
        mapping = written(tmp_path, things(rule))

        assert mapped(mapping, "things", table(id=["1", "2"], value=[None, ""])) == ([], [])


def test_row_without_key_is_a_failure_where_other_cells_are_lost(tmp_path: Path) -> None:
    mapping = written(tmp_path, things('rml:reference "value"'))

    statements, failures = mapped(mapping, "things", table(id=["1", None, None], value=["a", "b", None]))

    assert [row[1] for row in statements] == [f"<{BASE}id/thing/1>"]
    assert failures == [Failure(3, ("id",), "", "map/empty-key", "", "subject")]


def test_list_gives_an_object_per_part_and_a_failure_per_bad_part(tmp_path: Path) -> None:
    inner = call("split")
    nested = NESTED.format(function="iri", inner=inner)
    mapping = written(tmp_path, things(f"{nested} ; rml:termType rml:IRI"))

    statements, failures = mapped(mapping, "things", table(id=["1"], value=["https://a.ru; see b ;https://c.ru"]))

    assert [row[3] for row in statements] == ["<https://a.ru>", "<https://c.ru>"]
    assert [(failure.value, failure.function) for failure in failures] == [("see b", "iri")]


def test_nested_failure_names_the_function_that_gave_nothing(tmp_path: Path) -> None:
    inner = call("date")
    nested = NESTED.format(function="trim", inner=inner)
    mapping = written(tmp_path, things(nested))

    _, failures = mapped(mapping, "things", table(id=["1"], value=["вчера"]))

    assert [failure.function for failure in failures] == ["date"]


def test_each_row_goes_to_the_graph_of_its_evidence(tmp_path: Path) -> None:
    evidence = call("lookup", setting("table", "evidence"), text="evidence")
    subject = f'rml:template "id/thing/{{id}}" ; rml:class kg:Thing ; rml:graphMap [ {evidence} ]'
    words = {"named": "graph/source/x/sourced", "guess": "graph/source/x/inferred"}
    mapping = written(tmp_path, things('rml:reference "value"', subject=subject), {"evidence": words})
    data = table(id=["1", "2", "3", "4"], value=["a", "b", "c", "d"], evidence=["named", "guess", "?", None])

    statements, failures = mapped(mapping, "things", data)

    assert {(row[0], row[4]) for row in statements} == {
        (f"<{BASE}graph/source/x/sourced>", 2),
        (f"<{BASE}graph/source/x/inferred>", 3),
    }
    assert len(statements) == 4
    assert [(failure.row, failure.rule, failure.value) for failure in failures] == [
        (4, "map/lookup", "?"),
        (5, "map/no-graph", ""),
    ]


def test_several_graphs_hold_the_statement_each(tmp_path: Path) -> None:
    subject = 'rml:template "id/thing/{id}" ; rml:graph <graph/a>, <graph/b>, rml:defaultGraph'
    mapping = written(tmp_path, things('rml:reference "value"', subject=subject))

    statements, failures = mapped(mapping, "things", table(id=["1"], value=["a"]))

    assert [row[0] for row in statements] == [f"<{BASE}graph/a>", f"<{BASE}graph/b>", None]
    assert failures == []


def test_language_and_datatype_may_come_from_the_row(tmp_path: Path) -> None:
    tagged = written(tmp_path, things('rml:reference "value" ; rml:languageMap [ rml:reference "kind" ]'))
    assert objects(tagged, table(id=["1", "2"], value=["a", "b"], kind=["ru", "en-GB"])) == ['"a"@ru', '"b"@en-gb']

    typed = written(tmp_path, things('rml:reference "value" ; rml:datatypeMap [ rml:template "' + XSD + '{kind}" ]'))
    assert objects(typed, table(id=["1", "2"], value=["1", "01"], kind=["string", "integer"])) == [
        '"1"', f'"1"^^<{XSD}integer>',
    ]  # fmt: skip


def test_conditions_choose_rows_in_silence(tmp_path: Path) -> None:
    condition = f"rml:condition [ {call('filled')} ]"
    mapping = written(tmp_path, things(call("date", text="day"), subject=f'rml:template "id/{{id}}" ; {condition}'))

    statements, failures = mapped(
        mapping, "things", table(id=["1", None, "3"], value=["x", None, None], day=["2021-09-01", "x", "y"])
    )

    assert [row[4] for row in statements] == [2]
    assert failures == []

    unread = f"rml:condition [ {call('lookup', setting('table', 'words'))} ]"
    mapping = written(
        tmp_path, things(call("date"), subject=f'rml:template "id/{{id}}" ; {unread}'), {"words": {"x": "y"}}
    )
    assert [failure.value for failure in mapped(mapping, "things", table(id=["1"], value=["?"]))[1]] == ["?"]

    mapping = written(tmp_path, things(f"{call('date', text='day')} ; {condition}"))
    assert len(objects(mapping, table(id=["1", "2"], value=["x", None], day=["2021-09-01", "y"]))) == 1


def test_unknown_column_is_refused_before_mapping(tmp_path: Path) -> None:
    mapping = written(tmp_path, things('rml:reference "naem"'))

    with pytest.raises(MappingInvalid, match="line 8: the table things has no column naem; it has id, name"):
        list(map_table(mapping, "things", table(id=["1"], name=["a"]), BASE))


def test_statement_columns_are_complete_and_typed(tmp_path: Path) -> None:
    mapping = written(tmp_path, things('rml:reference "value"'))

    (part,) = map_table(mapping, "things", table(id=["1"], value=["a"]), BASE)

    assert part.statements.schema == {
        "graph": pl.String, "subject": pl.String, "predicate": pl.String, "object": pl.String, "row": pl.UInt32,
    }  # fmt: skip
    assert list(map_table(mapping, "things", table(id=[], value=[]), BASE)) == []


JOIN = (
    PREFIXES
    + """
<#child> rml:logicalSource [ rml:source "children" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "id/child/{id}" ] ;
  rml:predicateObjectMap [ rml:predicate kg:parent ; rml:objectMap [ rml:parentTriplesMap <#parent> ;
    rml:joinCondition [ rml:child "of" ; rml:parent "name" ] ] ] .
<#parent> rml:logicalSource [ rml:source "parents" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "id/parent/{id}" ; rml:class kg:Parent ] .
"""
)


def test_join_leads_to_every_row_with_the_same_value(tmp_path: Path) -> None:
    mapping = written(tmp_path, JOIN)
    parents = table(id=["p", "q", "r"], name=["x", "x", "y"])
    children = table(id=["1", "2", "3"], of=["x", None, "?"])

    statements, failures = mapped(mapping, "children", children, others={"parents": parents})

    assert [row[3] for row in statements] == [f"<{BASE}id/parent/p>", f"<{BASE}id/parent/q>"]
    assert [(failure.row, failure.columns, failure.value, failure.rule) for failure in failures] == [
        (4, ("of",), "?", "map/no-parent")
    ]
    assert mapping.references() == {"children": ("id", "of"), "parents": ("id", "name")}
    with pytest.raises(MappingInvalid, match="needs the table parents"):
        mapped(mapping, "children", children)


RECORDS = (
    PREFIXES
    + """
<#org> rml:logicalSource [ rml:source "orgs" ; rml:referenceFormulation rml:JSONPath ; rml:iterator "$.orgs[*]" ] ;
  rml:subjectMap [ rml:template "id/org/{$.id}" ] ;
  rml:predicateObjectMap [ rml:predicate kg:name ; rml:objectMap [ rml:reference "$.names[*].text" ] ] ,
    [ rml:predicate kg:staff ; rml:objectMap [ rml:reference "staff" ] ] .
<#site> rml:logicalSource [ rml:source "orgs" ; rml:referenceFormulation rml:JSONPath ;
    rml:iterator "$.orgs[*].sites[*]" ] ;
  rml:subjectMap [ rml:template "id/site/{^.id}-{$.code}" ] ;
  rml:predicateObjectMap [ rml:predicate kg:of ; rml:objectMap [ rml:template "id/org/{^.id}" ] ] .
"""
)


def test_nested_json_is_mapped_by_its_iterators(tmp_path: Path) -> None:
    mapping = written(tmp_path, RECORDS)
    names, sites = [{"text": "А"}, {"text": "A"}], [{"code": 1}, {"code": 2}]
    org = {"id": "a", "names": names, "staff": 12345678901234567890, "sites": sites}
    records = [Record(1, org), Record(2, {"id": "b", "names": {"text": "Б"}, "staff": [1]})]

    statements, failures = mapped(mapping, "orgs", records, iterator="$.orgs[*]")

    assert [(row[1], row[3]) for row in statements] == [
        (f"<{BASE}id/org/a>", '"А"'),
        (f"<{BASE}id/org/a>", '"A"'),
        (f"<{BASE}id/org/a>", f'"12345678901234567890"^^<{XSD}integer>'),
        (f"<{BASE}id/site/a-1>", f"<{BASE}id/org/a>"),
        (f"<{BASE}id/site/a-2>", f"<{BASE}id/org/a>"),
    ]
    assert [(failure.row, failure.columns, failure.rule) for failure in failures] == [
        (2, ("staff",), "map/not-a-value")
    ]
    whole, _ = mapped(mapping, "orgs", [Record(1, {"orgs": [org]})])
    assert [row[:4] for row in whole] == [row[:4] for row in statements]
    with pytest.raises(MappingInvalid, match="does not begin with"):
        mapped(mapping, "orgs", records, iterator="$.organizations[*]")


def test_half_a_character_in_json_is_a_failure(tmp_path: Path) -> None:
    mapping = written(tmp_path, RECORDS)

    statements, failures = mapped(mapping, "orgs", [Record(1, {"id": "a", "staff": "\ud800"})], iterator="$.orgs[*]")

    assert statements == []
    assert [(failure.columns, failure.value, failure.rule) for failure in failures] == [
        (("staff",), "'\\ud800'", "map/not-text")
    ]


XML = (
    PREFIXES
    + """
<#programme> rml:logicalSource [ rml:source "things" ; rml:referenceFormulation rml:XPath ; rml:iterator "/all/p" ] ;
  rml:subjectMap [ rml:template "id/programme/{@id}" ] ;
  rml:predicateObjectMap [ rml:predicate kg:name ;
    rml:objectMap [ rml:reference "name[@lang='ru']" ; rml:language "ru" ] ] ,
    [ rml:predicate kg:hours ; rml:objectMap [ rml:reference "hours" ; rml:datatype xsd:integer ] ] .
<#module> rml:logicalSource [ rml:source "things" ; rml:referenceFormulation rml:XPath ; rml:iterator "/all/p/m" ] ;
  rml:subjectMap [ rml:template "id/module/{../@id}-{@n}" ] ;
  rml:predicateObjectMap [ rml:predicate kg:of ; rml:objectMap [ rml:template "id/programme/{../@id}" ] ] .
"""
)


def test_xml_is_mapped_by_xpath(tmp_path: Path) -> None:
    mapping = written(tmp_path, XML)
    root = etree.fromstring(
        "<all><p id='a'><name lang='ru'>Сварка</name><name lang='en'>Welding</name>"
        "<hours>72</hours><m n='1'/><m n='2'/></p>"
        "<p id='b'><name lang='ru'>  </name><hours>нет</hours></p><p id='c'><hours>сто</hours></p></all>"
    )
    records = list(iterate(root, "XPath", "/all/p"))

    statements, failures = mapped(mapping, "things", records, iterator="/all/p", nulls=("нет",))

    assert [(row[1], row[3], row[4]) for row in statements] == [
        (f"<{BASE}id/programme/a>", '"Сварка"@ru', 1),
        (f"<{BASE}id/programme/a>", f'"72"^^<{XSD}integer>', 1),
        (f"<{BASE}id/module/a-1>", f"<{BASE}id/programme/a>", 1),
        (f"<{BASE}id/module/a-2>", f"<{BASE}id/programme/a>", 1),
    ]
    assert [(failure.row, failure.columns, failure.value) for failure in failures] == [(3, ("hours",), "сто")]


def test_join_within_records_knows_how_they_were_cut(tmp_path: Path) -> None:
    join = """
<#boss> rml:logicalSource [ rml:source "people" ; rml:referenceFormulation rml:JSONPath ; rml:iterator "$[*]" ] ;
  rml:subjectMap [ rml:template "id/person/{$.id}" ] ;
  rml:predicateObjectMap [ rml:predicate kg:boss ; rml:objectMap [ rml:parentTriplesMap <#boss> ;
    rml:joinCondition [ rml:child "$.boss" ; rml:parent "$.id" ] ] ] ,
    [ rml:predicate kg:self ; rml:objectMap [ rml:parentTriplesMap <#boss> ] ] .
"""
    mapping = written(tmp_path, PREFIXES + join)
    people = [Record(1, {"id": 1}), Record(2, {"id": 2, "boss": 1})]
    expected = [("2", "boss", "1"), ("1", "self", "1"), ("2", "self", "2")]

    cut, failures = mapped(mapping, "people", people, iterator="$[*]")
    whole, _ = mapped(mapping, "people", [Record(1, [person.value for person in people])])

    for statements in (cut, whole):
        found = [(s[-2], p.rpartition("#")[2][:-1], o[-2]) for _, s, p, o, _ in statements]
        assert found == expected
    assert failures == []


def test_a_join_that_explodes_is_refused(tmp_path: Path) -> None:
    mapping = written(tmp_path, JOIN)
    many = table(id=[str(number) for number in range(3000)], name=["x"] * 3000)
    children = table(id=[str(number) for number in range(3000)], of=["x"] * 3000)

    with pytest.raises(MappingInvalid, match="9000000 times, more than 5000000"):
        mapped(mapping, "children", children, others={"parents": many})


def test_blank_nodes_are_named_as_a_problem(tmp_path: Path) -> None:
    mapping = written(tmp_path, things('rml:reference "value"', subject="rml:termType rml:BlankNode"))

    assert [finding.rule for finding in mapping.problems({"things": ["value"]})] == ["map/blank-node"]
