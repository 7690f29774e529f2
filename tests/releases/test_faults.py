"""A full disk or a kill -9 at any moment of import, accept, publish, rollback and backup: whole, or as it was."""

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kgservice.access import Role
from kgservice.errors import NothingChanged, Refused
from kgservice.releases.statements import lines
from kgservice.settings import Settings
from kgservice.store.embedded import Snapshot
from kgservice.wiring import build
from region import table, write_content

PROGRAM = Path(__file__).with_name("faults.py")
FAULTS = ("full", "killed", "small")
SMALL = 60_000
"""Bytes: about the largest file that a deed over fifty rows writes."""
MOMENTS = [1, pytest.param(30, marks=pytest.mark.soak)]
"""How often each fault strikes, each time in another part of the deed."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Settings of a state of two releases and an open draft d3 on the second."""
    folder = tmp_path_factory.mktemp("faults")
    content = write_content(folder / "content")
    settings = Settings.read({"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"})
    upload = folder / "upload.csv"
    with build(settings) as service:
        service.publish.build()
        service.publish.build(again=True)
        upload.write_text(table(42), "utf8")
        service.ingest.deliver("places", [upload], actor="user:anna")
    return settings


def struck(whole, folder, strokes):
    """Do a deed for each (deed, fault, moment), in a copy of the state each; return folders and how it ended."""
    spec = []
    for number, (deed, fault, moment) in enumerate(strokes):
        there = folder / f"{number}-{deed}-{fault}"
        shutil.copytree(whole.state, there / "state")
        (there / "upload.csv").write_text(table(44), "utf8")
        spec.append({"deed": deed, "fault": fault, "moment": moment, "folder": str(there), "state": f"{there}/state"})
    (folder / "spec.json").write_text(json.dumps(spec), "utf8")
    environment = {"KG_CONTENT": str(whole.content), "KG_WORKERS": "1", "PATH": os.environ["PATH"]}
    ended = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder / "spec.json")],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return list(zip(spec, json.loads(ended.stdout), strict=True))


def look(service):
    """Check that nothing half-made is visible."""
    for release in service.shelf.releases():
        assert release.report().conforms
        assert Snapshot(release.store).count() == sum(release.manifest.counts.values())
        for graph, statements in release.manifest.graphs.items():
            assert sum(1 for _ in lines(release.statements(graph))) == statements.triples
    for draft in service.review.drafts():
        draft.report()
        assert all((draft.path / c.statements.file).is_file() for c in draft.changes.values() if c.statements)
    assert service.shelf.current() is not None


def again(service, deed, folder):
    """Do a deed after the fault is over, unless it was done; check what came of it."""
    if deed == "import":
        assert service.ingest.deliver("places", [folder / "upload.csv"], actor="user:anna").draft.state == "clean"
    elif deed == "accept":
        with suppress(Refused):
            service.decide.accept("d3", "user:boris", Role.STEWARD)
        assert service.review.draft("d3").state == "accepted"
        assert [event.verb for event in service.review.draft("d3").events].count("accepted") == 1
    elif deed == "publish":
        with suppress(NothingChanged):
            service.publish.release("d3")
        assert service.review.draft("d3").release == service.shelf.current().id
    elif deed == "rollback":
        with suppress(NothingChanged):
            service.keeping.rollback(1)
        assert service.shelf.current().id == 1
    else:
        (folder / "saved.tar").unlink(missing_ok=True)
        service.backup.save(folder / "saved.tar", "os:tests", lambda *_: None)


@pytest.mark.parametrize("moments", MOMENTS)
def test_a_deed_that_is_struck_is_done_or_not_and_can_be_done_again(whole, tmp_path, moments):
    chance = random.Random(11)
    deeds = ("import", "accept", "publish", "rollback", "backup")
    undisturbed = struck(whole, tmp_path, [(deed, "counted", 0) for deed in deeds])
    assert [(end["code"], end["said"]) for _, end in undisturbed] == [(0, "")] * len(deeds)
    sizes = {one["deed"]: end["count"] for one, end in undisturbed}
    strokes = [
        (deed, fault, int((SMALL if fault == "small" else sizes[deed]) * (part + chance.random()) / moments) + 1)
        for deed in deeds
        for fault in FAULTS
        for part in range(moments)
    ]
    (tmp_path / "struck").mkdir()
    for one, end in struck(whole, tmp_path / "struck", strokes):
        state = Path(one["state"])
        told = (one, end)
        assert end["code"] in (0, 3, -9), told
        assert end["code"] != -9 or one["fault"] == "killed", told
        assert len(end["said"].splitlines()) == (1 if end["code"] == 3 else 0), told
        with build(replace(whole, state=state)) as service:
            look(service)
            again(service, one["deed"], state.parent)
            look(service)

            assert [path.name for path in (*state.glob("releases/.*"), *state.glob("drafts/.*"))] == [], told
            assert list(state.parent.glob(".saved.tar*")) == [] or end["code"] == -9, told
        shutil.rmtree(state.parent)
