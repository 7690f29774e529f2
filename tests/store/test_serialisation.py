"""What leaves a worker is whole, counted, and well-formed whatever stands in the values."""

import json
import xml.etree.ElementTree as ET

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.errors import NotAcceptable
from kgservice.settings import Settings as ServiceSettings
from kgservice.store import serialisation
from kgservice.store.pool import Pool
from kgservice.store.serialisation import Rows
from stores import EX, body, release

FORMATS = {
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
}
WORDS = st.sampled_from(
    ['}},{"', "}},{", '"', "\n", "\r\n", ",", "<result>", '"bindings":[{"', "\t", "}}", "]}", "a", "\\", "{}"]
)
TEXTS = st.lists(WORDS, max_size=6).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.one_of(st.none(), TEXTS)), max_size=12), st.integers(1, 40))
def test_rows_are_counted_right_or_not_at_all(pairs, size):
    store = pyoxigraph.Store()
    subjects = set()
    for number, (text, other) in enumerate(pairs):
        subject = pyoxigraph.NamedNode(f"{EX}s{number}")
        subjects.add(subject)
        store.add(pyoxigraph.Quad(subject, pyoxigraph.NamedNode(EX + "p"), pyoxigraph.Literal(text)))
        if other is not None:
            store.add(pyoxigraph.Quad(subject, pyoxigraph.NamedNode(EX + "q"), pyoxigraph.Literal(other)))
    for name, format_ in FORMATS.items():
        query = f"SELECT ?a ?b {{ ?s <{EX}p> ?a OPTIONAL {{ ?s <{EX}q> ?b }} }}"
        document = store.query(query).serialize(format=format_)
        rows = Rows(name)
        for start in range(0, len(document), size):
            rows.count(document[start : start + size])

        assert rows.total() in ({len(pairs), None} if name == "json" else {len(pairs)})


NOT_XML = ["\u0000", "\u0001", "\u0008", "\u000b", "\u000c", "\u001f", "\ufffe", "\uffff", "a" * 70_000 + "\u0002"]


@pytest.fixture(scope="module")
def unprintable(tmp_path_factory):
    lines = [
        f'<{EX}s{number}> <{EX}p> "{text.encode("ascii", "backslashreplace").decode().replace("x", "u00")}" .\n'
        for number, text in enumerate(NOT_XML)
    ]
    path = release(tmp_path_factory.mktemp("unprintable"), "".join(lines))
    store = Pool(path, None, ServiceSettings.read({"KG_WORKERS": "1"}))
    yield store
    store.close()


@pytest.mark.parametrize("number", range(len(NOT_XML)))
def test_what_xml_cannot_carry_is_refused_with_its_code(unprintable, number):
    text, subject = NOT_XML[number], f"<{EX}s{number}>"

    with pytest.raises(NotAcceptable, match=f"U\\+{ord(text[-1]):04X}"):
        body(unprintable, f"SELECT ?o {{ {subject} ?p ?o }}", "xml")
    with pytest.raises(NotAcceptable, match=f"U\\+{ord(text[-1]):04X}"):
        body(unprintable, f"CONSTRUCT {{ ?s ?p ?o }} {{ VALUES ?s {{ {subject} }} ?s ?p ?o }}", "rdfxml")
    document = json.loads(body(unprintable, f"SELECT ?o {{ {subject} ?p ?o }}"))
    assert document["results"]["bindings"][0]["o"]["value"] == text


def test_xml_carries_every_other_character(tmp_path, pool):
    text = "<&>\"' \t\n\r \x7f \x85 \u2028 \ud7ff \ue000 \ufffd \U0001f600"
    escaped = "".join(f"\\U{ord(c):08X}" for c in text)
    store = pool(release(tmp_path / "r", f'<{EX}s> <{EX}p> "{escaped}" .\n'))

    root = ET.fromstring(body(store, "SELECT ?o { ?s ?p ?o }", "xml"))
    graph = ET.fromstring(body(store, "CONSTRUCT WHERE { ?s ?p ?o }", "rdfxml"))

    assert [e.text for e in root.iter("{http://www.w3.org/2005/sparql-results#}literal")] == [text]
    assert [e.text for e in graph.iter(f"{{{EX}}}p")] == [text]


def test_prefix_that_is_first_needed_late_is_written_in_full(tmp_path, pool, monkeypatch):
    triples = [f"<{EX}s{n}> <{EX}p> {n} ." for n in range(5)]
    monkeypatch.setattr(serialisation, "_LOOK_AHEAD", 2)
    store = pyoxigraph.Store()
    store.load("".join(triples).encode(), pyoxigraph.RdfFormat.TURTLE)
    chunks = []

    class Output:
        def write(self, data):
            chunks.append(data)
            return len(data)

        def flush(self):
            pass

    serialisation.write(store.query("CONSTRUCT WHERE { ?s ?p ?o }"), "turtle", Output())

    read = pyoxigraph.parse(b"".join(chunks), pyoxigraph.RdfFormat.TURTLE)
    assert len({quad.triple for quad in read}) == 5


def test_control_characters_in_names_and_tags_never_break_a_format(tmp_path, pool):
    store = pool(release(tmp_path / "r", f"<{EX}a&b> <{EX}p> <{EX}'c'?x=1&y=2> .\n"))

    ET.fromstring(body(store, "SELECT * { ?s ?p ?o }", "xml"))
    graph = body(store, "CONSTRUCT WHERE { ?s ?p ?o }", "rdfxml")
    assert len(list(pyoxigraph.parse(graph, pyoxigraph.RdfFormat.RDF_XML))) == 1
