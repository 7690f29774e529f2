import re

import pytest

from fakes import BASE
from problems import assert_problem

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def names(service):
    return list(service.ask.library.queries)


def test_every_question_has_a_page_in_both_languages(client, names):
    for name in names:
        for language in ("en", "ru"):
            response = client.get(f"/queries/{name}?lang={language}", headers=BROWSER)
            assert response.status_code == 200, (name, response.get_data(as_text=True)[-2000:])


def test_every_question_answers_programs(client, names):
    for name in names:
        response = client.get(f"/queries/{name}/results")
        assert response.status_code == 200, name
        assert response.headers["KG-Release"] == "1"


def test_results_negotiate_and_take_parameters(client):
    path = "/queries/partners-of-an-organization/results"
    data = client.get(path, query_string={"organization": f"{BASE}id/organization/spt", "format": "csv"})

    assert data.mimetype == "text/csv"
    assert "azot" in data.get_data(as_text=True)


def test_a_wrong_parameter_is_named(client):
    path = "/queries/partners-of-an-organization/results"

    assert_problem(client.get(path, query_string={"colour": "red"}), 400, "parameter-invalid")
    assert_problem(client.get(path, query_string={"organization": "> } DROP"}), 400, "parameter-invalid")


def test_a_wrong_parameter_on_the_page_keeps_the_form(client):
    response = client.get("/queries/partners-of-an-organization?organization=%3E+x", headers=BROWSER)

    assert response.status_code == 400
    assert "<form" in response.get_data(as_text=True)


def test_an_unknown_question_is_said_to_be(client):
    assert_problem(client.get("/queries/none"), 404, "question-not-found")
    assert_problem(client.get("/queries/none/results"), 404, "question-not-found")


def test_a_search_finds_questions_by_the_beginnings_of_words_in_either_language(client):
    found = client.get("/queries?q=кластеры&lang=ru", headers=BROWSER).get_data(as_text=True)
    none = client.get("/queries?q=%3Cb%3Ezebra&lang=en", headers=BROWSER).get_data(as_text=True)

    assert "/queries/clusters-of-a-sector" in found
    assert "/queries/brokers" not in found
    assert "No question has these words" in none
    assert "<b>zebra" not in none


def test_a_form_offers_things_by_name_and_a_typed_name_is_found(client):
    path = "/queries/partners-of-an-organization"
    page = client.get(f"{path}?lang=ru", headers=BROWSER).get_data(as_text=True)
    typed = client.get(path, query_string={"organization": "азот", "lang": "ru"}, headers=BROWSER)
    nobody = client.get(path, query_string={"organization": 'x" zebra', "lang": "en"}, headers=BROWSER)

    assert f'<option value="{BASE}id/organization/azot"' in page
    assert typed.status_code == 200
    assert f'<option value="{BASE}id/organization/azot" selected' in typed.get_data(as_text=True)
    assert nobody.status_code == 400
    assert "Nothing is called like" in nobody.get_data(as_text=True)


def test_the_switch_puts_illustrative_rows_into_page_and_downloads(client, service):
    page = client.get("/queries/programmes-by-kind?with=illustrative&lang=en", headers=BROWSER).get_data(as_text=True)

    assert "some of this is invented" in page
    assert "with=illustrative&amp;format=csv" in page
    assert any(question.default_graphs for question in service.store.asked)


def test_a_question_is_drawn_as_its_header_says(client, service):
    charts = {name: query.chart for name, query in service.ask.library.queries.items() if query.chart}
    network = client.get("/queries/the-network?lang=en", headers=BROWSER).get_data(as_text=True)
    bars = client.get("/queries/things-by-kind?lang=en", headers=BROWSER).get_data(as_text=True)

    assert len(charts) >= 20
    assert '<svg class="chart net"' in network
    assert "bars" in bars


def test_why_an_answer_is_empty_stands_in_its_place(client):
    page = client.get("/queries/customers-of-the-social-order?lang=en", headers=BROWSER).get_data(as_text=True)

    assert "Nothing matches" in page
    assert "No source names" in page or "illustrative" in page


def test_openapi_describes_every_question_with_its_parameters(client, names, service):
    response = client.get("/openapi.json?lang=en")
    document = response.get_json()
    references = re.findall(r'"\$ref": ?"#/([^"]+)"', response.get_data(as_text=True))

    assert document["openapi"].startswith("3.1")
    assert {"/sparql", "/data", "/releases", *(f"/queries/{name}/results" for name in names)} <= set(document["paths"])
    for name, query in service.ask.library.queries.items():
        told = document["paths"][f"/queries/{name}/results"]["get"]["parameters"]
        assert [p["name"] for p in told if "name" in p] == [parameter.name for parameter in query.parameters]
    for reference in set(references):
        place = document
        for part in reference.split("/"):
            place = place[part]
    operations = [
        way["operationId"] for path in document["paths"].values() for way in path.values() if "operationId" in way
    ]
    assert len(operations) == len(set(operations))
    assert client.get("/openapi.json?lang=en", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
