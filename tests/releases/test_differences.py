"""The difference of two sides: streamed by hash, told by thing, recognised under another name or IRI, applied again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.releases import statements
from kgservice.releases.differences import differing, quads, there
from kgservice.releases.ledger import Ledger, Wanted, record
from kgservice.terms import Graphs

BASE = "http://localhost:8080/"
NAMES = Graphs(BASE)
ONE, TWO = NAMES.source("one", "sourced"), NAMES.source("two", "sourced")
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
LINES = st.sets(st.sampled_from([f"<a:{n % 7}> <b:{n % 2}> <c:{n % 3}> .\n".encode() for n in range(42)]))


def thing(kind, key, **said):
    return [
        f"<{BASE}id/{kind}/{key}> <{LABEL if name == 'label' else 'http://x/' + name}> {value} .\n"
        for name, value in said.items()
    ]


@pytest.fixture
def sides(tmp_path):
    """Write sides of graphs from lists of lines."""
    count = 0

    def write(**graphs):
        nonlocal count
        found = {}
        for name, lines in graphs.items():
            count += 1
            path = tmp_path / f"{count}.nt.gz"
            written = statements.write(path, sorted({line.encode() for line in lines}))
            found[NAMES.source(name, "sourced")] = (written.sha256, path)
        return found

    return write


@pytest.fixture
def ledger(sides, tmp_path):
    def make(before, after):
        record(tmp_path / "changes.sqlite", before, after, NAMES)
        return Ledger(tmp_path / "changes.sqlite")

    return make


@settings(max_examples=40)
@given(LINES, LINES, LINES)
def test_what_differs_is_what_sets_say(tmp_path_factory, old, new, both):
    folder = tmp_path_factory.mktemp("sides")
    written = [statements.write(folder / f"{n}.nt.gz", sorted(found)) for n, found in enumerate((old, new, both))]
    files = [(found.sha256, folder / found.file) for found in written]
    before, after = {"g:1": files[0], "g:2": files[2]}, {"g:1": files[1], "g:2": files[2]}

    found = {(sign, line) for _, parts in differing(before, after) for part in parts for sign, line in part.lines}
    stays = {subject: part.stays for subject, parts in differing(before, after) for part in parts}

    assert found == {(1, line) for line in new - old} | {(-1, line) for line in old - new}
    assert stays == {s: any(line.startswith(s) for line in old & new) for s in stays}
    assert {line for _, line in quads(before, after, (1,))} == {line[:-3] + b" <g:1> .\n" for line in new - old}


def test_things_are_added_removed_changed_and_renamed(sides, ledger):
    stays = thing("place", "stays", label='"here"')
    before = sides(
        one=[
            *thing("place", "gone", label='"gone"', size='"1"'),
            *thing("place", "changed", label='"changed"', size='"1"'),
            *thing("place", "named", label='"before"', size='"2"'),
            *thing("place", "old-key", label='"moved"', size='"3"'),
            *stays,
        ]
    )
    after = sides(
        one=[
            *thing("place", "new", label='"new"', size='"4"'),
            *thing("place", "changed", label='"changed"', size='"5"'),
            *thing("place", "named", label='"after"', size='"2"'),
            *thing("place", "new-key", label='"moved"', size='"3"'),
            *stays,
        ]
    )

    found = ledger(before, after)

    assert found.counts() == {"place": {"added": 1, "changed": 1, "removed": 1, "renamed": 2}}
    assert found.statements() == (6, 6)
    told = {one.iri.rpartition("/")[2]: (one.verb, one.former.rpartition("/")[2]) for one in found.things(Wanted())}
    assert told == {
        "new": ("added", ""),
        "changed": ("changed", ""),
        "gone": ("removed", ""),
        "named": ("renamed", ""),
        "new-key": ("renamed", "old-key"),
    }


def test_a_thing_that_another_graph_knows_is_neither_new_nor_gone(sides, ledger):
    known = thing("place", "known", label='"known"')
    other = sides(two=known)

    came = ledger({**other, **sides(one=[])}, {**other, **sides(one=thing("place", "known", size='"1"'))})
    went = ledger({**other, **sides(one=thing("place", "known", size='"1"'))}, {**other, **sides(one=[])})

    assert came.counts() == {"place": {"changed": 1}}
    assert went.counts() == {"place": {"changed": 1}}


def test_pages_filter_by_kind_source_verb_and_text(sides, ledger):
    places = [line for n in range(30) for line in thing("place", f"p{n:02}", label=f'"Место {n}"@ru')]
    found = ledger({}, sides(one=places, two=thing("sector", "s", label='"50%"')))

    assert found.count(Wanted()) == 31
    assert found.count(Wanted(kind="sector")) == found.count(Wanted(source="two")) == 1
    assert found.count(Wanted(verb="removed")) == 0
    assert found.count(Wanted(text="Место 2")) == 11
    assert found.count(Wanted(text="50%")) == 1
    assert found.count(Wanted(text="5_%")) == 0
    assert [one.iri[-3:] for one in found.things(Wanted(kind="place"), 10, 3)] == ["p10", "p11", "p12"]
    assert found.sources() == {"one": 30, "two": 1}


def test_files_of_the_same_hash_are_never_opened(tmp_path):
    same = {ONE: ("hash", tmp_path / "not there")}

    assert list(differing(same, dict(same))) == []


def test_things_are_found_in_files(sides):
    found = sides(one=[line for n in range(50) for line in thing("place", f"p{n}", label='"x"')])
    wanted = sorted(f"<{BASE}id/place/{key}> ".encode() for key in ("p7", "p70", "q", "p49"))

    seen = there(lambda first: iter([one for one in wanted if one >= first]), [path for _, path in found.values()])

    assert [one.rpartition(b"/")[2] for one in seen] == [b"p49> ", b"p7> "]
