"""Kill -9 at any moment of build and publish: the next start serves a whole release, and the work can be done again."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kgservice.errors import NothingChanged
from kgservice.releases.statements import lines
from kgservice.wiring import build
from region import table

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/kgservice/ontology#Place> }"
JOB = """
import os, sys
from kgservice.settings import Settings
from kgservice.wiring import build
service = build(Settings.read(os.environ))
publish = service.publish
print("ready", flush=True)
publish.build() if sys.argv[1] == "build" else publish.release(sys.argv[1])
"""
KILLS = [5, pytest.param(30, marks=pytest.mark.soak)]
"""How often a job is killed, each time in another part of it."""


def run(settings, state, job, after=None):
    """Run a job in a process of its own; kill it `after` seconds of work, or return how long it took."""
    environment = {"KG_STATE": str(state), "KG_CONTENT": str(settings.content), "PATH": os.environ["PATH"]}
    with subprocess.Popen([sys.executable, "-c", JOB, job], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        begun = time.monotonic()
        try:
            assert process.wait(after) == 0
        except subprocess.TimeoutExpired:
            process.kill()
        return time.monotonic() - begun


def moments(seconds, kills):
    """Moments spread over a job, each at random in its part."""
    chance = random.Random(13)
    return [seconds * (part + chance.random()) / kills for part in range(kills)]


def look(service):
    """Check that nothing half-made is visible, and return how many places readers see (0 before the first release)."""
    for release in service.shelf.releases():
        assert release.report().conforms
        assert release.store.is_dir()
        for graph, statements in release.manifest.graphs.items():
            assert sum(1 for _ in lines(release.statements(graph))) == statements.triples
    for draft in service.review.drafts():
        draft.report()
        assert all((draft.path / c.statements.file).is_file() for c in draft.changes.values() if c.statements)
    if service.shelf.current() is None:
        return 0
    return int(service.ask.rows(COUNT)[0]["n"].value)


def renewed(settings, state):
    return build(type(settings)(**{**{n: getattr(settings, n) for n in settings.__slots__}, "state": state}))


@pytest.mark.parametrize("kills", KILLS)
def test_killed_build_leaves_all_or_nothing(settings, tmp_path, kills):
    whole = run(settings, tmp_path / "whole", "build")
    seen = set()
    for number, moment in enumerate(moments(whole, kills)):
        state = tmp_path / f"state-{number}"
        run(settings, state, "build", after=moment)
        with renewed(settings, state) as service:
            seen.add(look(service))
            service.publish.build()

            assert look(service) == 40
            assert _leftovers(state) == []
    assert seen <= {0, 40}


@pytest.mark.parametrize("kills", KILLS)
def test_killed_publish_leaves_the_old_or_the_new_release(service, settings, tmp_path, kills):
    service.publish.build()
    upload = tmp_path / "upload.csv"
    upload.write_text(table(45), "utf8")
    draft = service.ingest.deliver("places", [upload]).draft.id
    shutil.copytree(settings.state, tmp_path / "whole")
    whole = run(settings, tmp_path / "whole", draft)
    seen = set()
    for number, moment in enumerate(moments(whole, kills)):
        state = tmp_path / f"state-{number}"
        shutil.copytree(settings.state, state)
        run(settings, state, draft, after=moment)
        with renewed(settings, state) as again:
            seen.add(look(again))
            with contextlib.suppress(NothingChanged):
                again.publish.release(draft)

            assert look(again) == 45
            assert _leftovers(state) == []
            used = json.loads((state / "state.json").read_text())["used"]
            assert used["release"] >= max(release.id for release in again.shelf.releases())
    assert seen <= {40, 45}


def _leftovers(state: Path):
    return [path.name for path in [*state.glob("releases/.*"), *state.glob("drafts/.*"), *state.glob(".*")]]
