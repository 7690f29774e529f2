"""Two things are decided to be one, in every later delivery and release, and apart again."""

from kgservice.app import create_app
from kgservice.terms import Graphs
from region import BASE

ONE, OTHER = f"{BASE}id/place/town-1", f"{BASE}id/place/town-2"

THIRD = f"{BASE}id/place/town-3"
OTHER_NAME = "skos:altLabel"


def labels(service, name):
    """Return the names and the other names of a thing."""
    rows = service.ask.rows(f"SELECT ?p ?l {{ <{name}> ?p ?l FILTER(CONTAINS(STR(?p), 'abel')) }}")
    return tuple({row["l"].value for row in rows if row["p"].value.endswith(end)} for end in ("#label", "#altLabel"))


def test_things_become_one_stay_one_and_come_apart(service):
    first = service.publish.build(actor="test").release
    before = labels(service, ONE), labels(service, OTHER)

    decision = service.duplicates.decide("same", "place/town-1", "place/town-2", "one settlement", "user:anna")
    second = service.publish.build(actor="test").release
    client = create_app(service).test_client()

    assert decision.kept == ONE
    assert second.id == first.id + 1
    assert labels(service, ONE) == (before[0][0], before[1][0])
    assert labels(service, OTHER) == (set(), set())
    assert (
        service.ask.rows(f"SELECT ?n {{ <{OTHER}> <http://purl.org/dc/terms/isReplacedBy> ?n }}")[0]["n"].value == ONE
    )
    for path, there in (("/id/place/town-2", "/id/place/town-1"), ("/page/place/town-2", "/page/place/town-1"),
                        ("/data/place/town-2.ttl", "/data/place/town-1.ttl")):  # fmt: skip
        response = client.get(path)
        assert (response.status_code, response.location) == (301, there)
    assert Graphs(BASE).source("decisions", "sourced") in second.manifest.graphs

    name = next(iter(before[1][0]))
    rows = [{cell.row for reason in service.why.of(ONE, predicate, name if predicate == OTHER_NAME else "", exact)
             for one in reason.deliveries for cell in one.cells}
            for exact in (True, False) for predicate in (OTHER_NAME, "rdf:type")]  # fmt: skip
    assert [len(found) for found in rows] == [1, 2, 2, 2], "several rows behind one node are all named"

    outcome = service.ingest.deliver("places", [], actor="test")
    assert outcome.draft.changes == {}, "the delivery is read under the decision"

    service.duplicates.decide("different", "place/town-1", "place/town-2", "they are two after all", "user:anna")
    third = service.publish.build(actor="test").release

    assert (labels(service, ONE), labels(service, OTHER)) == before
    assert third.manifest.content_hash == first.manifest.content_hash

    service.keeping.rollback(second.id, actor="test")
    assert client.get("/id/place/town-2").status_code == 301


def test_two_things_are_one_with_a_third_and_the_one_published_first_stays(service):
    service.publish.build(actor="test")
    service.duplicates.decide("same", "place/town-2", "place/town-3", "one settlement", "user:anna")
    decision = service.duplicates.decide("same", "place/town-1", "place/town-3", "that one too", "user:boris")
    service.publish.build(actor="test")

    client = create_app(service).test_client()
    stays = decision.kept if decision.kept != THIRD else OTHER
    gone = {ONE, OTHER, THIRD} - {stays}
    assert all(labels(service, stays))
    assert [labels(service, name) for name in gone] == [(set(), set())] * 2
    assert {client.get(name.removeprefix(BASE.rstrip("/"))).location for name in gone} == {
        stays.removeprefix(BASE.rstrip("/"))
    }
