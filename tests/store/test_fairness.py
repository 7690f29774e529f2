"""What was used fades, and who asks little stays light."""

from kgservice.store import fairness
from kgservice.store.fairness import Usage


def test_client_is_light_until_a_second_is_used_and_again_when_it_has_faded(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(fairness.time, "monotonic", lambda: clock[0])
    usage = Usage()

    usage.add("a", 0.9)
    assert usage.light("a")
    assert not usage.light("a", running=0.2)
    usage.add("a", 0.9)
    assert not usage.light("a")
    clock[0] += 60

    assert usage.light("a")


def test_many_short_queries_stay_light_and_one_that_runs_long_does_not():
    usage = Usage()
    for _ in range(1000):
        usage.add("busy", 0.01)

    assert usage.light("busy")
    assert not usage.light("busy", running=1.5)


def test_the_service_itself_is_not_counted_and_the_number_of_clients_is_bounded():
    usage = Usage()
    usage.add("", 100.0)
    for number in range(10_000):
        usage.add(f"client {number}", 1.0)

    assert usage.light("")
    assert len(usage._accounts) <= fairness._CLIENTS
