"""Any text in any cell either becomes a triple that reads back equal, or a failure; nothing crashes."""

import json
import tempfile
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kgservice.rml import Failure, Mapping, Record, map_records, map_table
from kgservice.rml.iris import invalid_column, is_valid
from rml.mappings import BASE, PREFIXES, call, setting, table, written

RULES = {
    "plain": 'rml:reference "plain"',
    "tagged": 'rml:reference "tagged" ; rml:language "ru"',
    "dated": 'rml:reference "dated" ; rml:datatype xsd:date',
    "counted": 'rml:reference "counted" ; rml:datatype xsd:integer',
    "linked": 'rml:reference "linked" ; rml:termType rml:IRI',
    "keyed": 'rml:template "id/place/{keyed}"',
    "phrased": 'rml:template "({phrased})" ; rml:termType rml:Literal',
    "spoken": 'rml:reference "plain" ; rml:languageMap [ rml:reference "spoken" ]',
    "trimmed": call("trim", text="trimmed"),
    "day": call("date", text="day"),
    "first": call("earliest", text="first"),
    "last": call("latest", text="last"),
    "whole": call("integer", text="whole"),
    "number": call("decimal", text="number"),
    "code": call("slug", text="code"),
    "known": call("lookup", setting("table", "words"), text="known"),
    "address": call("iri", text="address") + " ; rml:termType rml:IRI",
    "parts": call("split", text="parts"),
    "lowered": call("lower", text="lowered"),
    "grouped": 'rml:reference "plain"',
}


@cache
def mapping(formulation: str = "CSV") -> Mapping:
    rules = " ,\n".join(
        f"[ rml:predicate <http://p/{name}> ; rml:objectMap [ {rule} ] ]"
        for name, rule in RULES.items()
        if name != "spoken"
    )
    text = PREFIXES + (
        f'<#all> rml:logicalSource [ rml:source "all" ; rml:referenceFormulation rml:{formulation} ] ;\n'
        f'  rml:subjectMap [ rml:template "id/thing/{{id}}" ] ; rml:predicateObjectMap {rules} .\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        return written(Path(folder), text, {"words": {"да": "yes", "нет": "no"}})


HARD = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(max_codepoint=0x20), max_size=4),
    st.sampled_from(
        ["31.02.2010", "2021-09-01", "12345678901234567890", "http://a b", "javascript:alert(1)", "да", "2024-2025",
         ";", "\\", '"', "\x00", "\x7f", "\x85\u2028", "\ufeff", "\u200b", "https://x.ru/%zz", "http://[::1]/", "a;b",
         "1 250,50", "<a>", "007", "\ud7ff\ue000\ufffe", "\U0010ffff", "{id}", "${1}", "$1", "\r\n", "_:b", "NaN"]
    ),
)  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | HARD for name in RULES if name != "grouped"}), min_size=1, max_size=4
)


def accounted(rows: list[dict[str, str | None]], statements: pl.DataFrame, failures: list[Failure]) -> None:
    """Check that every filled cell of every row is a statement or a failure, and that statements can be read."""
    lines = "".join(f"{s} {p} {o} .\n" for _, s, p, o, _ in statements.iter_rows())
    triples = list(parse(lines.encode(), RdfFormat.N_TRIPLES))
    assert len(triples) == statements.height
    found: dict[tuple[int, str], list[NamedNode | BlankNode | Literal]] = {}
    for triple, row in zip(triples, statements["row"].to_list(), strict=True):
        assert triple.subject == NamedNode(f"{BASE}id/thing/{row}")
        found.setdefault((row, triple.predicate.value.rpartition("/")[2]), []).append(triple.object)
    failed = {(failure.row, column) for failure in failures for column in failure.columns}
    for number, cells in enumerate(rows, 2):
        for name, text in cells.items():
            if name == "spoken":
                continue
            made = found.get((number, name), [])
            if not text:
                assert not made
                assert (number, name) not in failed
            elif name != "parts":
                assert bool(made) != ((number, name) in failed), (name, text, made)
            if name in ("plain", "tagged") and text:
                assert [term.value for term in made] == [text]
            if name == "phrased" and text:
                assert [term.value for term in made] == [f"({text})"]


def of_table(rows: list[dict[str, str | None]]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    data = table(id=[str(number) for number in range(2, len(rows) + 2)], **columns)

    for part in map_table(mapping(), "all", data, BASE):
        accounted(rows, part.statements, part.failures)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_filled_cell_of_a_table_is_a_triple_or_a_failure(rows: list[dict[str, str | None]]) -> None:
    of_table(rows)


@pytest.mark.soak
@settings(max_examples=800, deadline=None)
@given(ROWS)
def test_every_filled_cell_of_many_tables_is_a_triple_or_a_failure(rows: list[dict[str, str | None]]) -> None:
    of_table(rows)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_every_filled_value_of_a_record_is_a_triple_or_a_failure(rows: list[dict[str, str | None]]) -> None:
    records = [Record(n, {"id": n, **json.loads(json.dumps(row))}) for n, row in enumerate(rows, 2)]

    filled = [{name: text if (text or "").strip() else None for name, text in row.items()} for row in rows]
    for part in map_records(mapping("JSONPath"), "all", records, BASE):  # where texts of spaces are nothing
        accounted(filled, part.statements, part.failures)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=10) | st.from_regex(r"[a-z]{1,4}:(//[^/]{0,6})?/?\S{0,8}", fullmatch=True))
def test_what_we_take_for_an_iri_every_reader_takes(text: str) -> None:
    if is_valid(text):
        NamedNode(text)
    assert invalid_column(pl.Series([text], dtype=pl.String)).to_list() == [not is_valid(text)]
