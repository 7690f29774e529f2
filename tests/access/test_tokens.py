"""Tokens: shown once, kept as hashes, worthless once revoked or expired."""

import stat

import pytest

from kgservice.access import Access, Role, tokens
from kgservice.errors import ParameterInvalid, TokenNotFound, Unauthenticated


def test_a_token_speaks_for_its_name_with_its_role(tmp_path):
    desk = Access(tmp_path / "state")
    secret = desk.new("anna", Role.CURATOR)

    account = desk.account(secret)

    assert (account.name, account.role, account.expires) == ("anna", Role.CURATOR, "")
    assert account.actor == "token:anna"
    assert account.may(Role.READER)
    assert not account.may(Role.STEWARD)
    assert len(secret) >= 43, "256 bits"


def test_the_secret_itself_is_kept_nowhere_and_others_may_not_read_the_file(tmp_path):
    desk = Access(tmp_path)
    secret = desk.new("anna", Role.CURATOR)
    file = tmp_path / "desk.sqlite"

    assert secret.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("desk.sqlite*"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_unknown_revoked_and_expired_tokens_are_worth_nothing(tmp_path, monkeypatch):
    desk = Access(tmp_path)
    for nothing in ("", "x"):
        with pytest.raises(Unauthenticated):
            desk.account(nothing)
    revoked, short = desk.new("revoked", Role.OPERATOR), desk.new("short", Role.OPERATOR, days=1)
    desk.revoke("revoked")
    assert desk.account(short).name == "short"
    monkeypatch.setattr(tokens, "written", lambda time: "9999-01-01T00:00:00Z")

    for secret in (revoked, short):
        with pytest.raises(Unauthenticated):
            desk.account(secret)


def test_names_are_unique_and_plain(tmp_path):
    desk = Access(tmp_path)
    desk.new("anna", Role.READER)

    for name in ("anna", "", "a b", "x" * 65, "<script>"):
        with pytest.raises(ParameterInvalid):
            desk.new(name, Role.READER)
    with pytest.raises(TokenNotFound):
        desk.revoke("nobody")
    assert [account.name for account in desk.tokens()] == ["anna"]
