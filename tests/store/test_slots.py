"""Who gets a worker when many ask what takes long: the places of long queries are waited for, not fought for."""

import threading
import time

import pytest

from kgservice.errors import Busy
from kgservice.store.interface import Question
from kgservice.store.slots import Slots


class Idle:
    """A worker that does nothing: each test says how long its query took."""

    def __init__(self) -> None:
        self.pid, self.generation, self.rows, self.missing = 1, 0, 0, []
        self.metered, self.store, self.took, self.slow = True, None, 0.0, False

    def wait_ready(self, seconds: float) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def retire(self) -> None: ...

    def kill(self) -> None: ...

    def alive(self) -> bool:
        return True

    def slow_down(self) -> None:
        self.slow = True

    def spent(self, began: float) -> float:
        return self.took


class Starter:
    def start(self, order: object) -> Idle:
        return Idle()


@pytest.fixture
def slots() -> Slots:
    made = Slots(Starter(), {}, 4, 64)  # type: ignore[arg-type]
    end = time.monotonic() + 5
    while made.counts()["idle"] < 5:
        assert time.monotonic() < end
        time.sleep(0.01)
    return made


def long(slots: Slots, client: str, seconds: float = 0.0) -> Idle:
    """Take a worker for the long query; `seconds` is how long to wait for it."""
    worker: Idle = slots.take(Question("LONG", client=client), seconds)  # type: ignore[assignment]
    worker.took = 2.0
    return worker


def test_a_query_that_was_long_waits_for_a_long_ones_place_and_short_ones_pass_it(slots: Slots) -> None:
    running = [long(slots, f"c{number}") for number in range(2)]
    for worker in running:
        slots.lengthen(worker, 0)

    with pytest.raises(Busy, match="KG_QUEUE_SECONDS"):
        long(slots, "c3")  # half of the places is taken, and it is known as long
    short = slots.take(Question("SHORT", client="c4"), 0)
    waiting: list[Idle] = []
    asker = threading.Thread(target=lambda: waiting.append(long(slots, "c5", 5)))
    asker.start()
    slots.give(running[0])
    asker.join(5)
    slots.lengthen(waiting[0], 0)

    assert slots.counts()["busy"] == 3
    slots.give(short)
    slots.close()


def test_a_query_that_was_long_once_and_short_now_is_short_again(slots: Slots) -> None:
    worker = long(slots, "c")
    slots.lengthen(worker, 0)
    slots.give(worker)
    again = long(slots, "c")
    again.took = 0.01
    slots.give(again)
    three = [long(slots, f"c{number}") for number in range(3)]

    assert len(three) == 3
    slots.close()
