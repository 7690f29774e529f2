"""The threads of the HTTP server: as few as are needed, the last to rest first, nothing lost when it closes."""

import logging
import threading
import time

import pytest

from kgservice.cli.threads import Dispatcher


class Job:
    """A task that says which thread did it, and waits until it may end."""

    def __init__(self, hold=False, fault=None):
        self.done, self.begun, self.may_end = threading.Event(), threading.Event(), threading.Event()
        self.by, self.cancelled, self._fault = "", False, fault
        if not hold:
            self.may_end.set()

    def service(self):
        self.by = threading.current_thread().name
        self.begun.set()
        assert self.may_end.wait(10)
        self.done.set()
        if self._fault:
            raise self._fault

    def cancel(self):
        self.cancelled = True


@pytest.fixture
def dispatcher():
    made = Dispatcher(3)
    yield made
    made.shutdown()


def done(dispatcher, job):
    """Have a job done, wait until its thread is at rest, and tell which it was."""
    dispatcher.add_task(job)
    assert job.done.wait(10)
    until = time.monotonic() + 10
    while len(dispatcher._resting) < len(dispatcher._threads) and time.monotonic() < until:
        time.sleep(0.001)
    return job.by


def test_one_after_the_other_is_done_by_one_thread(dispatcher):
    assert {done(dispatcher, Job()) for _ in range(50)} == {"http-0"}


def test_no_more_threads_than_allowed_and_what_waits_is_done_in_order(dispatcher):
    held = [Job(hold=True) for _ in range(3)]
    late = [Job() for _ in range(5)]
    for job in (*held, *late):
        dispatcher.add_task(job)
    assert all(job.begun.wait(10) for job in held)
    assert not any(job.begun.is_set() for job in late)
    held[0].may_end.set()

    assert all(job.done.wait(10) for job in late)
    assert {job.by for job in late} == {held[0].by}
    for job in held:
        job.may_end.set()


def test_a_thread_that_cannot_be_made_leaves_its_task_to_the_others(dispatcher, monkeypatch):
    held, late = Job(hold=True), Job()
    dispatcher.add_task(held)
    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", _refused)
        dispatcher.add_task(late)
    held.may_end.set()

    assert late.done.wait(10)
    assert (held.by, late.by) == ("http-0", "http-0")


def _refused(_thread):
    raise RuntimeError("can't start new thread")


def test_a_task_that_fails_is_told_of_and_its_thread_goes_on(dispatcher, caplog):
    with caplog.at_level(logging.ERROR, "kgservice.web"):
        done(dispatcher, Job(fault=ValueError("no")))
        done(dispatcher, Job())

    assert "A task of the HTTP server failed" in caplog.text


def test_closing_ends_the_threads_and_gives_up_what_waits():
    dispatcher = Dispatcher(1)
    held, waiting = Job(hold=True), Job()
    dispatcher.add_task(held)
    assert held.begun.wait(10)
    dispatcher.add_task(waiting)
    threading.Timer(0.1, held.may_end.set).start()

    assert dispatcher.shutdown(timeout=10)
    assert waiting.cancelled
    assert not any(thread.name.startswith("http-") for thread in threading.enumerate())
