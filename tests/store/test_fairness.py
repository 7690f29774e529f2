"""What was used fades, and who asks little stays light."""

from kgservice.store import fairness
from kgservice.store.fairness import NEWCOMER, Usage


def test_newcomer_asks_little_until_a_second_is_used_and_again_when_it_has_faded(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(fairness.time, "monotonic", lambda: clock[0])
    usage = Usage()

    usage.add("a", 0.9)
    assert usage.handicap("a") == NEWCOMER
    assert usage.handicap("a", running=0.2) > NEWCOMER
    usage.add("a", 0.9)
    assert usage.handicap("a") > NEWCOMER
    clock[0] += 60

    assert usage.handicap("a") == NEWCOMER


def test_many_short_queries_have_no_handicap_and_one_that_runs_long_has():
    usage = Usage()
    for _ in range(1000):
        usage.add("busy", 0.01)

    assert usage.handicap("busy") == 0
    assert usage.handicap("busy", running=1.5) > NEWCOMER


def test_handicap_is_bounded_so_that_everybody_comes_in_turn():
    usage = Usage()
    usage.add("greedy", 1e6)

    assert usage.handicap("greedy") < 10


def test_the_number_of_clients_is_bounded_and_the_service_itself_is_not_counted():
    usage = Usage()
    usage.add("", 100.0)
    for number in range(10_000):
        usage.add(f"client {number}", 1.0)

    assert "" not in usage._accounts
    assert len(usage._accounts) <= fairness._CLIENTS
