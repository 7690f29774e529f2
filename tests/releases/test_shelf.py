"""The shelf: whole releases only, an atomic pointer, retention that spares readers."""

import dataclasses
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys

import pytest

from kgservice.errors import ReleaseGone, ReleaseNotFound, StateBroken, StateLocked, StateMismatch
from kgservice.releases import Manifest, Shelf, Statements
from kgservice.report import Report

BASE = "http://localhost:8080/"
GRAPH = BASE + "graph/source/places/sourced"


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "state", BASE)


def publish(shelf, digest="1" * 64):
    with shelf.lock("writer", actor="os:test", job="publish"), shelf.building() as (number, folder):
        (folder / "store").mkdir()
        manifest = Manifest(
            number, None, "2026-11-25T10:00:00Z", BASE, "build", "os:test", {GRAPH: Statements("x.nt.gz", digest, 1)}
        )
        release = shelf.seal(folder, manifest, Report(counts={"records": 3}))
        return shelf.point(release.id)


def test_new_state_has_no_release(shelf):
    assert shelf.current() is None
    assert shelf.releases() == []


def test_published_release_is_current_and_reads_back_equal(shelf):
    release = publish(shelf)

    assert shelf.current() == release
    assert shelf.release(1).manifest == release.manifest
    assert shelf.release(1).report().counts == {"records": 3}


def test_ids_grow_and_gaps_are_allowed(shelf):
    publish(shelf)
    with shelf.lock("writer", actor="os:test", job="publish"), shelf.building():
        pass  # a build that fails

    assert publish(shelf).id == 3


def test_rollback_is_a_pointer_move_and_other_readers_see_it(shelf, tmp_path):
    publish(shelf)
    publish(shelf)
    reader = Shelf(tmp_path / "state", BASE)
    assert reader.current().id == 2

    shelf.point(1)

    assert reader.current().id == 1
    assert publish(shelf).id == 3


def test_content_hash_names_content_not_number(shelf):
    first, second, other = publish(shelf), publish(shelf), publish(shelf, "2" * 64)

    assert first.manifest.content_hash == second.manifest.content_hash
    assert first.manifest.content_hash != other.manifest.content_hash


def test_failed_build_leaves_nothing(shelf, tmp_path):
    with pytest.raises(ZeroDivisionError), shelf.lock("writer", actor="a", job="b"), shelf.building():
        raise ZeroDivisionError

    assert os.listdir(tmp_path / "state/releases") == []


def test_leftovers_of_killed_writer_are_swept_by_the_next(shelf, tmp_path):
    publish(shelf)
    leftover = tmp_path / "state/releases/.building-9-1"
    leftover.mkdir()

    with shelf.lock("writer", actor="a", job="b"):
        assert not leftover.exists()


def test_retention_removes_stores_not_statements_nor_the_current_nor_what_is_read(shelf):
    for _ in range(5):
        publish(shelf)
    shelf.point(1)

    with shelf.leased(2):
        assert shelf.collect(1) == [3, 4]
    assert shelf.collect(1) == [2]

    assert [release.store.is_dir() for release in shelf.releases()] == [True, False, False, False, True]
    with pytest.raises(ReleaseGone):
        shelf.point(3)


def test_unknown_release_is_said(shelf):
    with pytest.raises(ReleaseNotFound, match="no release 7"):
        shelf.release(7)


HOLDER = """
import sys
from pathlib import Path
from kgservice.releases import Shelf
with Shelf(Path(sys.argv[1]), sys.argv[2]).lock("writer", actor="os:anna", job="import places"):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_second_writer_waits_then_says_who_writes(shelf, tmp_path):
    command = [sys.executable, "-c", HOLDER, tmp_path / "state", BASE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"ready\n"
        with (
            pytest.raises(StateLocked, match=f"os:anna is busy with import places here .process {holder.pid},"),
            shelf.lock("writer", actor="os:test", job="publish", seconds=0.2),
        ):
            pass

    with shelf.lock("writer", actor="os:test", job="publish"):
        pass


def test_newer_state_is_refused_in_one_sentence(shelf, tmp_path):
    publish(shelf)
    record = tmp_path / "state/state.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"version": 99}))

    with pytest.raises(StateMismatch, match="newer kgservice"):
        Shelf(tmp_path / "state", BASE)


def test_other_base_is_refused_in_one_sentence(shelf, tmp_path):
    publish(shelf)

    with pytest.raises(StateMismatch, match="KG_BASE=http://localhost:8080/"):
        Shelf(tmp_path / "state", "https://example.org/")


def test_damaged_pointer_is_said(shelf, tmp_path):
    publish(shelf)
    (tmp_path / "state/current").write_text("seven")

    with pytest.raises(StateBroken, match="names no release"):
        Shelf(tmp_path / "state", BASE).current()


def test_damaged_manifest_is_said(shelf):
    release = publish(shelf)
    (release.path / "manifest.json").write_text("{")

    with pytest.raises(StateBroken, match="damaged"):
        shelf.release(1)


def _write_as_nobody(path):
    os.setuid(65534)
    with pytest.raises(StateBroken, match="may not be written"):
        publish(Shelf(path, BASE))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become nobody")
def test_read_only_state_is_said(shelf, tmp_path):
    publish(shelf)
    path = pathlib.Path(tmp_path)
    while path != path.parent and path.name:
        if path.stat().st_uid == os.geteuid():
            path.chmod(path.stat().st_mode | 0o055)
        path = path.parent
    child = multiprocessing.get_context("fork").Process(target=_write_as_nobody, args=(tmp_path / "state",))
    child.start()
    child.join()

    assert child.exitcode == 0


def test_manifest_is_a_value(shelf):
    release = publish(shelf)

    with pytest.raises(dataclasses.FrozenInstanceError):
        release.manifest.id = 9
