"""A review: what a draft changes in words with cells, decided on by people, and published as that very preview."""

import shutil
from collections import Counter

import pytest

from kgservice.access import Role
from kgservice.actions import notes
from kgservice.actions.decide import authors, history
from kgservice.actions.revive import parts, rebuilt
from kgservice.errors import (
    AcceptRefused,
    AccessDenied,
    NothingChanged,
    ParameterInvalid,
    PreviewStale,
    PublishConflict,
    Refused,
)
from kgservice.releases.ledger import Wanted
from kgservice.settings import Settings
from kgservice.store import embedded
from kgservice.store.interface import Question
from kgservice.wiring import build
from region import BASE, table, write_content

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
GRAPH = """\
#+ summary: What are the names of places?
#+ summary-ru: Как называются места?
#+ description: As a graph, each place with a note of its own.
#+ tags: places
PREFIX kg: <https://w3id.org/kgservice/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { ?place rdfs:label ?label . [] rdfs:comment ?label } WHERE {
  ?place a kg:Place ; rdfs:label ?label
  FILTER(LANG(?label) = "ru")
}
"""
ANNA, BORIS = "user:anna", "user:boris"
NEW = "new-town,Новый город,New Town,region,sourced"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A state with release 1 and draft d2: a town renamed, one gone, one new, one under another key."""
    folder = tmp_path_factory.mktemp("built")
    content = write_content(folder / "content")
    with build(
        Settings.read({"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"})
    ) as one:
        one.publish.build(actor=ANNA)
        text = table(40, NEW)
        text = text.replace("town-7,Город 7,", "town-7,Град 7,").replace("town-8,", "settlement-8,")
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("town-9,"))
        one.ingest.deliver("places", [_file(folder, text)], actor=ANNA)
        yield one


@pytest.fixture
def desk(built, tmp_path):
    """The same state, to be changed."""

    def copied(**more):
        shutil.copytree(built.settings.state, tmp_path / "state", dirs_exist_ok=True)
        values = {"KG_STATE": str(tmp_path / "state"), "KG_CONTENT": str(built.settings.content), "KG_WORKERS": "1"}
        return build(Settings.read({**values, **more}))

    return copied


def _file(folder, text):
    path = folder / "upload.csv"
    path.write_text(text, "utf8")
    return path


def test_a_draft_is_told_in_words_with_labels_values_and_cells(built):
    found = built.differences.draft("d2")
    summary = found.summary()
    told = {thing.iri.rpartition("/")[2]: thing for thing in found.page(Wanted(), lang="ru")}

    assert (summary.added, summary.removed, summary.changed, summary.renamed) == (1, 1, 0, 2)
    assert summary.kinds == {"place": {"added": 1, "removed": 1, "renamed": 2}}
    assert summary.sources == {"places": 4}
    assert {key: (thing.verb, thing.label, thing.former_label) for key, thing in told.items()} == {
        "new-town": ("added", "Новый город", ""),
        "town-9": ("removed", "Город 9", ""),
        "town-7": ("renamed", "Град 7", "Город 7"),
        "settlement-8": ("renamed", "Город 8", "Город 8"),
    }
    assert told["settlement-8"].former == f"{BASE}id/place/town-8"
    (name,) = told["town-7"].alterations
    assert (name.old_text, name.new_text, name.source, name.evidence) == ("Город 7", "Град 7", "places", "sourced")
    assert [(c.file, c.row, c.column) for c in (*name.before, *name.after)] == [
        ("places.csv", 9, "name_ru"),
        ("upload.csv", 9, "name_ru"),
    ]
    within = next(one for one in told["new-town"].alterations if one.predicate.endswith("within"))
    assert (within.label, within.new_text, within.old) == ("находится в", "Кузбасс", "")


def test_a_patch_leads_from_one_side_to_the_other(built):
    found = built.differences.draft("d2")
    lines = list(found.patch())
    quads = {b"A": set(found.added()), b"D": set(found.removed())}

    assert (lines[0], lines[-1]) == (b"TX .\n", b"TC .\n")
    for letter, wanted in quads.items():
        assert {line[2:] for line in lines[1:-1] if line[:1] == letter} == wanted
    assert all(line.endswith(b"/graph/source/places/sourced> .\n") for line in quads[b"A"])


def test_an_accepted_preview_is_published_with_ledger_notes_and_who_accepted(desk):
    with desk() as service:
        preview = service.review.draft("d2").content_hash
        service.decide.comment("d2", BORIS, Role.CURATOR, "row 9 was checked")
        service.decide.accept("d2", BORIS, Role.STEWARD, "fine", preview)
        release = service.publish.release("d2", actor=BORIS, preview=preview, role="steward")
        read = notes.read(release, "ru")

        assert release.manifest.content_hash == preview
        assert release.manifest.review["authors"] == [ANNA]
        assert [one["actor"] for one in release.manifest.review["accepted"]] == [BORIS]
        groups = {group.verb: (group.kind, group.count, [name for _, name, _ in group.things]) for group in read.groups}
        assert groups["added"] == ("place", 1, ["Новый город"])
        assert groups["removed"] == ("place", 1, ["Город 9"])
        assert [event.verb for event in history(service.review.draft("d2"))] == [
            "opened", "imported", "commented", "accepted", "published",
        ]  # fmt: skip
        assert service.differences.draft("d2").summary().added == 1
        assert service.differences.undone(1).summary().removed == 1
        assert service.differences.releases(2, 1).summary().renamed == 2
        assert [one.id for one in service.keeping.undoes(1)] == [2]


def test_a_second_pair_of_eyes_is_not_the_authors(desk):
    with desk(KG_SECOND_PAIR="yes") as service:
        with pytest.raises(AcceptRefused):
            service.publish.release("d2", actor=BORIS)
        with pytest.raises(AcceptRefused):
            service.decide.accept("d2", ANNA, Role.STEWARD)
        with pytest.raises(AccessDenied):
            service.decide.accept("d2", BORIS, Role.CURATOR)
        service.decide.accept("d2", BORIS, Role.STEWARD)

        assert authors(service.review.draft("d2")) == {ANNA}
        assert service.publish.release("d2", actor=ANNA).id == 2


def test_a_draft_that_was_sent_back_is_not_published_before_it_changed(desk, tmp_path):
    with desk() as service:
        with pytest.raises(ParameterInvalid):
            service.decide.send_back("d2", BORIS, Role.STEWARD, "wrong", ["shape:unheard-of"])
        service.decide.send_back("d2", BORIS, Role.STEWARD, "town 9 is still there")
        with pytest.raises(Refused, match="town 9 is still there"):
            service.publish.release("d2")
        outcome = service.ingest.deliver("places", [_file(tmp_path, table(40, NEW))], draft_id="d2", actor=ANNA)

        assert outcome.draft.state == "clean"
        assert service.publish.release("d2").id == 2


def test_what_was_read_is_what_is_accepted_and_published(desk, tmp_path):
    with desk() as service:
        preview = service.review.draft("d2").content_hash
        service.ingest.deliver("places", [_file(tmp_path, table(40, NEW))], draft_id="d2", actor=ANNA)
        for deed in (
            lambda: service.decide.accept("d2", BORIS, Role.STEWARD, preview=preview),
            lambda: service.publish.release("d2", preview=preview),
        ):
            with pytest.raises(PreviewStale):
                deed()


@pytest.mark.parametrize("moved", ["authored", "release"])
def test_a_preview_is_stale_when_authored_files_or_the_release_moved_on(desk, moved, tmp_path):
    content = shutil.copytree(desk().settings.content, tmp_path / "content")
    with desk(KG_CONTENT=str(content)) as service:
        if moved == "authored":
            path = content / "ontology" / "kg.ttl"
            path.write_text(path.read_text("utf8").replace('"place"@en', '"spot"@en'), "utf8")
        else:
            service.publish.build(again=True)
            assert service.shelf.current().id == 2
        for deed in (
            lambda: service.decide.accept("d2", BORIS, Role.STEWARD),
            lambda: service.publish.release("d2"),
            lambda: service.differences.draft("d2"),
        ):
            with pytest.raises(PreviewStale):
                deed()
        service.ingest.check("d2", actor=BORIS)

        assert service.decide.accept("d2", BORIS, Role.STEWARD).state == "accepted"


def test_two_who_accept_at_once_are_both_in_the_history_and_nobody_accepts_twice(desk):
    with desk() as service:
        service.decide.accept("d2", BORIS, Role.STEWARD)
        service.decide.accept("d2", "user:vera", Role.STEWARD)
        with pytest.raises(Refused):
            service.decide.accept("d2", "user:vera", Role.STEWARD)

        assert [e.actor for e in service.review.draft("d2").events if e.verb == "accepted"] == [BORIS, "user:vera"]


def test_import_rollback_import_gives_the_same_content(desk):
    with desk() as service:
        first = service.publish.release("d2").manifest.content_hash
        service.keeping.rollback(1)
        kept = next((service.settings.state / "deliveries").glob("*/upload.csv"))
        again = service.ingest.deliver("places", [kept], actor=ANNA).draft
        second = service.publish.release(again.id)

        assert second.manifest.content_hash == first
        assert second.manifest.parent == 1


def test_a_release_is_kept_from_retention_and_revived(desk):
    with desk() as service:
        service.publish.release("d2")
        service.keeping.keep(1, ANNA)
        assert service.shelf.collect(1) == []
        service.keeping.keep(1, ANNA, on=False)
        assert service.shelf.collect(1) == [1]
        assert service.keeping.revive(1, rebuilt, ANNA).kept
        with pytest.raises(NothingChanged):
            service.keeping.revive(1, rebuilt, ANNA)

        assert service.keeping.rollback(1).id == 1
        assert len(service.ask.rows(f"SELECT * {{ <{BASE}id/place/town-9> ?p ?o }}")) == 4


def test_a_draft_is_brought_up_to_date_or_shows_what_contradicts(desk, tmp_path):
    with desk() as service:
        text = table(40).replace("town-1,Город 1,", "town-1,Первый,")
        told = []
        fits = service.ingest.deliver(
            "places", [_file(tmp_path, text)], actor=BORIS, progress=lambda *one: told.append(one)
        ).draft
        assert any(step == "Checking against the shapes" and 0 < done < total for step, done, total in told)
        text = table(40).replace("town-7,Город 7,", "town-7,Седьмой,")
        fights = service.ingest.deliver("places", [_file(tmp_path, text)], actor=BORIS).draft
        hand, thing = service.edit.new(ANNA).id, f"<{BASE}id/place/town-7>"
        update = f"DELETE WHERE {{ GRAPH ?g {{ {thing} <{LABEL}> ?l }} }}"
        service.edit.update(hand, Question(update, "", ()), (), (), ANNA)
        service.publish.release("d2")

        with pytest.raises(PublishConflict, match="drafts rebase"):
            service.publish.release(fits.id)
        assert service.differences.unseen(hand)
        with pytest.raises(PublishConflict, match="drafts rebase"):
            service.ingest.check(hand)
        assert not service.differences.unseen(hand)
        assert [one.draft for one in service.differences.conflicts(hand, "ru")] == [""], "before bringing it up to date"
        assert service.differences.conflicts(fits.id, "ru") == []
        draft = service.rebase.draft(fits.id, actor=BORIS, role="curator")
        assert (draft.base_release, draft.state) == (2, "clean")
        assert service.differences.draft(fits.id).summary().to_json()["kinds"] == {"place": {"renamed": 1}}
        release = service.publish.release(fits.id)
        names = service.ask.rows(f"SELECT ?l {{ ?s <{LABEL}> ?l FILTER(LANG(?l) = 'ru') }}", release=release.id)
        assert {"Первый", "Град 7", "Новый город"} < {row["l"].value for row in names}
        assert {len(records) for records in release.manifest.imports.values()} == {1, 2}

        with pytest.raises(PublishConflict, match="drafts conflicts"):
            service.rebase.draft(fights.id)
        (one,) = service.differences.conflicts(fights.id, "ru")
        assert (one.label, one.base, one.current, one.draft) == (
            "Град 7", "Town 7\nГород 7", "Town 7\nГрад 7", "Town 7\nСедьмой",
        )  # fmt: skip
        assert service.review.draft(fights.id).base_release == 1


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_store_made_by_what_differs_holds_what_the_files_say(desk, tmp_path, asked_before):
    with desk() as service:
        if asked_before:
            service.ingest.check("d2", showing=True)
        release = service.publish.release("d2")
        embedded.build(tmp_path / "whole", parts(release))
        quads = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        stores = [
            Counter(str(sorted(row.items(), key=lambda item: item[0])) for row in embedded.Snapshot(store).rows(quads))
            for store in (release.store, tmp_path / "whole")
        ]

        assert (release.path / "generation").read_text() == "1\n"
        assert stores[0] == stores[1]


def test_damage_of_files_that_releases_share_is_told_of_each(desk):
    with desk() as service:
        service.publish.release("d2")
        assert service.verify.state(lambda *_: None) == []
        stores = [service.shelf.release(number).store for number in (1, 2)]
        # the engine may have joined the tables of the second release anew, in its own time
        table = max(stores[0].glob("*.sst"), key=lambda path: ((stores[1] / path.name).is_file(), path.stat().st_size))
        for path in (table, service.shelf.release(1).path / "statements" / "ontology.nt.gz"):
            with path.open("r+b") as file:
                file.seek(100)
                file.write(b"damage")
        told = {one.path for one in service.verify.state(lambda *_: None)}

        assert told >= {
            f"releases/{number}/{file}"
            for number in (1, 2)
            for file in (f"store/{table.name}", "statements/ontology.nt.gz")
            if (service.shelf.release(number).path / file).is_file()
        }


def test_the_impact_names_questions_links_and_findings(desk, tmp_path):
    with desk() as service:
        (service.settings.content / "queries" / "places" / "names-as-a-graph.rq").write_text(GRAPH, "utf8")
        text = "".join(line for line in table(40).splitlines(keepends=True) if not line.startswith("region,"))
        draft = service.ingest.deliver("places", [_file(tmp_path, text)], actor=ANNA).draft
        assert service.impact.of(draft.id) is None
        found = service.impact.find(draft.id, ANNA)

        assert service.impact.of(draft.id) == found
        assert found.complete
        assert {one.name: one.state for one in found.questions} == {
            "places-within-a-place": "same", "names-as-a-graph": "changed",
        }  # fmt: skip
        assert found.broken_count == 39
        assert {(one.thing, one.kind) for one in found.broken} == {(f"{BASE}id/place/region", "link")}
        (rule,) = found.findings
        assert (rule.new >= 39, rule.gone, rule.severity) == (True, 0, "violation")
        changed = service.impact.find("d2", ANNA)
        graph, question = sorted(changed.changed, key=lambda one: one.name)
        assert (graph.before, graph.after, graph.added_count, graph.removed_count) == (80, 80, 5, 5)
        assert (question.before, question.after, question.added_count, question.removed_count) == (39, 39, 3, 3)
        assert question.columns == ("part", "label")
