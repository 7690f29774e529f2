"""Checksums of a store's tables: releases share these files, and a count of statements does not read all of them."""

import hashlib
import json
from pathlib import Path

from kgservice.releases.files import read_json, replace

_SUMS = "tables.json"


def note(store: Path) -> None:
    """Write the checksums of a store's tables into its folder: releases share them, and nobody else reads all of them.

    The note goes wherever the store goes: a copy that is changed, or one that is built anew, has none.
    """
    replace(store / _SUMS, json.dumps({path.name: _sum(path) for path in sorted(store.glob("*.sst"))}))


def altered(store: Path) -> list[Path]:
    """Return the tables of a store that are gone or not what they were when it was noted; none without a note."""
    if not (store / _SUMS).exists():
        return []
    found = [(store / name, said) for name, said in read_json(store / _SUMS).items()]
    return [path for path, said in found if not path.is_file() or _sum(path) != said]


def gone(store: Path) -> list[Path]:
    """Return what is missing of a store: its tables as they were noted, and what leads to them; nothing is read."""
    named = read_json(store / _SUMS) if (store / _SUMS).exists() else {}
    return [store / name for name in ("CURRENT", *named) if not (store / name).is_file()]


def _sum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
