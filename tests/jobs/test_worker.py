"""The curation worker as `serve` starts it: jobs in order, killed at any moment, nothing half done."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kgservice.jobs import Queue
from kgservice.releases import Drafts, Shelf
from kgservice.releases.locks import exclusive
from region import BASE, table, write_content

KGSERVICE = Path(sys.executable).parent / "kgservice"


class Desk:
    """A state folder with a release, its queue, and a worker that the tests start and end."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.state = folder / "state"
        self.queue = Queue(self.state)
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "kgservice.cli.curation"]
        self.process = subprocess.Popen(command, env=self.environment, stdin=subprocess.PIPE)

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait(20)
            self.process = None

    def upload(self, *rows):
        path = self.folder / f"delivery-{time.monotonic_ns()}.csv"
        path.write_text(table(40, *rows), "utf8")
        return self.queue.add("import", {"files": [str(path)]}, "user:anna", "places", path.stat().st_size)

    def ended(self, number, seconds=60):
        return self.reaches(number, ("done", "failed", "cancelled"), seconds)

    def reaches(self, number, states, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job = self.queue.job(number)
            if job.state in states:
                return job
            time.sleep(0.02)
        raise AssertionError(self.queue.job(number))

    def child(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return int(found[0]) if found else 0

    def drafts(self):
        return Drafts(self.state, BASE).drafts()

    def release(self):
        return Shelf(self.state, BASE).current().id


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    content = write_content(folder / "content")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    environment = {**kept, "KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"}
    subprocess.run([KGSERVICE, "build"], env=environment, check=True, capture_output=True)
    return folder, environment


@pytest.fixture
def desk(built, tmp_path):
    folder, environment = built
    shutil.copytree(folder / "state", tmp_path / "state")
    found = Desk(tmp_path, {**environment, "KG_STATE": str(tmp_path / "state")})
    yield found
    found.stop()


def test_an_import_is_published_and_rolled_back_as_jobs_in_order(desk):
    before = desk.release()
    desk.start()
    first = desk.upload("town-90,Город 90,Town 90,region,sourced")
    imported = desk.ended(first.id)
    assert imported.state == "done", imported.failure
    assert imported.result["counts"]["records"] == 41
    draft = imported.result["draft"]
    published = desk.queue.add("publish", {"draft": draft}, "user:boris")
    back = desk.queue.add("rollback", {"release": before}, "user:boris")

    assert desk.ended(published.id).result["release"] == before + 1
    assert desk.ended(back.id).result == {"release": before}
    assert desk.release() == before
    trail = subprocess.run([KGSERVICE, "audit", "--format", "json"], env=desk.environment, capture_output=True).stdout
    done = [(entry["actor"], entry["what"]) for entry in json.loads(trail) if entry["outcome"] == "done"]
    assert done[-3:] == [
        ("user:anna", "import places"), ("user:boris", f"publish {draft}"), ("user:boris", f"rollback to {before}"),
    ]  # fmt: skip


def test_what_cannot_be_done_fails_with_its_reason(desk):
    desk.start()
    short = desk.folder / "short.csv"
    short.write_text(table(3), "utf8")
    small = desk.queue.add("import", {"files": [str(short)]}, "user:anna", "places")
    gone = desk.queue.add("import", {"files": [str(desk.folder / "gone.csv")]}, "user:anna", "places")

    failed = desk.ended(small.id)
    assert (failed.state, failed.failure.slug) == ("failed", "confirmation-needed")
    assert desk.ended(gone.id).failure.slug == "source-unreadable"
    broken = desk.queue.add("import", {}, "user:anna", "places")
    assert desk.ended(broken.id).failure.slug == "job-killed", "a fault of the program ends the job, not the worker"
    again = desk.queue.again(small.id, "user:anna", confirmed=True)
    assert desk.ended(again.id).state == "done"


def test_a_running_job_is_cancelled_and_leaves_nothing(desk):
    desk.start()
    job = desk.upload()
    desk.reaches(job.id, ("running",))
    desk.queue.cancel(job.id)

    assert desk.ended(job.id).state == "cancelled"
    assert desk.drafts() == []


@pytest.mark.parametrize("whom", ["child", "worker"])
def test_a_killed_job_fails_with_a_reason_and_is_done_when_tried_again(desk, whom):
    desk.start()
    job = desk.upload("town-91,Город 91,Town 91,region,sourced")
    desk.reaches(job.id, ("running",))
    while not desk.child():
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.5))
    os.kill(desk.child() if whom == "child" else desk.process.pid, signal.SIGKILL)
    if whom == "worker":
        desk.process.wait(20)
        desk.process.stdin.close()
        desk.start()

    failed = desk.ended(job.id)
    assert (failed.state, failed.failure.slug) == ("failed", "job-killed")
    assert desk.drafts() == []
    again = desk.queue.again(job.id, "user:anna")
    assert desk.ended(again.id).state == "done"
    assert len(desk.drafts()) == 1


def test_a_job_waits_for_the_next_start_when_the_service_is_stopped(desk):
    desk.start()
    job = desk.upload()
    desk.reaches(job.id, ("running",))
    desk.stop()

    assert desk.queue.job(job.id).state == "queued"
    desk.start()
    assert desk.ended(job.id).state == "done"


def test_a_job_waits_while_a_command_holds_the_writers_lock(desk):
    with exclusive(desk.state / "writer.lock", "os:anna", "import places", 1):
        desk.start()
        job = desk.upload()
        deadline = time.monotonic() + 30
        while desk.queue.job(job.id).step != "Waiting: another command is at work" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert desk.queue.job(job.id).step == "Waiting: another command is at work"

    assert desk.ended(job.id).state == "done"


def test_duplicates_are_searched_and_a_new_source_is_proposed_and_written(desk):
    sample = desk.folder / "villages.csv"
    sample.write_text("code;название;name;within\nn-1;Новый;New;Кузбасс\nn-2;Старый;Old;Кузбасс\n", "utf8")
    searched = desk.queue.add("duplicates", {"draft": ""}, "user:anna", "places")
    params = {"file": str(sample), "answers": {"steward": "anna", "class": "kg:Place"}}
    proposed = desk.queue.add("proposal", params, "user:anna", "villages")
    written = desk.queue.add("source", params, "user:anna", "villages")
    desk.start()

    assert isinstance(desk.ended(searched.id).result["pairs"], list)
    proposal = desk.ended(proposed.id).result
    assert proposal["proposal"]["kind"] == "place"
    assert proposal["things"]
    assert desk.ended(written.id).result == {"source": "villages"}
    assert (desk.state / "content" / "sources" / "villages" / "source.toml").is_file()


@pytest.mark.soak
def test_a_publish_killed_at_any_moment_is_whole_or_not_at_all(desk):
    desk.start()
    for number in range(30):
        before = desk.release()
        imported = desk.ended(desk.upload(f"town-{100 + number},Город,Town,region,sourced").id)
        job = desk.queue.add("publish", {"draft": imported.result["draft"]}, "user:anna")
        desk.reaches(job.id, ("running",))
        time.sleep(random.uniform(0, 2.5))
        if child := desk.child():
            os.kill(child, signal.SIGKILL)
        ended = desk.ended(job.id)
        if ended.state == "failed":
            assert desk.release() == before
            ended = desk.ended(desk.queue.again(job.id, "user:anna").id)
        assert desk.release() == ended.result["release"]
