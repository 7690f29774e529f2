"""Check the authored files before any data: Turtle, shapes, questions, sources and their mappings, and the logic."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

from kgservice.actions import soundness
from kgservice.actions.content import Content
from kgservice.actions.preview import Progress
from kgservice.actions.revive import parts
from kgservice.errors import AuthoredInvalid, KgError, QueryInvalid, RequestInvalid
from kgservice.intake import sources
from kgservice.intake.mapped import rules
from kgservice.knowledge import hygiene, logic, ontology
from kgservice.knowledge.library import read_query
from kgservice.knowledge.validation import Fault, faults
from kgservice.releases import Shelf
from kgservice.report import Cell, Finding, Report, Severity, Text
from kgservice.store.embedded import Snapshot, build
from kgservice.store.memory import Memory

_SECONDS = 10  # for a query of a shape over what is published
_REMEDY = Text("Mend the file and run `kgservice check` again.")


class Check:
    """The authored files of one installation."""

    def __init__(self, content: Content, state: Path, shelf: Shelf | None = None) -> None:
        """Keep the folders, and the releases, over the current of which shapes are tried."""
        self._content = content
        self._state = state
        self._shelf = shelf
        self._words: hygiene.Words | None = None

    def repository(self, quick: bool = False, fix: bool = False, progress: Progress | None = None) -> Report:
        """Return every fault of the authored files at its file and line.

        `quick` leaves out what takes seconds; `fix` writes files that are not canonical as they should be. A check
        leaves a stamp in the state folder, which a publish looks at.

        Raises:
            StateBroken: the stamp cannot be written.
        """
        steps: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
            ("Reading ontology, vocabularies and shapes", lambda: self._turtle(fix)),
            ("Checking the words", self._hygiene),
            ("Checking the shapes", lambda: self._shapes(quick)),
            ("Reading the questions", self._questions),
            ("Checking the sources", lambda: self._sources(quick)),
        ]
        if not quick:
            steps.append(("Reasoning over the ontology", self._logic))
        found: list[Finding] = []
        for done, (step, work) in enumerate(steps):
            if progress:
                progress(step, done, len(steps))
            found += work()
        soundness.stamp(self._content.authored, self._state, found, reasoned=not quick)
        return Report(tuple(found))

    def _turtle(self, fix: bool) -> Iterator[Finding]:
        self._words = None
        try:
            words = hygiene.Words(self._content.authored)
        except RequestInvalid:
            yield from self._broken()  # all of them, not the first alone
            return
        yield from hygiene.form(words, fix)
        self._words = hygiene.Words(self._content.authored) if fix else words

    def _broken(self) -> Iterator[Finding]:
        for folders in ontology.FOLDERS.values():
            for path in _files(self._content.authored, folders, "*.ttl"):
                try:
                    ontology.read(path)
                except RequestInvalid as error:
                    yield self._fault(error, path)

    def _hygiene(self) -> Iterator[Finding]:
        words = self._words
        if words is None:
            return  # told while reading
        with tempfile.TemporaryDirectory() as work:
            build(Path(work, "store"), words.write(Path(work)))
            try:
                yield from hygiene.check(words, Snapshot(Path(work, "store")).rows)
            except QueryInvalid:
                return  # told with the questions
            except AuthoredInvalid as error:
                yield self._fault(error, self._content.authored / "ontology" / "hygiene")

    def _logic(self) -> Iterator[Finding]:
        try:
            yield from logic.check(self._content.authored)
        except RequestInvalid as error:
            yield self._fault(error, self._content.authored / "ontology")

    def _shapes(self, quick: bool) -> Iterator[Finding]:
        if self._words is None:
            return  # told while reading
        authored = self._words.authored["shapes"]
        memory = Memory(() if quick else self._published(), _SECONDS)
        try:
            for fault in faults(ontology.merged(authored), quick, memory.rows):
                path, line = _place(fault, authored) or (self._content.authored / "shapes", 0)
                params = {**fault.text.params, "line": line} if fault.passage else fault.text.params
                yield self._finding("shapes/fault", replace(fault.text, params=params), path, line)
        finally:
            memory.close()

    def _published(self) -> list[Path]:
        current = self._shelf.current() if self._shelf else None
        return [path for graph, path in parts(current) if graph is None and path.exists()] if current else []

    def _questions(self) -> Iterator[Finding]:
        seen: dict[str, Path] = {}
        for path in _files(self._content.authored, ("queries",), "*/*.rq"):
            try:
                read_query(path)
            except RequestInvalid as error:
                yield self._fault(error, path)
            if path.stem in seen:
                text = Text("The name {name} is taken by {other}.", {"name": path.stem, "other": str(seen[path.stem])})
                yield self._finding("queries/name-taken", text, path)
            seen[path.stem] = path

    def _sources(self, quick: bool) -> Iterator[Finding]:
        for folder in self._content.folders():
            for path in sorted(folder.glob("*/source.toml")):
                try:
                    source = sources.load_source(path.parent)
                    if quick:
                        rules(source)
                    else:
                        yield from sources.check(source)
                except RequestInvalid as error:
                    yield self._fault(error, path)

    def _fault(self, error: KgError, path: Path) -> Finding:
        told = error.__cause__ if isinstance(error.__cause__, QueryInvalid) else error
        line = error.params.get("line", 0)
        named = path.parent / str(error.params.get("file", path.name))
        path = named if named.is_file() else path  # a mapping's fault stands in the mapping, not in source.toml
        params = {**told.params, "path": self._name(path)} if "path" in told.params else told.params
        return self._finding(f"authored/{error.slug}", Text(told.template, params), path, cast(int, line))

    def _name(self, path: Path) -> str:
        inside = path.is_relative_to(self._content.authored)
        return str(path.relative_to(self._content.authored) if inside else path)

    def _finding(self, rule: str, text: Text, path: Path, line: int = 0) -> Finding:
        name = self._name(path)
        filled = Text(text.template, {**text.params, "file": name})
        return Finding(rule, Severity.VIOLATION, filled, _REMEDY, (Cell(name, row=line, line=line),))


def _place(fault: Fault, parts: Iterable[ontology.Authored]) -> tuple[Path, int] | None:
    """Return the file and line of a fault: where its passage stands, else where its shape begins."""
    parts = list(parts)
    for part in parts:
        at = part.text.find(fault.passage) if fault.passage else -1
        if at >= 0:
            return part.path, part.text.count("\n", 0, at) + fault.line
    return next(((part.path, line) for part in parts if (line := part.line(fault.shape))), None)


def _files(content: Path, folders: tuple[str, ...], pattern: str) -> list[Path]:
    return [path for folder in folders for path in sorted((content / folder).glob(pattern))]
