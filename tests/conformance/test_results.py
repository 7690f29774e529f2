"""W3C result formats over HTTP: csv-tsv-res and json-res, each test's data as a release, its format by Accept."""

import json
from urllib.parse import urlencode

import pytest

from conformance import suite
from fakes import FakeService
from kgservice.actions.ask import Ask, Stores
from kgservice.actions.describe import Describe
from kgservice.actions.search import Search
from kgservice.app import create_app
from kgservice.knowledge.library import Library
from kgservice.releases import Manifest, Shelf
from kgservice.report import Report
from kgservice.settings import Settings
from kgservice.store import embedded
from kgservice.store.pool import Pool
from sparql import conformance

pytestmark = pytest.mark.conformance
BASE = "http://suite.example/"
MEDIA = {"csv": "text/csv", "tsv": "text/tab-separated-values", "srj": "application/sparql-results+json"}
FAILING = {"csv-tsv-res/tsv03"}  # expected_failures.txt has the reason


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """Clients of a service over the release of some data; made once for each data."""
    made, pools = {}, []

    def client(case):
        if case.data not in made:
            made[case.data] = create_app(_service(tmp_path_factory.mktemp("results"), case, pools)).test_client()
        return made[case.data]

    yield client
    for pool in pools:
        pool.close()


def _service(folder, case, pools) -> FakeService:
    settings = Settings.read({"KG_STATE": str(folder / "state"), "KG_BASE": BASE, "KG_WORKERS": "1"})
    shelf = Shelf(settings.state, BASE)
    with shelf.lock("writer", actor="test", job="test"), shelf.building() as (number, place):
        (place / "data.nt").touch()
        for path in case.data:
            suite.statements(path, place / "data.nt")
        embedded.build(place / "store", [(None, place / "data.nt")])
        shelf.seal(place, Manifest(number, None, "2026-01-01T00:00:00Z", BASE, "build", "test", {}), Report())
        shelf.point(number)

    def opened(store, lease):
        pools.append(Pool(store, lease, settings))
        return pools[-1]

    ask = Ask(shelf, Library(settings.content / "queries", BASE), Stores(opened, opened), settings)
    return FakeService(settings, shelf, ask, Describe(ask, BASE), None, Search(shelf, settings))


def cases() -> list[conformance.Case]:
    return [*conformance.cases("csv-tsv-res"), *conformance.cases("json-res")]


def test_results_come_in_the_format_asked_for_and_say_what_the_suite_says(clients):
    failed, seen = set(), cases()
    for case in seen:
        text, name = case.query.read_text("utf8"), case.result.suffix[1:]
        response = clients(case).get("/sparql?" + urlencode({"query": text}), headers={"Accept": MEDIA[name]})

        assert response.status_code == 200, response.data
        assert response.mimetype == MEDIA[name]
        if name == "srj":
            good = suite.same(
                suite.solutions(response.data, "json"), suite.expected(case.result), "order by" in text.lower()
            )
            assert json.loads(response.data)["head"].keys() <= {"vars", "link"}
        else:
            good = suite.same_text(response.data, case.result.read_bytes(), name)
            head = response.data.split(b"\n")[0]
            assert response.headers["Content-Type"].endswith("charset=utf-8")
            assert head.endswith(b"\r") == (name == "csv")
            assert head.startswith(b"?") == (name == "tsv")
        if not good:
            failed.add(case.name)

    print(f"W3C csv-tsv-res and json-res over HTTP: {len(seen) - len(failed)} of {len(seen)} pass")
    assert len(seen) == 10
    assert failed == FAILING
