"""A new source from a sample: proposed, shown as statements, written into the content, checked."""

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kgservice.actions.content import Content
from kgservice.actions.newsource.columns import column
from kgservice.actions.newsource.interface import CERTAIN, UNUSED, Proposal
from kgservice.actions.newsource.lexicon import Lexicon
from kgservice.actions.newsource.matching import Matcher
from kgservice.actions.newsource.proposal import Proposer
from kgservice.actions.newsource.questions import reading
from kgservice.actions.newsource.writing import written
from kgservice.actions.search import Search
from kgservice.errors import ParameterInvalid, Refused, ReleaseNotFound
from kgservice.intake import contract
from kgservice.intake.guess import Guess, guess
from kgservice.intake.sampling import Sample, cut, sampled
from kgservice.intake.sources import load_source
from kgservice.releases import Shelf
from kgservice.report import Finding, Report
from kgservice.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_RESERVED = {"hand", "decisions"}
_EXPECTATION = ("source/sample-new", "source/sample-lost")  # there is none yet
_NAMES = 3000  # of things of a kind, up to which a code table has all of them
_NOTHING = {"-", "–", "—", "--", "н/д", "н.д.", "нет данных", "n/a"}
_SHOWN = 10  # records of the sample that is kept, and whose statements are shown


@dataclass(frozen=True, slots=True)
class Trial:
    """What a proposal makes of its sample: statements by thing (subject, [(predicate, value)]), and findings."""

    things: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    findings: tuple[Finding, ...]


class NewSource:
    """Proposals for sources, and what is written of them."""

    def __init__(self, shelf: Shelf, content: Content, search: Callable[[], Search], settings: Settings) -> None:
        self._shelf = shelf
        self._content = content
        self._search = search
        self._settings = settings
        self._lexicon: Lexicon | None = None

    def propose(self, name: str, path: Path, answers: Mapping[str, str] | None = None) -> Proposal:
        """Return what a source of this name would be, from a sample file and answers to questions of earlier proposals.

        `read.format`, `read.encoding`, `read.separator`, `read.sheet`, `read.header_row` and `read.member` among the
        answers say how to read the file; what they leave open is guessed.

        Raises:
            ParameterInvalid: the name is no name of a source.
            Refused: there is a source of that name.
            SourceUnreadable: the file cannot be read.
            AuthoredInvalid: the ontology does not parse.
        """
        self._insist(name)
        self._insist_free(name)
        given = dict(answers or {})
        found = _guessed(path, given)
        sample = sampled(path, found)
        nulls = _nulls(sample, given)
        columns = [
            column(head, [None if row[at] in nulls else row[at] for row in sample.rows])
            for at, head in enumerate(sample.columns)
        ]
        matcher = Matcher(self._words(), self._named, self._types)
        proposer = Proposer(self._words(), matcher, given.get("lang") or self._settings.lang)
        reads = {**found.lines(), **({"nulls": nulls} if nulls else {})}
        made = proposer.propose(name, path.name, reads, columns, sample.records, given, found.titles)
        return replace(made, questions=(*reading(found, given), *made.questions))

    def trial(self, made: Proposal, path: Path) -> Trial:
        """Return what a proposal makes of the first records of its file; nothing is kept.

        Raises:
            SourceInvalid, MappingInvalid, SourceUnreadable: the proposal does not hold; its answers must change.
        """
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / made.name
            self._fill(folder, made, path)
            quads = contract.expectation(load_source(folder))
            findings = [one for one in contract.check(load_source(folder)) if one.rule not in _EXPECTATION]
        return Trial(_things(quads), tuple(findings))

    def write(self, made: Proposal, path: Path, actor: str, authored: bool = False) -> Path:
        """Write a proposal as a source of the state folder (`authored`: of the content folder) and return its folder.

        Raises:
            ParameterInvalid: nothing tells what a row is, and nobody said.
            Refused: there is a source of that name.
            SourceInvalid, MappingInvalid, SourceUnreadable, StateLocked: as their names say.
        """
        self._insist(made.name)
        if made.certain < CERTAIN:
            raise ParameterInvalid("Nothing tells what a row of {file} is; choose it first.", file=made.file)
        home = self._settings.content / "data" / "sources"
        if not authored:
            home = self._settings.state / "content" / "sources"
        with self._shelf.lock("writer", actor=actor, job=f"source new {made.name}"):
            self._insist_free(made.name)
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=home, prefix=".new-") as work:
                folder = Path(work) / made.name
                self._fill(folder, made, path)
                source = load_source(folder)
                (folder / "sample" / "expected.nq").write_text(contract.expectation(source), "utf8")
                contract.foresee(source)
                folder.rename(home / made.name)
        return home / made.name

    def check(self, name: str) -> list[Finding]:
        """Return what is wrong with a source before any delivery, its own sample included.

        Raises:
            SourceNotFound, SourceInvalid: as their names say.
        """
        return contract.check(self._content.source(name))

    def tried(self, name: str, files: Sequence[Path]) -> Report:
        """Return what a whole delivery of a source becomes, without a draft.

        Raises:
            SourceNotFound, SourceInvalid, SourceUnreadable, MappingInvalid: as their names say.
        """
        settings = self._settings
        return contract.tried(self._content.source(name), files, settings.delivery_bytes, settings.statements)

    def _fill(self, folder: Path, made: Proposal, path: Path) -> None:
        (folder / "sample").mkdir(parents=True)
        written(made, folder, self._settings.base, self._all_of)
        given = {f"read.{key}": str(value) for key, value in made.reading.items() if key != "columns"}
        cut(path, _guessed(path, given), folder / "sample", _SHOWN)

    def _insist(self, name: str) -> None:
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise ParameterInvalid(
                "{name} is no name for a source: it becomes part of addresses; use a-z, 0-9 and hyphens.",
                name=name,
            )

    def _insist_free(self, name: str) -> None:
        if any((folder / name).exists() for folder in self._content.folders()):
            raise Refused("There is a source {name} already; choose another name, or edit its files.", name=name)

    def _words(self) -> Lexicon:
        if self._lexicon is None:
            from kgservice.knowledge import ontology

            told = ontology.statements(self._content.authored)
            self._lexicon = Lexicon(told["ontology"], told["vocabularies"], told["shapes"])
        return self._lexicon

    def _all_of(self, prop: str) -> list[tuple[str, str]]:
        """Return the names of all things that a property may lead to: later deliveries speak of others than this."""
        words = self._words()
        kinds = {words.kind(name) for name in words.properties[prop].range} - {""}
        try:
            index = self._search().index()
            return [pair for kind in sorted(kinds) for pair in index.of_kind(kind, _NAMES)]
        except ReleaseNotFound:
            return []

    def _types(self, iris: Iterable[str]) -> dict[str, tuple[str, ...]]:
        try:
            return self._search().index().types(iris)
        except ReleaseNotFound:
            return {}

    def _named(self, text: str) -> list[tuple[str, str, int]]:
        try:
            return self._search().index().named(text)
        except ReleaseNotFound:
            return []  # before the first release there are no names to compare with


def _reading(answers: Mapping[str, str]) -> dict[str, object]:
    wanted = ("format", "encoding", "separator", "sheet", "header_row", "member")
    found: dict[str, object] = {name: answers[f"read.{name}"] for name in wanted if answers.get(f"read.{name}")}
    if "header_row" in found:
        if not str(found["header_row"]).isdecimal():
            raise ParameterInvalid("{name} is a whole number up to {most}, not {text}.", name="read.header_row",
                                   most=1000, text=found["header_row"])  # fmt: skip
        found["header_row"] = int(str(found["header_row"]))
    return found


def _guessed(path: Path, answers: Mapping[str, str]) -> Guess:
    found = guess(path, **_reading(answers))  # type: ignore[arg-type]  # texts and one number, by name
    return replace(found, fill=bool(found.merged) and answers.get("read.merged") != "report")


def _nulls(sample: Sample, answers: Mapping[str, str]) -> list[str]:
    """Return the signs in the cells of a sample that say that nothing is known; none where somebody says otherwise."""
    if answers.get("nulls") == UNUSED:
        return []
    return sorted({cell for row in sample.rows for cell in row if cell and cell.strip().casefold() in _NOTHING})


def _things(quads: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in quads.splitlines():
        subject, predicate, rest = line.split(" ", 2)
        value = rest.rsplit(" <", 1)[0]
        found.setdefault(subject[1:-1].removeprefix(contract.BASE), []).append((predicate[1:-1], value))
    return tuple((subject, tuple(said)) for subject, said in found.items())
