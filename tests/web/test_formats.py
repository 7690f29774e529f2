"""Every format of an answer by its media type and by its name; what is a file says so."""

import pytest

from kgservice.store.interface import FORMATS

SELECT = "SELECT ?s ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(client, query, accept="*/*", **more):
    return client.get("/sparql", query_string={"query": query, **more}, headers={"Accept": accept})


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_has_a_short_name_and_a_media_type(client, name):
    media, kinds = FORMATS[name]
    query = SELECT if "bindings" in kinds else CONSTRUCT

    by_name = ask(client, query, format=name)
    by_media = ask(client, query, media.partition(";")[0])

    assert by_name.headers["Content-Type"] == by_media.headers["Content-Type"] == media
    assert (by_name.data == by_media.data) == (name != "excel")


@pytest.mark.parametrize(
    ("query", "name", "known"),
    [
        (CONSTRUCT, "ttl", "turtle"),
        (CONSTRUCT, "nt", "ntriples"),
        (CONSTRUCT, "NQ", "nquads"),
        (CONSTRUCT, "xml", "rdfxml"),
        (CONSTRUCT, "json", "jsonld"),
        (CONSTRUCT, "text/turtle;charset=utf-8", "turtle"),
        (SELECT, "excel-csv", "excel"),
        (SELECT, "application/sparql-results+json;version=1.2", "json"),
    ],
)
def test_formats_have_the_other_names_that_people_type(client, query, name, known):
    assert ask(client, query, format=name).data == ask(client, query, format=known).data


def test_a_version_of_a_media_type_changes_nothing(client):
    accept = "application/sparql-results+xml;version=1.2"

    assert ask(client, SELECT, accept).headers["Content-Type"] == "application/sparql-results+xml"


def test_excel_csv_is_given_by_its_name_only(client):
    assert not ask(client, SELECT, "text/csv").data.startswith(b"\xef\xbb\xbf")
    assert not ask(client, SELECT, format="text/csv").data.startswith(b"\xef\xbb\xbf")
    assert ask(client, SELECT, format="excel").data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("name", "ending"), [("xlsx", "xlsx"), ("excel", "csv"), ("parquet", "parquet")])
def test_tables_for_people_come_as_a_file_named_after_the_release(client, name, ending):
    response = ask(client, SELECT, format=name)

    assert response.headers["Content-Disposition"] == f'attachment; filename="release-1.{ending}"'


def test_a_workbook_speaks_the_language_of_the_asker_and_its_tag_says_so(client):
    english = client.get("/sparql", query_string={"query": SELECT, "format": "xlsx", "lang": "en"})
    russian = client.get("/sparql", query_string={"query": SELECT, "format": "xlsx", "lang": "ru"})

    assert english.data != russian.data
    assert english.headers["ETag"] != russian.headers["ETag"]
    assert "Accept-Language" in russian.headers["Vary"]


def test_a_table_for_people_is_no_format_of_a_graph(client):
    assert ask(client, CONSTRUCT, format="xlsx").status_code == 406
    assert ask(client, CONSTRUCT, XLSX).status_code == 406
    assert "nquads" in ask(client, CONSTRUCT, "image/png").get_json()["detail"]


def test_the_page_offers_every_format_of_its_answer(client):
    page = ask(client, SELECT, "text/html").get_data(as_text=True)

    for name in ("json", "xml", "csv", "tsv", "xlsx", "excel", "parquet"):
        assert f"format={name}" in page
