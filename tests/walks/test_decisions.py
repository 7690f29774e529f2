"""Kill -9 at any moment of an accept and a rollback, and the publish that is taken up again after one."""

import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from kgservice.access import Role
from kgservice.errors import NothingChanged, Refused
from kgservice.wiring import build
from region import table

JOB = """
import os, sys
from kgservice.access import Role
from kgservice.settings import Settings
from kgservice.wiring import build
service = build(Settings.read(os.environ))
service.keeping, service.decide
print("ready", flush=True)
sys.stdin.readline()
service.decide.accept("d2", "user:boris", Role.STEWARD)
service.publish.rollback(1)
print("done", flush=True)
"""
KILLS = 6


@pytest.fixture
def whole(service, tmp_path):
    """A state of two releases and an open draft d2 on the second."""
    service.publish.build()
    path = tmp_path / "upload.csv"
    path.write_text(table(42), "utf8")
    service.publish.build(again=True)
    service.ingest.deliver("places", [path], actor="user:anna")
    assert [draft.id for draft in service.review.drafts()] == ["d3"]
    return service


def test_a_killed_accept_or_rollback_is_done_or_not(whole, settings, tmp_path):
    chance, seen = random.Random(7), set()
    for number in range(KILLS):
        state = tmp_path / f"state-{number}"
        shutil.copytree(settings.state, state)
        environment = {"KG_STATE": str(state), "KG_CONTENT": str(settings.content), "PATH": os.environ["PATH"]}
        with subprocess.Popen(
            [sys.executable, "-c", JOB.replace("d2", "d3")],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("go\n")
            process.stdin.flush()
            time.sleep(chance.random() * 0.05)
            process.kill()
        with build(replace(settings, state=state)) as service:
            draft, current = service.review.draft("d3"), service.shelf.current()
            assert draft.state in ("clean", "accepted")
            assert current.id in (1, 2)
            assert current.id == 2 or draft.state == "accepted"
            seen.add((draft.state, current.id))
            if current.id == 2:
                try:
                    service.decide.accept("d3", "user:boris", Role.STEWARD)
                except Refused:
                    assert draft.state == "accepted"
                assert service.publish.rollback(1).id == 1
            assert [path.name for path in (*state.glob("releases/.*"), *state.glob("drafts/.*"))] == []
    assert seen <= {("clean", 2), ("accepted", 2), ("accepted", 1)}


@pytest.mark.parametrize("pointed", [True, False])
def test_a_publish_that_was_killed_after_its_release_was_whole_is_taken_up(whole, settings, pointed, tmp_path):
    record = (settings.state / "drafts" / "d3" / "draft.json").read_text("utf8")
    kept = shutil.copytree(settings.state / "drafts" / "d3", tmp_path / "d3")
    release = whole.publish.release("d3")
    shutil.rmtree(settings.state / "drafts" / "d3")
    shutil.copytree(kept, settings.state / "drafts" / "d3")
    if not pointed:
        (settings.state / "current").write_text("2\n")

    assert (settings.state / "drafts" / "d3" / "draft.json").read_text("utf8") == record
    with build(settings) as again:
        assert again.publish.release("d3").id == release.id
        assert again.shelf.current().id == release.id
        assert again.review.draft("d3").state == "published"
        with pytest.raises(NothingChanged):
            again.publish.release("d3")
