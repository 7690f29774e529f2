"""A waiver: a steward lets findings stand, for a reason and until a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision as its file says; what it names must all fit, and what it leaves empty fits everything."""

    name: str
    """Stem of its file."""
    reason: str
    by: str
    given: date
    until: date
    """The last day on which it holds."""
    rule: str = ""
    cause: str = ""
    """Id of a cause (12 hexadecimal digits)."""
    focus: str = ""
    """IRI of a thing, or key of a row."""
    source: str = ""
    revoked: date | None = None
    revoked_by: str = ""

    def holds(self, today: date) -> bool:
        """Tell whether it lets findings stand on a day."""
        return self.revoked is None and self.given <= today <= self.until

    def chosen(self) -> tuple[str, list[str]]:
        """Return which findings of a file it lets stand: a condition on the table `findings`, and its values."""
        parts, values = [], []
        for name, value in (("ident", self.cause), ("rule", self.rule), ("source", self.source)):
            if value:
                parts.append(f"{name} = ?")
                values.append(value)
        condition = f"cause IN (SELECT id FROM causes WHERE {' AND '.join(parts) or '0'})"
        if self.focus:
            condition += " AND (focus = ? OR key = ?)"
            values += [self.focus, self.focus]
        return condition, values

    def state(self, today: date) -> str:
        """Return `holds`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        return "holds" if self.holds(today) else "expired"


def holding(waivers: Iterable[Waiver], today: date) -> list[Waiver]:
    """Return the decisions that hold on a day, by name."""
    return sorted((one for one in waivers if one.holds(today)), key=lambda one: one.name)
