"""Drafts: numbered, atomic, and tidy."""

from dataclasses import replace

import pytest

from kgservice.errors import DraftNotFound
from kgservice.releases import Change, Drafts, Shelf, Statements
from kgservice.report import Finding, Report, Severity, Text

BASE = "http://localhost:8080/"
GRAPH = BASE + "graph/source/places/sourced"
NOW = "2026-11-25T10:00:00Z"


@pytest.fixture
def drafts(tmp_path):
    with Shelf(tmp_path, BASE).lock("writer", actor="a", job="b"):
        yield Drafts(tmp_path, BASE)


def test_new_draft_is_open_and_reads_back_equal(drafts):
    draft = drafts.save(drafts.new(None, "os:anna", NOW))

    assert (draft.id, draft.state) == ("d1", "open")
    assert drafts.draft("d1") == draft
    assert drafts.drafts() == [draft]


def test_saved_draft_keeps_what_it_names_and_nothing_else(drafts):
    draft = drafts.new(3, "os:anna", NOW)
    for name in ("old", "new"):
        (draft.path / "statements" / f"{name}.nt.gz").touch()
    changes = {GRAPH: Change("", Statements("statements/new.nt.gz", "1" * 64, 4)), GRAPH + "x": Change("2" * 64, None)}
    report = Report((Finding("map/x", Severity.VIOLATION, Text("no")),), {"records": 2})

    saved = drafts.save(replace(draft, changes=changes, state="blocked"), report)
    saved = drafts.save(saved, report)

    assert drafts.draft("d1") == saved
    assert saved.report() == report
    assert sorted(path.name for path in saved.path.rglob("*") if path.is_file()) == [
        "draft.json",
        "new.nt.gz",
        "report-2.json",
    ]


def test_discarded_draft_is_gone_and_its_id_not_given_again(drafts):
    drafts.save(drafts.new(None, "os:anna", NOW))
    drafts.discard("d1")

    with pytest.raises(DraftNotFound, match="no draft d1"):
        drafts.draft("d1")
    assert drafts.new(None, "os:anna", NOW).id == "d2"


@pytest.mark.parametrize("name", ["", "d", "d9", "../x", "d1/..", "1"])
def test_unknown_draft_is_said(drafts, name):
    with pytest.raises(DraftNotFound):
        drafts.draft(name)


def test_draft_that_was_never_saved_is_never_seen(drafts, tmp_path):
    drafts.new(None, "os:anna", NOW)

    assert drafts.drafts() == []
    with pytest.raises(DraftNotFound):
        drafts.draft("d1")
