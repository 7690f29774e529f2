"""Who may come in where: every closed address by every role, by token and by session, with forged forms too."""

import re
from datetime import timedelta

import pytest

from kgservice.access import Access, Role, sessions, tokens
from kgservice.desk import now, written
from kgservice.web.gate import ROUTES

OPEN = {"/sparql", "/releases/<int:number>/sparql", "/reconcile", "/sparql/check", "/sparql/labels"}
"""Addresses that take a POST from anybody, and change nothing."""
CASES = [(method, rule, least) for rule, methods in ROUTES.items() for method, least in methods.items()]
PAGE = {"Accept": "text/html"}


def address(rule):
    """An address of the rule about something that is not there, so that who is let in changes nothing."""
    filled = re.sub(r"<int:\w+>", "999999", rule).replace("<ending>", "xyz")
    return re.sub(r"<\w+:?\w*>", "d999", filled).replace("/users/d999", "/users/nobody")


def test_every_address_that_changes_something_is_in_the_table(house):
    for rule in house.app.url_map.iter_rules():
        methods = rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/curate", "/drafts")) or methods - {"GET", "QUERY"}:
            known = set(ROUTES.get(rule.rule, {})) if rule.rule not in OPEN else methods
            assert methods <= known, f"{rule.rule} takes {methods}"


def test_the_table_names_no_address_that_is_not_there(house):
    rules = {rule.rule for rule in house.app.url_map.iter_rules()}

    assert set(ROUTES) <= rules


@pytest.mark.parametrize(("method", "rule", "least"), CASES, ids=[f"{m} {r}" for m, r, _ in CASES])
def test_an_address_lets_in_whom_the_table_says(house, method, rule, least):
    path, client = address(rule), house.app.test_client()
    if least is None:
        # the sign-in form has a token of its own; see test_sessions
        assert client.open(path, method=method).status_code == {"POST": 403, "DELETE": 404}.get(method, 200)
        return

    assert client.open(path, method=method).status_code == 401, "nobody"
    for role in Role:
        by_token = {"Authorization": f"Bearer {getattr(house, f'{role.word}_token')}"}
        answer = client.open(path, method=method, headers=by_token).status_code
        assert (answer not in (401, 403)) == (role >= least), f"token of a {role.word}: {answer}"
        if rule == "/curate/sign-out":
            continue
        signed, form = house.session(role.word)
        answer = signed.open(path, method=method, headers={"KG-Form-Token": form}).status_code
        assert (answer not in (401, 403)) == (role >= least), f"session of a {role.word}: {answer}"
        if method not in ("GET", "QUERY"):
            for wrong in ({}, {"KG-Form-Token": "0" * 64}, {"KG-Form-Token": form, "Sec-Fetch-Site": "cross-site"}):
                assert signed.open(path, method=method, headers=wrong).status_code == 403, wrong


def test_expired_and_revoked_tokens_open_nothing(house, monkeypatch):
    access = Access(house.state)
    revoked, expired = access.new("revoked", Role.OPERATOR), access.new("short", Role.OPERATOR, days=1)
    access.revoke("revoked")
    monkeypatch.setattr(tokens, "written", lambda time: "9999-01-01T00:00:00Z" if time else written(time))

    for secret in (revoked, expired, "nonsense"):
        for method, rule, least in CASES:
            if least is not None:
                headers = {"Authorization": f"Bearer {secret}"}
                assert house.app.test_client().open(address(rule), method=method, headers=headers).status_code == 401


def test_a_session_that_has_ended_opens_nothing(house, monkeypatch):
    signed, form = house.session("operator")
    monkeypatch.setattr(sessions, "now", lambda: now() + timedelta(days=8))

    for method, rule, least in CASES:
        if least is not None:
            answer = signed.open(address(rule), method=method, headers={"KG-Form-Token": form})
            assert answer.status_code == 401, rule


def everybody(house):
    """Nobody, a token of each role, and tokens that are worth nothing: by name, the headers that they send."""
    tokens = {role.word: getattr(house, f"{role.word}_token") for role in Role} | {"stranger": "nonsense"}
    return {"nobody": {}} | {name: {"Authorization": f"Bearer {secret}"} for name, secret in tokens.items()}


def test_every_other_address_is_open_to_everybody_alike_and_takes_no_other_method(house):
    rules = [rule for rule in house.app.url_map.iter_rules() if rule.rule not in ROUTES]
    assert len(rules) > 40
    for rule in rules:
        path = re.sub(r"<[^>]*>", "999999", rule.rule)
        for method in sorted(rule.methods & {"GET", "POST"}):
            said = {
                name: house.app.test_client().open(path, method=method, headers=headers).status_code
                for name, headers in everybody(house).items()
            }
            assert len(set(said.values())) == 1, f"{method} {path}: {said}"
            assert said["nobody"] not in (401, 403, 500), f"{method} {path}: {said}"
        for method in {"POST", "PUT", "PATCH", "DELETE"} - rule.methods:
            operator = everybody(house)["operator"]
            assert house.app.test_client().open(path, method=method, headers=operator).status_code in (403, 404, 405)


def test_a_browser_without_a_session_is_sent_to_sign_in(house):
    answer = house.app.test_client().get("/curate/jobs?page=2", headers=PAGE)

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/curate/sign-in?next=/curate/jobs%3Fpage%3D2"


def test_the_read_side_asks_nobody_who_they_are(house):
    for path in ("/", "/queries", "/releases", "/openapi.json"):
        assert house.app.test_client().get(path).status_code == 200


def test_who_is_limited_to_a_source_works_on_no_other(house):
    client, form = house.session("limited")
    token = {"KG-Form-Token": form}

    assert client.get("/curate/sources/places/upload", headers=PAGE).status_code == 200
    assert client.get("/curate/sources/places-illustrative/upload", headers=PAGE).status_code == 403
    draft = house.service.edit.new("os:tests").id
    for path in (f"/drafts/{draft}/update", f"/curate/drafts/{draft}/publish", "/curate/releases/1/rollback"):
        assert client.post(path, headers=token).status_code == 403, path
    assert "places-illustrative" not in client.get("/curate", headers=PAGE).text


def test_pages_of_the_desk_are_kept_by_nobody_and_read_by_no_other_origin(house):
    answer = house.page("steward", "/curate")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


FORMS = {
    "GET /curate/sign-in", "POST /curate/sign-in", "POST /curate/sign-out", "GET /curate/password",
    "POST /curate/password", "GET /curate/sources/new", "GET /curate/sources/<name>/upload",
    "GET /curate/releases/<int:number>/rollback",
}  # fmt: skip
"""What only a person in front of a page needs: forms, and their own session."""


def test_everything_that_is_not_for_everybody_is_told_to_programs(house):
    told = house.app.test_client().get("/openapi.json").json["paths"]
    known = {f"{method.upper()} {re.sub(r'{.*?}', '{}', path)}" for path, methods in told.items() for method in methods}
    closed = {
        f"{method} {rule}" for rule, methods in ROUTES.items() for method in methods
        if method != "QUERY" and "<path:" not in rule  # OpenAPI 3.1 knows neither
    }  # fmt: skip

    assert {one for one in closed - FORMS if re.sub(r"<[^>]*>", "{}", one) not in known} == set()
    names = [told[path][method]["operationId"] for path in told for method in told[path] if method != "parameters"]
    assert len(names) == len(set(names))
