"""What the editor asks: words of the release, a look at a text, labels; and the scripts that pages name."""

import re
from urllib.parse import quote

import pytest

from kgservice.terms import PREFIXES
from problems import assert_problem

KG = PREFIXES["kg"]
PAGE = {"Accept": "text/html"}


def look(client, text: str, language: str = "en", **more: str) -> dict:
    answer = client.post("/sparql/check", data={"query": text, **more}, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.json


def test_the_words_of_a_release_have_labels_in_the_language_and_an_entity_tag(client):
    answer = client.get("/sparql/words", headers={"Accept-Language": "ru"})
    again = client.get("/sparql/words", headers={"Accept-Language": "ru", "If-None-Match": answer.headers["ETag"]})

    assert answer.json["release"] == 1
    assert answer.json["prefixes"]["kg"] == KG
    assert [KG, "College"] in [term[:2] for term in answer.json["terms"]] or answer.json["terms"] == []
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("SELECT * {\n ?s ?p }", 2, 8, "The object is missing"),
        ("SELECT * { ?s foo:bar ?o }", 1, 15, "PREFIX foo:"),
        ("SELECT * { ?s a kg:College }", 1, 17, f"PREFIX kg: <{KG}>"),
        ("DELETE WHERE { ?s ?p ?o }", 1, 1, ""),
        ("", 1, 1, "Write for example"),
    ],
)
def test_a_look_marks_a_mistake_where_it_stands_and_runs_nothing(client, service, text, line, column, hint):
    told = look(client, text)

    assert [(one["severity"], one["line"], one["column"]) for one in told["marks"]] == [("error", line, column)]
    assert hint in told["marks"][0]["hint"]
    assert told["form"] == ""
    assert text not in [question.query for question in service.store.asked]


def test_a_look_speaks_the_language_and_warns_of_slow_forms(client):
    told = look(client, "SELECT * { ?a ?b ?c . ?d ?e ?f }", "ru")

    assert told["form"] == "select"
    assert [one["severity"] for one in told["marks"]] == ["warning"]
    assert re.search("[а-я]", told["marks"][0]["message"])


def test_a_look_doubts_only_words_that_stand_in_no_graph_of_the_release(client):
    head = f"PREFIX kg: <{KG}>\nPREFIX void: <{PREFIXES['void']}>\n"
    told = look(client, f"{head}SELECT * {{ ?d void:triples ?n ; kg:hours ?h ; kg:ours ?o ; a kg:Programme }}")

    assert [one["column"] for one in told["marks"]] == [47]
    assert "kg:ours" in told["marks"][0]["message"]


def test_a_text_is_formatted_where_it_parses(client):
    assert look(client, "select * {?s ?p ?o}", do="format")["text"] == "SELECT * {?s ?p ?o}\n"
    assert "text" not in look(client, "select * {", do="format")


def test_too_long_a_text_and_too_many_names_are_refused_with_the_limit(client):
    long = assert_problem(client.post("/sparql/check", data={"query": "#" * 65_537}), 413, "request-too-large")
    many = client.post("/sparql/labels", data={"iri": ["urn:x"] * 501})

    assert "65536" in long["detail"]
    assert_problem(many, 400, "parameter-invalid")


def test_labels_come_with_addresses_that_lead_nowhere_bad(client):
    spt = "http://kuzbass.example/id/organization/spt"
    told = client.post("/sparql/labels", data={"iri": [spt, "javascript:alert(1)", "no iri"]}).json

    assert told[spt] == ["Siberian Polytechnic College", "/page/organization/spt", "organization/spt"]
    assert told["javascript:alert(1)"][1] == ""
    assert "no iri" not in told


def test_an_empty_answer_says_which_pattern_matches_nothing(client):
    head = f"PREFIX kg: <{KG}>\n"
    alone = f"{head}SELECT * {{ ?o a kg:College .\n?o kg:inn 'none' }}"
    apart = f"{head}SELECT * {{ ?o a kg:College .\n?o a kg:Enterprise }}"
    kept_out = f"{head}SELECT * {{ ?o a kg:College FILTER(false) }}"
    told = [client.get(f"/sparql?query={quote(text)}", headers=PAGE).text for text in (alone, apart, kept_out)]

    assert "Line 3: nothing in this release matches ?o kg:inn &#39;none&#39;" in told[0]
    assert "from line 3 on they no longer match together" in told[1]
    assert "The triple patterns match" in told[2]


def test_a_release_that_is_kept_has_a_page_of_its_own(client):
    start = client.get("/releases/1/sparql", headers=PAGE).text
    answer = client.get("/releases/1/sparql?query=SELECT * { ?s ?p ?o } LIMIT 2", headers=PAGE)

    assert 'action="/releases/1/sparql"' in start
    assert "Query to release 1" in start
    assert answer.headers["KG-Release"] == "1"
    assert 'href="/releases/1/sparql?query=' in answer.text


def test_a_question_of_the_library_is_loaded_and_an_unknown_one_refused(client):
    loaded = client.get("/sparql?example=partners-of-an-organization", headers=PAGE)

    assert "PREFIX kg:" in loaded.text
    assert "#+" not in loaded.text
    assert client.get("/sparql?example=nothing", headers=PAGE).status_code == 404


def control(client, address: str) -> str:
    with client.get(address) as response:
        return response.headers["Cache-Control"]


def test_scripts_are_kept_for_ever_under_an_address_that_changes_with_them(client):
    page = client.get("/sparql", headers=PAGE).text
    scripts = re.findall(r'<script type="module" src="([^"]+)"></script>', page)
    kept = {script: control(client, script) for script in scripts}
    stale = control(client, scripts[-1].split("?")[0] + "?v=old")

    assert len(scripts) >= 2
    assert all("immutable" in value for value in kept.values()), kept
    assert "immutable" not in stale
