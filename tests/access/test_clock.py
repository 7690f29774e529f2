"""A clock that goes backwards, or forwards and back: nobody stays in for longer, and nothing is lost."""

from datetime import timedelta

import pytest

from kgservice.access import Access, Audit, People, Role, Sessions, audit, sessions, tokens
from kgservice.desk import now
from kgservice.errors import Unauthenticated

WORD = "correct horse"


@pytest.fixture
def clock(monkeypatch):
    def turn(**by):
        for room in (tokens, sessions, audit):
            monkeypatch.setattr(room, "now", lambda: now() + timedelta(**by))

    return turn


def test_a_session_from_a_future_that_was_none_ends(tmp_path, clock):
    People(tmp_path).add("anna", Role.CURATOR, WORD)
    kept = Sessions(tmp_path)
    clock(days=30)
    secret = kept.new("anna")
    assert kept.account(secret).name == "anna"
    clock(minutes=-5)
    with pytest.raises(Unauthenticated):
        kept.account(secret)

    fresh = kept.new("anna")
    clock(minutes=-45)
    assert kept.account(fresh).name == "anna", "a small step back signs nobody out"


def test_tokens_count_by_the_clock_as_it_is_and_none_is_lost(tmp_path, clock):
    access = Access(tmp_path)
    lasting, short = access.new("lasting", Role.CURATOR), access.new("short", Role.CURATOR, days=1)
    clock(days=-3)
    assert access.account(lasting).name == "lasting"
    clock(days=2)
    assert access.account(lasting).name == "lasting"
    with pytest.raises(Unauthenticated):
        access.account(short)


def test_a_token_that_was_seen_expired_stays_so_when_the_clock_is_set_back(tmp_path, clock):
    access = Access(tmp_path)
    lasting, short, unused = (access.new(name, Role.READER, days) for name, days in (("a", 0), ("b", 1), ("c", 1)))
    clock(days=2)
    assert access.account(lasting).name == "a"
    clock(days=0)
    for secret in (short, unused):
        with pytest.raises(Unauthenticated):
            access.account(secret)
    assert access.account(lasting).name == "a"
    assert {one.name: one.over for one in access.tokens()} == {"a": False, "b": True, "c": True}, "a list says so too"
    access.revoke("b")
    assert access.account(access.new("b", Role.READER, days=1)).name == "b"


def test_the_audit_trail_keeps_its_order_whatever_the_clock_says(tmp_path, clock):
    trail = Audit(tmp_path)
    for number, days in enumerate((0, 5, -5, 0)):
        clock(days=days)
        trail.write("os:anna", f"step {number}")

    assert [entry.what for entry in trail.entries()] == [f"step {number}" for number in range(4)]
    assert trail.broken() is None
