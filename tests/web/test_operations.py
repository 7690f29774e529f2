from fakes import BASE, FakeService
from kgservice.actions.ask import Ask, Stores
from kgservice.actions.describe import Describe
from kgservice.app import create_app
from kgservice.errors import StoreUnavailable
from kgservice.releases import Shelf
from kgservice.settings import Settings


def test_a_service_with_a_release_is_ready(client):
    response = client.get("/-/ready")

    assert (response.status_code, response.json["status"], response.json["release"]) == (200, "ready", 1)


def test_a_service_that_answers_from_another_release_than_the_current_one_says_so(client, service, monkeypatch):
    monkeypatch.setattr(service.shelf, "pointed", lambda: "7")

    said = client.get("/-/ready").json

    assert (said["status"], said["release"]) == ("stale", 1)
    assert "Release 7 cannot be opened" in said["reason"]


def test_a_service_whose_store_is_dead_lives_but_is_not_ready(client, service):
    service.store.failure = StoreUnavailable("The store is gone.")

    ready = client.get("/-/ready")

    assert (ready.status_code, ready.json["slug"]) == (503, "store-unavailable")
    assert ready.headers["Retry-After"]
    assert client.get("/-/health").status_code == 200


def test_a_service_without_a_release_says_so(tmp_path, service):
    settings = Settings.read({"KG_STATE": str(tmp_path), "KG_BASE": BASE})
    shelf = Shelf(settings.state, BASE)
    ask = Ask(shelf, service.ask.library, Stores(lambda *_: service.store, lambda *_: service.store), settings)
    client = create_app(
        FakeService(settings, shelf, ask, Describe(ask, BASE), service.store, service.search)
    ).test_client()

    ready = client.get("/-/ready")

    assert (ready.status_code, ready.json["status"]) == (503, "not ready")
    assert "build" in ready.json["reason"]
    for path in ("/", "/sparql", "/releases", "/queries"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200
