"""The store of a draft inside its worker: big graphs change by a new store, and no kill leaves half of one."""

import json

import pytest

from kgservice.errors import BodyInvalid, GraphNotFound
from kgservice.store import draft_worker, rebuilding
from kgservice.store.draft_worker import Desk
from kgservice.store.interface import Question

BASE = "http://localhost:8080/"
MANY = "".join(f"<x:s{n}> <x:p> {n} .\n" for n in range(20))


class Sink:
    def __init__(self):
        self.body = b""

    def begin(self, kind, name, notices=()):
        pass

    def write(self, data):
        self.body += bytes(data)
        return len(data)

    def flush(self):
        pass


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "source.nt"
    source.write_text('<x:from> <x:source> "one" .\n', "utf8")
    parts = [[f"{BASE}graph/source/a/sourced", str(source)]]
    (tmp_path / "plan.json").write_text(json.dumps({"stamp": "first", "parts": parts}), "utf8")
    (tmp_path / "job.lock").touch()
    return tmp_path


@pytest.fixture
def small(monkeypatch):
    """Every graph of ten statements is big."""
    monkeypatch.setattr(rebuilding, "_BIG", 10)


def changed(desk, folder, verb, graph, text="", kind="turtle"):
    path = folder / "body"
    path.write_text(text, "utf8")
    body = {"verb": verb, "graph": graph, "documents": [(str(path), kind)], "base": graph or BASE, "text": text}
    sink = Sink()
    desk.change({**body, "using": [], "using_named": [], "format": "ntriples"}, sink)
    return sink.body


def lines(desk, folder, graph):
    return changed(desk, folder, "get", graph).decode().splitlines()


def again(desk, folder):
    """Open a draft anew, as the next worker would."""
    import os

    os.close(desk._held)
    del desk._evaluation, desk._store
    return Desk(folder, BASE)


def test_a_big_graph_is_replaced_and_removed_and_all_others_stay(folder, small):
    desk = Desk(folder, BASE)
    changed(desk, folder, "put", "x:other", "<x:a> <x:b> [ <x:c> 1 ] .")
    changed(desk, folder, "put", "x:empty")
    changed(desk, folder, "put", "x:big", MANY)
    before = lines(desk, folder, "x:other")

    assert json.loads(changed(desk, folder, "put", "x:big", MANY + "<x:new> <x:p> 1 .")) == {"created": False}
    assert len(lines(desk, folder, "x:big")) == 21
    with pytest.raises(BodyInvalid):
        changed(desk, folder, "put", "x:big", "<x:s> <x:p")
    assert len(lines(desk, folder, "x:big")) == 21
    changed(desk, folder, "delete", "x:big")
    with pytest.raises(GraphNotFound):
        lines(desk, folder, "x:big")
    assert lines(desk, folder, "x:other") == before
    assert lines(desk, folder, "x:empty") == []
    assert sorted(path.name for path in (folder / "graph").iterdir()) == ["stamp", "store", "touched"]
    desk = again(desk, folder)
    assert lines(desk, folder, "x:other") == before
    assert lines(desk, folder, f"{BASE}graph/source/a/sourced") == ['<x:from> <x:source> "one" .']


def test_the_unnamed_graph_may_be_big_too(folder, small):
    desk = Desk(folder, BASE)
    changed(desk, folder, "put", "", MANY)
    changed(desk, folder, "put", "", "<x:s> <x:p> 1 .")

    assert len(lines(desk, folder, "")) == 1
    changed(desk, folder, "delete", "")
    assert lines(desk, folder, "") == []


def test_a_kill_between_two_stores_leaves_the_former(folder):
    desk = Desk(folder, BASE)
    changed(desk, folder, "put", "x:kept", MANY)
    (folder / "graph").rename(folder / "graph.old")
    (folder / "graph.new").mkdir()
    desk = again(desk, folder)

    assert len(lines(desk, folder, "x:kept")) == 20
    assert not (folder / "graph.new").exists()


def test_half_of_a_long_load_is_removed_by_the_next_worker(folder):
    desk = Desk(folder, BASE)
    changed(desk, folder, "put", "x:half", MANY)
    (folder / "graph" / "loading").write_text("x:half", "utf8")
    desk = again(desk, folder)

    with pytest.raises(GraphNotFound):
        lines(desk, folder, "x:half")
    assert not (folder / "graph" / "loading").exists()


def test_a_long_load_is_whole_or_not_at_all(folder, monkeypatch):
    monkeypatch.setattr(draft_worker, "_LONG", 10)
    desk = Desk(folder, BASE)

    with pytest.raises(BodyInvalid):
        changed(desk, folder, "put", "x:long", MANY + "<x:s> <x:p")
    with pytest.raises(GraphNotFound):
        lines(desk, folder, "x:long")
    changed(desk, folder, "put", "x:long", MANY)
    assert len(lines(desk, folder, "x:long")) == 20


def test_a_store_is_made_anew_when_the_plan_has_changed(folder):
    desk = Desk(folder, BASE)
    changed(desk, folder, "put", "x:gone", MANY)
    plan = json.loads((folder / "plan.json").read_text("utf8"))
    (folder / "plan.json").write_text(json.dumps({**plan, "stamp": "second"}), "utf8")
    desk = again(desk, folder)

    with pytest.raises(GraphNotFound):
        lines(desk, folder, "x:gone")
    assert not (folder / "graph" / "touched").exists()


def test_answers_follow_changes(folder):
    desk = Desk(folder, BASE)
    question = Question("SELECT (COUNT(*) AS ?n) FROM <x:a> FROM <x:b> { ?s ?p ?o }", "csv")
    counted = []
    for text in ("<x:s> <x:p> 1 .", "<x:s> <x:p> 1, 2 ."):
        for graph in ("x:a", "x:b"):
            changed(desk, folder, "put", graph, text)
        sink = Sink()
        desk.answer(question, sink)
        counted.append(sink.body.split()[1])

    assert counted == [b"1", b"2"]
