"""Ask follows a publish without failing a question, and stays on the last good release when the next is damaged."""

import threading

import pytest

from kgservice.errors import ParameterInvalid, QueryForbidden, QuestionNotFound, ReleaseNotFound, StateBroken
from kgservice.store.interface import Question
from region import BASE, table

PLACES = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/kgservice/ontology#Place> }"


def count(service):
    return int(service.ask.rows(PLACES)[0]["n"].value)


def test_question_before_the_first_release_says_what_to_do(service):
    with pytest.raises(ReleaseNotFound, match="kgservice build"):
        service.ask.rows(PLACES)


def test_readers_follow_a_publish_and_no_question_fails(built, tmp_path):
    upload = tmp_path / "upload.csv"
    upload.write_text(table(45), "utf8")
    draft = built.ingest.deliver("places", [upload]).draft.id
    seen, failures, done = set(), [], threading.Event()

    def read():
        while not done.is_set():
            try:
                seen.add(count(built))
            except Exception as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    built.publish.release(draft)
    while 45 not in seen and not failures:
        pass
    done.set()
    for reader in readers:
        reader.join()

    assert failures == []
    assert seen == {40, 45}


def test_damaged_pointer_leaves_readers_where_they_are(built, settings, caplog):
    assert count(built) == 40
    (settings.state / "current").write_text("9\n")

    assert count(built) == 40
    assert "Staying on release 1" in caplog.text


def test_damaged_release_leaves_readers_where_they_are(built, settings, caplog):
    assert count(built) == 40
    built.publish.build(again=True)
    (settings.state / "releases/2/store").rename(settings.state / "releases/2/elsewhere")

    assert count(built) == 40
    assert "Staying on release 1" in caplog.text
    assert built.ask.adopted().id == 1


def test_a_rollback_to_a_damaged_release_is_refused_and_names_the_file(built, settings):
    built.publish.build(again=True)
    table = next((settings.state / "releases/1/store").glob("*.sst"))
    table.unlink()

    with pytest.raises(StateBroken, match=table.name):
        built.keeping.rollback(1)
    assert count(built) == 40


def test_question_of_the_library_takes_parameters(built):
    reply = built.ask.named("places-within-a-place", place=BASE + "id/place/town-1")
    body = b"".join(reply.answer.chunks)
    reply.answer.close()

    assert b'"bindings":[]' in body
    with pytest.raises(QuestionNotFound):
        built.ask.named("nothing")
    with pytest.raises(ParameterInvalid):
        built.ask.named("places-within-a-place", town="x")


def test_update_is_refused(built):
    with pytest.raises(QueryForbidden):
        built.ask.question(Question("DELETE WHERE { ?s ?p ?o }"))


def test_unknown_release_is_said(built):
    with pytest.raises(ReleaseNotFound):
        built.ask.rows(PLACES, release=8)
