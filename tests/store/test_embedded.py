"""Store folders are built from statement files, whole or not at all."""

import gzip
import json

import pyoxigraph
import pytest

from kgservice.errors import StateBroken, StoreUnavailable
from kgservice.store import embedded
from kgservice.terms import Term
from stores import EX, body

A = f'<{EX}a> <{EX}p> "x .\\n y" .\n<{EX}a> <{EX}p> "Привет"@ru .\n'
B = f"<{EX}a> <{EX}q> <{EX}b> .\n"


@pytest.fixture
def files(tmp_path):
    def write(**texts):
        paths = []
        for name, text in texts.items():
            path = tmp_path / f"{name}.nt.gz"
            with gzip.open(path, "wt") as stream:
                stream.write(text)
            paths.append(path)
        return paths

    return write


def test_statements_lie_in_their_graphs_and_the_default_graph_is_a_merge(files, tmp_path):
    a, b, again = files(a=A, b=B, again=A)
    plain = tmp_path / "plain.nt"
    plain.write_text(B)
    statements = [(EX + "one", a), (EX + "two", b), (EX + "two", again), (None, a), (None, again), (None, plain)]

    count = embedded.build(tmp_path / "store", statements)

    snapshot = embedded.Snapshot(tmp_path / "store")
    rows = snapshot.rows("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    assert [(row["g"].value.removeprefix(EX), row["n"].value) for row in rows] == [("one", "2"), ("two", "3")]
    assert [row["n"].value for row in snapshot.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")] == ["3"]
    assert count == 8


def test_terms_of_rows_say_what_they_are(files, tmp_path):
    embedded.build(tmp_path / "store", [(None, path) for path in files(a=A, b=B)])
    snapshot = embedded.Snapshot(tmp_path / "store")

    values = {row["o"] for row in snapshot.rows("SELECT ?o ?none { ?s ?p ?o }")}

    xsd = "http://www.w3.org/2001/XMLSchema#string"
    assert values == {Term("literal", "x .\n y", "", xsd), Term("literal", "Привет", "ru"), Term("uri", EX + "b")}
    assert snapshot.ask(f"ASK {{ <{EX}a> ?p ?o }}")
    assert list(snapshot.statements("CONSTRUCT WHERE { ?s ?p <http://example.org/b> }")) == [B.strip()]


def test_text_that_is_not_canonical_still_reaches_its_graph(files, tmp_path):
    text = f"# a comment\n\n  <{EX}a> <{EX}q> <{EX}b>.\n<{EX}a>\t<{EX}q>\t<{EX}c>  .\r\n<{EX}a> <{EX}q> 'no end'"
    (path,) = files(odd=text.replace("'no end'", f"<{EX}d> ."))

    embedded.build(tmp_path / "store", [(EX + "g", path)])

    snapshot = embedded.Snapshot(tmp_path / "store")
    assert len(list(snapshot.rows(f"SELECT * {{ GRAPH <{EX}g> {{ ?s ?p ?o }} }}"))) == 3


def test_long_file_is_read_in_blocks_that_end_with_a_line(files, tmp_path):
    text = "".join(f'<{EX}s{n}> <{EX}p> "{"long " * 200}{n}" .\n' for n in range(4000))
    (path,) = files(long=text)

    assert embedded.build(tmp_path / "store", [(EX + "g", path), (None, path)]) == 8000


def test_no_statements_make_an_empty_store(files, tmp_path, pool):
    (empty,) = files(empty="")

    assert embedded.build(tmp_path / "store", [(EX + "g", empty)]) == 0
    assert embedded.build(tmp_path / "none", []) == 0
    assert b"false" in body(pool(tmp_path / "none", lease=False), "ASK { ?s ?p ?o }")


@pytest.mark.parametrize("damage", [lambda data: data[:-12], lambda data: b"\x1f\x8b broken", lambda data: b"<a> <b>"])
def test_damaged_file_is_named(files, tmp_path, damage):
    (path,) = files(a=A * 1000)
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(StateBroken, match=r"a\.nt\.gz"):
        embedded.build(tmp_path / "store", [(None, path)])


def test_statement_that_does_not_parse_is_named(files, tmp_path):
    (path,) = files(a=A + "<no iri> <http://p> 1 .\n")

    with pytest.raises(StateBroken, match=r"a\.nt\.gz"):
        embedded.build(tmp_path / "store", [(EX + "g", path)])


def test_existing_folder_is_never_overwritten(tmp_path):
    (tmp_path / "store").mkdir()

    with pytest.raises(StateBroken, match="exists"):
        embedded.build(tmp_path / "store", [])


def test_snapshot_of_nothing_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable):
        embedded.Snapshot(tmp_path / "none")


def test_lexical_forms_stay_whole_when_the_statements_are_canonical(files, tmp_path):
    text = f'<{EX}a> <{EX}p> "12345678901234567890123"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    (path,) = files(a=text)
    embedded.build(tmp_path / "store", [(None, path)])

    store = pyoxigraph.Store.read_only(str(tmp_path / "store"))
    document = json.loads(store.query("SELECT ?o { ?s ?p ?o }").serialize(format=pyoxigraph.QueryResultsFormat.JSON))

    assert document["results"]["bindings"][0]["o"]["value"] == "12345678901234567890123"
