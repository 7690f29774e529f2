"""Who somebody is: a name, a role, and the sources that the role is limited to."""

import re
from dataclasses import dataclass
from enum import IntEnum

NAME = re.compile(r"[\w.@-]{1,64}")
"""What a token or a user may be called."""


class Role(IntEnum):
    """What somebody may do; each role may do all that the ones before it may."""

    READER = 1
    CURATOR = 2
    STEWARD = 3
    OPERATOR = 4

    @property
    def word(self) -> str:
        """Return its name as commands and pages write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Account:
    """Who a token or a session speaks for; times are UTC, ISO 8601, to the second."""

    name: str
    role: Role
    created: str
    expires: str = ""
    """Empty where it never does."""
    sources: tuple[str, ...] = ()
    """Names of the sources that it may work on; empty = all."""
    kind: str = "token"
    """`token` or `user`."""
    last: str = ""
    """Of a user: the last sign-in; empty before the first."""
    over: bool = False
    """Of a token: its time has come, or had come once by a clock that was set back since."""

    @property
    def actor(self) -> str:
        """Return the name under which its deeds are written down."""
        return f"{self.kind}:{self.name}"

    def may(self, role: Role) -> bool:
        """Tell whether this role, or a lower one, is enough."""
        return self.role >= role

    def knows(self, source: str) -> bool:
        """Tell whether it may work on a source."""
        return not self.sources or source in self.sources
