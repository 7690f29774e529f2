"""Another KG_BASE: every thing gets another IRI, earlier releases keep theirs, and former addresses lead on."""

import dataclasses

import pytest

from kgservice.app import create_app
from kgservice.errors import NothingChanged, ParameterInvalid, Refused, StateMismatch
from kgservice.wiring import build
from region import BASE, table

NEW = "https://data.example/kg/"
NAMES = "SELECT ?s { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(STRSTARTS(STR(?s), '%s')) }"


@pytest.fixture
def moved(service, settings, region):
    delivery = region / "data" / "sources" / "places" / "deliveries"
    next(delivery.glob("*.csv")).write_text(table(40, f"odd,see <{BASE}id/place/region>,Odd,region,sourced"), "utf8")
    service.publish.build(actor="anna")
    before = service.ask.rows(NAMES % BASE)
    service.close()
    service.identity.rebase(NEW, "anna")
    return before, dataclasses.replace(settings, base=NEW, url=NEW)


def test_every_thing_stands_under_the_new_base_and_nothing_is_lost(moved, settings):
    before, there = moved
    with build(there) as service:
        after = service.ask.rows(NAMES % NEW)
        text = service.ask.rows(f"SELECT ?l {{ <{NEW}id/place/odd> ?p ?l FILTER(LANG(?l) = 'ru') }}")[0]["l"].value
        earlier = service.ask.rows(NAMES % BASE, release=1)

        assert {row["s"].value.removeprefix(NEW) for row in after} == {
            row["s"].value.removeprefix(BASE) for row in before
        }
        assert service.ask.rows(NAMES % BASE) == []
        assert text == f"see <{BASE}id/place/region>"  # a literal is nobody's identity
        assert len(earlier) == len(before)
        assert service.publish.build(actor="anna").release is None  # the inputs are the same
        assert service.verify.state(lambda *_: None) == []
    with pytest.raises(StateMismatch, match=NEW):
        build(settings).shelf.current()


def test_former_addresses_lead_on(moved):
    with build(moved[1]) as service:
        client = create_app(service).test_client()

        found = client.get(f"/page?iri={BASE}id/place/region")

        assert found.status_code == 301
        assert found.headers["Location"].endswith("iri=https%3A%2F%2Fdata.example%2Fkg%2Fid%2Fplace%2Fregion")
        assert client.get(found.headers["Location"]).status_code == 200


def test_former_paths_lead_on_and_a_second_move_remembers_both(moved, settings):
    with build(moved[1]) as service:
        service.identity.rebase("https://data.example/", "anna")
    there = dataclasses.replace(settings, base="https://data.example/", url="https://data.example/")
    with build(there) as service:
        client = create_app(service).test_client()

        assert client.get("/kg/id/place/region").headers["Location"] == "/id/place/region"
        assert client.get(f"/data?iri={BASE}id/place/region").status_code == 301
        assert service.shelf.state.former() == [BASE, NEW]


def test_what_cannot_be_moved_is_refused(service, settings, tmp_path):
    service.publish.build(actor="anna")
    upload = tmp_path / "upload.csv"
    upload.write_text(table(40, "new,Новый,New,region,sourced"), "utf8")
    service.ingest.deliver("places", [upload], actor="anna")

    with pytest.raises(Refused, match="d2"):
        service.identity.rebase(NEW, "anna")
    with pytest.raises(ParameterInvalid, match="no base"):
        service.identity.rebase("data.example", "anna")
    with pytest.raises(NothingChanged):
        service.identity.rebase(BASE, "anna")

    assert service.shelf.current().id == 1
