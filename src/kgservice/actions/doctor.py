"""Look an installation over: state folder, space, locks, releases, clock, inputs, settings and protections."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address

from kgservice.actions.content import Content
from kgservice.errors import KgError
from kgservice.releases import Drafts, Shelf
from kgservice.releases.locks import holder
from kgservice.report import Text
from kgservice.settings import Settings

_SPARE = 1 << 30
_RELEASES = 3  # space for so many releases of today's size should be free
_OLD = timedelta(days=30)
_SLACK = timedelta(minutes=5)


class State(StrEnum):
    """How something stands: fine, worth a look, or broken."""

    FINE = "fine"
    LOOK = "look"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Sign:
    """What was looked at, how it stands, what was seen and what to do."""

    name: str
    state: State
    text: Text


class Doctor:
    """Looks at one installation; nothing is written, and no lock is held longer than a moment."""

    def __init__(self, shelf: Shelf, drafts: Drafts, content: Content, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._content = content
        self._settings = settings

    def signs(self) -> list[Sign]:
        """Return what was seen, in a fixed order; what is broken stops nothing else from being looked at."""
        looks = {
            "state": self._state,
            "space": self._space,
            "locks": self._locks,
            "release": self._release,
            "clock": self._clock,
            "inputs": self._inputs,
            "drafts": self._waiting,
            "settings": self._reached,
            "protection": self._protected,
            "programs": self._programs,
        }
        found = []
        for name, look in looks.items():
            try:
                found += [Sign(name, state, text) for state, text in look()]
            except KgError as error:
                found.append(Sign(name, State.BROKEN, Text(error.template, error.params)))
        return found

    def _state(self) -> Iterator[tuple[State, Text]]:
        folder = self._settings.state
        if self._settings.store:
            yield State.FINE, Text("the store is remote: {endpoint}", {"endpoint": self._settings.store})
        elif not folder.exists():
            yield State.LOOK, Text("{path} is not there yet; `kgservice build` makes it", {"path": folder})
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield (
                State.BROKEN,
                Text("{path} may not be written by this user; run as its owner", {"path": folder}),
            )
        else:
            self._shelf.state.check()
            left = [path.name for part in ("releases", "drafts", "deliveries") for path in (folder / part).glob(".*")]
            if left and holder(folder / "writer.lock") is None:
                yield (
                    State.LOOK,
                    Text("{count} leftovers of killed jobs; the next job sweeps them", {"count": len(left)}),
                )
            else:
                yield State.FINE, Text("{path} can be read and written", {"path": folder})

    def _space(self) -> Iterator[tuple[State, Text]]:
        folder = self._settings.state
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        current = self._shelf.current()
        size = sum(path.stat().st_size for path in current.path.rglob("*") if path.is_file()) if current else 0
        seen = {"free": free >> 20, "size": size >> 20}
        if free < size * _RELEASES + _SPARE:
            yield (
                State.LOOK,
                Text("{free} MB free, a release takes {size} MB: free some space before the next publish", seen),
            )
        else:
            yield State.FINE, Text("{free} MB free, a release takes {size} MB", seen)

    def _locks(self) -> Iterator[tuple[State, Text]]:
        serving, writing = (holder(self._settings.state / f"{name}.lock") for name in ("serve", "writer"))
        if serving:
            yield State.FINE, Text("{actor} serves here: process {pid}", serving)
        else:
            yield State.FINE, Text("nobody serves here")
        if writing:
            yield State.FINE, Text("{actor} writes here: {job}, process {pid}", writing)
        else:
            yield State.FINE, Text("nobody writes here")

    def _release(self) -> Iterator[tuple[State, Text]]:
        if self._settings.store:
            return
        current = self._shelf.current()
        if current is None:
            yield State.LOOK, Text("there is no release yet; `kgservice build` makes the first")
            return
        seen = {"id": current.id, "created": current.manifest.created, "count": current.manifest.triples}
        if not current.store.is_dir():
            yield (
                State.BROKEN,
                Text("release {id} has no store: `kgservice releases revive {id}` or `kgservice rollback`", seen),
            )
            return
        yield State.FINE, Text("release {id} of {created}, {count} statements", seen)
        newest = self._shelf.releases()[-1]
        if newest.id != current.id:
            yield (
                State.LOOK,
                Text("readers were sent back: release {newest} is newer than {id}", {"newest": newest.id, **seen}),
            )

    def _clock(self) -> Iterator[tuple[State, Text]]:
        now = datetime.now(UTC)
        for release in self._shelf.releases():
            created = datetime.fromisoformat(release.manifest.created.replace("Z", "+00:00"))
            if created > now + _SLACK:
                yield (
                    State.BROKEN,
                    Text(
                        "release {id} was made at {created}, and now it is {now}: set the clock of this machine",
                        {"id": release.id, "created": release.manifest.created, "now": f"{now:%Y-%m-%dT%H:%M:%SZ}"},
                    ),
                )
                return
        yield State.FINE, Text("{now}, later than every release", {"now": f"{now:%Y-%m-%dT%H:%M:%SZ}"})

    def _inputs(self) -> Iterator[tuple[State, Text]]:
        if self._settings.store:
            return
        if not (self._settings.content / "ontology").is_dir():
            yield State.LOOK, Text("{path} has no authored files (KG_CONTENT)", {"path": self._settings.content})
            return
        built = [release for release in self._shelf.releases() if release.manifest.inputs]
        if built and built[-1].manifest.inputs != self._content.fingerprint():
            yield (
                State.LOOK,
                Text(
                    "authored files or deliveries changed since release {id}: `kgservice build`", {"id": built[-1].id}
                ),
            )
        else:
            yield State.FINE, Text("{path} is what the newest build was made of", {"path": self._settings.content})

    def _waiting(self) -> Iterator[tuple[State, Text]]:
        drafts = [draft for draft in self._drafts.drafts() if draft.state != "published"]
        old = datetime.now(UTC) - _OLD
        stale = [d.id for d in drafts if datetime.fromisoformat(d.created.replace("Z", "+00:00")) < old]
        if stale:
            names = {"count": len(stale), "names": ", ".join(stale[:5])}
            yield State.LOOK, Text("{count} drafts are older than 30 days: {names}; publish or discard them", names)
        else:
            yield State.FINE, Text("{count} drafts are open", {"count": len(drafts)})

    def _reached(self) -> Iterator[tuple[State, Text]]:
        settings = self._settings
        if not _here(settings.host) and ("localhost" in settings.url or "127.0.0.1" in settings.url):
            seen = {"host": settings.host, "url": settings.url}
            yield (
                State.LOOK,
                Text("KG_HOST={host} is reached from outside, but KG_URL={url} names this machine: set KG_URL", seen),
            )
        else:
            yield State.FINE, Text("reached at {url}, identity {base}", {"url": settings.url, "base": settings.base})

    def _protected(self) -> Iterator[tuple[State, Text]]:
        if sys.platform == "linux":
            yield State.FINE, Text("query workers are locked in (no network, memory cap)")
        else:
            yield State.LOOK, Text("on this system query workers keep network and memory: serve trusted askers only")

    def _programs(self) -> Iterator[tuple[State, Text]]:
        version = ".".join(map(str, sys.version_info[:3]))
        if shutil.which("java"):
            yield State.FINE, Text("Python {version}, Java for the logic checks", {"version": version})
        else:
            yield State.LOOK, Text("Python {version}; no Java: `check` leaves the logic out", {"version": version})


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
