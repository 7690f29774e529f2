"""The audit trail: only ever added to, and it tells when somebody reached around the product."""

import json
import sqlite3
from contextlib import closing

import pytest

from kgservice.access import Audit
from kgservice.errors import NothingChanged


@pytest.fixture
def trail(tmp_path):
    found = Audit(tmp_path)
    for number in range(5):
        found.write("os:anna", f"job {number}", "done", "«détail»")
    return found


def rows(trail):
    return [entry.what for entry in trail.newest(0, 10)]


def test_entries_are_shown_newest_first_and_by_actor_and_word(trail):
    trail.write("user:boris", "publish d3")

    assert rows(trail)[0] == "publish d3"
    assert [entry.what for entry in trail.newest(1, 2)] == ["job 4", "job 3"]
    assert trail.count() == 6
    assert trail.count(actor="user:boris") == 1
    assert trail.count(word="job 3") == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 5"]
)
def test_the_database_itself_refuses_to_change_an_entry(trail, tmp_path, statement):
    with closing(sqlite3.connect(tmp_path / "desk.sqlite")) as desk, pytest.raises(sqlite3.IntegrityError):
        desk.execute(statement)

    assert len(rows(trail)) == 5
    assert trail.broken() is None


@pytest.mark.parametrize(
    ("statement", "first"), [("UPDATE audit SET actor = 'x' WHERE id = 3", 3), ("DELETE FROM audit WHERE id = 2", 3)]
)
def test_a_trail_that_was_tampered_with_tells_where(trail, tmp_path, statement, first):
    with closing(sqlite3.connect(tmp_path / "desk.sqlite")) as desk, desk:
        for name in ("audit_is_not_changed", "audit_is_not_shortened"):
            desk.execute(f"DROP TRIGGER {name}")
        desk.execute(statement)

    assert trail.broken() == first


def test_every_job_of_the_state_folder_leaves_a_beginning_and_an_end(service, settings):
    service.publish.build(actor="os:anna")
    release = service.shelf.current().id
    with pytest.raises(NothingChanged):
        service.publish.rollback(release, actor="user:boris")

    told = [(entry.actor, entry.what, entry.outcome) for entry in Audit(settings.state).entries()]
    assert told == [
        ("os:anna", "build", "begun"),
        ("os:anna", "build", "done"),
        ("user:boris", f"rollback to {release}", "begun"),
        ("user:boris", f"rollback to {release}", "nothing-changed"),
    ]
    assert json.dumps(told)
