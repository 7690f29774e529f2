"""The queue: in order, one at a time, watched, cancelled, tried again."""

import threading
from datetime import timedelta

import pytest

from kgservice.desk import now
from kgservice.errors import JobNotFound, ParameterInvalid, Refused
from kgservice.jobs import Failure, Queue


@pytest.fixture
def queue(tmp_path):
    return Queue(tmp_path)


def put(queue, source="places", size=0):
    return queue.add("import", {"files": []}, "user:anna", source, size)


def test_jobs_are_taken_in_the_order_in_which_they_came(queue):
    first, second = put(queue), put(queue)

    assert [job.id for job in queue.waiting()] == [first.id, second.id]
    assert queue.take().id == first.id
    assert [(job.id, job.state) for job in queue.waiting()] == [(first.id, "running"), (second.id, "queued")]
    assert queue.take().id == second.id
    assert queue.take() is None


def test_what_happens_is_kept_and_can_be_followed_from_any_event(queue):
    job = put(queue)
    queue.take()
    queue.tell(job.id, "Reading the delivery", 3, 10)
    seen = queue.events(job.id)
    queue.end(job.id, "done", {"draft": "d1"})

    now = Queue(queue._desk.path.parent).job(job.id)
    assert (now.state, now.step, now.done, now.total, now.result) == (
        "done",
        "Reading the delivery",
        3,
        10,
        {"draft": "d1"},
    )
    assert len(seen) == 3
    assert len(queue.events(job.id, seen[-1])) == 1


def test_a_job_that_waits_is_cancelled_at_once_and_a_running_one_is_marked(queue):
    running, waiting = put(queue), put(queue)
    queue.take()

    assert queue.cancel(waiting.id).state == "cancelled"
    assert queue.cancel(running.id).cancelling
    queue.end(running.id, "cancelled")
    with pytest.raises(Refused):
        queue.cancel(running.id)


def test_a_failed_job_is_tried_again_with_what_was_missing(queue):
    job = put(queue)
    queue.take()
    with pytest.raises(Refused):
        queue.again(job.id, "user:anna")
    queue.end(job.id, "failed", failure=Failure("confirmation-needed", "{n} rows would go.", {"n": 5}))

    second = queue.again(job.id, "user:boris", confirmed=True)
    assert queue.job(job.id).failure.params == {"n": 5}
    assert (second.again, second.actor, second.params["confirmed"], second.state) == (
        job.id,
        "user:boris",
        True,
        "queued",
    )


def test_an_ended_job_stays_as_it_ended(queue):
    job = put(queue)
    queue.take()
    queue.end(job.id, "cancelled")
    queue.end(job.id, "done", {"draft": "d1"})
    queue.tell(job.id, "late")

    assert (queue.job(job.id).state, queue.job(job.id).step) == ("cancelled", "")


def test_unknown_jobs_and_kinds_are_refused(queue):
    for number in (1, 10**12):
        with pytest.raises(JobNotFound):
            queue.job(number)
    with pytest.raises(ParameterInvalid):
        queue.add("dance", {}, "user:anna")


def test_an_estimate_follows_the_jobs_before(queue):
    assert queue.seconds_left(put(queue)) is None
    queue.end(queue.take().id, "done")

    assert 0 < queue.seconds_left(put(queue, size=10**9)) < 10**5


def test_an_estimate_follows_the_jobs_of_its_size(queue, monkeypatch):
    small, large = put(queue, size=6_000), put(queue, size=10_000_000)
    for job, seconds in ((small, 20), (large, 200)):
        assert queue.take().id == job.id
        monkeypatch.setattr("kgservice.jobs.queue.now", lambda seconds=seconds: now() + timedelta(seconds=seconds))
        queue.end(job.id, "done")
        monkeypatch.undo()

    assert queue.seconds_left(put(queue, size=5_000)) < 60
    assert queue.seconds_left(put(queue, size=10_000_000)) > 60


def test_many_takers_never_get_the_same_job(queue):
    for _ in range(20):
        put(queue)
    taken = []

    def take():
        while job := queue.take():
            taken.append(job.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, 21))
