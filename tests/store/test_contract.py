"""One contract for every store: the embedded pool, and the `oxigraph` server from PyPI behind RemoteStore."""

import csv
import io
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree as ET
from pathlib import Path

import pyoxigraph
import pytest

from kgservice.errors import NotAcceptable, QueryForbidden, QueryInvalid, QueryTimeout
from kgservice.settings import Settings
from kgservice.store.interface import FORMATS, Question
from kgservice.store.pool import Pool
from kgservice.store.remote import RemoteStore
from stores import DEFAULT, ENDLESS, EX, ONE, OTHER, body, release

ODD = (
    f'<{EX}odd> <{EX}text> "tab\\there, \\"quotes\\" and \\r\\nends" .\n'
    f'<{EX}odd> <{EX}label> "кузнец"@ru .\n'
    f"<{EX}odd> <{EX}link> <{EX}другой> .\n"
    f'<{EX}odd> <{EX}code> "}}}},{{\\"" .\n'
    f'<{EX}bell> <{EX}sound> "ding\\u0007" .\n'
)


@pytest.fixture(scope="module")
def contract_store(tmp_path_factory):
    return release(tmp_path_factory.mktemp("contract"), DEFAULT + ODD, one=ONE, other=OTHER)


@pytest.fixture(scope="module")
def server(contract_store):
    binary = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if binary is None:
        pytest.skip("the `oxigraph` server from PyPI is not installed: the remote half of the contract is NOT tested")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [binary, "serve-read-only", "--location", str(contract_store), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}/query"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{endpoint}?query=ASK%7B%7D").close()
            break
        except OSError:
            time.sleep(0.05)
    yield endpoint
    process.kill()
    process.wait()


@pytest.fixture(scope="module", params=["embedded", "remote"])
def store(request, contract_store, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    settings = Settings.read({"KG_STATE": str(state), "KG_WORKERS": "2", "KG_QUERY_SECONDS": "10"})
    if request.param == "embedded":
        made = Pool(contract_store, contract_store.parent / "lease", settings)
    else:
        made = RemoteStore(request.getfixturevalue("server"), settings)
    yield made
    made.close()


ROWS = f"SELECT ?p ?o ?none {{ <{EX}odd> ?p ?o }}"


def test_json_says_kinds_languages_and_unbound(store):
    answer = store.answer(Question(ROWS))
    document = json.loads(b"".join(answer.chunks))
    answer.close()

    rows = {row["p"]["value"].removeprefix(EX): row["o"] for row in document["results"]["bindings"]}
    assert document["head"]["vars"] == ["p", "o", "none"]
    assert rows["label"] == {"type": "literal", "value": "кузнец", "xml:lang": "ru"}
    assert rows["link"] == {"type": "uri", "value": EX + "другой"}
    assert rows["text"]["value"] == 'tab\there, "quotes" and \r\nends'
    assert (answer.kind, answer.rows, answer.complete) == ("bindings", 4, True)


def test_xml_keeps_line_ends(store):
    root = ET.fromstring(body(store, ROWS, "xml"))

    texts = [element.text for element in root.iter("{http://www.w3.org/2005/sparql-results#}literal")]
    assert 'tab\there, "quotes" and \r\nends' in texts


def test_csv_is_rfc_4180(store):
    text = body(store, ROWS, "csv")

    rows = list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))
    assert text.startswith(b"p,o,none\r\n")
    assert text.endswith(b"\r\n")
    assert [EX + "text", 'tab\there, "quotes" and \r\nends', ""] in rows
    assert len(rows) == 5


def test_tsv_writes_terms_as_turtle_does(store):
    lines = body(store, ROWS, "tsv").decode().split("\n")

    assert lines[0] == "?p\t?o\t?none"
    assert f'<{EX}label>\t"кузнец"@ru\t' in lines
    assert f'<{EX}text>\t"tab\\there, \\"quotes\\" and \\r\\nends"\t' in lines


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("limit", [0, 1, 7, 1999])
def test_rows_are_counted_in_every_format(store, name, limit):
    answer = store.answer(Question(f"SELECT * {{ ?s <{EX}number> ?o }} LIMIT {limit}", format=name))
    answer.close()

    assert answer.rows == limit


@pytest.mark.parametrize("name", ["json", "xml"])
def test_ask_is_a_boolean(store, name):
    answer = store.answer(Question("ASK {}", format=name))
    text = b"".join(answer.chunks)
    answer.close()

    assert answer.kind == "boolean"
    assert b"true" in text


GRAPHS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("query", [f"CONSTRUCT {{ <{EX}odd> ?p ?o }} {{ <{EX}odd> ?p ?o }}", f"DESCRIBE <{EX}odd>"])
def test_graph_reads_back_equal_in_every_format(store, name, query):
    answer = store.answer(Question(query, format=name))
    text = b"".join(answer.chunks)
    answer.close()

    read = {quad.triple for quad in pyoxigraph.parse(text, GRAPHS[name])}
    expected = {q.triple for q in pyoxigraph.parse(ODD.encode(), pyoxigraph.RdfFormat.N_TRIPLES)}
    assert answer.kind == "graph"
    assert read == {triple for triple in expected if triple.subject.value == EX + "odd"}


def test_turtle_declares_the_prefixes_it_uses_and_no_other(store):
    text = body(store, f"CONSTRUCT WHERE {{ <{EX}s1> ?p ?o }}", "turtle").decode()

    assert "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#>" in text
    assert 'rdfs:label "label 1"' in text
    assert "skos" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_format_that_cannot_carry_the_answer_is_refused(store, name):
    kinds = FORMATS[name][1].split()

    for kind, query in {"bindings": ROWS, "boolean": "ASK {}", "graph": f"DESCRIBE <{EX}odd>"}.items():
        if kind in kinds:
            assert body(store, query, name)
        else:
            with pytest.raises(NotAcceptable):
                body(store, query, name)


@pytest.mark.parametrize(
    ("query", "name"), [("SELECT ?o { ?s <%ssound> ?o }", "xml"), ("CONSTRUCT WHERE { ?s <%ssound> ?o }", "rdfxml")]
)
def test_control_character_is_refused_in_xml_and_carried_by_the_others(store, query, name):
    query %= EX

    with pytest.raises(NotAcceptable, match=r"U\+0007"):
        body(store, query, name)
    assert b"u0007" in body(store, query, "ntriples" if name == "rdfxml" else "json")


def test_property_without_a_name_is_refused_in_rdfxml(store):
    query = f"CONSTRUCT {{ <{EX}a> <{EX}9/> 1 }} {{}}"

    with pytest.raises(NotAcceptable, match="RDF/XML"):
        body(store, query, "rdfxml")
    assert body(store, query, "turtle")


def test_dataset_of_the_protocol_overrides_from(store):
    count = f"SELECT (COUNT(*) AS ?n) FROM <{EX}other> {{ ?s ?p ?o }}"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    assert number(store, count) == 2
    assert number(store, count, default_graphs=(EX + "none",)) == 0
    assert number(store, named) == 4
    assert number(store, named, named_graphs=(EX + "one",)) == 2
    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", named_graphs=(EX + "one",)) == 0


def number(store, query, **values):
    document = json.loads(body(store, query, **values))
    return int(document["results"]["bindings"][0]["n"]["value"])


def test_relative_iris_are_resolved_against_the_base(store):
    assert b"true" in body(store, "ASK { <odd> <label> ?o }", base=EX)
    assert b"false" in body(store, "ASK { <odd> <label> ?o }", base="http://elsewhere.org/")
    assert b"true" in body(store, f"BASE <{EX}> ASK {{ <odd> <label> ?o }}", base="http://elsewhere.org/")


def test_invalid_query_says_where(store):
    with pytest.raises(QueryInvalid) as caught:
        body(store, "SELECT * {\n ?s ?p }")

    assert caught.value.line == 2
    assert caught.value.column > 0


@pytest.mark.parametrize("text", ["", "  # nothing", "SELECT", "SELECT ?x { ?x a }", "\x00", "SELECT (1/ AS ?x) {}"])
def test_text_that_is_no_query_is_invalid(store, text):
    with pytest.raises(QueryInvalid):
        body(store, text)


@pytest.mark.parametrize(
    "text", ["INSERT DATA { <a:a> <a:a> 1 }", "DROP ALL", "ASK { SERVICE <http://127.0.0.1:9/> {} }"]
)
def test_updates_and_service_are_forbidden(store, text):
    with pytest.raises(QueryForbidden):
        body(store, text)


def test_late_query_is_ended_and_the_next_answered(store):
    with pytest.raises(QueryTimeout):
        body(store, ENDLESS, seconds=0.5)

    assert b"true" in body(store, "ASK {}")
