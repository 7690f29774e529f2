"""Decide on a draft: accept its preview, comment on it, send it back with reasons."""

import heapq
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from kgservice.access import Role
from kgservice.actions.content import Content
from kgservice.actions.ingest import now
from kgservice.actions.show import Kept, kept
from kgservice.errors import AcceptRefused, AccessDenied, ParameterInvalid, PreviewStale, Refused
from kgservice.releases import Draft, Drafts, Shelf
from kgservice.releases.files import guarded
from kgservice.releases.history import Event
from kgservice.settings import Settings

_LONGEST = 10_000  # characters of a comment or reason
_OWN = {"opened", "imported", "edited", "rebased"}


class Decide:
    """What people decide on drafts; each decision stays in the draft's history."""

    def __init__(self, shelf: Shelf, drafts: Drafts, content: Content, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._settings = settings

    def accept(self, draft_id: str, actor: str, role: Role, comment: str = "", preview: str = "") -> Draft:
        """Accept a draft's preview, and nothing else that the draft may become; `preview` is the hash that was read.

        Raises:
            AccessDenied: the role is not steward or above.
            PreviewStale: there is no preview, it is not the one that was read, or something has moved on since.
            AcceptRefused: it has violations, or a second pair of eyes is wanted and the actor worked on it.
            Refused: it is published, or accepted already.
            DraftNotFound, StateLocked, StateBroken: as their names say.
        """
        with self._deciding(draft_id, actor, f"accept {draft_id}", role, Role.STEWARD) as draft:
            _open(draft)
            found = kept(draft, self._shelf, self._content)
            unmoved(draft, found, preview)
            if draft.state == "accepted" and _accepted(draft).actor == actor:
                raise Refused("Draft {draft} is accepted by you already; publish it.", draft=draft.id)
            if not draft.report().conforms:
                raise AcceptRefused(
                    "Draft {draft} has violations; `kgservice report {draft}` says what, where and how to mend it.",
                    draft=draft.id,
                )
            if self._settings.second_pair and actor in authors(draft):
                raise AcceptRefused(
                    "{actor} worked on draft {draft}, and this service wants a second pair of eyes (KG_SECOND_PAIR): "
                    "somebody else accepts it.",
                    actor=actor,
                    draft=draft.id,
                )
            return self._told(draft, "accepted", actor, role, comment, (), state="accepted")

    def comment(self, draft_id: str, actor: str, role: Role, text: str) -> Draft:
        """Say something on a draft; published ones too.

        Raises:
            AccessDenied: the role is not curator or above.
            ParameterInvalid: there is no text, or it is too long.
            DraftNotFound, StateLocked, StateBroken: as their names say.
        """
        _filled(text)
        with self._deciding(draft_id, actor, f"comment on {draft_id}", role, Role.CURATOR) as draft:
            return self._told(draft, "commented", actor, role, text, (), state=draft.state)

    def send_back(self, draft_id: str, actor: str, role: Role, reason: str, findings: Sequence[str] = ()) -> Draft:
        """Send a draft back to its authors; it is not published before something in it changed.

        Raises:
            AccessDenied: the role is not steward or above.
            ParameterInvalid: there is no reason, or a finding that the report does not have.
            Refused: it is published.
            DraftNotFound, StateLocked, StateBroken: as their names say.
        """
        _filled(reason)
        with self._deciding(draft_id, actor, f"send back {draft_id}", role, Role.STEWARD) as draft:
            _open(draft)
            known = {name for one in draft.report().findings for name in (one.rule, one.focus)}
            unknown = [name for name in findings if name not in known]
            if unknown:
                raise ParameterInvalid(
                    "The report of draft {draft} has no finding {finding}; name a rule, or the IRI of a thing.",
                    draft=draft.id,
                    finding=unknown[0],
                )
            return self._told(draft, "sent-back", actor, role, reason, tuple(findings), state="sent-back")

    @contextmanager
    def _deciding(self, draft_id: str, actor: str, job: str, role: Role, needed: Role) -> Iterator[Draft]:
        with self._shelf.witnessed(actor, job), guarded(self._settings.state):
            if role < needed:
                raise AccessDenied(
                    "The role is {role}, and this needs {needed}.", role=role.name.lower(), needed=needed.name.lower()
                )
            with self._drafts.decided(draft_id, actor, job) as draft:
                yield draft

    def _told(
        self, draft: Draft, verb: str, actor: str, role: Role, text: str, findings: tuple[str, ...], state: str
    ) -> Draft:
        if len(text) > _LONGEST:
            raise ParameterInvalid("A comment has at most {limit} characters.", limit=_LONGEST)
        said = Event(now(), actor, verb, role.name.lower(), text, findings, draft.content_hash)
        return self._drafts.save(replace(draft, state=state, events=(*draft.events, said)))


def history(draft: Draft) -> list[Event]:
    """Return what was done with a draft in the order in which it was done, edits by hand too.

    Edits have a journal of their own and find their place by time; a clock that went backwards moves nothing else.
    """
    events, edits = [*draft.events], []
    if not any(event.verb == "opened" for event in events):
        events.insert(0, Event(draft.created, draft.actor, "opened"))
    journal = draft.path / "edits.jsonl"
    if journal.exists():
        for line in journal.read_text("utf8").splitlines():
            body = json.loads(line)
            text = body.get("text") or f"{body['verb']} {body.get('graph', '')}".strip()
            edits.append(Event(body["time"], body["actor"], "edited", text=text))
    return list(heapq.merge(events, edits, key=lambda event: event.time))


def authors(draft: Draft) -> set[str]:
    """Return everybody who worked on a draft."""
    imported = {str(record["actor"]) for records in draft.imports.values() for record in records}
    return {event.actor for event in history(draft) if event.verb in _OWN} | imported


def unmoved(draft: Draft, found: Kept, preview: str = "") -> None:
    """Insist that a kept preview is the one that the draft's report speaks of, and that was read.

    Raises:
        PreviewStale: it is another one.
    """
    if found.content_hash != draft.content_hash or preview not in ("", found.content_hash):
        raise PreviewStale(
            "The preview of draft {draft} is {hash} now, and not the one that was read; read it again.",
            draft=draft.id,
            hash=found.content_hash[:12],
        )


def _accepted(draft: Draft) -> Event:
    return next(event for event in reversed(draft.events) if event.verb == "accepted")


def _open(draft: Draft) -> None:
    if draft.state == "published":
        raise Refused(
            "Draft {draft} is published as release {release}; open a new one.", draft=draft.id, release=draft.release
        )


def _filled(text: str) -> None:
    if not text.strip():
        raise ParameterInvalid("Say why: the text is empty.")
