"""The state folder under bad weather: full disks, second servers, remote stores, retention, deliveries that add."""

import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys

import pyoxigraph
import pytest

from kgservice.errors import Refused, ReleaseGone, StateLocked
from kgservice.releases.statements import lines
from kgservice.wiring import build
from region import BASE, HEADINGS, SOURCED, table, write_source

PLACES = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/kgservice/ontology#Place> }"
JOB = """
import os, sys
from kgservice.cli.endings import finish
from kgservice.settings import Settings
from kgservice.wiring import build
sys.exit(finish(lambda: build(Settings.read(os.environ)).publish.build(again=True) and 0))
"""


def small_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))


def test_full_disk_is_one_sentence_and_readers_stay(service, settings):
    service.publish.build()
    before = sorted(os.listdir(settings.state / "releases"))
    environment = {
        "KG_STATE": str(settings.state),
        "KG_CONTENT": str(settings.content),
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    ended = subprocess.run(
        [sys.executable, "-c", JOB, "build"], env=environment, capture_output=True, text=True, preexec_fn=small_files
    )

    assert ended.returncode == 3, ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert sorted(os.listdir(settings.state / "releases")) == before
    assert service.shelf.current().id == 1


def test_second_server_is_refused_by_name(service, settings):
    sentence = rf"kgservice serve is busy with serving here \(process {os.getpid()},"
    with service.serving(), pytest.raises(StateLocked, match=sentence), build(settings).serving():
        pass


def test_start_of_serving_sweeps_what_a_killed_job_left(service, settings):
    service.publish.build()
    for name in ("releases/.building-7-1", "drafts/.work-1", "deliveries/.incoming-1"):
        (settings.state / name).mkdir()

    with service.serving():
        assert list(settings.state.glob("*/.*")) == []


def test_remote_store_is_only_read(settings):
    with build(dataclasses.replace(settings, store="http://127.0.0.1:9/query")) as service:
        with pytest.raises(Refused, match="only read here"):
            service.publish  # noqa: B018
        with pytest.raises(Refused, match="only read here"):
            service.ingest  # noqa: B018
        assert service.ask.current() is None


def test_retention_keeps_stores_of_the_newest_and_statement_files_of_all(settings, region):
    with build(dataclasses.replace(settings, keep_releases=2)) as service:
        for rows in (40, 41, 42):
            write_source(region, "places", table(rows))
            service.publish.build()

        assert [release.store.is_dir() for release in service.shelf.releases()] == [False, True, True]
        assert sum(1 for _ in lines(service.shelf.release(1).statements(SOURCED))) > 100
        with pytest.raises(ReleaseGone):
            service.publish.rollback(1)
        with pytest.raises(ReleaseGone):
            service.ask.rows(PLACES, release=1)


def test_known_and_illustrative_are_disjoint_though_a_source_says_both(service, region):
    both = f"{HEADINGS}\nregion,Кузбасс,Kuzbass,,illustrative\ndream,Мечта,Dream,,illustrative\n"
    write_source(region, "places-illustrative", both)
    service.publish.build()

    shared = service.ask.rows(f"SELECT * WHERE {{ ?s ?p ?o GRAPH <{BASE}graph/illustrative> {{ ?s ?p ?o }} }}")
    invented = service.ask.rows(f"SELECT DISTINCT ?s WHERE {{ GRAPH <{BASE}graph/illustrative> {{ ?s ?p ?o }} }}")

    assert shared == []
    assert [row["s"].value for row in invented] == [f"{BASE}id/place/dream"]


def test_delivery_that_adds_keeps_what_was_there(service, region, tmp_path):
    source = region / "data/sources/places/source.toml"
    source.write_text('delivery = "additions"\n' + source.read_text("utf8"), "utf8")
    service.publish.build()
    more = tmp_path / "more.csv"
    more.write_text(f"{HEADINGS}\nnew,Новый,New,region,sourced\n", "utf8")

    draft = service.ingest.deliver("places", [more]).draft
    more.write_text(f"{HEADINGS}\nnewer,Новее,Newer,region,sourced\n", "utf8")
    service.ingest.deliver("places", [more], draft_id=draft.id)
    release = service.publish.release(draft.id)

    assert service.ask.rows(PLACES)[0]["n"].value == "42"
    assert len(release.manifest.imports["places"]) == 3
    assert [row.row for row in _rows(service, "newer")] == [2]
    assert [row.row for row in _rows(service, "town-1")] == [3]


def test_addition_that_comes_again_counts_once_and_a_changed_mapping_reads_all_anew(service, region, tmp_path):
    source, mapping = (region / "data/sources/places" / name for name in ("source.toml", "mapping.rml.ttl"))
    source.write_text('delivery = "additions"\n' + source.read_text("utf8"), "utf8")
    service.publish.build()
    more = tmp_path / "more.csv"
    more.write_text(f"{HEADINGS}\nnew,Новый,New,region,sourced\nnew-2,Второй,Second,region\n", "utf8")  # a short row
    first = service.ingest.deliver("places", [more])
    again = service.ingest.deliver("places", [more], draft_id=first.draft.id)
    assert (again.draft.imports, again.draft.changes) == (first.draft.imports, first.draft.changes)

    mapping.write_text(mapping.read_text("utf8").replace('rml:language "en"', 'rml:language "de"'), "utf8")
    other = service.ingest.deliver("places", [more], draft_id=first.draft.id)  # now it is read
    assert len(other.draft.imports["places"]) == 2
    assert [one.rule for one in other.report.findings] == [one.rule for one in first.report.findings]
    said = b"".join(lines(other.draft.path / other.draft.changes[SOURCED].statements.file))
    assert b'"New"@de' in said
    assert b'"New"@en' not in said, "what it said under the other mapping is gone"
    assert b'"Town 1"@en' in said, "the release's stays until a build"

    service.review.discard(other.draft.id)
    more.write_text(f"{HEADINGS}\nnew,Новый,New,region,sourced\n", "utf8")
    release = service.publish.release(service.ingest.deliver("places", [more]).draft.id)
    built = service.publish.build().release

    assert built.id > release.id
    assert len(built.manifest.imports["places"]) == 2
    assert built.manifest.graphs[SOURCED].triples == release.manifest.graphs[SOURCED].triples
    assert b"@en" not in b"".join(lines(built.statements(SOURCED)))
    assert service.ask.rows(PLACES)[0]["n"].value == "41"


def _rows(service, place):
    entity = service.describe.entity(f"{BASE}id/place/{place}", "en")
    return entity.statements[0].origins[0].cells


def test_manifest_says_what_a_release_is(service, settings):
    service.publish.build(actor="os:anna")
    body = json.loads((settings.state / "releases/1/manifest.json").read_text("utf8"))

    assert body == service.shelf.current().manifest.to_json()
    assert set(body["graphs"]) >= {SOURCED, BASE + "graph/ontology", BASE + "graph/shapes"}
    assert (body["actor"], body["origin"], body["parent"], body["base"]) == ("os:anna", "build", None, BASE)
    assert body["counts"][BASE + "graph/known"] > body["counts"][SOURCED]


def test_store_says_what_the_statement_files_say(service):
    release = service.publish.build().release
    store = pyoxigraph.Store.read_only(str(release.store))

    for graph in release.manifest.graphs:
        found = store.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(graph))
        said = sorted(f"{quad.triple} .\n".encode() for quad in found)
        assert said == list(lines(release.statements(graph)))
