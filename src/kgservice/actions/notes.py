"""Release notes, made from what a release changed and stored with it: counts, and the first things of each kind."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.actions.differences import Differences
from kgservice.locale import LANGUAGES
from kgservice.releases import Release
from kgservice.releases.files import replace
from kgservice.releases.ledger import VERBS, Wanted

_FILE = "notes.json"
_FIRST = 10  # things of a kind and verb that are named


@dataclass(frozen=True, slots=True)
class Group:
    """What was done with the things of one kind: how many, and the names of the first."""

    kind: str
    verb: str
    count: int
    things: tuple[tuple[str, str, str], ...]
    """IRI, name and former name (or former IRI) of each."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a release changed, in one language."""

    added: int
    """Statements."""
    removed: int
    groups: tuple[Group, ...]


def write(folder: Path, found: Differences) -> None:
    """Write the notes of a release that is being made into its folder. Raises StateBroken when the disk is full."""
    summary = found.summary()
    groups = []
    for kind, verbs in summary.kinds.items():
        for verb in (verb for verb in VERBS if verbs.get(verb)):
            things: dict[str, dict[str, Any]] = {}
            for lang in LANGUAGES:
                for thing in found.page(Wanted(kind, verb=verb), 0, _FIRST, lang):
                    entry = things.setdefault(thing.iri, {"iri": thing.iri, "name": {}, "former": {}})
                    entry["name"][lang] = thing.label
                    entry["former"][lang] = thing.former_label
            groups.append({"kind": kind, "verb": verb, "count": verbs[verb], "things": list(things.values())})
    body = {"added": summary.statements_added, "removed": summary.statements_removed, "groups": groups}
    replace(folder / _FILE, json.dumps(body, ensure_ascii=False, indent=1))


def read(release: Release, lang: str) -> Notes | None:
    """Return the notes of a release in a language; None for one made before there were notes."""
    path = release.path / _FILE
    if not path.exists():
        return None
    body: Mapping[str, Any] = json.loads(path.read_text("utf8"))
    return Notes(body["added"], body["removed"], tuple(_groups(body["groups"], lang)))


def _groups(groups: list[dict[str, Any]], lang: str) -> Iterator[Group]:
    for group in groups:
        things = [(one["iri"], one["name"].get(lang, ""), one["former"].get(lang, "")) for one in group["things"]]
        yield Group(group["kind"], group["verb"], group["count"], tuple(things))
