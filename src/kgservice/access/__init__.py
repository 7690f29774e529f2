"""Who may do what, and who did it: people, tokens, roles, sessions, the audit trail."""

from kgservice.access.audit import Audit
from kgservice.access.people import People
from kgservice.access.roles import Account, Role
from kgservice.access.sessions import Sessions
from kgservice.access.tokens import Access

__all__ = ["Access", "Account", "Audit", "People", "Role", "Sessions"]
