import json
import os
from pathlib import Path

import pytest

from fakes import BASE
from problems import assert_problem

BROWSER = {"Accept": "text/html"}
KG = "https://w3id.org/kgservice/ontology#"


def test_every_page_has_a_search_box(client):
    assert 'action="/search"' in client.get("/queries", headers=BROWSER).get_data(as_text=True)


def test_a_page_shows_what_is_called_so(client):
    text = client.get("/search?q=политехнический&lang=ru", headers=BROWSER).get_data(as_text=True)

    assert "/page/organization/spt" in text


def test_a_page_without_hits_suggests_names(client):
    text = client.get("/search?q=xqzzy&lang=en", headers=BROWSER).get_data(as_text=True)

    assert "Nothing is called so" in text
    assert "/page/" in text


def test_a_search_is_escaped(client):
    assert "<script>x" not in client.get("/search?q=<script>x", headers=BROWSER).get_data(as_text=True)


def test_programs_get_json_with_the_release(client):
    response = client.get("/search?q=polytechnic", headers={"Accept": "application/json"})

    assert response.headers["KG-Release"] == "1"
    assert response.json["hits"][0]["iri"] == f"{BASE}id/organization/spt"
    assert client.get("/search?q=polytechnic&format=json", headers={"If-None-Match": response.headers["ETag"]}
                      ).status_code == 304  # fmt: skip


def test_wrong_parameters_are_named(client):
    assert_problem(client.get("/search?q=a&kind=dragon"), 400, "parameter-invalid")
    assert_problem(client.get("/search?q=a&page=0"), 400, "parameter-invalid")
    assert_problem(client.get("/search?q=a&limit=1000"), 400, "parameter-invalid")
    assert_problem(client.get("/search?q=a&format=pdf"), 406, "not-acceptable")


def test_completion_gives_names_and_counts(client):
    item = client.get("/complete?prefix=polyt&lang=en").json["items"][0]

    assert item["iri"] == f"{BASE}id/organization/spt"
    assert set(item) == {"iri", "label", "matched", "kind", "count"}


def ask(client, **queries):
    return client.post("/reconcile?lang=en", data={"queries": json.dumps(queries)})


def test_names_are_reconciled_in_a_batch(client):
    body = ask(client, q0={"query": "Siberian Polytechnic College", "type": KG + "College"},
               q1="nothing of this kind").json  # fmt: skip

    best = body["q0"]["result"][0]
    assert (best["id"], best["match"], best["score"]) == (f"{BASE}id/organization/spt", True, 100.0)
    assert body["q1"] == {"result": []}


def test_an_address_reconciles_to_itself(client):
    assert ask(client, q={"query": f"{BASE}id/organization/spt"}).json["q"]["result"][0]["match"]


def test_properties_weigh_in(client):
    place = {"pid": KG + "locatedIn", "v": "Kemerovo"}
    with_place = ask(client, q={"query": "polytechnic", "properties": [place]}).json["q"]["result"][0]

    assert with_place["id"] == f"{BASE}id/organization/spt"


def test_bad_queries_are_refused_with_a_reason(client):
    assert_problem(client.post("/reconcile", data={"queries": "["}), 400, "body-invalid")
    assert_problem(ask(client, q={"query": 5}), 400, "body-invalid")
    assert_problem(ask(client, q={"query": "a", "limit": 0}), 400, "body-invalid")
    assert_problem(client.get("/reconcile/suggest/colour?prefix=a"), 400, "parameter-invalid")


@pytest.mark.conformance
def test_answers_keep_to_the_schemas_of_the_specification(client):
    """Reconciliation API 0.2, the JSON schemas published with it."""
    jsonschema = pytest.importorskip("jsonschema")
    suites = os.environ.get("KG_CONFORMANCE")
    if not suites:
        pytest.skip("KG_CONFORMANCE is not set: the schemas of Reconciliation API 0.2 are not there")

    def holds(name, body):
        schema = json.loads((Path(suites) / "reconciliation-0.2" / "schemas" / f"{name}.json").read_text("utf8"))
        jsonschema.Draft7Validator(schema).validate(body)

    holds("manifest", client.get("/reconcile").json)
    holds("reconciliation-result-batch", ask(client, q={"query": "polytechnic"}).json)
    holds("suggest-entities-response", client.get("/reconcile/suggest/entity?prefix=pol").json)
    holds("suggest-types-response", client.get("/reconcile/suggest/type?prefix=org").json)
    holds("suggest-properties-response", client.get("/reconcile/suggest/property?prefix=loc").json)
    holds(
        "data-extension-property-proposal",
        client.get(f"/reconcile/properties?type={KG.replace('#', '%23')}Organization").json,
    )
    extend = {"ids": [f"{BASE}id/organization/spt"], "properties": [{"id": KG + "locatedIn"}]}
    holds("data-extension-response", client.post("/reconcile", data={"extend": json.dumps(extend)}).json)
