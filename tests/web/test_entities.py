import pyoxigraph
import pytest

from fakes import BASE
from problems import assert_problem

SPT = f"{BASE}id/organization/spt"
BROWSER = {"Accept": "text/html"}


def triples(response) -> set[str]:
    assert response.status_code == 200, response.get_data(as_text=True)
    kind = pyoxigraph.RdfFormat.from_media_type(response.mimetype)
    return {str(quad.triple) for quad in pyoxigraph.parse(response.data, kind)}


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        ("text/html", "/page/organization/spt"),
        ("*/*", "/data/organization/spt.ttl"),
        ("text/turtle", "/data/organization/spt.ttl"),
        ("application/ld+json", "/data/organization/spt.jsonld"),
        ("application/rdf+xml", "/data/organization/spt.rdf"),
        ("application/n-triples", "/data/organization/spt.nt"),
    ],
)
def test_a_thing_leads_to_its_page_or_data(client, accept, location):
    response = client.get("/id/organization/spt", headers={"Accept": accept})

    assert (response.status_code, response.headers["Location"]) == (303, location)
    assert "Accept" in response.headers["Vary"]


def test_no_acceptable_form_of_a_thing_is_said(client):
    assert_problem(client.get("/id/organization/spt", headers={"Accept": "image/png"}), 406, "not-acceptable")


@pytest.mark.parametrize(
    ("suffix", "media"),
    [
        (".ttl", "text/turtle"),
        (".jsonld", "application/ld+json"),
        (".nt", "application/n-triples"),
        (".rdf", "application/rdf+xml"),
        ("", "text/turtle"),
    ],
)
def test_data_comes_by_suffix_and_by_negotiation(client, suffix, media):
    response = client.get(f"/data/organization/spt{suffix}")

    assert response.mimetype == media
    assert response.headers["ETag"]
    assert 'rel="describedby"' in response.headers["Link"]


def test_data_says_what_is_known_in_both_directions_and_nothing_invented(client):
    said = triples(client.get("/data/organization/spt.nt"))

    assert any("kg" in line or "4205012343" in line for line in said)
    assert any("membership/chem--spt--base-college" in line for line in said)
    assert not any("needsCompetency" in line for line in said)


def test_data_of_an_invented_thing_says_that_it_is_invented(client):
    said = triples(client.get("/data/programme/p1"))

    assert any("vocabulary/evidence/illustrative" in line for line in said)
    assert any("#hours" in line for line in said)


def test_data_is_not_sent_twice(client):
    first = client.get("/data/organization/spt.ttl")

    again = client.get("/data/organization/spt.ttl", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


def test_a_key_with_a_dot_is_not_a_suffix(client):
    assert triples(client.get("/data/profession/21.02.17.nt")) == triples(client.get("/data/profession/21.02.17"))


def test_any_iri_of_the_graph_has_data(client):
    said = triples(client.get("/data", query_string={"iri": "https://w3id.org/kgservice/ontology#College"}))

    assert any("subClassOf" in line for line in said)


@pytest.mark.parametrize(
    "path",
    [
        "/page/organization/none", "/page/nokind/spt", "/data/organization/none", "/page?iri=not%20an%20iri",
        "/page?iri=javascript:alert(1)//nothing", "/data?iri=%3E%20%7D%20DROP", "/kinds/nothing",
    ],
)  # fmt: skip
def test_what_is_unknown_is_said_to_be(client, path):
    assert_problem(client.get(path), 404, "thing-not-found")


def test_a_page_tells_source_and_evidence_of_each_statement(client):
    text = client.get("/page/organization/spt?lang=ru", headers=BROWSER).get_data(as_text=True)

    assert "Сибирский политехнический техникум" in text
    assert "Реестр" in text
    assert "из источника" in text
    assert "выведено" in text
    assert 'class="invented"' in text
    assert 'href="https://spt42.example/" rel="noreferrer"' in text


def test_an_invented_thing_is_marked_at_the_top(client):
    assert "вымышленный пример" in client.get("/page/programme/p1?lang=ru", headers=BROWSER).get_data(as_text=True)


def test_a_thing_without_a_name_is_called_by_what_it_links(client):
    text = client.get("/page/organization/spt?lang=ru", headers=BROWSER).get_data(as_text=True)

    assert "Химический кластер" in text


def test_alternates_are_named_in_the_head(client):
    text = client.get("/page/organization/spt", headers=BROWSER).get_data(as_text=True)

    assert '<link rel="alternate" type="text/turtle" href="/data/organization/spt.ttl">' in text


@pytest.mark.parametrize("path", ["/page", "/page?iri=", "/data?iri=%20"])
def test_a_page_of_nothing_is_a_wrong_request(client, path):
    assert_problem(client.get(path), 400, "parameter-invalid")
