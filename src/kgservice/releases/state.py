"""The state folder says which version wrote it, under which identity, and which numbers are used up."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.errors import StateMismatch
from kgservice.releases.files import guarded, read_json, replace

VERSION = 1
"""Version of the layout of the state folder."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stood in a state folder when a job began."""

    record: dict[str, Any]
    made: frozenset[str]
    deliveries: frozenset[str]


class State:
    """The record `state.json` of a state folder; written with the first draft or release."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder = folder
        self.base = base
        self._record = folder / "state.json"

    def check(self) -> None:
        """Refuse a folder that this program must not touch; one that does not exist yet is fine.

        Raises:
            StateMismatch: a newer version made it, or another KG_BASE.
            StateBroken: its record is damaged.
        """
        if not self._record.exists():
            return
        record = read_json(self._record)
        if record.get("version", 0) > VERSION:
            raise StateMismatch(
                "The state folder {path} was made by a newer kgservice (layout {found}, this one knows {known}); "
                "install that version or set KG_STATE to another folder.",
                path=str(self.folder),
                found=record["version"],
                known=VERSION,
            )
        if record.get("base") != self.base:
            raise StateMismatch(
                "The state folder {path} was made under KG_BASE={found}, and now KG_BASE is {asked}; "
                "set KG_BASE={found}, or KG_STATE to another folder.",
                path=str(self.folder),
                found=record.get("base"),
                asked=self.base,
            )

    def prepare(self) -> None:
        """Make the folder and its record where they are missing; the writer's lock is taken in it."""
        with guarded(self.folder):
            for name in ("drafts", "releases", "deliveries"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            if not self._record.exists():
                replace(self._record, json.dumps({"version": VERSION, "base": self.base, "used": {}}))
        self.check()

    def rebase(self, base: str) -> None:
        """Record another base; the former one is remembered. The writer's lock is held."""
        record = read_json(self._record)
        former = [name for name in record.get("former", []) if name != base]
        if record["base"] != base:
            former.append(record["base"])
        with guarded(self._record):
            replace(self._record, json.dumps({**record, "base": base, "former": former}))
        self.base = base

    def former(self) -> list[str]:
        """Return the bases that this installation had before, oldest first."""
        return list(read_json(self._record).get("former", [])) if self._record.exists() else []

    def number(self, name: str, used: int) -> int:
        """Return the next number of a series, above `used` and never given before; the writer's lock is held."""
        record = read_json(self._record)
        fresh = max(int(record["used"].get(name, 0)), used) + 1
        record["used"][name] = fresh
        with guarded(self._record):
            replace(self._record, json.dumps(record))
        return fresh

    def standing(self) -> Standing:
        """Return what a job may use up: the record, and the names of drafts, releases and kept deliveries."""
        drafts, releases, deliveries = (_names(self.folder / name) for name in ("drafts", "releases", "deliveries"))
        return Standing(read_json(self._record), drafts | releases, deliveries)

    def give_back(self, before: Standing) -> None:
        """Take back what a refused job used up, numbers and kept deliveries, unless a draft or release came of it."""
        after = self.standing()
        if after.made != before.made:
            return
        for name in after.deliveries - before.deliveries:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        if after.record != before.record:
            with guarded(self._record):
                replace(self._record, json.dumps(before.record))


def _names(folder: Path) -> frozenset[str]:
    return frozenset(f"{folder.name}/{name}" for name in os.listdir(folder) if not name.startswith("."))
