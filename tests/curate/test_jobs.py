"""Jobs over HTTP: listed, followed live from any event, cancelled, tried again."""

import json
import time
import urllib.request

import pytest

from kgservice.jobs import Failure, Queue, Supervisor
from kgservice.releases.locks import exclusive
from region import table


@pytest.fixture
def as_curator(house):
    client = house.app.test_client()
    headers = {"Authorization": f"Bearer {house.curator_token}", "Accept": "application/json"}
    return lambda method, path, **more: client.open(
        path, method=method, headers=headers | more.pop("headers", {}), **more
    )


def stream(text):
    """Return (id, event, data) of each event."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


def test_events_tell_what_happened_and_go_on_after_the_last_one_seen(house, as_curator):
    queue = house.service.queue
    job = queue.add("import", {"files": []}, "user:anna", "places", 1000)
    while queue.take().id != job.id:
        pass
    queue.tell(job.id, "Reading the delivery", 1, 4)
    seen = queue.events(job.id)[-1]
    queue.tell(job.id, "Reading the delivery", 3, 4)
    queue.end(job.id, "done", {"draft": "d1"})

    whole = stream(as_curator("GET", f"/curate/jobs/{job.id}/events").text)
    rest = stream(as_curator("GET", f"/curate/jobs/{job.id}/events", headers={"Last-Event-ID": str(seen)}).text)
    assert whole[-1][1] == "end"
    assert whole[0][2]["state"] == "done"
    assert rest[0][0] > seen
    assert as_curator("GET", f"/curate/jobs/{job.id}/events", headers={"Last-Event-ID": "nonsense"}).status_code == 200


def test_the_events_of_a_job_go_on_where_they_were_after_the_service_was_restarted(served, tmp_path):
    path = tmp_path / "places.csv"
    path.write_text(table(50), "utf8")
    events = "/curate/jobs/{}/events"
    with exclusive(served.state / "writer.lock", "os:tests", "holds everything up", 1):
        job = Queue(served.state).add("import", {"files": [str(path)]}, "user:curator", "places", 1000)
        asked = urllib.request.Request(served.url + events.format(job.id))
        asked.add_header("Authorization", f"Bearer {served.token}")
        with urllib.request.urlopen(asked, timeout=60) as live:
            seen = next(int(line[4:]) for line in live if line.startswith(b"id: "))
            served.stop()
        served.start()
    rest = stream(served.send("GET", events.format(job.id), Last_Event_ID=str(seen)).body.decode())

    assert rest[0][0] > seen, "nothing is told twice"
    assert (rest[-1][1], rest[-2][2]["state"]) == ("end", "done")


def test_a_job_that_failed_says_why_in_the_language_of_the_asker_and_is_tried_again(house, as_curator):
    queue = house.service.queue
    job = queue.add("import", {"files": []}, "token:curator", "places")
    queue.end(
        job.id,
        "failed",
        failure=Failure("draft-not-found", "There is no draft {id}; `kgservice drafts` lists them.", {"id": "d7"}),
    )
    page = as_curator("GET", f"/curate/jobs/{job.id}?lang=ru", headers={"Accept": "text/html"}).text

    assert "Черновика d7 нет" in page
    told = as_curator("GET", f"/curate/jobs/{job.id}?lang=en").json["failure"]
    assert told["detail"] == "There is no draft d7; `kgservice drafts` lists them."
    again = as_curator("POST", f"/curate/jobs/{job.id}/again")
    assert (again.status_code, again.json["state"]) == (202, "queued")
    assert as_curator("POST", f"/curate/jobs/{job.id}/cancel").status_code == 409, "it has ended"


def test_a_curator_cancels_no_publish(house, as_curator):
    job = house.service.queue.add("publish", {"draft": "d1"}, "user:steward")

    assert as_curator("POST", f"/curate/jobs/{job.id}/cancel").status_code == 403
    house.service.queue.end(job.id, "cancelled")


def test_unknown_jobs_are_told(as_curator):
    for method, path in (("GET", "/curate/jobs/999999"), ("GET", "/curate/jobs/999999/events")):
        assert as_curator(method, path).status_code == 404


def test_readiness_says_whether_the_worker_of_the_jobs_runs(house):
    client = house.app.test_client()

    assert (client.get("/-/ready").status_code, client.get("/-/ready").json["curation"]) == (200, "stopped")
    with exclusive(house.state / "curation.lock", "kgservice serve", "curation", 1):
        assert client.get("/-/ready").json["curation"] == "running"
    assert "The worker that does the jobs is not running" in house.page("curator", "/curate/jobs").text


def test_a_worker_that_dies_at_once_is_started_again_ever_more_seldom():
    keeper = Supervisor(["false"], pause=0.05)
    keeper.start()
    time.sleep(0.8)
    started = keeper.started
    keeper.close()

    assert 2 <= started <= 5
    assert not keeper.alive


def test_the_board_and_the_queue_are_commands_too(served):
    queue = Queue(served.state)
    job = queue.add("rebase", {"draft": "d999"}, "user:curator")
    deadline = time.monotonic() + 60
    while not queue.job(job.id).over and time.monotonic() < deadline:
        time.sleep(0.1)

    assert "There is no draft d999" in served.command("jobs", "--lang", "en")
    assert "не вышло" in served.command("jobs", "--lang", "ru")
    served.command("jobs", "cancel", str(job.id), code=1)
    assert "waits in the queue" in served.command("jobs", "again", str(job.id))
    assert "places" in {one["source"] for one in json.loads(served.command("board", "--format", "json"))}
