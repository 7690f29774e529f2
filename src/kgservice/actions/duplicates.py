"""Same thing? Find things that may be one, in a source, a draft or the release, and decide: same, different, later."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kgservice.actions import sameness
from kgservice.actions.sameness import Decision
from kgservice.errors import ParameterInvalid, Refused, ReleaseNotFound, ThingNotFound
from kgservice.releases import Draft, Drafts, Release, Shelf
from kgservice.releases.differences import Side, differing, side
from kgservice.releases.files import guarded, link
from kgservice.releases.statements import lines, merged
from kgservice.report import Finding, Report, Severity, Text
from kgservice.search import KINDS as KINDS_COMPARED
from kgservice.search import LIKELY, Named, Pair, Remembered, compared, named, pairs
from kgservice.settings import Settings
from kgservice.terms import KINDS, Evidence, Graphs, is_iri

if TYPE_CHECKING:
    from kgservice.actions.preview import Preview

NAME = "names.txt"
"""Beside a release: the names that are compared, spelled."""
_RULE = "duplicate/candidate"
_MOST = 1000  # candidates that are told


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two things that may be one, named, with score (0 to 1), reasons, and what was decided of them before."""

    one: Named
    other: Named
    score: float
    reasons: tuple[Text, ...]
    decided: str = ""
    """`later` or empty; pairs that were decided otherwise are no candidates."""


class Duplicates:
    """Candidates and decisions; illustrative things are never compared."""

    def __init__(self, shelf: Shelf, drafts: Drafts, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._settings = settings
        self._names = Graphs(settings.base)

    def candidates(self, source: str = "", draft: str = "", least: float = LIKELY) -> list[Candidate]:
        """Return pairs that may be one, likeliest first: of the release, of what a source or a draft brings to it.

        Raises:
            ReleaseNotFound, DraftNotFound: there is nothing to compare.
            AuthoredInvalid: a decision file is wrong.
        """
        current = self._shelf.current()
        graphs = self._graphs(current)
        if draft:
            fresh = self._changed(self._drafts.draft(draft), graphs)
        elif current is None:
            raise ReleaseNotFound("There is no release yet; `kgservice build` makes the first.")
        elif source:
            fresh = {graph for graph in graphs if (self._names.split(graph) or ("",))[0] == source}
            if not fresh:
                raise ParameterInvalid("Release {id} has nothing from the source {source}.", id=current.id,
                                       source=source)  # fmt: skip
        else:
            fresh = set(graphs)
        return self._compared(graphs, fresh, least)

    def decide(self, what: str, one: str, other: str, reason: str, actor: str) -> Decision:
        """Write down what was decided of two things (IRI, id/kind/key or kind/key each) and return it.

        Of things that are the same, the one published first is kept; where both were at once, the first named.

        Raises:
            ParameterInvalid: no reason, or not two things of one kind.
            ThingNotFound: one of them is in no release and no draft.
            Refused: it contradicts what was decided of these things and a third.
            StateLocked, StateBroken: as their names say.
        """
        pair = (self._meant(one), self._meant(other))
        if not reason.strip():
            raise ParameterInvalid("A decision needs a reason that others will understand.")
        kinds = {name.removeprefix(f"{self._settings.base}id/").partition("/")[0] for name in pair}
        if pair[0] == pair[1] or len(kinds) > 1:
            raise ParameterInvalid("{one} and {other} are not two things of one kind.", one=one, other=other)
        with self._shelf.lock("writer", actor=actor, job=f"decide {what}: {pair[0]} and {pair[1]}"):
            things = (min(pair), max(pair))
            known = [old for old in sameness.decisions(self._settings) if old.things != things]
            replaced = sameness.replacements(known)
            stand = [replaced.get(name, name) for name in pair]
            kept = pair[stand.index(self._first(stand))] if what == "same" else ""
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            decision = Decision(what, things, reason.strip(), actor, moment, kept)
            self._consistent([*known, decision])
            sameness.write_down(self._settings, decision)
        return decision

    def decisions(self) -> list[Decision]:
        """Return what was decided, by things. Raises AuthoredInvalid when a file is wrong."""
        return sameness.decisions(self._settings)

    def _compared(self, graphs: Mapping[str, Path], fresh: Iterable[str], least: float) -> list[Candidate]:
        decided = {frozenset(one.things): one.decision for one in sameness.decisions(self._settings)}
        apart = [things for things, decision in decided.items() if decision != "later"]
        new, known = self._read(graphs, fresh), self._read(graphs, graphs)
        replaced = sameness.replacements(sameness.decisions(self._settings))
        some = [known[name] for name in new if name in known and name not in replaced]
        others = [thing for name, thing in known.items() if name not in replaced]
        found = pairs(some, others, least, apart)[:_MOST]
        return [
            Candidate(known[pair.one], known[pair.other], pair.score, pair.reasons,
                      decided.get(frozenset((pair.one, pair.other)), ""))
            for pair in found
        ]  # fmt: skip

    def _read(self, graphs: Mapping[str, Path], wanted: Iterable[str]) -> dict[str, Named]:
        return named(merged([graphs[graph] for graph in wanted if graph in graphs]), self._settings.base)

    def _graphs(self, release: Release | None) -> dict[str, Path]:
        """Return the files of the known graphs of sources."""
        graphs = [graph for graph in release.manifest.graphs if _is_compared(graph, self._names)] if release else []
        return {graph: release.statements(graph) for graph in graphs} if release else {}

    def _changed(self, draft: Draft, graphs: dict[str, Path]) -> set[str]:
        """Return the graphs that a draft changes, and put their files among `graphs`."""
        for graph, change in draft.changes.items():
            if change.statements and _is_compared(graph, self._names):
                graphs[graph] = draft.path / change.statements.file
            else:
                graphs.pop(graph, None)
        return {graph for graph in draft.changes if graph in graphs}

    def _meant(self, text: str) -> str:
        """Return the IRI that was meant; raises ThingNotFound when nothing published or drafted is it."""
        base = self._settings.base
        name = text if text.startswith(base) else f"{base}{text}" if text.startswith("id/") else f"{base}id/{text}"
        kind, _, key = name.removeprefix(f"{base}id/").partition("/")
        if kind not in KINDS or not key or not is_iri(name):
            raise ParameterInvalid("{text} names no thing; write kind/key, as organization/spt, or its address.",
                                   text=text)  # fmt: skip
        head = f"<{name}> ".encode()
        releases = reversed(self._shelf.releases())
        files = [path for release in releases for path in self._graphs(release).values()]
        files += [draft.path / change.statements.file for draft in self._drafts.drafts()
                  for change in draft.changes.values() if change.statements]  # fmt: skip
        if not any(line.startswith(head) for path in dict.fromkeys(files) for line in lines(path)):
            raise ThingNotFound("Nothing is known here about {iri}.", iri=name)
        return name

    def _first(self, pair: Sequence[str]) -> str:
        """Return which of two things was published first; the first named where both were at once, or none was."""
        heads = {f"<{name}> ".encode(): name for name in pair}
        seen: dict[str, set[str]] = {}
        for release in self._shelf.releases():
            there: set[str] = set()
            for graph, path in self._graphs(release).items():
                digest = release.manifest.graphs[graph].sha256
                if digest not in seen:
                    found = {name for line in lines(path) for head, name in heads.items() if line.startswith(head)}
                    seen[digest] = found
                there |= seen[digest]
            if there:
                return there.pop() if len(there) == 1 else pair[0]
        return pair[0]

    @staticmethod
    def _consistent(known: list[Decision]) -> None:
        """Refuse that a third decision makes one of things that are said to be different."""
        replaced = sameness.replacements(known)
        for decision in known:
            one, other = (replaced.get(name, name) for name in decision.things)
            if decision.decision == "different" and one == other:
                raise Refused(
                    "{one} and {other} were decided to be different ({by}: {reason}); together with what was decided "
                    "of others they would become one. Decide those anew first.",
                    one=decision.things[0], other=decision.things[1], by=decision.by, reason=decision.reason,
                )  # fmt: skip


def report(seen: "Preview", draft: Draft, settings: Settings) -> Report:
    """Return candidates among what a draft brings, as warnings at the rows of the things; none stops a publish.

    Only things of which something changed since the current release are compared; of the others, what its report says
    of pairs stands.
    """
    names = Graphs(settings.base)
    graphs = {
        graph: (statements.sha256, Path(statements.file))
        for graph, statements in seen.graphs.items()
        if _is_compared(graph, names)
    }
    fresh = {graph: graphs[graph] for graph in draft.changes if graph in graphs}
    for old in draft.path.glob(_kept(draft.path, "*").name):
        old.unlink(missing_ok=True)
    if not fresh:
        return Report()
    decided = sameness.decisions(settings)
    replaced = sameness.replacements(decided)
    remembered, moved = _read(seen, graphs, fresh, names)
    known = remembered.known
    some = [known[name] for name in sorted(moved) if name in known and name not in replaced]
    apart = [frozenset(one.things) for one in decided]
    found = pairs(some, list(known.values()), LIKELY, apart, remembered.spelled)[:_MOST] if some else []
    with guarded(draft.path):
        remembered.save(_kept(draft.path, seen.content_hash), {graph: digest for graph, (digest, _) in graphs.items()})
    stay = _standing(seen, moved, known, {*replaced}, apart, names)
    return Report((*(_finding(pair, known, names) for pair in found), *stay)[:_MOST])


def released(folder: Path, draft: Path, content_hash: str) -> None:
    """Bring the names that a report compared into the folder of a release, where the next one finds them spelled."""
    path = _kept(draft, content_hash)
    if path.exists():
        link(path, folder / NAME)


def _kept(draft: Path, content_hash: str) -> Path:
    return draft / f"names-{content_hash[:16]}.txt"


def _read(seen: "Preview", graphs: Side, fresh: Side, names: Graphs) -> tuple[Remembered, set[str]]:
    """Return the names in these graphs, and the things of which something differs in those that are fresh.

    Only what differs is read where the current release has its names spelled.
    """
    before = {graph: found for graph, found in side(seen.parent).items() if _is_compared(graph, names)}
    hashes = {graph: digest for graph, (digest, _) in before.items()}
    remembered = Remembered.load(seen.parent.path / NAME, names.base, hashes) if seen.parent else None
    if remembered is None:
        remembered, is_told = Remembered(names.base), compared(names.base)
        remembered.change((1, line) for _, path in graphs.values() for line in filter(is_told, lines(path)))
        return remembered, _moved(before, fresh, names.base)
    heads, moved, changes = _heads(names.base), set[str](), list[tuple[int, bytes]]()
    for subject, parts in differing(before, graphs):
        if subject.startswith(heads):
            changes += [signed for part in parts for signed in part.lines]
            if any(part.graph in fresh for part in parts):
                moved.add(subject[1:-2].decode())
    remembered.change(changes)
    return remembered, moved


def _is_compared(graph: str, names: Graphs) -> bool:
    source = names.split(graph)
    return source is not None and source[1] != Evidence.ILLUSTRATIVE


def _heads(base: str) -> tuple[bytes, ...]:
    return tuple(f"<{base}id/{kind}/".encode() for kind in KINDS_COMPARED)


def _moved(before: Side, after: Side, base: str) -> set[str]:
    """Return the things that are compared of which something differs in a graph."""
    heads = _heads(base)
    found: set[bytes] = set()
    for graph, (digest, path) in after.items():
        old = before.get(graph)
        if old is None or old[0] != digest:
            said = {line for line in lines(path) if line.startswith(heads)}
            if old:
                said.symmetric_difference_update([line for line in lines(old[1]) if line.startswith(heads)])
            found |= {line[1 : line.index(b"> ")] for line in said}
    return {subject.decode() for subject in found}


def _standing(
    seen: "Preview",
    moved: Collection[str],
    known: Mapping[str, Named],
    gone: Collection[str],
    apart: Collection[frozenset[str]],
    names: Graphs,
) -> list[Finding]:
    """Return what the current release's report says of pairs that are as they were and not decided; cells are new."""
    found = []
    for one in seen.parent.report().findings if seen.parent else ():
        if one.rule == _RULE:
            pair = {one.focus, names.base + str(one.text.params["iri"])}
            if all(iri in known and iri not in moved and iri not in gone for iri in pair) and pair not in apart:
                found.append(replace(one, cells=(), source="", waived=""))
    return found


def _finding(pair: Pair, known: Mapping[str, Named], names: Graphs) -> Finding:
    one, other = known[pair.one], known[pair.other]
    # in the letters of the one, so that a reader can compare them
    like = next((name for name in other.names if name.isascii() == one.names[0].isascii()), other.names[0])
    text = Text(
        "{one} may be the same as {other} ({iri}, likeness {score}).",
        {"one": one.names[0], "other": like, "iri": pair.other.removeprefix(names.base),
         "score": f"{pair.score:.2f}"},
    )  # fmt: skip
    short = {"one": pair.one.removeprefix(f"{names.base}id/"), "other": pair.other.removeprefix(f"{names.base}id/")}
    remedy = Text("Decide: kgservice same {one} {other} --reason …, or different, or later.", short)
    return Finding(_RULE, Severity.WARNING, text, remedy, focus=pair.one)
