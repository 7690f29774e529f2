"""Conversion: every cell of a delivery becomes a statement or a finding, the same way every time."""

import gzip
import hashlib
import io
from pathlib import Path

import pytest
import xlsxwriter

from kgservice.errors import MappingInvalid, SourceUnreadable
from kgservice.intake.interface import Conversion
from kgservice.report import Cell, Severity
from sourcefolders import BASE, MAPPING, converted, folder

HEADINGS = "id,name,born,friend,evidence,note\n"
PEOPLE = HEADINGS + "1,Анна,03.02.1990,2,seen,x\n2,Борис,1991-05-06,,made up,\n"
WORD = f"{BASE}word#"


def lines(conversion: Conversion, evidence: str = "sourced") -> list[str]:
    file = conversion.graphs[f"{BASE}graph/source/people/{evidence}"]
    return gzip.decompress(file.path.read_bytes()).decode().splitlines()


def found(conversion: Conversion) -> list[tuple[str, tuple[tuple[int, str, str], ...]]]:
    return [
        (finding.rule, tuple((cell.row, cell.column, cell.value) for cell in finding.cells))
        for finding in conversion.report.findings
        if finding.rule != "map/path-empty"  # small records have few of the names
    ]


def messages(conversion: Conversion) -> list[str]:
    return [str(finding.text.template).format(**finding.text.params) for finding in conversion.report.findings]


def test_table_becomes_sorted_statements_by_evidence(tmp_path: Path) -> None:
    conversion = converted(folder(tmp_path), tmp_path, people__csv=PEOPLE)

    assert lines(conversion) == [
        f"<{BASE}id/organization/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{WORD}Person> .",
        f'<{BASE}id/organization/1> <{WORD}born> "1990-02-03"^^<http://www.w3.org/2001/XMLSchema#date> .',
        f"<{BASE}id/organization/1> <{WORD}knows> <{BASE}id/organization/2> .",
        f'<{BASE}id/organization/1> <{WORD}name> "Анна"@ru .',
    ]
    assert len(lines(conversion, "illustrative")) == 3
    assert conversion.report.findings == ()
    assert conversion.report.counts == {"records": 2, "cells": 10, "triples": 7, "omitted": 0}


def test_same_delivery_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        graphs = converted(folder(tmp_path / name), tmp_path / name, people__csv=PEOPLE).graphs
        files.append(graphs[f"{BASE}graph/source/people/sourced"])

    assert files[0].path.read_bytes() == files[1].path.read_bytes()
    assert files[0].sha256 == hashlib.sha256(gzip.decompress(files[0].path.read_bytes())).hexdigest()


def test_cell_that_a_rule_cannot_use_is_a_finding_with_a_remedy(tmp_path: Path) -> None:
    conversion = converted(
        folder(tmp_path), tmp_path, people__csv=HEADINGS + "1,Анна,31.02.1990,2,seen,\n2,Борис,,,heard,\n"
    )

    assert sorted(found(conversion)) == [
        ("map/date", ((2, "born", "31.02.1990"),)),
        ("map/lookup", ((3, "evidence", "heard"),)),
    ]
    assert all(finding.severity is Severity.VIOLATION and finding.remedy for finding in conversion.report.findings)
    assert not conversion.report.conforms
    assert len(lines(conversion)) == 3


def test_rows_of_a_repeated_key_are_all_named(tmp_path: Path) -> None:
    conversion = converted(folder(tmp_path), tmp_path, people__csv=PEOPLE + "3,Вера,,,seen,\n 2,Глеб,,,seen,\n")

    assert found(conversion) == [("table/key-repeated", ((3, "id", "2"), (5, "id", "2")))]
    assert messages(conversion) == ["The key 2 (id) stands in several rows: 3, 5."]


def test_key_repeated_in_another_file_is_named_with_it(tmp_path: Path) -> None:
    conversion = converted(folder(tmp_path), tmp_path, a__csv=PEOPLE, b__csv=HEADINGS + "2,Борис,,,seen,\n")

    assert [(cell.file, cell.row) for cell in conversion.report.findings[0].cells] == [("a.csv", 3), ("b.csv", 2)]
    assert "a.csv:3, b.csv:2" in messages(conversion)[0]


def test_row_that_lacks_a_part_of_its_key_and_says_nothing_else_does_not_go_in_silence(tmp_path: Path) -> None:
    mapping = (
        "@prefix rml: <http://w3id.org/rml/> .\n"
        '<#m> rml:logicalSource [ rml:source "people" ; rml:referenceFormulation rml:CSV ] ;\n'
        '  rml:subjectMap [ rml:template "id/membership/{id}-{friend}" ; rml:class <http://p/Membership> ] .\n'
    )
    source = folder(tmp_path, table='file = "*.csv"\nformat = "csv"\nkey = ["id", "friend"]', mapping=mapping)

    conversion = converted(source, tmp_path, people__csv="id,friend\n1,2\n1,\n,2\n")

    assert found(conversion) == [("table/key-empty", ((3, "friend", ""),)), ("table/key-empty", ((4, "id", ""),))]


def test_row_without_a_key_is_told_once(tmp_path: Path) -> None:
    conversion = converted(folder(tmp_path), tmp_path, people__csv=PEOPLE + ",Вера,,,seen,\n")

    assert found(conversion) == [("table/key-empty", ((4, "id", ""),))]


def test_empty_required_cell_is_a_finding(tmp_path: Path) -> None:
    conversion = converted(folder(tmp_path), tmp_path, people__csv=PEOPLE + "3, ,,,seen,\n")

    assert found(conversion) == [("table/required-empty", ((4, "name", ""),))]


def test_column_that_nothing_uses_is_a_finding(tmp_path: Path) -> None:
    conversion = converted(
        folder(tmp_path), tmp_path, people__csv="id,name,born,friend,evidence,hobby\n1,Анна,,,seen,chess\n"
    )

    assert found(conversion) == [("read/column-unmapped", ((1, "hobby", ""),))]
    assert len(lines(conversion)) == 2


def test_graph_of_another_source_is_refused(tmp_path: Path) -> None:
    source = folder(tmp_path)
    (source.lookups / "evidence.csv").write_text("from,to\nseen,graph/source/places/sourced\n")

    conversion = converted(source, tmp_path, people__csv=HEADINGS + "1,Анна,,,seen,\n")

    assert found(conversion) == [("map/graph-foreign", ((2, "", ""),))]
    assert conversion.graphs == {}


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("people__csv", HEADINGS, r"people\.csv has headings but no rows"),
        (
            "people__csv",
            "id,name,born\n1,Анна,\n",
            r"people\.csv has no column evidence, friend; its headings in row 1 are",
        ),
        ("people__csv", "id,name,born,Evidense,friend\n1,А,,,\n", r"no column evidence; .*\. Is Evidense meant\? Mend"),
        ("people__csv", HEADINGS.replace("born", "bo\u200brn"), r"no column born; .* Is bo<U\+200B>rn meant"),
        ("people__csv", "\n\n", "no headings in row 1"),
        ("people__csv", "MZ\x00\x01", "is a program by its first bytes"),
        ("people__csv", "id\x00\x01", "not a text file"),
    ],
)
def test_delivery_that_cannot_be_read_is_refused(tmp_path: Path, name: str, data: str, message: str) -> None:
    with pytest.raises(SourceUnreadable, match=message):
        converted(folder(tmp_path), tmp_path, **{name: data})


def test_wrong_separator_is_named_as_the_likely_cause(tmp_path: Path) -> None:
    source = folder(tmp_path, table='file = "*.csv"\nformat = "csv"\nseparator = ";"\nkey = ["id"]')

    with pytest.raises(SourceUnreadable, match=r"reads as one single cell, id,name.* Is the separator right"):
        converted(source, tmp_path, people__csv=PEOPLE)


def test_file_that_a_table_lacks_and_file_of_no_table_are_told(tmp_path: Path) -> None:
    source = folder(tmp_path)

    with pytest.raises(
        SourceUnreadable, match=r"no file for people \(its name must match \*\.csv\); it holds a\.txt, b\.txt"
    ):
        converted(source, tmp_path, a__txt="x", b__txt="x")
    conversion = converted(source, tmp_path, people__csv=PEOPLE, b__txt="x")
    assert [(f.rule, f.severity, f.cells) for f in conversion.report.findings] == [
        ("read/file-unused", Severity.WARNING, (Cell("b.txt"),))
    ]


def test_single_file_is_taken_under_any_name(tmp_path: Path) -> None:
    assert len(converted(folder(tmp_path), tmp_path, export__txt=PEOPLE).graphs) == 2


def test_mapping_that_does_not_parse_is_refused_before_data(tmp_path: Path) -> None:
    source = folder(tmp_path, mapping=MAPPING % {"formulation": "CSV"} + "<#x> a ")

    with pytest.raises(MappingInvalid, match=r"mapping\.rml\.ttl"):
        converted(source, tmp_path, people__csv=PEOPLE)


def test_findings_past_the_cap_are_counted_by_cause(tmp_path: Path) -> None:
    rows = "".join(f"{number},Анна,31.02.1990,,seen,\n" for number in range(1500))

    report = converted(folder(tmp_path), tmp_path, people__csv=HEADINGS + rows).report

    assert len(report.findings) == 1000
    assert (report.counts["omitted"], report.counts["omitted:map/date"]) == (500, 500)


def test_workbook_is_mapped_with_its_addresses(tmp_path: Path) -> None:
    source = folder(
        tmp_path,
        table='file = "*.xlsx"\nformat = "xlsx"\nsheet = "Люди"\nheader_row = 3\nkey = ["id"]\nunused = ["note"]',
    )
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Люди")
        sheet.write(0, 0, "Title")
        sheet.write_row(2, 0, HEADINGS.strip().split(","))
        sheet.write_row(3, 0, [1, "Анна", "31.02.1990", 2, "seen", ""])

    conversion = converted(source, tmp_path, people__xlsx=buffer.getvalue())

    assert conversion.report.findings[0].cells == (Cell("people.xlsx", "Люди", 4, "born", "31.02.1990"),)
    assert f"<{BASE}id/organization/1> <{WORD}knows> <{BASE}id/organization/2> ." in lines(conversion)


JSON = 'file = "*.json"\nformat = "json"\niterator = "$.people[*]"\nkey = ["id"]\nrequired = ["name"]'


def test_json_is_mapped_by_records(tmp_path: Path) -> None:
    source = folder(tmp_path, table=JSON, formulation="JSONPath")

    conversion = converted(
        source,
        tmp_path,
        people__json="""{"people": [
            {"id": 1, "name": "Анна", "born": "1990-02-03", "friend": [2, 3], "evidence": "seen"},
            {"id": 2, "name": null, "born": "x", "evidence": "seen"},
            {"name": "Вера", "evidence": "seen"}]}""",
    )

    assert sorted(found(conversion)) == [
        ("map/date", ((2, "born", "x"),)),
        ("map/not-a-value", ((1, "friend", "[2, 3]"),)),
        ("table/key-empty", ((3, "id", ""),)),
        ("table/required-empty", ((2, "name", ""),)),
    ]
    assert (
        lines(conversion)[-1]
        == f"<{BASE}id/organization/2> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{WORD}Person> ."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"people": [{"id": 1}\n {"id": 2}]}', r"line 2, column 2 \(Expecting ',' delimiter\)"),
        ('{"people": [{"id": 1},', r"line 1, column 23 "),
        ('{"people": []}', r"no records for people: nothing is found at \$\.people"),
        ('{"poeple": [{"id": 1}]}', r"nothing is found at \$\.people.* where there is \$\.poeple"),
        ('{"people": [{"id": NaN}]}', "NaN is no number"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_broken_json_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceUnreadable, match=message):
        converted(folder(tmp_path, table=JSON, formulation="JSONPath"), tmp_path, people__json=text)


def test_json_lines_are_numbered_by_line(tmp_path: Path) -> None:
    source = folder(tmp_path, table='file = "*.jsonl"\nformat = "jsonl"\nkey = ["id"]', formulation="JSONPath")
    good = '{"id": 1, "name": "Анна", "evidence": "seen"}\n\n'

    conversion = converted(
        source, tmp_path, people__jsonl=good + '{"id": 1, "name": "Вера", "evidence": "seen"}\n{"id"; 2}\n'
    )

    assert found(conversion) == [
        ("read/line-broken", ((4, "", '{"id"; 2}'),)),
        ("table/key-repeated", ((1, "id", "1"), (3, "id", "1"))),
    ]


XML = 'file = "*.xml"\nformat = "xml"\niterator = "/people/person"\nkey = ["@id"]\nrequired = ["name"]'
XML_MAPPING = (MAPPING % {"formulation": "XPath"}).replace("{id}", "{@id}")


def test_xml_is_mapped_by_records_with_their_lines(tmp_path: Path) -> None:
    source = folder(tmp_path, table=XML, mapping=XML_MAPPING)
    text = (
        '<?xml version="1.0" encoding="windows-1251"?>\n<people>\n<!-- two -->\n'
        '<person id="1"><name>Анна</name><born>x</born><evidence>seen</evidence></person>\n'
        '<person id="2"><evidence>seen</evidence></person>\n</people>'
    )

    conversion = converted(source, tmp_path, people__xml=text.encode("cp1251"))

    assert [(f.rule, f.cells[0].row, f.cells[0].line, f.cells[0].column) for f in conversion.report.findings] == [
        ("table/required-empty", 2, 5, "name"),
        ("map/path-empty", 0, 0, "friend"),
        ("map/date", 1, 4, "born"),
    ]
    assert f'<{BASE}id/organization/1> <{WORD}name> "Анна"@ru .' in lines(conversion)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><people>&b;</people>', "has a DOCTYPE"),
        ("<people>\n<person></people>", r"line 2, column 11 \(mismatched tag\)"),
        ("<people/>", "nothing is found at /people/person"),
        ("<people><man/></people>", r"nothing is found at /people/person .* where there is /people/man"),
        ("<people xmlns='urn:p'><person/></people>", r"where there is /\*\[local-name\(\)='people'\]"),
    ],
)
def test_hostile_and_broken_xml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceUnreadable, match=message):
        converted(folder(tmp_path, table=XML, mapping=XML_MAPPING), tmp_path, people__xml=text)


def test_blank_texts_and_null_words_of_json_and_xml_are_empty(tmp_path: Path) -> None:
    (tmp_path / "json").mkdir()
    (tmp_path / "xml").mkdir()
    nulls = '\nnulls = ["n/a"]'
    for_json = folder(tmp_path / "json", table=JSON + nulls, formulation="JSONPath")
    for_xml = folder(tmp_path / "xml", table=XML + nulls, mapping=XML_MAPPING)

    by_json = converted(
        for_json,
        tmp_path / "json",
        people__json='{"people": [{"id": 1, "name": " ", "born": "n/a", "evidence": "seen"}]}',
    )
    by_xml = converted(
        for_xml,
        tmp_path / "xml",
        people__xml='<people><person id="1"><name> </name><born>n/a</born><evidence>seen</evidence></person></people>',
    )

    assert found(by_json) == found(by_xml) == [("table/required-empty", ((1, "name", ""),))]
    assert by_json.report.counts == by_xml.report.counts == {"records": 1, "cells": 2, "triples": 1, "omitted": 0}


def test_hundreds_of_columns_that_nothing_uses_are_few_findings_that_name_each(tmp_path: Path) -> None:
    more = [f"c{number}" for number in range(500)]
    text = f"id,name,born,friend,evidence,{','.join(more)}\n1,Анна,,,seen{',x' * 500}\n"
    conversion = converted(folder(tmp_path), tmp_path, people__csv=text)
    told = conversion.report.findings

    assert [finding.rule for finding in told] == ["read/column-unmapped"] * 3
    assert [cell.column for finding in told for cell in finding.cells] == more
    assert messages(conversion)[0] == "The mapping uses nothing of 200 columns, from c0 to c199."
