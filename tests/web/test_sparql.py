"""SPARQL 1.1 Protocol, query operation, by hand; the conformance suite runs on the real service in step 3."""

import json
from urllib.parse import urlencode

import pytest

from fakes import BASE, fake_service
from kgservice.app import create_app
from kgservice.errors import Busy, EngineCrash, QueryMemory, QueryTimeout, ResultTooLarge
from problems import assert_problem

QUERY = "application/sparql-query"
SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/kgservice/ontology#College> } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3"
COLLEGES = [f"{BASE}id/organization/kgtt", f"{BASE}id/organization/spt"]


def values(response) -> list[str]:
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/sparql-results+json"
    bindings = json.loads(response.data)["results"]["bindings"]
    return [term["value"] for binding in bindings for term in binding.values()]


def test_query_by_get(client):
    assert values(client.get("/sparql", query_string={"query": SELECT})) == COLLEGES


def test_query_by_post_of_a_form(client):
    assert values(client.post("/sparql", data={"query": SELECT})) == COLLEGES


def test_query_by_direct_post(client):
    response = client.post("/sparql", data=SELECT, content_type="application/sparql-query")

    assert values(response) == COLLEGES


def test_query_by_direct_post_with_a_charset(client):
    response = client.post("/sparql", data=SELECT, content_type="application/sparql-query; charset=UTF-8")

    assert values(response) == COLLEGES


def test_query_by_the_method_query(client):
    response = client.open("/sparql", method="QUERY", data=SELECT, content_type="application/sparql-query")

    assert values(response) == COLLEGES


def test_head_has_the_headers_and_no_body(client):
    response = client.head("/sparql", query_string={"query": SELECT})

    assert response.status_code == 200
    assert response.content_length
    assert response.data == b""


def test_a_large_form_is_read(client):
    query = SELECT + " #" + "ж" * 200_000

    assert values(client.post("/sparql", data={"query": query})) == COLLEGES


@pytest.mark.parametrize(
    ("send", "status", "slug"),
    [
        (lambda c: c.post("/sparql", data={"timeout": "1"}), 400, "parameter-invalid"),
        (lambda c: c.get(f"/sparql?{urlencode({'query': SELECT})}&query=ASK%7B%7D"), 400, "parameter-invalid"),
        (lambda c: c.post("/sparql", data={"query": [SELECT, SELECT]}), 400, "parameter-invalid"),
        (
            lambda c: c.post("/sparql?query=ASK%7B%7D", data=SELECT, content_type="application/sparql-query"),
            400,
            "parameter-invalid",
        ),
        (lambda c: c.post("/sparql", data=SELECT, content_type="text/plain"), 415, "media-type-unsupported"),
        (lambda c: c.post("/sparql", data=SELECT), 415, "media-type-unsupported"),
        (
            lambda c: c.post("/sparql", data=SELECT.encode("utf-16"), content_type=f"{QUERY}; charset=utf-16"),
            415,
            "media-type-unsupported",
        ),
        (lambda c: c.post("/sparql", data=b"ASK { ?s ?p '\xff' }", content_type=QUERY), 400, "body-invalid"),
        (lambda c: c.get("/sparql?query=ASK%7B%FF%7D"), 400, "body-invalid"),
        (lambda c: c.get("/sparql", query_string={"query": "ASK {}", "timeout": "soon"}), 400, "parameter-invalid"),
        (lambda c: c.get("/sparql", query_string={"query": "ASK {}", "timeout": "-1"}), 400, "parameter-invalid"),
        (lambda c: c.get("/sparql", query_string={"query": "ASK {}", "timeout": "nan"}), 400, "parameter-invalid"),
        (lambda c: c.get("/sparql", query_string={"query": "ASK {}", "page": "x"}), 400, "parameter-invalid"),
        (
            lambda c: c.get("/sparql", query_string={"query": "ASK {}", "default-graph-uri": "not an iri"}),
            400,
            "parameter-invalid",
        ),
        (lambda c: c.post("/sparql", data={"update": "CLEAR ALL"}), 403, "query-forbidden"),
        (
            lambda c: c.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update"),
            403,
            "query-forbidden",
        ),
        (lambda c: c.get("/sparql", query_string={"query": "CLEAR ALL"}), 403, "query-forbidden"),
        (lambda c: c.get("/sparql", query_string={"query": "ASK { SERVICE <http://x/> {} }"}), 403, "query-forbidden"),
        (lambda c: c.put("/sparql", data=SELECT), 405, "method-not-allowed"),
        (lambda c: c.delete("/sparql"), 405, "method-not-allowed"),
        (lambda c: c.get("/sparql?query=" + "a" * 70_000), 414, "address-too-long"),
        (
            lambda c: c.post("/sparql", data="#" * 1_100_000, content_type="application/sparql-query"),
            413,
            "request-too-large",
        ),
        (lambda c: c.post("/sparql", data={"query": "#" * 1_100_000}), 413, "request-too-large"),
        (lambda c: c.post("/sparql", data=b"#" * 9_000_000, content_type="text/plain"), 413, "request-too-large"),
        (lambda c: c.get("/nowhere"), 404, "not-found"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_by_name(client, send, status, slug):
    assert_problem(send(client), status, slug)


def test_a_syntax_error_names_line_column_and_cause(client):
    document = assert_problem(
        client.get("/sparql", query_string={"query": "SELECT *\nWHERE { ?s ?p }"}), 400, "query-syntax"
    )

    assert document["line"] == 2
    assert document["column"] > 1
    assert document["excerpt"] == "WHERE { ?s ?p }\n" + " " * (document["column"] - 1) + "^"


def test_a_problem_speaks_the_language_of_the_asker(client):
    response = client.get("/sparql", query_string={"query": "SELECT * {"}, headers={"Accept-Language": "ru"})

    document = assert_problem(response, 400, "query-syntax")

    assert response.headers["Content-Language"] == "ru"
    assert document["title"] == "Запрос не читается"


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (QueryTimeout("late"), 503),
        (QueryMemory("fat"), 500),
        (EngineCrash("dead"), 500),
        (Busy("full"), 503),
        (ResultTooLarge("long"), 500),
    ],
)
def test_each_way_to_die_has_its_own_problem(client, service, failure, status):
    service.store.failure = failure

    assert_problem(client.get("/sparql", query_string={"query": SELECT}), status, failure.slug)


def test_an_unknown_exception_is_logged_under_a_number_and_shows_nothing_of_itself(client, service, caplog):
    service.store.failure = RuntimeError("secret of the house")

    document = assert_problem(client.get("/sparql", query_string={"query": SELECT}), 500, "internal")

    assert "secret" not in json.dumps(document)
    assert document["id"] in caplog.text


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "application/xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values"),
        (SELECT, "text/html;q=0.9, application/json;q=0.8", "text/html"),
        ("ASK {}", "*/*", "application/sparql-results+json"),
        (CONSTRUCT, "*/*", "text/turtle"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "text/html", "text/html"),
        ("# SELECT\nPREFIX a: <b#>#x\nBASE <http://c/> DESCRIBE <d>", "*/*", "text/turtle"),
    ],
)
def test_the_accept_header_chooses_the_format(client, query, accept, expected):
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})

    assert (response.status_code, response.mimetype) == (200, expected)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(("name", "expected"), [("csv", "text/csv"), ("text/csv", "text/csv"), ("html", "text/html")])
def test_the_parameter_format_wins_over_the_header(client, name, expected):
    response = client.get(
        "/sparql", query_string={"query": SELECT, "format": name}, headers={"Accept": "application/xml"}
    )

    assert response.mimetype == expected


@pytest.mark.parametrize(
    ("query", "accept", "name"),
    [(SELECT, "image/png", ""), (SELECT, "text/turtle", ""), ("ASK {}", "text/csv", ""), (SELECT, "", "xlsz")],
)
def test_an_impossible_format_is_answered_with_those_there_are(client, query, accept, name):
    response = client.get("/sparql", query_string={"query": query, "format": name}, headers={"Accept": accept})

    assert "json (application/sparql-results+json)" in assert_problem(response, 406, "not-acceptable")["detail"]


def test_a_strange_accept_header_is_never_an_error_of_ours(client):
    for accept in ("a" * 50_000, "text/html;q=", ";;;", '"', "*/*;q=1;a=b,,", "\xff"):
        response = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": accept})
        assert response.status_code in (200, 406)


def test_the_dataset_of_the_protocol_reaches_the_store(client, service):
    graphs = {"default-graph-uri": ["http://a/1", "http://a/2"], "named-graph-uri": "http://a/3"}

    client.get("/sparql", query_string={"query": SELECT, **graphs})
    client.post("/sparql", data={"query": SELECT, **graphs})
    client.post(f"/sparql?{urlencode(graphs, doseq=True)}", data=SELECT, content_type="application/sparql-query")

    for question in service.store.asked:
        assert question.default_graphs == ("http://a/1", "http://a/2")
        assert question.named_graphs == ("http://a/3",)
    assert len(service.store.asked) == 3


def test_illustrative_statements_come_only_when_asked_for(client):
    query = "SELECT ?s WHERE { ?s a <https://w3id.org/kgservice/ontology#Programme> }"

    assert values(client.get("/sparql", query_string={"query": query})) == []
    assert values(client.get("/sparql", query_string={"query": query, "with": "illustrative"})) == [
        f"{BASE}id/programme/p1"
    ]


def test_timeout_lowers_the_deadline_and_never_raises_it(client, service):
    client.get("/sparql", query_string={"query": SELECT, "timeout": "0.5"})
    client.get("/sparql", query_string={"query": SELECT, "timeout": "9000"})

    assert [question.seconds for question in service.store.asked] == [0.5, service.settings.query_seconds]


def test_relative_iris_stand_against_the_endpoint(client):
    query = "SELECT ?x WHERE { BIND(<here> AS ?x) }"

    assert values(client.get("/sparql", query_string={"query": query})) == [BASE + "here"]


def test_an_answer_tells_release_wholeness_times_and_is_not_sent_twice(client, service):
    first = client.get("/sparql", query_string={"query": SELECT})
    asked = len(service.store.asked)
    second = client.get("/sparql", query_string={"query": SELECT}, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["KG-Release"] == "1"
    assert first.headers["KG-Complete"] == "true"
    assert "engine;dur=" in first.headers["Server-Timing"]
    assert first.headers["Last-Modified"] == "Fri, 20 Nov 2026 09:30:00 GMT"
    assert not first.headers["ETag"].startswith("W/")
    assert second.status_code == 304
    assert second.headers["ETag"] == first.headers["ETag"]
    assert len(service.store.asked) == asked


def test_entity_tags_differ_by_format_and_dataset(client):
    tags = {
        client.get("/sparql", query_string={"query": SELECT, **more}).headers["ETag"]
        for more in ({}, {"format": "xml"}, {"format": "csv"}, {"with": "illustrative"})
    }

    assert len(tags) == 4


def test_what_changes_by_itself_has_no_entity_tag(client):
    assert "ETag" not in client.get("/sparql", query_string={"query": "SELECT (NOW() AS ?t) {}"}).headers


def test_a_streaming_answer_does_not_claim_to_be_whole(client, service):
    service.store.spooled = False

    response = client.get("/sparql", query_string={"query": SELECT})

    assert values(response) == COLLEGES
    assert response.headers["KG-Complete"] == "false"
    assert "Content-Length" not in response.headers


@pytest.mark.parametrize("path", ["/sparql", "/", "/-/health", "/nowhere", "/sparql?query=nonsense"])
def test_every_answer_may_be_read_by_pages_of_any_origin(client, path):
    response = client.get(path, headers={"Origin": "https://portal.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "KG-Release" in response.headers["Access-Control-Expose-Headers"]


def test_a_preflight_allows_whatever_header_is_asked_for(client):
    response = client.options(
        "/sparql",
        headers={"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-requested-with, x-own"},
    )

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Headers"] == "x-requested-with, x-own"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


def test_an_error_in_a_browser_is_a_page_with_the_right_status(client):
    response = client.get("/sparql", query_string={"query": "SELECT * {"}, headers={"Accept": "text/html"})

    assert (response.status_code, response.mimetype) == (400, "text/html")


def test_the_clients_address_goes_with_the_question(client, service):
    client.get("/sparql", query_string={"query": SELECT}, environ_base={"REMOTE_ADDR": "127.0.0.9"})

    assert service.store.asked[-1].client == "127.0.0.9"


def test_a_release_by_number_answers_for_ever_the_same(client, service):
    first = client.get("/releases/1/sparql", query_string={"query": SELECT})
    again = client.get(
        "/releases/1/sparql", query_string={"query": SELECT}, headers={"If-None-Match": first.headers["ETag"]}
    )
    fleeting = client.get("/releases/1/sparql", query_string={"query": "SELECT (NOW() AS ?t) {}"})

    assert values(first) == COLLEGES
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (again.status_code, again.headers["Cache-Control"]) == (304, first.headers["Cache-Control"])
    assert again.headers["KG-Release"] == "1"
    assert fleeting.headers["Cache-Control"] == "no-cache"
    assert client.get("/releases/1/sparql").mimetype == "text/turtle"
    assert b"releases/1/sparql>" in client.get("/releases/1/sparql").data
    assert_problem(client.get("/releases/7/sparql", query_string={"query": SELECT}), 404, "release-not-found")


def test_a_release_without_store_is_gone_and_its_dump_is_named(tmp_path):
    made = fake_service(tmp_path)
    store = made.shelf.release(1).store
    store.rename(store.with_name("away"))

    answer = create_app(made).test_client().get("/releases/1/sparql", query_string={"query": SELECT})

    document = assert_problem(answer, 410, "release-gone")
    assert f"{BASE}releases/1/" in document["detail"]
    assert "KG_KEEP_RELEASES=10" in document["detail"]


def test_a_query_with_unknown_words_is_answered_and_warned_of(client):
    query = "PREFIX kg: <https://w3id.org/kgservice/ontology#>\nSELECT * {\n ?s a kg:Colege ; kg:member ?m }"

    response = client.get("/sparql", query_string={"query": query})

    assert values(response) == []
    assert response.headers["KG-Warning"] == (
        'unknown-term;line=3;column=7;iri="https://w3id.org/kgservice/ontology#Colege";'
        'nearest="https://w3id.org/kgservice/ontology#College";'
        'text=%"Line 3: this release does not know the class kg:Colege; did you mean kg:College?"'
    )
    assert "KG-Warning" not in client.get("/sparql", query_string={"query": SELECT}).headers


def test_an_own_query_id_comes_back_on_answers_and_errors(client, service):
    answered = client.get("/sparql", query_string={"query": SELECT}, headers={"Query-Id": "mine-12345"})
    failed = client.get("/sparql", query_string={"query": "SELECT"}, headers={"Query-Id": "mine-12345"})
    wrong = client.get("/sparql", query_string={"query": SELECT}, headers={"Query-Id": "a b"})

    assert answered.headers["Query-Id"] == failed.headers["Query-Id"] == "mine-12345"
    assert service.store.asked[0].id == "mine-12345"
    assert_problem(wrong, 400, "parameter-invalid")
