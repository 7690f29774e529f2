"""Pages of the words: in both languages for people, as RDF for programs."""

import pytest

from authoredwords import AuthoredWords
from fakes import BASE
from kgservice.app import create_app


@pytest.fixture(scope="module")
def words() -> AuthoredWords:
    return AuthoredWords(BASE)


@pytest.fixture(scope="module")
def speaking(shared):
    """An application of their own: what it remembers of a release are these words."""
    return create_app(shared)


@pytest.fixture
def client(speaking, service, words, monkeypatch):
    monkeypatch.setattr(service.ask, "rows", words.rows)
    return speaking.test_client()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/ontology?lang=ru", "Организации профессионального обучения"),
        ("/ontology?lang=en", "Organizations of vocational training"),
        ("/ontology/partnerships?lang=ru", "Кластер, в который организация, являющаяся опорным работодателем"),
        ("/ontology/partnerships?lang=en", "A partnership must have a form."),
        ("/vocabulary?lang=ru", "Формы партнёрства"),
        ("/vocabulary/party-role?lang=ru", "опорный работодатель"),
        ("/vocabulary/party-role?lang=en", "anchor employer"),
        ("/shapes?lang=ru", "ИНН должен состоять из десяти цифр"),
        ("/shapes?lang=en", "An INN must have ten digits"),
    ],
)
def test_page_speaks_the_language(path, said, client):
    response = client.get(path, headers={"Accept": "text/html"})

    assert response.status_code == 200
    assert said in response.get_data(as_text=True)
    assert response.headers["Content-Language"] == path[-2:]


def test_every_link_to_a_term_has_a_place(client):
    import re

    overview = client.get("/ontology", headers={"Accept": "text/html"}).get_data(as_text=True)
    links = set(re.findall(r'href="(/ontology/[a-z]+)#(\w+)"', overview))
    pages = {
        path: client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
        for path in {path for path, _ in links}
    }

    assert len(links) > 200
    assert [link for link in links if f'id="{link[1]}"' not in pages[link[0]]] == []


def test_diagram_is_drawn_with_named_links(client):
    text = client.get("/ontology/programmes?lang=en", headers={"Accept": "text/html"}).get_data(as_text=True)

    assert '<svg class="chart cards-of"' in text
    assert "<title>has provider</title>" in text


@pytest.mark.parametrize(
    "path", ["/ontology", "/ontology/partnerships", "/vocabulary", "/vocabulary/party-role", "/shapes"]
)
def test_program_gets_rdf(path, client):
    response = client.get(path, headers={"Accept": "text/turtle"})

    assert response.status_code == 200
    assert response.content_type.startswith("text/turtle")
    assert "Accept" in response.vary


@pytest.mark.parametrize(
    "path", ["/ontology", "/ontology/partnerships", "/vocabulary", "/vocabulary/party-role", "/shapes"]
)
def test_suffix_chooses_the_format(path, client):
    for suffix, media in (("ttl", "text/turtle"), ("nt", "application/n-triples"), ("rdf", "application/rdf+xml")):
        response = client.get(f"{path}.{suffix}", headers={"Accept": "text/html"})
        assert (response.status_code, response.mimetype) == (200, media)


def test_term_leads_to_its_place_or_data(client):
    page = client.get("/ontology/term/Partnership", headers={"Accept": "text/html"})
    data = client.get("/ontology/term/Partnership", headers={"Accept": "text/turtle"})

    assert page.location == "/ontology/partnerships#Partnership"
    assert data.location.endswith("Partnership&format=ttl")
    assert client.get("/ontology/term/Nothing", follow_redirects=True).status_code == 404


def test_module_says_version_and_what_changed(client):
    text = client.get("/ontology/partnerships?lang=ru", headers={"Accept": "text/html"}).get_data(as_text=True)

    assert "https://w3id.org/kgservice/ontology/partnerships/2026-11-25" in text
    assert "Первая версия." in text


def test_concept_leads_to_its_page_or_data(client):
    page = client.get("/vocabulary/party-role/host", headers={"Accept": "text/html"})
    data = client.get("/vocabulary/party-role/host", headers={"Accept": "text/turtle"})

    assert (page.status_code, data.status_code) == (303, 303)
    assert "/page?iri=" in page.location
    assert "/data?iri=" in data.location


@pytest.mark.parametrize("path", ["/ontology/cooking", "/vocabulary/colours"])
def test_unknown_name_is_not_found(path, client):
    response = client.get(path, headers={"Accept": "application/json"})

    assert response.status_code == 404
    assert path.rpartition("/")[2] in response.get_json()["detail"]
