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
