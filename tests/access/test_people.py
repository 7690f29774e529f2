"""People: passwords, sessions that end, slow-down and lock-out, and nothing kept in clear."""

import threading
from datetime import timedelta

import pytest

from kgservice.access import Audit, People, Role, Sessions, people, sessions
from kgservice.access.sessions import form_token
from kgservice.desk import now
from kgservice.errors import ParameterInvalid, SignInRefused, TooManyAttempts, Unauthenticated, UserNotFound

WORD = "верная лошадь"


@pytest.fixture
def desk(tmp_path):
    found = People(tmp_path)
    found.add("anna", Role.CURATOR, WORD, ["organizations"], actor="os:root")
    return found


@pytest.fixture
def clock(monkeypatch):
    """A clock in seconds that the tests set."""
    time = [1_000_000.0]
    monkeypatch.setattr(people.time, "time", lambda: time[0])
    return time


def guess(desk, times, name="anna", address="127.0.0.2"):
    for _ in range(times):
        with pytest.raises(SignInRefused):
            desk.enter(name, "wrong wrong", address)


def test_the_right_password_lets_in_with_role_and_sources(desk):
    account = desk.enter("anna", WORD, "127.0.0.1")

    assert (account.actor, account.role, account.sources) == ("user:anna", Role.CURATOR, ("organizations",))
    assert account.knows("organizations")
    assert not account.knows("places")


def test_no_password_lies_in_the_state_folder(desk, tmp_path):
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("desk.sqlite*"))

    assert WORD.encode() not in kept
    assert b"$argon2id$" in kept


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "anna", "x" * 600])
def test_weak_passwords_are_refused(desk, password):
    with pytest.raises(ParameterInvalid):
        desk.add("boris", Role.READER, password)


def test_names_are_unique_and_known(desk):
    for name in ("anna", "a b", ""):
        with pytest.raises(ParameterInvalid):
            desk.add(name, Role.READER, WORD)
    for change in (lambda: desk.remove("nobody"), lambda: desk.password("nobody", WORD)):
        with pytest.raises(UserNotFound):
            change()


def test_five_wrong_passwords_lock_an_address_out_and_no_other(desk, clock):
    guess(desk, 5)

    with pytest.raises(TooManyAttempts) as locked:
        desk.enter("anna", WORD, "127.0.0.2")
    assert locked.value.params["seconds"] == 900
    assert desk.enter("anna", WORD, "127.0.0.3").name == "anna", "the owner elsewhere is not shut out"
    clock[0] += 901
    assert desk.enter("anna", WORD, "127.0.0.2").name == "anna"


def test_an_account_guessed_at_from_many_addresses_is_slowed_down(desk, clock):
    for number in range(10):
        guess(desk, 1, address=f"127.0.1.{number}")

    with pytest.raises(TooManyAttempts) as slowed:
        desk.enter("anna", WORD, "127.0.0.9")
    assert slowed.value.params["seconds"] <= 60


def test_an_address_that_guesses_names_is_locked_out(desk, clock):
    for number in range(30):
        guess(desk, 1, name=f"name-{number}", address="127.0.0.7")

    with pytest.raises(TooManyAttempts):
        desk.enter("somebody-else", WORD, "127.0.0.7")


def test_guesses_in_parallel_count_each(desk):
    outcomes = []

    def one():
        try:
            desk.enter("anna", "wrong wrong", "127.0.0.4")
        except (SignInRefused, TooManyAttempts) as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=one) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count(SignInRefused) == 5


def test_a_clock_that_goes_backwards_locks_nobody_out_for_longer(desk, clock):
    guess(desk, 5)
    clock[0] -= 500

    with pytest.raises(TooManyAttempts) as locked:
        desk.enter("anna", WORD, "127.0.0.2")
    assert locked.value.params["seconds"] <= 900


def test_a_session_speaks_for_its_account_until_it_is_ended(desk, tmp_path):
    kept = Sessions(tmp_path)
    secret = kept.new("anna")

    assert kept.account(secret).name == "anna"
    assert form_token(secret) != secret
    kept.end(secret, "user:anna")
    for nothing in (secret, "", "x"):
        with pytest.raises(Unauthenticated):
            kept.account(nothing)


@pytest.mark.parametrize("change", ["password", "role", "remove"])
def test_sessions_end_with_a_change_of_the_account(desk, tmp_path, change):
    secret = Sessions(tmp_path).new("anna")
    {
        "password": lambda: desk.password("anna", "другая лошадь"),
        "role": lambda: desk.role("anna", Role.READER),
        "remove": lambda: desk.remove("anna"),
    }[change]()

    with pytest.raises(Unauthenticated):
        Sessions(tmp_path).account(secret)


@pytest.mark.parametrize(("hours", "alive"), [(11, True), (13, False)])
def test_a_session_that_is_not_used_ends(desk, tmp_path, monkeypatch, hours, alive):
    secret = Sessions(tmp_path).new("anna")
    later = now() + timedelta(hours=hours)
    monkeypatch.setattr(sessions, "now", lambda: later)

    if alive:
        assert Sessions(tmp_path).account(secret).name == "anna"
    else:
        with pytest.raises(Unauthenticated):
            Sessions(tmp_path).account(secret)


def test_what_was_done_to_accounts_is_in_the_trail(desk, tmp_path):
    desk.enter("anna", WORD, "127.0.0.1")
    guess(desk, 1)
    desk.role("anna", Role.STEWARD, actor="user:boss")

    told = [(entry.actor, entry.what, entry.outcome) for entry in Audit(tmp_path).entries()]
    assert told == [
        ("os:root", "user add anna", "done"),
        ("user:anna", "sign in", "done"),
        ("user:anna", "sign in", "sign-in-refused"),
        ("user:boss", "user role anna", "done"),
    ]
