"""Who sends a request: the token in its Authorization header, and whether its role is enough."""

import base64

from flask import Response, g, request

from kgservice.access import Access, Account, Role
from kgservice.errors import AccessDenied, Unauthenticated

_CHALLENGES = ('Bearer realm="kgservice"', 'Basic realm="kgservice", charset="UTF-8"')


class Callers:
    """Reads tokens from requests: `Authorization: Bearer TOKEN`, or Basic with the token as password."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def insist(self, role: Role) -> Account:
        """Return who sends the request.

        Raises:
            Unauthenticated: nobody known; the answer carries a challenge (RFC 9110 11.6.1).
            AccessDenied: somebody whose role is not enough.
        """
        secret = _secret(request.headers.get("Authorization", ""))
        if not secret:
            raise Unauthenticated("This address needs a token: send it as `Authorization: Bearer TOKEN`.")
        account = self._access.account(secret)
        if not account.may(role):
            raise AccessDenied(
                "The token {name} has the role {role}, and this needs {needed}.",
                name=account.name,
                role=account.role.name.lower(),
                needed=role.name.lower(),
            )
        g.client = f"token:{account.name}"
        return account


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
