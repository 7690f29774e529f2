import gzip
import hashlib

from problems import assert_problem


def test_releases_are_listed_for_programs(client):
    response = client.get("/releases")

    assert [entry["id"] for entry in response.json] == [1]


def test_a_release_gives_its_manifest_and_report(client):
    manifest = client.get("/releases/1/manifest.json").json

    assert client.get("/releases/1/").json == manifest
    assert manifest["content_hash"]
    assert client.get("/releases/1/report.json").json["findings"] == []


def test_statement_files_come_as_the_manifest_says(client):
    graphs = client.get("/releases/1/manifest.json").json["graphs"]

    for statements in graphs.values():
        with client.get(f"/releases/1/{statements['file']}") as response:
            body = response.data
        assert hashlib.sha256(gzip.decompress(body)).hexdigest() == statements["sha256"]
        assert "immutable" in response.headers["Cache-Control"]
        assert "attachment" in response.headers["Content-Disposition"]


def test_part_of_a_file_can_be_asked_for(client):
    file = next(iter(client.get("/releases/1/manifest.json").json["graphs"].values()))["file"]

    with client.get(f"/releases/1/{file}", headers={"Range": "bytes=0-9"}) as response:
        body = response.data

    assert (response.status_code, len(body)) == (206, 10)


def test_nothing_else_of_the_state_folder_comes_out(client):
    for path in ("store/CURRENT", "../../state.json", "%2e%2e/%2e%2e/state.json", "lease", "graphs/../manifest.json"):
        assert client.get(f"/releases/1/{path}").status_code in (404, 308), path


def test_an_unknown_release_is_said_to_be(client):
    response = client.get("/releases/9/")

    assert_problem(response, 404, "release-not-found")
    assert "/releases lists them" in response.json["detail"]
    assert client.get("/releases/").json == client.get("/releases").json
