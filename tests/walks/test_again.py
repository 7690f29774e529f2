"""Any delivery that comes twice changes nothing, in whatever order it stands; a discarded one was never there."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from anytables import AnyTable, values, write, write_source
from kgservice.releases import Draft
from kgservice.releases.statements import lines
from kgservice.report.reading import Reader
from kgservice.settings import Settings
from kgservice.wiring import Service, build
from region import BASE, write_content

ANNA = "os:anna"
HEADINGS = ("код", "name", "born", "size", "friend", "note", "evidence")
RULES = ("plain", "tagged", "date", "integer", "place", "unused", "unused")
SOURCES = {"whole": ("csv", (0,)), "pairs": ("xlsx", (0, 4)), "added": ("json", (0,)), "rows": ("csv", (0,))}
"""By name: format and columns of the key; the last two add to what is there."""


def table(name: str, *rows: tuple[Any, ...]) -> AnyTable:
    kind, keys = SOURCES[name]
    return AnyTable(kind, HEADINGS, RULES, keys, 6, 0, ";", rows)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a state with one release, four sources of every kind, and a waiver for days that are none."""
    folder = tmp_path_factory.mktemp("again")
    content = write_content(folder / "content")
    for name in SOURCES:
        one = table(name, ("a", "Анна", "2001-02-03", "1", "b", None, "seen"), ("b", "B", None, None, "a", "x", "seen"))
        source = write_source(
            content / "data" / "sources", name, one, "whole" if name in ("whole", "pairs") else "additions"
        )
        (source / "deliveries").mkdir()
        (source / "deliveries" / f"t.{one.format}").write_bytes(write(one))
    settings = Settings.read(
        {"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_BASE": BASE, "KG_WORKERS": "1"}
    )
    with build(settings) as service:
        service.publish.build(actor=ANNA)
        path = folder / "t.csv"
        path.write_bytes(write(table("whole", ("c", "C", "31.02.2003", None, "a", None, "seen"))))
        draft = service.ingest.deliver("whole", [path], confirmed=True, actor=ANNA).draft
        until = date.today() + timedelta(days=3)
        service.waive.give(draft.id, rule="map/date", reason="as the owner says", until=until, actor=ANNA)
        service.review.discard(draft.id)
    return settings


@contextmanager
def copied(settings: Settings) -> Iterator[Service]:
    with TemporaryDirectory() as folder:
        shutil.copytree(settings.state, Path(folder) / "state", symlinks=True)
        with build(replace(settings, state=Path(folder) / "state")) as service:
            yield service


def kept(service: Service) -> dict[str, str]:
    """Return the hashes of all files of a state, but for deliveries, numbers and the journal, which stay for ever."""
    state = service.settings.state
    found = {}
    for path in sorted(state.rglob("*")):
        name = path.relative_to(state).as_posix()
        if (
            path.is_file()
            and not name.startswith(("deliveries/", "state.json", "desk.sqlite"))
            and path.suffix != ".lock"
        ):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.is_dir() and name.startswith("drafts/"):
            found[name] = "folder"
    return found


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def statements(service: Service, draft: Draft) -> dict[str, list[bytes]]:
    """Return what the sources say in a draft, by graph."""
    base = service.shelf.release(draft.base_release or 0)
    files = {graph: base.statements(graph) for graph in base.manifest.graphs}
    for graph, change in draft.changes.items():
        files.pop(graph, None)
        if change.statements:
            files[graph] = draft.path / change.statements.file
    return {graph: list(lines(path)) for graph, path in files.items() if "/source/" in graph}


def findings(path: Path, rows: bool = True, waived: bool = True) -> Counter[Any]:
    """Return what was found, how often; without the numbers of rows, or what is waived, if so said."""
    found: Counter[Any] = Counter()
    with Reader(path) as reader:
        for one in (each.finding for each in reader.findings()):
            cells = [(cell.row if rows else 0, cell.column, cell.value, cell.key) for cell in one.cells]
            found[
                one.rule, one.severity, one.focus, one.path, one.value, waived and bool(one.waived), *sorted(cells)
            ] += 1
    return found


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", " b", "c", "d", "e/f", "", None]),
        st.sampled_from(["Анна", "Борис ", "x\ny", "<b>&amp;", "\u200bz", None]),
        st.sampled_from(["2001-02-03", "31.02.2001", "1.5.1999", "", None]),
        st.sampled_from(["1", "сто", "1 250", None]),
        st.sampled_from(["a", "b", "c", None]),
        values("csv"),
        st.sampled_from(["seen", "seen", "made up", "heard", None]),
    ),
    min_size=1,
    max_size=5,
)
GOOD = st.lists(
    st.tuples(
        st.sampled_from("bcdefgh"), st.sampled_from(["Анна", "x\ny"]), st.sampled_from(["2001-02-03", "1.5.1999"]),
        st.sampled_from(["1", "1 250", None]), st.sampled_from("ab"), st.none(), st.sampled_from(["seen", "made up"]),
    ),
    min_size=1, max_size=5, unique_by=lambda row: row[0],
)  # fmt: skip


def comes_twice(settings: Settings, name: str, rows: list[tuple[Any, ...]], draw: Random) -> None:
    """Deliver a table, deliver it again in every way that says the same, and take it all back."""
    given_table = table(name, *rows, ("a", "Анна", "2001-02-03", None, "b", None, "seen"))
    order = draw.sample(range(len(HEADINGS)), len(HEADINGS))
    turned = replace(
        given_table,
        headings=tuple(HEADINGS[at] for at in order),
        rows=tuple(tuple(row[at] for at in order) for row in draw.sample(given_table.rows, len(given_table.rows))),
    )
    with copied(settings) as service, TemporaryDirectory() as folder:
        paths = []
        for number, one in enumerate((given_table, turned)):
            (Path(folder) / str(number)).mkdir()
            paths.append(Path(folder) / str(number) / f"t.{one.format}")
            paths[-1].write_bytes(write(one))
        before = kept(service)
        first = service.ingest.deliver(name, paths[:1], confirmed=True, actor=ANNA).draft
        said, found = statements(service, first), findings(first.findings)
        assert Counter(one.rule for one in first.report().findings) == sum_by_rule(found)
        for record in first.imports[name]:  # what reading and mapping found is in the draft, at all its cells
            own = first.path / "lineage" / record["lineage"] / "findings.sqlite"
            if own.is_file():
                assert findings(own, waived=False) <= findings(first.findings, waived=False)

        again = service.ingest.deliver(name, paths[:1], draft_id=first.id, confirmed=True, actor=ANNA).draft
        other = service.ingest.deliver(name, paths[1:], confirmed=True, actor=ANNA).draft

        assert (again.state, again.content_hash, again.changes) == (first.state, first.content_hash, first.changes)
        assert (statements(service, again), findings(again.findings)) == (said, found)
        assert statements(service, other) == said
        assert (other.state, other.content_hash) == (first.state, first.content_hash)
        assert findings(other.findings, rows=False) == findings(first.findings, rows=False)
        service.review.discard(other.id)
        if first.state == "blocked" or not first.changes:
            service.review.discard(first.id)
            assert not differing(before, kept(service)), differing(before, kept(service))
            return

        release = service.publish.release(first.id, actor=ANNA)
        decisions = {path: text for path, text in kept(service).items() if "decisions" in path}
        assert {graph: list(lines(release.statements(graph))) for graph in said} == said
        for path in paths:
            last = service.ingest.deliver(name, [path], confirmed=True, actor=ANNA).draft
            assert (last.state, last.changes, statements(service, last)) == ("clean", {}, said)
            if path == paths[0]:
                assert findings(last.findings) == found
            service.review.discard(last.id)
        assert decisions == {path: text for path, text in kept(service).items() if "decisions" in path}
        assert decisions.keys() == {path for path in before if "decisions" in path}


def sum_by_rule(found: Counter[Any]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for (rule, *_), number in found.items():
        counted[rule] += number
    return counted


@hypothesis_settings(max_examples=4, deadline=None)
@given(name=st.sampled_from(list(SOURCES)), rows=ROWS | GOOD, draw=st.randoms(use_true_random=False))
def test_a_delivery_that_comes_twice_changes_nothing(state: Settings, name: str, rows: Any, draw: Random) -> None:
    comes_twice(state, name, rows, draw)


@pytest.mark.soak
@hypothesis_settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(list(SOURCES)), rows=ROWS | GOOD, draw=st.randoms(use_true_random=False))
def test_many_deliveries_that_come_twice_change_nothing(state: Settings, name: str, rows: Any, draw: Random) -> None:
    comes_twice(state, name, rows, draw)
