"""A review over HTTP, from what changes to rollback; who may do what, and what is wrong with a request."""

import pytest

from kgservice.access import Access, Role
from kgservice.app import create_app
from kgservice.settings import Settings
from kgservice.wiring import build
from problems import assert_problem
from region import table, write_content


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A client for each role over a state with release 1 and draft d2, in which one town has another name."""
    folder = tmp_path_factory.mktemp("desk")
    content = write_content(folder / "content")
    environment = {"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"}
    with build(Settings.read(environment)) as service:
        service.publish.build()
        path = folder / "upload.csv"
        path.write_text(table(40).replace("town-7,Город 7,", "town-7,Град 7,"), "utf8")
        service.ingest.deliver("places", [path], actor="user:anna")
        app, access = create_app(service), Access(service.settings.state)
        tokens = {role: access.new(role.word, role) for role in Role}

        def client(role=None):
            made = app.test_client()
            if role:
                made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens[role]}"
            made.service = service
            return made

        yield client


def test_a_review_goes_from_what_changes_to_rollback(desk):
    curator, steward, anybody = desk(Role.CURATOR), desk(Role.STEWARD), desk()
    review = curator.get("/drafts/d2/review?kind=place&lang=ru").json

    assert (review["total"], review["next"], review["summary"]["kinds"]) == (1, None, {"place": {"renamed": 1}})
    (thing,) = review["things"]
    assert (thing["label"], thing["former_label"], thing["verb"]) == ("Град 7", "Город 7", "renamed")
    patch = curator.get("/drafts/d2/review?format=patch")
    assert patch.content_type == "application/rdf-patch"
    assert [line[:2] for line in patch.text.splitlines()] == ["TX", "D ", "A ", "TC"]
    assert curator.get("/drafts/d2/review?format=added").text.count("\n") == 1

    assert_problem(curator.get("/drafts/d2/impact"), 409, "preview-stale")
    curator.service.impact.find("d2")
    assert [one["state"] for one in curator.get("/drafts/d2/impact").json["questions"]] == ["changed"]
    assert curator.get("/drafts/d2/conflicts").json == []

    assert curator.post("/drafts/d2/comment", json={"text": "row 9 was checked"}).json["state"] == "clean"
    back = steward.post("/drafts/d2/send-back", data={"reason": "why another name?"})
    assert back.json["state"] == "sent-back"
    accepted = steward.post("/drafts/d2/accept", json={"comment": "fine", "preview": review["preview"]})
    assert accepted.json["state"] == "accepted"
    verbs = [event["verb"] for event in curator.get("/drafts/d2/history").json]
    assert verbs == ["opened", "imported", "commented", "sent-back", "accepted"]

    steward.service.publish.release("d2", actor="token:steward")
    assert anybody.get("/releases/2/changes").json["summary"]["renamed"] == 1
    notes = anybody.get("/releases/2/notes", headers={"Accept-Language": "en"}).json
    assert notes["review"]["accepted"][0]["actor"] == "token:steward"
    assert "fine" in anybody.get("/releases/2/", headers={"Accept": "text/html"}).text
    assert "steward (program)" in anybody.get("/page/place/town-7", headers={"Accept": "text/html"}).text
    past = anybody.get("/history?iri=id/place/town-7&lang=en", headers={"Accept": "application/json"}).json
    assert [(one["release"], one["verb"], one["accepted"]) for one in past] == [
        (2, "renamed", ["token:steward"]), (1, "added", []),
    ]  # fmt: skip
    assert [(one["old_text"], one["new_text"]) for one in past[0]["alterations"]] == [("Город 7", "Град 7")]
    page = anybody.get("/history?iri=id/place/town-7", headers={"Accept": "text/html"})
    assert (page.status_code, page.location.endswith("town-7#past-h")) == (303, True)
    assert curator.get("/releases/1/rollback").json["summary"]["renamed"] == 1
    assert steward.post("/releases/1/rollback").json["id"] == 1
    assert steward.post("/releases/2/keep", data={"keep": "yes"}).json["kept"] is True
    assert desk(Role.READER).get("/releases/2/compare/1").json["total"] == 1


@pytest.mark.parametrize(
    ("role", "method", "address", "status"),
    [
        (None, "GET", "/drafts/d2/review", 401),
        (Role.READER, "GET", "/drafts/d2/review", 403),
        (Role.CURATOR, "POST", "/drafts/d2/accept", 403),
        (Role.CURATOR, "POST", "/releases/1/rollback", 403),
        (None, "GET", "/releases/1/compare/1", 401),
        (Role.CURATOR, "GET", "/drafts/d77/review", 404),
        (Role.STEWARD, "POST", "/releases/77/rollback", 404),
        (Role.CURATOR, "GET", "/drafts/d2/review?verb=broken", 400),
        (Role.CURATOR, "GET", "/drafts/d2/review?limit=501", 400),
        (Role.CURATOR, "GET", "/drafts/d2/review?offset=-1", 400),
        (Role.CURATOR, "GET", "/drafts/d2/review?format=docx", 400),
        (Role.CURATOR, "POST", "/drafts/d2/comment", 400),
        (None, "GET", "/history?iri=no iri", 400),
        (Role.STEWARD, "POST", "/releases/1/keep", 200),
    ],
)
def test_a_role_that_is_not_enough_and_a_wrong_request_are_told(desk, role, method, address, status):
    response = desk(role).open(address, method=method)

    if status == 200:
        assert response.status_code == 200
    else:
        slugs = {401: "unauthenticated", 403: "access-denied", 400: "parameter-invalid"}
        kind = "release-not-found" if "releases" in address else "draft-not-found"
        assert_problem(response, status, slugs.get(status, kind))


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"text": {"a": 1}}'])
def test_a_body_that_is_no_object_of_texts_is_told(desk, body):
    sent = desk(Role.CURATOR).post("/drafts/d2/comment", data=body, content_type="application/json")

    assert_problem(sent, 400, "body-invalid")
