"""Signing in: with the right password only, from our own form only, into a cookie that scripts and others never see."""

import dataclasses

import pytest

from curate.conftest import WORD, token_of
from kgservice.app import create_app

PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(house):
    return house.app.test_client()


def sign_in(client, name="steward", password=WORD, onward="", **changes):
    form = client.get("/curate/sign-in", headers=PAGE)
    fields = {"form_token": token_of(form.text), "name": name, "password": password, "next": onward} | changes
    return client.post("/curate/sign-in", data=fields, headers=PAGE)


def test_the_right_password_opens_a_session_and_leads_on(client):
    answer = sign_in(client, onward="/curate/jobs?page=1")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/curate/jobs?page=1")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("kg="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/curate", headers=PAGE).status_code == 200


def test_the_cookie_is_secure_and_bound_to_the_host_where_the_service_is_reached_by_https(house):
    settings = dataclasses.replace(house.service.settings, url="https://example.org/")
    service = type(house.service)(settings)
    answer = sign_in(create_app(service).test_client())

    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("__Host-kg="))
    assert "Secure" in cookie
    assert "Path=/;" in f"{cookie};"
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "/curate/sign-out", "/curate/\r\nX: y"]
)
def test_no_link_leads_elsewhere_after_signing_in(client, onward):
    assert sign_in(client, onward=onward).headers["Location"] == "/curate"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(client):
    wrong, unknown = sign_in(client, password="wrong wrong"), sign_in(client, name="nobody")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace('value="steward"', "").split("<form")[0] == unknown.text.split("<form")[0]


def test_who_guesses_is_locked_out_for_a_while(house):
    client = house.app.test_client()
    for _ in range(5):
        sign_in(client, name="reader", password="wrong wrong")
    locked = sign_in(client, name="reader")

    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 900


@pytest.mark.parametrize("changes", [{"form_token": ""}, {"form_token": "0" * 64}])
def test_a_sign_in_from_another_page_is_refused(client, changes):
    assert sign_in(client, **changes).status_code == 403
    assert client.get("/curate", headers=PAGE).status_code == 303


def test_signing_out_ends_the_session_itself(house, client):
    sign_in(client)
    secret = client.get_cookie("kg").value
    client.post("/curate/sign-out", data={"form_token": token_of(client.get("/curate", headers=PAGE).text)})
    client.set_cookie("kg", secret)

    assert client.get("/curate", headers=PAGE).status_code == 303


def test_a_new_password_ends_other_sessions_and_keeps_this_one(house, client):
    other, _ = house.session("curator")
    sign_in(client, name="curator")
    form = token_of(client.get("/curate/password", headers=PAGE).text)
    weak = client.post("/curate/password", data={"form_token": form, "old": WORD, "new": "short"}, headers=PAGE)
    done = client.post("/curate/password", data={"form_token": form, "old": WORD, "new": "another horse"}, headers=PAGE)

    assert (weak.status_code, done.status_code) == (400, 303)
    assert client.get("/curate", headers=PAGE).status_code == 200
    assert other.get("/curate", headers=PAGE).status_code == 303


def test_an_operator_makes_changes_and_removes_accounts_and_cannot_remove_oneself(house):
    client, form = house.session("operator")
    fields = {"form_token": form, "name": "nina", "password": "steady horse", "role": "curator", "source": "places"}

    assert client.post("/curate/users", data=fields, headers=PAGE).status_code == 303
    assert client.post("/curate/users", data=fields, headers=PAGE).status_code == 400, "the name is taken"
    assert client.post("/curate/users/nina/role", data={"form_token": form, "role": "steward"}).status_code == 200
    assert client.post("/curate/users/operator/remove", data={"form_token": form}).status_code == 403
    assert client.post("/curate/users/nina/remove", data={"form_token": form}).status_code == 200
    assert "user add nina" in client.get("/curate/audit.csv").text
    assert client.get("/curate/audit.json").json[0]["what"]
