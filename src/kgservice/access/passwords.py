"""Passwords: what they must be, and their Argon2id hashes (RFC 9106)."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kgservice.errors import ParameterInvalid

SHORTEST, LONGEST = 10, 512
"""Characters of a password."""


class Passwords:
    """Hashes and compares; at most two at a time, so that a flood of guesses leaves the service its memory."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
        self._turn = threading.BoundedSemaphore(2)
        self._nobody = ""

    def hash(self, password: str, name: str = "") -> str:
        """Return the hash of a password that is good enough.

        Raises:
            ParameterInvalid: it is too short, too long, or the name itself.
        """
        text = _normal(password)
        if not SHORTEST <= len(text) <= LONGEST or len(set(text)) < 4 or text.lower() == name.lower():
            raise ParameterInvalid(
                "A password has {least} to {most} characters, at least 4 different ones, and is not the name.",
                least=SHORTEST,
                most=LONGEST,
            )
        with self._turn:
            return self._hasher.hash(text)

    def fits(self, kept: str, password: str) -> bool:
        """Tell whether a password is the one of a hash; without a hash it takes as long and is never so."""
        with self._turn:
            self._nobody = self._nobody or self._hasher.hash("nobody's")
            try:
                return self._hasher.verify(kept or self._nobody, _normal(password)[: LONGEST + 1]) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
