"""The store of checks: what changes in it, and queries that take too long."""

import os
import time

import pytest

from kgservice.errors import EngineCrash, QueryInvalid, QueryTimeout
from kgservice.store.memory import Memory

PAIRS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?w FILTER(?x + ?y + ?z + ?w < 0) }"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "some.nt"
    path.write_text(
        "".join(f'<x:{n}> <x:p> "{n}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n' for n in range(2500))
    )
    return path


def test_process_of_its_own_gives_the_same_rows(file):
    query = "SELECT ?s ?o ?nothing WHERE { ?s <x:p> ?o }"
    apart = Memory([file], seconds=20)

    assert sorted(apart.rows(query)) == sorted(Memory([file]).rows(query))
    assert len(list(apart.rows(query))) == 2500
    apart.close()


def test_query_that_runs_away_is_ended_and_the_next_one_answered(file):
    memory = Memory([file], seconds=0.3)
    began = time.monotonic()

    with pytest.raises(QueryTimeout):
        list(memory.rows(PAIRS))
    assert time.monotonic() - began < 5
    assert list(memory.rows("SELECT ?o { <x:1> <x:p> ?o }")) == [['"1"^^<http://www.w3.org/2001/XMLSchema#integer>']]
    memory.close()


def test_query_that_the_engine_refuses_is_said_and_leaves_the_process_alive(file):
    memory = Memory([file], seconds=20)

    with pytest.raises(QueryInvalid, match="refused"):
        list(memory.rows("SELECT WHERE"))
    assert len(list(memory.rows("SELECT ?s { ?s <x:p> 5 }"))) == 1
    memory.close()


def test_answer_that_is_not_read_to_its_end_does_not_disturb_the_next(file):
    memory = Memory([file], seconds=20)
    rows = memory.rows("SELECT ?s { ?s <x:p> ?o }")
    next(rows)
    rows.close()

    assert list(memory.rows("SELECT ?s { ?s <x:p> 7 }")) == [["<x:7>"]]
    memory.close()


def test_process_that_dies_is_said(file):
    memory = Memory([file], seconds=20)
    list(memory.rows("SELECT ?s { ?s <x:p> 7 }"))
    os.kill(memory._patience._child, 9)

    with pytest.raises(EngineCrash):
        list(memory.rows("SELECT ?s { ?s <x:p> 7 }"))
    assert list(memory.rows("SELECT ?s { ?s <x:p> 7 }")) == [["<x:7>"]]
    memory.close()


def test_change_returns_what_made_a_difference(file):
    memory = Memory([file], seconds=20)
    list(memory.rows("SELECT ?s { ?s <x:p> 7 }"))

    different = memory.change(b'<x:a> <x:p> "old" .\n<x:b> <x:p> "new" .\n', b"<x:nobody> <x:p> <x:a> .\n")
    removed = memory.change(removed=b'<x:a> <x:p> "old" .\n')

    assert different == [("<x:a>", "<x:p>", '"old"'), ("<x:b>", "<x:p>", '"new"')]
    assert removed == [("<x:a>", "<x:p>", '"old"')]
    assert len(list(memory.rows('SELECT ?s { ?s <x:p> "new" }'))) == 1
    memory.close()
