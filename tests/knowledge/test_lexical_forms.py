"""Lexical forms are judged before the store, which forgets them: it keeps numbers and dates in canonical form."""

import polars
import pyoxigraph
import pytest
from rdflib import Graph

from kgservice.knowledge.validation import faults
from kgservice.rml import datatypes

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = f"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> . @prefix xsd: <{XSD}> .\n"
GOOD = {
    "integer": ["7", "007", "+7", "-0"],
    "decimal": ["1.50", ".5", "1.", "-0.0"],
    "date": ["2024-02-29", "2024-01-01Z"],
    "dateTime": ["2024-01-01T10:00:00.500", "2024-01-01T10:00:00+00:00"],
    "boolean": ["1", "false"],
    "double": ["1e3", "NaN"],
    "gYear": ["2024"],
}
BAD = {
    "integer": ["7.0", "seven", "", "1 000"],
    "decimal": ["1,5", "1e3"],
    "date": ["31.02.2024", "2024-02-30", "2024-2-3"],
    "dateTime": ["2024-01-01", "2024-01-01T25:00:00"],
    "boolean": ["yes", "TRUE"],
    "byte": ["300"],
    "positiveInteger": ["0"],
    "gYear": ["24"],
}


@pytest.mark.parametrize("datatype", GOOD)
def test_what_the_mapping_writes_is_what_the_store_gives_back(datatype):
    texts = polars.Series(GOOD[datatype])

    assert not datatypes.wrong_column(texts, XSD + datatype).any()
    for text in datatypes.canonical_column(texts, XSD + datatype):
        store = pyoxigraph.Store()
        store.load(f'<x:s> <x:p> "{text}"^^<{XSD}{datatype}> .'.encode(), pyoxigraph.RdfFormat.N_TRIPLES)
        (quad,) = store
        assert quad.object.value == text


@pytest.mark.parametrize("datatype", BAD)
def test_what_is_no_value_of_its_datatype_fails_in_the_mapping(datatype):
    assert datatypes.wrong_column(polars.Series(BAD[datatype]), XSD + datatype).all()


@pytest.mark.parametrize("constraint", ['sh:pattern "^0"', "sh:minLength 3", "sh:maxLength 3"])
@pytest.mark.parametrize("datatype", ["xsd:integer", "xsd:date", "xsd:decimal"])
def test_shape_that_asks_for_a_form_the_store_does_not_keep_is_a_fault(constraint, datatype):
    shape = f":S sh:targetClass :A ; sh:property :P . :P sh:path :p ; sh:datatype {datatype} ; {constraint} ."

    (fault,) = faults(Graph().parse(data=PREFIXES + shape, format="turtle"), quick=True)

    assert "canonical form" in fault.text.template


def test_shape_that_asks_for_a_form_of_a_text_is_fine():
    shape = ':S sh:targetClass :A ; sh:property :P . :P sh:path :p ; sh:datatype xsd:string ; sh:pattern "^0" .'

    assert faults(Graph().parse(data=PREFIXES + shape, format="turtle"), quick=True) == []
