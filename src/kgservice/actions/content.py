"""The authored files, the checkout's and those written through the product, and their fingerprint."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from kgservice.actions import sameness
from kgservice.errors import SettingInvalid, SourceNotFound
from kgservice.intake.interface import Source, StatementFile
from kgservice.intake.sources import fingerprint, load_source, load_sources
from kgservice.releases import Statements
from kgservice.settings import Settings
from kgservice.terms import Graphs

_AUTHORED = ("ontology", "shapes", "queries", "data")
_CODE = ("rml", "intake")
"""Rooms whose code decides what a delivery becomes."""
_PACKAGE = Path(__file__).parents[1]
_LEFT_OUT = {"sample", "__pycache__"}


class Content:
    """The folders `KG_CONTENT` and `KG_STATE/content`; the latter wins where both have a source of one name."""

    def __init__(self, settings: Settings) -> None:
        self.authored = settings.content
        self._added = settings.state / "content"
        self.graphs = Graphs(settings.base)
        self._identity = (settings.base, settings.url)
        self._settings = settings

    def insist(self) -> None:
        """Refuse a folder without authored files, so that a build in the wrong place never empties the graph.

        Raises:
            SettingInvalid: folders are missing; names them.
        """
        wanted = ("ontology", "shapes", "data/sources")
        missing = [f"{name}/" for name in wanted if not (self.authored / name).is_dir()]
        if missing:
            raise SettingInvalid(
                "The folder {folder} has no {missing}: set KG_CONTENT to the checkout that holds them.",
                folder=self.authored,
                missing=", ".join(missing),
            )

    def sources(self) -> dict[str, Source]:
        """Return every source by name.

        Raises:
            SourceInvalid: a `source.toml` is wrong; names file and key.
        """
        return {name: self._spoken(source) for name, source in load_sources(self.folders()).items()}

    def source(self, name: str) -> Source:
        """Return one source, however broken the others are.

        Raises:
            SourceNotFound: no folder of that name; lists those there are.
            SourceInvalid: its `source.toml` is wrong.
        """
        folders = self.folders()
        for folder in reversed(folders):
            if (folder / name / "source.toml").is_file():
                return self._spoken(load_source(folder / name))
        known = sorted({path.parent.name for folder in folders for path in folder.glob("*/source.toml")})
        raise SourceNotFound("There is no source {name}; there are {known}.", name=name, known=", ".join(known) or "-")

    def mapping(self, source: Source) -> str:
        """Return the hash of all that decides what a delivery of a source becomes: its files and our code."""
        return _digest([fingerprint(source), *_hashes(self._code())])

    def fingerprint(self) -> str:
        """Return the hash of everything a build reads: authored files, deliveries, our code, identity and address."""
        files = [path for name in _AUTHORED for path in _files(self.authored / name)]
        files += [*_files(self._added), *_files(_PACKAGE / "catalogue"), *self._code()]
        files.append(_PACKAGE / "knowledge" / "measures.py")
        return _digest([*self._identity, *_hashes(files)])

    def words(self) -> str:
        """Return the hash of the authored files that every release is made of: ontology, shapes, what is the same."""
        decided = [home / "decisions" / "sameness" for home in (self.authored / "data", self._added)]
        folders = [self.authored / "ontology", self.authored / "shapes", *decided]
        return _digest([*_hashes([path for folder in folders for path in _files(folder)])])

    def united(self, made: Mapping[str, StatementFile], out: Path) -> dict[str, Statements]:
        """Return the graphs of a delivery, things that were decided to be one under the IRI that is kept.

        Raises:
            AuthoredInvalid: a decision file is wrong.
        """
        graphs = {graph: Statements(str(s.path), s.sha256, s.triples) for graph, s in made.items() if s.triples}
        return sameness.applied(self.replaced(), graphs, out)

    def replaced(self) -> dict[str, str]:
        """Return which thing stands for which by the decisions of people; raises AuthoredInvalid."""
        return sameness.replacements(sameness.decisions(self._settings))

    def references(self) -> set[str]:
        """Return the names of the sources of reference data."""
        return {path.parent.name for path in self.folders()[0].glob("*/source.toml")}

    def spoken(self, name: str) -> Path:
        """Return the folder of wordings that people added to the code tables of a source."""
        return self._added / "decisions" / "wordings" / name

    def folders(self) -> list[Path]:
        """Return the folders that sources lie in, the checkout's first; those of reference data have no deliveries."""
        return [self.authored / "data" / "reference", self.authored / "data" / "sources", self._added / "sources"]

    def _spoken(self, source: Source) -> Source:
        """Return a source with the wordings that people added to its code tables."""
        return replace(source, spoken=self.spoken(source.name))

    def _code(self) -> Iterator[Path]:
        for room in _CODE:
            yield from _files(_PACKAGE / room)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part in _LEFT_OUT for part in parts):
            yield path


def _hashes(files: Iterator[Path] | list[Path]) -> Iterator[str]:
    for path in files:
        yield f"{path.parent.name}/{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
