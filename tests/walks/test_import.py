"""An import and a publish, down and up: delivery, draft, report with cells, release, answer."""

import pytest

from kgservice.errors import (
    ConfirmationNeeded,
    NothingChanged,
    PreviewStale,
    PublishBlocked,
    PublishConflict,
    SourceUnreadable,
)
from kgservice.store.interface import Question
from region import BASE, SOURCED, table, write_source

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/kgservice/ontology#Place> }"
ANNA = "os:anna"


def count(service, **more):
    return int(service.ask.rows(COUNT, **more)[0]["n"].value)


@pytest.fixture
def delivery(tmp_path):
    def write(text):
        path = tmp_path / "upload.csv"
        path.write_text(text, "utf8")
        return [path]

    return write


def test_build_makes_a_release_that_answers(built):
    release = built.shelf.current()

    assert count(built) == 40
    assert count(built, graphs=(BASE + "graph/known", BASE + "graph/illustrative")) == 50
    assert built.ask.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{SOURCED}> {{ ?s ?p ?o }} }}")[0]["n"].value == str(
        release.manifest.counts[SOURCED]
    )
    assert [row["label"].value for row in built.ask.rows(_named(built))][:2] == ["Город 1", "Город 10"]
    assert release.report().conforms
    assert release.manifest.actor == ANNA


def _named(service):
    return service.ask.library.fill("places-within-a-place", {"place": f"{BASE}id/place/region"})


def test_build_of_the_same_inputs_changes_nothing(built):
    outcome = built.publish.build(actor=ANNA)

    assert outcome.release is None
    assert "Nothing changed since release 1" in outcome.reason.template.format(**outcome.reason.params)
    assert built.shelf.current().id == 1


def test_same_content_has_the_same_hash_whoever_builds_it(built):
    again = built.publish.build(again=True, actor="os:boris").release

    assert again.id == 2
    assert again.manifest.content_hash == built.shelf.release(1).manifest.content_hash


def test_import_opens_a_clean_draft_and_publish_switches_readers(built, delivery):
    assert count(built) == 40
    outcome = built.ingest.deliver("places", delivery(table(45)), actor=ANNA)

    assert (outcome.draft.id, outcome.draft.state, outcome.report.conforms) == ("d2", "clean", True)
    assert [draft.id for draft in built.review.drafts()] == ["d2"]
    assert count(built) == 40

    release = built.publish.release("d2", actor=ANNA)

    assert (release.id, release.manifest.parent, release.manifest.origin) == (2, 1, "d2")
    assert count(built) == 45
    assert count(built, release=1) == 40
    assert built.review.drafts() == []
    with pytest.raises(NothingChanged, match="published as release 2"):
        built.publish.release("d2")


def test_unchanged_graphs_are_the_same_files(built, delivery):
    built.ingest.deliver("places", delivery(table(45)), actor=ANNA)
    two = built.publish.release("d2", actor=ANNA)
    one = built.shelf.release(1)

    def same(graph):
        return one.statements(graph).samefile(two.statements(graph))

    assert same(BASE + "graph/source/places-illustrative/illustrative")
    assert same(BASE + "graph/ontology")
    assert not same(SOURCED)


def test_violation_blocks_the_draft_and_names_the_cell_in_two_languages(built, delivery):
    broken = table(40, "town-40,,,region,sourced", "town-41,Город 41,Town 41,atlantis,sourced")
    outcome = built.ingest.deliver("places", delivery(broken), actor=ANNA)

    assert outcome.draft.state == "blocked"
    assert built.review.report("d2") == outcome.report
    found = {finding.rule.rpartition("#")[2]: finding for finding in outcome.report.findings}
    label = found["Place-label"].cells
    (within,) = found["Place-within"].cells
    assert [(cell.file, cell.row, cell.column) for cell in label] == [
        ("upload.csv", 42, "name_ru"),
        ("upload.csv", 42, "name_en"),
    ]
    assert (within.file, within.row, within.column, within.value) == ("upload.csv", 43, "within", "atlantis")
    assert found["Place-within"].text.translations["ru"] == "Место лежит внутри описанного места."
    assert found["Place-label"].remedy.translations["en"] == "Fill the column name_ru."

    with pytest.raises(PublishBlocked, match=r"Draft d2 has violations \(2\)"):
        built.publish.release("d2")
    assert built.shelf.current().id == 1

    mended = built.ingest.deliver("places", delivery(table(42)), draft_id="d2", actor=ANNA)
    assert mended.draft.state == "clean"
    assert built.publish.release("d2").id == 2


def test_delivery_that_removes_most_must_be_confirmed(built, delivery):
    with pytest.raises(ConfirmationNeeded, match="of the 159 statements of places"):
        built.ingest.deliver("places", delivery(table(10)), actor=ANNA)
    assert built.review.drafts() == []

    assert built.ingest.deliver("places", delivery(table(10)), confirmed=True, actor=ANNA).draft.state == "clean"


def test_unreadable_delivery_leaves_no_draft(built, delivery, tmp_path):
    with pytest.raises(SourceUnreadable):
        built.ingest.deliver("places", [tmp_path / "nowhere.csv"], actor=ANNA)

    assert built.review.drafts() == []
    assert not list((tmp_path / "state/drafts").iterdir())


def test_two_drafts_of_one_graph_conflict_and_disjoint_ones_do_not(built, delivery):
    built.ingest.deliver("places", delivery(table(42)), actor=ANNA)
    built.ingest.deliver("places", delivery(table(43)), actor="os:boris")
    invented = "place_id,name_ru,name_en,within,evidence\ndream-1,Мечта,Dream,region,illustrative\n"
    other = built.ingest.deliver("places-illustrative", delivery(invented), confirmed=True, actor=ANNA).draft
    built.publish.release("d2")

    with pytest.raises(PublishConflict, match=SOURCED):
        built.publish.release("d3")
    with pytest.raises(PreviewStale):
        built.publish.release(other.id)  # the release that it was read against has moved on
    built.ingest.check(other.id)
    assert built.publish.release(other.id).id == 3
    assert count(built) == 42


def test_rollback_is_not_undone_by_build(built, delivery):
    built.ingest.deliver("places", delivery(table(41)), actor=ANNA)
    built.publish.release("d2")

    assert built.publish.rollback(1, actor=ANNA).id == 1
    assert count(built) == 40
    assert built.publish.build().release is None
    with pytest.raises(NothingChanged):
        built.publish.rollback(1)


def test_build_says_that_readers_were_sent_back(built, region):
    write_source(region, "places", table(41))
    assert built.publish.build().release.id == 2
    built.publish.rollback(1)

    outcome = built.publish.build()

    assert outcome.release is None
    assert "sent back to release 1" in outcome.reason.template.format(**outcome.reason.params)
    assert built.publish.build(again=True).release.id == 3
    assert count(built) == 41


def test_upload_survives_a_build_of_other_sources(built, delivery, region):
    built.ingest.deliver("places", delivery(table(45)), actor=ANNA)
    built.publish.release("d2")
    more = "place_id,name_ru,name_en,within,evidence\n" + "".join(
        f"dream-{n},Мечта {n},Dream {n},region,illustrative\n" for n in range(12)
    )
    write_source(region, "places-illustrative", more)

    release = built.publish.build(actor=ANNA).release

    assert release.id == 3
    assert count(built) == 45
    assert release.manifest.imports["places"] == built.shelf.release(2).manifest.imports["places"]


def test_changed_mapping_is_applied_to_the_uploaded_delivery(built, delivery, region):
    built.ingest.deliver("places", delivery(table(45)), actor=ANNA)
    built.publish.release("d2")
    mapping = region / "data/sources/places/mapping.rml.ttl"
    mapping.write_text(mapping.read_text("utf8").replace('; rml:language "en"', '; rml:language "en-gb"'), "utf8")

    built.publish.build()

    assert count(built) == 45
    assert built.ask.ask('ASK { ?s ?p "Town 44"@en-gb }')


def test_blocked_build_keeps_the_last_good_release_and_is_not_repeated(built, region):
    write_source(region, "places", table(40, "town-40,,,region,sourced"))
    with pytest.raises(PublishBlocked) as first:
        built.publish.build()
    with pytest.raises(PublishBlocked) as second:
        built.publish.build()

    assert first.value.params["draft"] == second.value.params["draft"] == built.review.blocked_build().id
    assert built.review.report(first.value.params["draft"]).tally()["violation"] == 1
    assert built.shelf.current().id == 1

    write_source(region, "places", table(41))
    assert built.publish.build().release.id == 2
    assert built.review.blocked_build() is None


def test_removed_source_leaves_with_the_next_build(built, region):
    (region / "data/sources/places-illustrative/source.toml").unlink()

    release = built.publish.build().release

    assert not any("places-illustrative" in graph for graph in release.manifest.graphs)
    assert set(release.manifest.imports) == {"places"}


def test_release_knows_where_it_came_from(built):
    rows = built.ask.rows(
        """PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX spdx: <http://spdx.org/rdf/terms#>
        PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
        SELECT ?graph ?file ?sum ?who WHERE {
          ?graph prov:wasGeneratedBy ?import . ?import prov:used ?used ; prov:wasAssociatedWith/foaf:name ?who .
          ?used dcterms:title ?file ; spdx:checksum/spdx:checksumValue ?sum }"""
    )

    assert {(row["file"].value, row["who"].value) for row in rows} == {
        ("places.csv", ANNA),
        ("places-illustrative.csv", ANNA),
    }
    assert SOURCED in {row["graph"].value for row in rows}


def test_reply_names_release_and_strong_tag(built, delivery):
    question = Question(COUNT)
    first = built.ask.question(question)
    b"".join(first.answer.chunks)
    first.answer.close()

    assert (first.release, first.etag) == (1, built.ask.etag(question))
    assert first.etag != built.ask.etag(question, language="ru")
    assert first.etag != built.ask.etag(Question(COUNT, "csv"))

    built.ingest.deliver("places", delivery(table(41)), actor=ANNA)
    built.publish.release("d2")

    assert built.ask.etag(question) != first.etag
    assert built.ask.etag(question, release=1) == first.etag


def test_page_of_a_thing_knows_source_and_row(built):
    entity = built.describe.entity(BASE + "id/place/town-1", "ru")

    assert entity.label == "Город 1"
    assert entity.types == (("https://w3id.org/kgservice/ontology#Place", "место"),)
    (within,) = [s for s in entity.statements if s.predicate_label == "находится в"]
    assert within.value_label == "Кузбасс"
    (origin,) = within.origins
    assert (origin.source, origin.evidence) == ("places", "sourced")
    assert [(cell.file, cell.row) for cell in origin.cells] == [("places.csv", 3)]
    assert built.describe.entity(BASE + "id/place/nowhere", "ru") is None
    assert len(built.describe.entity(BASE + "id/place/region", "en").incoming) == 49


def test_front_page_counts_kinds_and_datasets(built):
    (kind,) = built.describe.kinds()
    places, invented = built.describe.datasets("en")

    assert (kind.name, kind.count, kind.illustrative) == ("place", 40, 10)
    assert (places.title, invented.name) == ("Places", "places-illustrative")
    assert invented.triples == {"illustrative": 40}
