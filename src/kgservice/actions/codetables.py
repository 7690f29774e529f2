"""Wordings that code tables of sources lack: which a draft met, what they may mean, and what people say they mean."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgservice.actions.content import Content
from kgservice.actions.findings import Findings
from kgservice.actions.search import Search
from kgservice.desk import now
from kgservice.errors import Busy, ParameterInvalid, Refused, ReleaseNotFound, ThingNotFound
from kgservice.intake.interface import Source
from kgservice.releases import Draft, Shelf
from kgservice.releases.files import guarded, replace
from kgservice.search import Index, folded
from kgservice.settings import Settings
from kgservice.terms import KINDS, PREFIXES, is_iri, shortened

LOOKUP = "map/lookup"
"""The rule of findings whose wording a code table lacks."""
_HEAD = ("from", "to", "by", "day")
_LONGEST = 500  # characters of a wording
_MOST = 5000  # findings of a cause that are looked through
_HITS = 8  # things found by name that are offered
_KNOWN = 300  # meanings of a table that are offered


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording of a code table of a source: as found in a draft, or with what people said that it means."""

    source: str
    table: str
    wording: str
    count: int = 0
    """Places that have it."""
    meaning: str = ""
    """The column `to` of the code table; empty where nobody said it."""
    by: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a wording may mean: the column `to` of the code table, and what a person calls it."""

    value: str
    label: str


class CodeTables:
    """The code tables of an installation; what people add lies in the state folder beside their other decisions."""

    def __init__(
        self, shelf: Shelf, content: Content, findings: Findings, search: Callable[[], Search], settings: Settings
    ) -> None:
        self._shelf = shelf
        self._content = content
        self._findings = findings
        self._search = search
        self._settings = settings

    def unknown(self, draft: Draft, cause: str = "") -> list[Wording]:
        """Return the wordings of a draft, of one cause or all, that no code table knew, the most frequent first.

        Those that somebody has explained since have their meaning.

        Raises:
            ParameterInvalid: the draft was not checked yet.
        """
        counts: dict[tuple[str, str, str], int] = {}
        with self._findings.of(draft.id) as (reader, _):
            causes = [one for one in reader.causes() if one.rule == LOOKUP and cause in ("", one.ident)]
            for one in causes:
                for found in reader.window(0, _MOST, cause=one.ident):
                    params = found.finding.text.params
                    for table in str(params.get("table", "")).split(", "):  # a cell may be looked up in several
                        key = (one.source, table, _plain(str(params.get("value", ""))))
                        if one.source in draft.sources and all(key):
                            counts[key] = counts.get(key, 0) + 1
        added = {(one.source, one.table, one.wording): one for name in draft.sources for one in self.added(name)}
        told = [
            Wording(*key, count, added[key].meaning if key in added else "") for key, count in counts.items()
        ]  # fmt: skip
        return sorted(told, key=lambda one: (-one.count, one.table, one.wording))

    def added(self, source: str) -> list[Wording]:
        """Return what people have added to the code tables of a source."""
        folder = self._content.spoken(source)
        return [
            Wording(source, path.stem, row["from"], meaning=row["to"], by=row.get("by") or "", day=row.get("day") or "")
            for path in sorted(folder.glob("*.csv"))
            for row in _rows(path)
        ]

    def meanings(self, source: str, table: str, text: str, lang: str) -> tuple[list[Meaning], list[Meaning]]:
        """Return what a text may mean in a code table: things found by its name, and all that the table speaks of.

        Things are offered that are of the kind of those in the table; the label is in the language where there is one.

        Raises:
            SourceNotFound, SourceInvalid, ParameterInvalid: there is no such source, or no such table of it.
        """
        rows = self._table(self._content.source(source), table)
        index = self._index()
        values = list(dict.fromkeys(value for _, value in rows))[:_KNOWN]
        known = sorted(_named(index, rows, values, self._settings.base, lang), key=lambda one: folded(one.label))
        if index is None or not text.strip():
            return [], known
        homes = _homes((value for _, value in rows), self._settings.base)
        hits: dict[str, str] = {}
        for kind in sorted(_kinds(homes, self._settings.base)):
            for hit in index.search(text, lang, kind, size=5 * _HITS).hits:
                if not homes or _home(hit.iri) in homes:
                    hits.setdefault(hit.iri.removeprefix(self._settings.base), hit.label)
        return _apart([Meaning(value, label) for value, label in hits.items()][:_HITS]), known

    def say(self, said: Sequence[tuple[str, str, str, str]], actor: str) -> list[Wording]:
        """Write down what wordings mean, all or none: (source, table, wording, thing), and return the rows.

        A thing is an address, `kind/key`, what the table says elsewhere, or a name that one thing alone has.
        What was added for a wording before is replaced; rows of the source's own file are not changed here.

        Raises:
            ParameterInvalid: no such table, an empty wording, or a thing that is of another kind or not clear.
            ThingNotFound: nothing published is called so.
            Refused: the source's own table knows the wording.
            SourceNotFound, SourceInvalid, StateLocked, StateBroken: as their names say.
        """
        with self._shelf.lock("writer", actor=actor, job=f"wordings of {', '.join(sorted({one[0] for one in said}))}"):
            made = [self._meant(*one, actor=actor) for one in said]
            for row in made:
                kept = [one for one in self.added(row.source) if one.table == row.table and one.wording != row.wording]
                self._write(row.source, row.table, [*kept, row])
        return made

    def take_back(self, source: str, table: str, wording: str, actor: str) -> None:
        """Forget what people said that a wording means.

        Raises:
            ParameterInvalid: nobody said it.
            SourceNotFound, SourceInvalid, StateLocked, StateBroken: as their names say.
        """
        with self._shelf.lock("writer", actor=actor, job=f"take back a wording of {source}"):
            rows = [one for one in self.added(source) if one.table == table]
            kept = [one for one in rows if one.wording != _plain(wording)]
            if len(kept) == len(rows):
                raise ParameterInvalid("Nobody added “{wording}” to {table} of {source}.",
                                       wording=wording, table=table, source=source)  # fmt: skip
            self._write(source, table, kept)

    def again(self, draft: Draft, source: str) -> dict[str, object]:
        """Return, for an import, how the last delivery of a source in a draft is read again: files, reading, draft.

        Raises:
            ParameterInvalid: the draft has no delivery of that source.
        """
        if not draft.imports.get(source):
            raise ParameterInvalid("Draft {draft} has no delivery of {source}.", draft=draft.id, source=source)
        record, kept = draft.imports[source][-1], self._settings.state / "deliveries"
        return {
            "files": [str(kept / file["sha256"] / file["name"]) for file in record["files"]],
            "draft": draft.id,
            "reading": dict(record.get("reading", {})),
        }

    def _meant(self, source: str, table: str, wording: str, thing: str, *, actor: str) -> Wording:
        plain = _plain(wording)
        if not plain or len(plain) > _LONGEST or any(ord(letter) < 32 for letter in plain):
            raise ParameterInvalid("A wording has 1 to {most} characters, and none that cannot be seen.", most=_LONGEST)
        if not thing.strip():
            raise ParameterInvalid("Say what “{wording}” means.", wording=plain)
        found = self._content.source(source)
        own = dict(_pairs(found.lookups / f"{table}.csv"))
        rows = self._table(found, table)
        if plain in own:
            raise Refused(
                "“{wording}” stands in {table} of {source} itself, as {meaning}; whoever keeps its files changes it.",
                wording=plain, table=table, source=source, meaning=own[plain],
            )  # fmt: skip
        meaning = self._value(rows, table, thing.strip())
        return Wording(source, table, plain, 0, meaning, actor, now().strftime("%Y-%m-%d"))

    def _value(self, rows: Sequence[tuple[str, str]], table: str, thing: str) -> str:
        """Return what stands in the column `to` for what a person named."""
        base, known = self._settings.base, {value for _, value in rows}
        address = thing if is_iri(thing) else f"{base}id/{thing.removeprefix('id/')}"
        for one in (thing, dict(rows).get(thing, ""), address, address.removeprefix(base)):
            if one in known:
                return one
        homes, index = _homes(known, base), self._index()
        named = [iri for iri, _, role in index.named(thing) if role < 2] if index else []
        fitting = list(dict.fromkeys(iri for iri in named if not homes or _home(iri) in homes))
        if len(fitting) > 1:
            raise ParameterInvalid("Several things are called {name}: {things}; write the address of one.",
                                   name=thing, things=", ".join(shortened(iri) for iri in fitting[:6]))  # fmt: skip
        if fitting:
            return fitting[0].removeprefix(base)
        if index is None or not index.labels([address], "en"):
            raise ThingNotFound("Nothing is known here about {iri}.", iri=thing)
        if homes and _home(address) not in homes:
            raise ParameterInvalid(
                "{thing} is of another kind than what {table} speaks of ({kinds}).",
                thing=shortened(address), table=table, kinds=", ".join(sorted(shortened(home) for home in homes)),
            )  # fmt: skip
        return address.removeprefix(base)

    def _table(self, source: Source, table: str) -> list[tuple[str, str]]:
        """Return the rows of a code table, those that people added too."""
        path = source.lookups / f"{table}.csv"
        if not re.fullmatch(r"[\w\-]+", table) or not path.is_file():
            known = ", ".join(sorted(one.stem for one in source.lookups.glob("*.csv"))) or "-"
            raise ParameterInvalid("{source} has no code table {table}; there are {known}.",
                                   source=source.name, table=table, known=known)  # fmt: skip
        return [*_pairs(path), *_pairs(source.spoken / path.name)]

    def _write(self, source: str, table: str, rows: Iterable[Wording]) -> None:
        folder = self._content.spoken(source)
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_HEAD)
        writer.writerows(sorted((one.wording, one.meaning, one.by, one.day) for one in rows))
        with guarded(folder):
            folder.mkdir(parents=True, exist_ok=True)
            replace(folder / f"{table}.csv", stream.getvalue())

    def _index(self) -> Index | None:
        try:
            return self._search().index()
        except (ReleaseNotFound, Refused, Busy):
            return None  # then there is what the table itself speaks of


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()  # as code tables are read


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row.get("from") and row.get("to")]


def _pairs(path: Path) -> list[tuple[str, str]]:
    return [(_plain(row["from"]), row["to"].strip()) for row in _rows(path)]


def _home(iri: str) -> str:
    """Return the namespace of an IRI."""
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def _homes(values: Iterable[str], base: str) -> set[str]:
    """Return the namespaces of what a table speaks of; none where it has no addresses."""
    whole = (value if is_iri(value) else base + value for value in values if is_iri(value) or "/" in value)
    return {_home(value) for value in whole}


def _kinds(homes: Iterable[str], base: str) -> set[str]:
    """Return the kinds by which the index narrows a search to these namespaces."""
    found = set()
    for home in homes:
        kind = home.removeprefix(f"{base}id/").rstrip("/")
        if kind in KINDS:
            found.add(kind)
        else:
            found |= {"class", "property"} if home == PREFIXES["kg"] else {"concept", "other"}
    return found or {""}


def _named(
    index: Index | None, rows: Sequence[tuple[str, str]], values: Sequence[str], base: str, lang: str
) -> list[Meaning]:
    """Return values with their labels; without one, the wordings that mean them."""
    whole: Mapping[str, list[str]] = {
        value: [one if is_iri(one) else base + one for one in value.split()] for value in values
    }
    labels = index.labels({iri for some in whole.values() for iri in some}, lang) if index else {}
    told = []
    for value in values:
        spoken = [labels[iri] for iri in whole[value] if iri in labels]
        others = [wording for wording, meant in rows if meant == value][:3]
        told.append(Meaning(value, ", ".join(spoken or others)))
    return _apart(told)


def _apart(some: list[Meaning]) -> list[Meaning]:
    """Return meanings, those of one name with their address behind it."""
    labels = [one.label for one in some]
    return [Meaning(m.value, f"{m.label} ({shortened(m.value)})") if labels.count(m.label) > 1 else m for m in some]
