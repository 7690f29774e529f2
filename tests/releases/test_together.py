"""Two people at work at once, through the whole service: the same in any order or a conflict, and no work lost."""

import random
import shutil
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgservice.access import Role
from kgservice.actions import decide, ingest, keeping, publish
from kgservice.actions.decide import history
from kgservice.errors import NothingChanged, PreviewStale, PublishConflict, Refused, StateLocked
from kgservice.settings import Settings
from kgservice.store.interface import Question
from kgservice.wiring import build
from region import BASE, SOURCED, table, write_content

ANNA, BORIS, VERA = "user:anna", "user:boris", "user:vera"
TOWNS = 8
EDITS = st.lists(
    st.tuples(st.sampled_from(["rename", "remove", "add"]), st.integers(1, TOWNS - 1), st.sampled_from("ab")),
    min_size=1, max_size=3,
)  # fmt: skip
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Settings of a state with one release of eight towns."""
    folder = tmp_path_factory.mktemp("together")
    content = write_content(folder / "content")
    (content / "data/sources/places/deliveries/places.csv").write_text(table(TOWNS), "utf8")
    found = Settings.read({"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"})
    with build(found) as service:
        service.publish.build()
    return found


@pytest.fixture
def desk(small, tmp_path):
    """A service over a copy of it, with draft d2 of a changed delivery."""
    with copied(small, tmp_path) as service:
        service.ingest.deliver("places", [delivered(tmp_path, [("rename", 1, "a")])], actor=ANNA)
        yield service


def copied(small, folder):
    shutil.copytree(small.state, folder / "state")
    return build(replace(small, state=folder / "state"))


def delivered(folder, edits):
    """Write a delivery in which towns have other names, are gone or new."""
    lines = table(TOWNS).splitlines()
    for verb, town, which in edits:
        here = [n for n, line in enumerate(lines) if line.startswith(f"town-{town},")]
        if verb == "add":
            key = f"new-{town}"
            lines = [line for line in lines if not line.startswith(f"{key},")]
            lines.append(f"{key},Новый {which},New {which},region,sourced")
        elif verb == "remove":
            lines = [line for n, line in enumerate(lines) if n not in here]
        else:
            lines = [line.replace(f"Город {town},", f"Город {town}{which},") if n in here else line
                     for n, line in enumerate(lines)]  # fmt: skip
    path = folder / f"upload-{random.getrandbits(40)}.csv"
    path.write_text("\n".join([*lines, ""]), "utf8")
    return path


def update(edits):
    """Write an update that does by hand what a delivery would."""
    parts = []
    for verb, town, which in edits:
        thing = f"<{BASE}id/place/{'new' if verb == 'add' else 'town'}-{town}>"
        if verb == "remove":
            parts.append(f"DELETE WHERE {{ GRAPH ?g {{ {thing} ?p ?o }} }}")
        else:
            parts.append(
                f"DELETE {{ GRAPH ?g {{ {thing} {LABEL} ?l }} }} WHERE {{ GRAPH ?g {{ {thing} {LABEL} ?l }} }} ;"
                f'INSERT DATA {{ GRAPH <{SOURCED}> {{ {thing} {LABEL} "{which}{town}"@ru }} }}'
            )
    return " ;\n".join(parts)


def drafted(service, folder, edits, by_hand):
    """Open a draft with these edits; None where they change nothing."""
    if not by_hand:
        return service.ingest.deliver("places", [delivered(folder, edits)], actor=ANNA, confirmed=True).draft.id
    draft = service.edit.new(BORIS).id
    service.edit.update(draft, Question(update(edits), "", ()), (), (), BORIS)
    return draft


def ended(service, drafts):
    """Publish drafts in this order, each brought up to date where it must be; "conflict" when that cannot be."""
    for draft in drafts:
        try:
            service.ingest.check(draft)
            service.publish.release(draft)
        except NothingChanged:
            continue
        except PublishConflict:
            try:
                service.rebase.draft(draft, actor=ANNA, role="curator")
                service.publish.release(draft)
            except NothingChanged:
                continue
            except PublishConflict:
                assert service.differences.conflicts(draft, "ru")
                return "conflict"
    return service.shelf.current().manifest.content_hash


def in_both_orders(small, folder, one, two, by_hand):
    found = []
    for order in (1, -1):
        there = folder / str(random.getrandbits(60))
        there.mkdir()
        with copied(small, there) as service:
            drafts = [drafted(service, there, one, False), drafted(service, there, two, by_hand)]
            found.append(ended(service, drafts[::order]))
        shutil.rmtree(there)
    assert found[0] == found[1]
    return found[0]


def test_two_drafts_in_any_order_give_the_same_release_or_a_conflict(small, tmp_path):
    assert (
        in_both_orders(small, tmp_path, [("rename", 1, "a")], [("add", 3, "a"), ("remove", 2, "a")], True) != "conflict"
    )
    for by_hand in (False, True):
        assert in_both_orders(small, tmp_path, [("rename", 1, "a")], [("rename", 1, "b")], by_hand) == "conflict"


@pytest.mark.soak
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS, EDITS, st.booleans())
def test_any_two_drafts_in_any_order_give_the_same_release_or_a_conflict(small, tmp_path_factory, one, two, by_hand):
    in_both_orders(small, tmp_path_factory.mktemp("orders"), one, two, by_hand)


def at_once(small, state, *deeds):
    """Do deeds at the same moment, each by a service of its own; return what came of each."""
    ready, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def does(number, deed):
        with build(replace(small, state=state)) as service:
            ready.wait(30)
            try:
                found[number] = deed(service)
            except (Refused, NothingChanged, StateLocked, PublishConflict, PreviewStale) as error:
                found[number] = error

    threads = [threading.Thread(target=does, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


def test_two_stewards_accept_and_publish_at_once_and_nothing_is_lost(desk, small):
    state = desk.settings.state
    accepted = at_once(
        small, state, *(lambda s, who=who: s.decide.accept("d2", who, Role.STEWARD, who) for who in (BORIS, VERA)),
        lambda s: s.decide.comment("d2", ANNA, Role.CURATOR, "row 2 was checked"),
    )  # fmt: skip
    said = [(event.actor, event.verb) for event in desk.review.draft("d2").events]
    published = at_once(small, state, *[lambda s: s.publish.release("d2").id] * 2)
    refused = [one for one in published if isinstance(one, NothingChanged)]

    assert not [one for one in accepted if isinstance(one, Exception)]
    assert {(BORIS, "accepted"), (VERA, "accepted"), (ANNA, "commented")} <= {*said}
    assert len(refused) == 1
    assert "published as release 2" in str(refused[0])
    assert [one for one in published if one not in refused] == [2] == [desk.shelf.current().id]


def test_a_rollback_during_a_publish_waits_for_it_and_a_stale_draft_is_told(desk, small, tmp_path):
    state, begun, threads = desk.settings.state, threading.Event(), []
    late = desk.ingest.deliver("places", [delivered(tmp_path, [("rename", 2, "a")])], actor=BORIS).draft
    rolled = []

    def back():
        with build(replace(small, state=state)) as service:
            begun.set()
            rolled.append(service.keeping.rollback(1, BORIS).id)

    def tell(step, *_):
        if step == "Loading the store":
            threads.append(threading.Thread(target=back))
            threads[0].start()
            begun.wait(30)

    assert desk.publish.release("d2", progress=tell).id == 2
    threads[0].join(60)

    assert rolled == [1] == [desk.shelf.current().id]
    assert desk.shelf.release(2).store.is_dir()
    assert desk.keeping.rollback(2).id == 2
    with pytest.raises(PublishConflict, match=f"drafts rebase {late.id}"):
        desk.publish.release(late.id)
    assert desk.review.draft(late.id).state == "clean"


def test_a_clock_that_goes_backwards_changes_neither_order_nor_what_is_published(desk, monkeypatch, tmp_path):
    hours = iter(range(23, 0, -1))
    for module in (ingest, decide, keeping, publish):
        monkeypatch.setattr(module, "now", lambda: f"2026-11-01T{next(hours):02}:00:00Z")
    desk.ingest.deliver("places", [delivered(tmp_path, [("rename", 3, "b")])], draft_id="d2", actor=ANNA)
    desk.decide.comment("d2", BORIS, Role.STEWARD, "fine")
    desk.decide.accept("d2", BORIS, Role.STEWARD)
    release = desk.publish.release("d2")
    verbs = [event.verb for event in history(desk.review.draft("d2"))]

    assert verbs == ["opened", "imported", "imported", "commented", "accepted", "published"]
    assert release.manifest.created < desk.shelf.release(1).manifest.created
    assert desk.shelf.current().id == release.id == 2
    assert [one["text"] for one in release.manifest.review["accepted"]] == [""]
    assert desk.keeping.rollback(1).id == 1
