"""Terms: N-Triples that read back equal, IRIs that cannot be broken out of."""

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgservice.terms import PREFIXES, Graphs, iri, is_iri, is_web_address, literal, segment, shortened, thing

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_any_text_becomes_a_literal_that_reads_back_equal(text: str) -> None:
    line = f"<http://a/s> <http://a/p> {literal(text, language='ru')} ."

    (quad,) = pyoxigraph.parse(line.encode(), pyoxigraph.RdfFormat.N_TRIPLES)

    assert quad.object == pyoxigraph.Literal(text, language="ru")


@given(TEXTS.filter(bool))
def test_any_key_becomes_one_segment_of_an_iri(key: str) -> None:
    made = thing("http://localhost:8080/", "organization", key)

    assert is_iri(made)
    assert "/" not in segment(key)
    (quad,) = pyoxigraph.parse(f"{iri(made)} <http://a/p> <http://a/o> .".encode(), pyoxigraph.RdfFormat.N_TRIPLES)
    assert quad.subject.value == made


@pytest.mark.parametrize("text", ["http://a b", 'http://a"', "http://a>", "a/b", "", "http://a\n", "http://a\\"])
def test_what_is_no_iri_is_told(text: str) -> None:
    assert not is_iri(text)


def test_only_http_addresses_become_links() -> None:
    assert is_web_address("https://kemobl.ru/")
    assert not is_web_address("javascript:alert(1)")
    assert not is_web_address("mailto:a@b")


def test_graph_of_a_source_can_be_taken_apart() -> None:
    graphs = Graphs("http://localhost:8080/")

    assert graphs.split(graphs.source("places", "sourced")) == ("places", "sourced")
    assert graphs.split(graphs.known) is None


def test_iri_of_ours_is_shortened() -> None:
    assert shortened("https://w3id.org/kgservice/ontology#form") == "kg:form"
    assert shortened("http://elsewhere/x") == "http://elsewhere/x"


def test_every_namespace_that_the_ontology_is_aligned_with_has_a_prefix() -> None:
    files = (Path(__file__).parents[2] / "ontology").rglob("*.ttl")
    found = {line.split("<")[1].split(">")[0] for path in files for line in path.read_text("utf8").splitlines()
             if line.startswith("@prefix")}  # fmt: skip

    assert {one for one in found if "sdmx" not in one} <= set(PREFIXES.values())
