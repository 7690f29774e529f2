"""Who sends a request: the token of its Authorization header or the session of its cookie, and whether it may."""

import base64

from flask import Response, g, request
from werkzeug.wrappers import Response as Answer

from kgservice.access import Access, Account, Role, Sessions
from kgservice.access.sessions import LASTING, form_token, same
from kgservice.errors import AccessDenied, FormForged, Unauthenticated

_CHALLENGES = ('Bearer realm="kgservice"', 'Basic realm="kgservice", charset="UTF-8"')
_SAFE = ("GET", "HEAD", "OPTIONS", "QUERY")
FIELD, HEADER = "form_token", "KG-Form-Token"
"""Where a form, and a script, send the token that belongs to their session."""


class Callers:
    """Reads tokens (`Authorization: Bearer TOKEN`, or Basic with the token as password) and sessions from requests."""

    def __init__(self, access: Access, sessions: Sessions, secure: bool) -> None:
        self._access = access
        self._sessions = sessions
        self._secure = secure

    @property
    def cookie(self) -> str:
        """Return the name of the session's cookie; the prefix makes browsers insist on https and this very host."""
        return "__Host-kg" if self._secure else "kg"

    def insist(self, role: Role) -> Account:
        """Return who sends the request; a form of a session must carry its token.

        Raises:
            Unauthenticated: nobody known; the answer carries a challenge (RFC 9110 11.6.1).
            AccessDenied: somebody whose role is not enough.
            FormForged: the form does not belong to the session.
        """
        account = self.known()
        if not account.may(role):
            raise AccessDenied(
                "{name} has the role {role}, and this needs {needed}.",
                name=account.name,
                role=account.role.word,
                needed=role.word,
            )
        g.client = account.actor
        return account

    def known(self) -> Account:
        """Return who sends the request. Raises Unauthenticated and FormForged as `insist` does."""
        kept: Account | None = g.get("account")
        if kept is None:
            kept = g.account = self._read()
        return kept

    def enter(self, response: Answer, user: str) -> None:
        """Begin a session of a user in the browser that gets the response."""
        self._set(response, self._sessions.new(user), int(LASTING.total_seconds()))

    def leave(self, response: Answer) -> None:
        """End the session of the browser that sends the request."""
        secret = request.cookies.get(self.cookie, "")
        if secret:
            self._sessions.end(secret, self.known().actor)
        self._set(response, "", 0)

    def form(self) -> str:
        """Return what forms of this session carry; empty without a session."""
        secret = request.cookies.get(self.cookie, "")
        return form_token(secret) if secret else ""

    def _read(self) -> Account:
        header = request.headers.get("Authorization", "")
        secret = _secret(header)
        if secret:
            return self._access.account(secret)
        secret = request.cookies.get(self.cookie, "")
        if not secret:
            raise Unauthenticated("This address needs a token: send it as `Authorization: Bearer TOKEN`.")
        account = self._sessions.account(secret)
        if request.method not in _SAFE:
            given = request.headers.get(HEADER, "") or request.form.get(FIELD, "")
            if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site" or not same(given, self.form()):
                raise FormForged("This form is out of date or of another page: load the page again and send it anew.")
        return account

    def _set(self, response: Answer, value: str, seconds: int) -> None:
        response.set_cookie(
            self.cookie, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )


def challenge(response: Response) -> Response:
    """Add to a 401 how to authenticate; for `after_request`."""
    if response.status_code == 401:
        for value in _CHALLENGES:
            response.headers.add("WWW-Authenticate", value)
    return response


def _secret(header: str) -> str:
    kind, _, value = header.strip().partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
        except ValueError:  # not base64, or not UTF-8
            return ""
    return ""
