"""Reads the folders of sources: a strict `source.toml`, and the check of its mapping against its sample."""

import codecs
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgservice.errors import SourceInvalid, SourceNotFound
from kgservice.intake.interface import FORMATS, SHORT_MAPPING, Source, Table
from kgservice.report import Finding
from kgservice.terms import Evidence, is_iri

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SOURCE_KEYS: dict[str, tuple[type, bool]] = {
    "title": (dict, True),
    "description": (dict, False),
    "publisher": (str, True),
    "steward": (str, True),
    "licence": (str, False),
    "origin": (str, True),
    "delivery": (str, False),
    "key": (list, False),
    "deliveries": (str, False),
    "table": (list, True),
}
_TABLE_KEYS: dict[str, tuple[type, bool]] = {
    "name": (str, True),
    "file": (str, True),
    "format": (str, True),
    "encoding": (str, False),
    "separator": (str, False),
    "sheet": (str, False),
    "header_row": (int, False),
    "key": (list, False),
    "required": (list, False),
    "unused": (list, False),
    "iterator": (str, False),
    "nulls": (list, False),
    "merged": (str, False),
    "member": (str, False),
    "quote": (str, False),
    "columns": (list, False),
    "evidence": (str, False),
}
READING = ("encoding", "separator", "quote", "sheet", "header_row", "member")
"""Keys of a table that may be said for one delivery."""
SPOKEN = "wordings"
"""Folder of wordings that people added to code tables, in the lineage of a delivery."""
_KINDS = {str: "text in quotes", int: "a whole number", list: "a list in brackets", dict: "a table"}


def load_source(folder: Path) -> Source:
    """Read `source.toml` of a folder; the folder's name is the source's name.

    Raises:
        SourceNotFound: when there is no such folder or no `source.toml` in it.
        SourceInvalid: for an unknown or missing key or a value of the wrong kind; names file and key.
    """
    path = folder / "source.toml"
    if not path.is_file():
        raise SourceNotFound("{path} does not exist; a source is a folder with a source.toml.", path=str(path))
    try:
        body = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceInvalid("{path} is not TOML: {reason}.", path=str(path), reason=str(error)) from None
    if not _NAME.fullmatch(folder.name):
        raise SourceInvalid(
            "{path}: the folder's name is part of IRIs; use small Latin letters, digits and hyphens.", path=str(folder)
        )
    _strict(path, "", body, _SOURCE_KEYS)
    default_key = _words(path, "key", body.get("key", []))
    tables = tuple(_table(path, entry, default_key) for entry in body["table"])
    _check_values(path, body, tables)
    if (folder / SHORT_MAPPING).is_file() and (folder / "mapping.rml.ttl").is_file():
        raise SourceInvalid("{path} stands beside mapping.rml.ttl; keep one of them.", path=str(folder / SHORT_MAPPING))
    return Source(
        name=folder.name,
        folder=folder,
        title=_languages(path, "title", body["title"]),
        description=_languages(path, "description", body.get("description", {})),
        publisher=body["publisher"],
        steward=body["steward"],
        licence=body.get("licence", ""),
        origin=body["origin"],
        delivery=body.get("delivery", "whole"),
        deliveries=body.get("deliveries", "deliveries/*"),
        tables=tables,
        spoken=folder / SPOKEN,
    )


def load_sources(folders: list[Path]) -> dict[str, Source]:
    """Read every source below these folders by name; a later folder's source replaces one of the same name.

    Raises:
        SourceInvalid: as `load_source`.
    """
    found: dict[str, Source] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/source.toml")):
            source = load_source(path.parent)
            found[source.name] = source
    return dict(sorted(found.items()))


def newest_delivery(source: Source) -> list[Path]:
    """Return the files of the newest delivery kept with the source, sorted by name; empty when there is none.

    Where the pattern matches folders, the last by name is the newest delivery; else all matched files are one.
    """
    matched = sorted(path for path in source.folder.glob(source.deliveries) if not path.name.startswith("."))
    folders = [path for path in matched if path.is_dir()]
    if folders:
        return sorted(path for path in folders[-1].iterdir() if path.is_file() and not path.name.startswith("."))
    return [path for path in matched if path.is_file()]


def fingerprint(source: Source) -> str:
    """Return a hash of all that decides how a delivery is read: source.toml, mapping, lookups."""
    digest = hashlib.sha256()
    lookups = [path for folder in (source.lookups, source.spoken) for path in sorted(folder.glob("*"))]
    for path in [source.folder / "source.toml", source.mapping, *lookups]:
        if path.is_file():
            digest.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def overridden(source: Source, reading: Mapping[str, str]) -> Source:
    """Return the source as one delivery must be read: with other values for keys of `READING`.

    Raises:
        SourceInvalid: for a key that says nothing of reading, or a value that it cannot have.
    """
    changed: dict[str, Any] = {}
    for key, value in reading.items():
        if key not in READING:
            raise SourceInvalid(
                "{key} cannot be said for one delivery; {known} can.", key=key, known=", ".join(READING)
            )
        if key == "header_row" and not value.isdecimal():
            raise SourceInvalid("{path}: {key} must be {kind}.", path="--", key=key, kind="a whole number")
        changed[key] = int(value) if key == "header_row" else value.replace("TAB", "\t") if len(value) > 1 else value
    tables = tuple(replace(table, **changed) for table in source.tables)
    for table in tables:
        _check_table(source.folder / "source.toml", table)
    return replace(source, tables=tables)


def check(source: Source) -> list[Finding]:
    """Return what is wrong with a source before any delivery: its mapping, tables and lookups, and its own sample."""
    # the web process reads sources and never maps; polars and rdflib come with the mapping
    from kgservice.intake.contract import check as held

    return held(source)


def _strict(path: Path, where: str, body: Mapping[str, Any], keys: Mapping[str, tuple[type, bool]]) -> None:
    for key, value in body.items():
        if key not in keys:
            raise SourceInvalid(
                "{path}: unknown key {key}; known are {known}.", path=str(path), key=where + key, known=", ".join(keys)
            )
        kind = keys[key][0]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise SourceInvalid("{path}: {key} must be {kind}.", path=str(path), key=where + key, kind=_KINDS[kind])
    for key, (_, needed) in keys.items():
        if needed and not body.get(key):
            raise SourceInvalid("{path}: the key {key} is missing or empty.", path=str(path), key=where + key)


def _words(path: Path, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise SourceInvalid("{path}: {key} must be {kind}.", path=str(path), key=key, kind="a list of texts")
    return tuple(value)


def _languages(path: Path, key: str, value: Mapping[str, Any]) -> dict[str, str]:
    if set(value) - {"ru", "en"} or not all(isinstance(text, str) and text for text in value.values()):
        raise SourceInvalid(
            "{path}: {key} must be {kind}.", path=str(path), key=key, kind="texts by language, ru and en"
        )
    return dict(value)


def _table(path: Path, entry: Any, default_key: tuple[str, ...]) -> Table:
    if not isinstance(entry, dict):
        raise SourceInvalid("{path}: {key} must be {kind}.", path=str(path), key="table", kind="[[table]] blocks")
    where = f"table {entry.get('name', '?')}: "
    _strict(path, where, entry, _TABLE_KEYS)
    values = dict(entry)
    for key in ("key", "required", "unused", "nulls", "columns"):
        if key in values:
            values[key] = _words(path, where + key, values[key])
    values.setdefault("key", default_key)
    return Table(**values)


def _check_values(path: Path, body: Mapping[str, Any], tables: tuple[Table, ...]) -> None:
    names = [table.name for table in tables]
    _one_of(path, "delivery", body.get("delivery", "whole"), ("whole", "additions"))
    for table in tables:
        if names.count(table.name) > 1:
            raise SourceInvalid("{path}: two tables are named {name}.", path=str(path), name=table.name)
        _check_table(path, table)
    licence = body.get("licence", "")
    if licence and not is_iri(licence):
        raise SourceInvalid("{path}: {key} must be {kind}.", path=str(path), key="licence", kind="an IRI")


def _check_table(path: Path, table: Table) -> None:
    where = f"table {table.name}: "
    _one_of(path, where + "format", table.format, FORMATS)
    _one_of(path, where + "merged", table.merged, ("report", "fill"))
    _one_of(path, where + "evidence", table.evidence, tuple(Evidence))
    for key, right, kind in (
        ("header_row", table.header_row >= 0, "0 (no headings) or more"),
        ("columns", bool(table.columns) == (not table.header_row), "the headings where header_row = 0, and only there"),
        ("columns", len(set(table.columns)) == len(table.columns), "headings, each once"),
        ("separator", table.separator == "auto" or len(table.separator) == 1, "one character or auto"),
        ("quote", len(table.quote) < 2, "one character, or empty for none"),
        ("encoding", table.encoding == "auto" or _is_encoding(table.encoding), "an encoding or auto"),
    ):
        if not right:
            raise SourceInvalid("{path}: {key} must be {kind}.", path=str(path), key=where + key, kind=kind)


def _one_of(path: Path, key: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise SourceInvalid("{path}: {key} must be {kind}.", path=str(path), key=key, kind=" or ".join(allowed))


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # the only way Python tells text encodings from others
    except LookupError:
        return False
