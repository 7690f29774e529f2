"""What a check found of each target of each shape, kept so that a later change replaces only what it can reach."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from kgservice.report import Finding, Report
from kgservice.shacl import Focus


def key(finding: Finding) -> tuple[str, str, str, str, str, str]:
    """Return by what findings of shapes are ordered and known as one: rule, focus, path, value, message, component."""
    return finding.rule, finding.focus, finding.path, finding.value, finding.text.template, finding.component


class ChangeTooLarge(Exception):
    """Raised when a change cannot be checked by itself; the whole is to be checked."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding and what it hangs on: the shape that has the target, and the target node; both "" for neither."""

    root: str
    target: str
    finding: Finding


@dataclass(slots=True)
class Trail:
    """All that one check told; not whole when limits left something out or a shape was not evaluated."""

    told: list[Told] = field(default_factory=list)
    whole: bool = True

    def located(self, findings: Iterable[Finding]) -> "Trail":
        """Return the trail with the cells that its findings have among these."""
        places = {key(finding): finding for finding in findings}
        told = []
        for one in self.told:
            place = places.get(key(one.finding), one.finding)
            told.append(replace(one, finding=replace(one.finding, cells=place.cells, source=place.source)))
        return Trail(told, self.whole)

    def placing(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return findings, those without cells with the cells and source that the trail has for the same one."""
        places = {key(one.finding): one.finding for one in self.told if one.finding.cells}
        found = []
        for one in findings:
            place = None if one.cells else places.get(key(one))
            found.append(replace(one, cells=place.cells, source=place.source) if place else one)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What was told before a change, and the target nodes whose verdict it may change."""

    before: Collection[Told]
    focus: Focus
    foreign: Callable[[Collection[str]], Collection[str]] = lambda nodes: frozenset()
    """Returns those of some nodes that are not to be checked; by itself, none."""

    def standing(self, anew: Collection[str]) -> Iterator[Told]:
        """Yield what stands: told of targets out of the focus, of shapes that are not in `anew`."""
        focus = {root: None if nodes is None else frozenset(nodes) for root, nodes in self.focus.items()}
        for told in self.before:
            nodes = focus.get(told.root, frozenset())
            if told.root not in anew and nodes is not None and told.target not in nodes:
                yield told


def save(path: Path, trails: Mapping[str, Trail], under: str) -> None:
    """Write trails by name into a new file; `under` says by which shapes and which code they were made."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE trail (name TEXT PRIMARY KEY, whole INTEGER, made_by TEXT)")
        connection.execute("CREATE TABLE told (trail TEXT, root TEXT, target TEXT, finding TEXT)")
        for name, trail in trails.items():
            connection.execute("INSERT INTO trail VALUES (?, ?, ?)", (name, trail.whole, under))
            once = {
                (name, told.root, told.target, json.dumps(body, ensure_ascii=False))
                for told in trail.told
                for body in Report((told.finding,)).to_json()["findings"]
            }
            connection.executemany("INSERT INTO told VALUES (?, ?, ?, ?)", sorted(once))


def load(path: Path, under: str) -> dict[str, Trail]:
    """Return the whole trails of a file by name; none when there is no file, or it was made by others than `under`."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        names = connection.execute("SELECT name FROM trail WHERE whole AND made_by = ?", (under,)).fetchall()
        return {name: Trail([*_told(connection, name)]) for (name,) in names}


def _told(connection: sqlite3.Connection, name: str) -> Iterator[Told]:
    for root, target, body in connection.execute("SELECT root, target, finding FROM told WHERE trail = ?", (name,)):
        (finding,) = Report.from_json({"findings": [json.loads(body)], "counts": {}}).findings
        yield Told(root, target, finding)
