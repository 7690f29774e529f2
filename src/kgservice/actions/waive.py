"""Waive: a steward lets findings stand for a reason and until a day, and takes it back."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from kgservice.actions import decisions
from kgservice.actions.gather import OF_RELEASE, again, judged
from kgservice.errors import DecisionNotFound, ParameterInvalid
from kgservice.releases import Draft, Drafts, Shelf
from kgservice.report.reading import Reader
from kgservice.report.waivers import Waiver, holding
from kgservice.settings import Settings

LONGEST = 400
"""Days that a waiver may hold; what is still wrong then is looked at anew."""


class Waive:
    """The waivers of an installation; the clock is a function that tells the day."""

    def __init__(self, shelf: Shelf, drafts: Drafts, settings: Settings, today: Callable[[], date]) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._settings = settings
        self.today = today

    def waivers(self) -> list[Waiver]:
        """Return every waiver by name, those that expired or were revoked too.

        Raises:
            AuthoredInvalid: a decision file is wrong.
        """
        return decisions.waivers(self._settings)

    def give(
        self, name: str, *, reason: str, until: date, actor: str, rule: str = "", cause: str = "", focus: str = "",
        source: str = "",
    ) -> tuple[Waiver, int]:  # fmt: skip
        """Let findings of a draft (`d3`) or release (`7`) stand; return the decision and how many findings it covers.

        Raises:
            ParameterInvalid: no reason, no rule nor cause, a day that is past or too far, or nothing is found so.
            DraftNotFound, ReleaseNotFound, StateLocked, StateBroken: as their names say.
        """
        _sound(reason, rule, cause, until, self.today())
        draft = self._drafts.draft(name) if name.startswith("d") else None
        with self._shelf.lock("writer", actor=actor, job=f"waive {cause or rule} in {name}"):
            path = draft.findings if draft else self._shelf.release(_number(name)).path / OF_RELEASE
            given = self.today()
            waiver = Waiver("", reason.strip(), actor, given, until, rule, cause, focus, source)
            stem = hashlib.sha256(f"{given}{waiver}".encode()).hexdigest()[:12]
            waiver = replace(waiver, name=f"{given:%Y%m%d}-{stem}")
            covered = _covered(path, waiver)
            if not covered:
                raise ParameterInvalid(
                    "{name} has no finding of {what}; `kgservice report {name}` names rules, causes and things.",
                    name=name,
                    what=" ".join(part for part in (rule, cause, focus, source) if part),
                )
            decisions.write(self._settings, waiver)
            if draft:
                self._judge(draft, actor)
        return waiver, covered

    def revoke(self, name: str, actor: str) -> Waiver:
        """Take a waiver back from now on; its file stays and says so.

        Raises:
            DecisionNotFound: there is none of that name.
            ParameterInvalid: it was revoked before.
        """
        with self._shelf.lock("writer", actor=actor, job=f"revoke waiver {name}"):
            known = {one.name: one for one in self.waivers()}
            if name not in known:
                raise DecisionNotFound("There is no waiver {name}; `kgservice waivers` lists them.", name=name)
            if known[name].revoked:
                raise ParameterInvalid("Waiver {name} was revoked on {day}.", name=name, day=known[name].revoked)
            waiver = replace(known[name], revoked=self.today(), revoked_by=actor)
            decisions.write(self._settings, waiver)
            for draft in self._drafts.drafts():
                if draft.state != "published" and draft.findings.is_file():
                    self._judge(draft, actor)
        return waiver

    def _judge(self, draft: Draft, actor: str) -> None:
        """Mark a draft's findings anew, and with them whether it may be published."""
        with self._drafts.decided(draft.id, actor, f"judge {draft.id} by its waivers") as held:
            before = held.report()
            path = again(held, holding(self.waivers(), self.today()))
            with Reader(path) as reader:
                report = reader.head(self._settings.findings, _uncut(before.counts))
            self._drafts.save(replace(held, state=judged(held.state, report.conforms)), report)


def _uncut(counts: object) -> dict[str, int]:
    return {name: n for name, n in dict(counts).items() if not name.startswith("omitted")}  # type: ignore[call-overload]


def _sound(reason: str, rule: str, cause: str, until: date, today: date) -> None:
    if not reason.strip():
        raise ParameterInvalid("A waiver needs a reason that others will understand.")
    if not (rule or cause):
        raise ParameterInvalid("A waiver names a rule or a cause; `kgservice report` shows both.")
    if not today <= until <= today + timedelta(days=LONGEST):
        raise ParameterInvalid(
            "A waiver holds until a day from today on, at most {days} days ahead; {day} is not one.",
            days=LONGEST,
            day=until,
        )


def _number(name: str) -> int:
    if not name.isdecimal():
        raise ParameterInvalid("{name} is neither a draft (d3) nor a release (7).", name=name)
    return int(name)


def _covered(path: Path, waiver: Waiver) -> int:
    if not path.is_file():
        return 0
    with Reader(path) as reader:
        return reader.covered(waiver)
