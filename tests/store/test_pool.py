"""Workers under hard questions: each ends alone, and the next question is answered at once."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kgservice.errors import (
    Busy,
    EngineCrash,
    KgError,
    MachineryFailed,
    QueryForbidden,
    QueryMemory,
    QueryStopped,
    QueryTimeout,
    ResultTooLarge,
    StoreUnavailable,
)
from kgservice.store import run, spool
from kgservice.store.interface import Question
from stores import ENDLESS, body, release

ALL = "SELECT * { ?s ?p ?o }"
BOMB = "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def eventually(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.01)


def worker_of(store, query_id):
    return next(worker.pid for worker, ticket in store._slots._busy.items() if ticket.question.id == query_id)


def test_late_query_is_killed_within_half_a_second_and_the_next_is_answered_within_another(pool):
    store = pool(workers=1)

    begun = time.monotonic()
    with pytest.raises(QueryTimeout, match="KG_QUERY_SECONDS"):
        body(store, ENDLESS, seconds=1.0)
    late = time.monotonic() - begun
    body(store, "ASK {}")
    after = time.monotonic() - begun - late

    assert 1.0 <= late < 1.5
    assert after < 0.5


def test_deadline_of_the_settings_cannot_be_raised_by_the_asker(pool):
    store = pool(query_seconds=0.3)

    with pytest.raises(QueryTimeout):
        body(store, ENDLESS, seconds=1000)


def test_memory_bomb_is_told_apart_and_touches_nobody(pool):
    store = pool(query_memory=300_000_000)

    with ThreadPoolExecutor(2) as threads:
        bomb = threads.submit(body, store, BOMB, seconds=30)
        while not bomb.done():
            assert b"true" in body(store, "ASK {}")
        with pytest.raises(QueryMemory, match="300000000"):
            bomb.result()

    assert b"true" in body(store, "ASK {}")


def test_crash_of_the_engine_is_told_apart_and_touches_nobody(pool):
    store = pool(workers=1)
    query = Question(ENDLESS, id="doomed")

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(store.answer, query)
        eventually(lambda: store.status()["busy"] == 1)
        time.sleep(0.2)
        os.kill(worker_of(store, "doomed"), signal.SIGABRT)
        with pytest.raises(EngineCrash, match="SIGABRT"):
            running.result()

    assert b"true" in body(store, "ASK {}")
    assert store.status()["crash"] == 1


def test_query_that_ended_the_engine_twice_is_refused_after_a_restart_too_until_forgiven(pool, store_path, tmp_path):
    path = release(tmp_path / "releases" / "7")
    store = pool(path, workers=1)

    def crash():
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(body, store, ENDLESS, id="doomed", seconds=1)
            eventually(lambda: store._slots._busy)
            time.sleep(0.1)
            os.kill(worker_of(store, "doomed"), signal.SIGSEGV)
            running.result()

    for _ in range(2):
        with pytest.raises(EngineCrash, match="SIGSEGV"):
            crash()
    with pytest.raises(EngineCrash, match="not run again"):
        body(store, ENDLESS)
    assert b"true" in body(store, "ASK {}")
    store.adopt(store_path, None)
    with pytest.raises(QueryTimeout):
        body(store, ENDLESS, seconds=0.2)
    again = pool(path, workers=1)
    assert again.crashed() == {ENDLESS: 2}
    with pytest.raises(EngineCrash, match="not run again"):
        body(again, ENDLESS)
    store.forgive()
    again.adopt(path, None)
    with pytest.raises(QueryTimeout):
        body(again, ENDLESS, seconds=0.2)


def test_idle_worker_that_is_killed_is_replaced_unseen(pool):
    store = pool(workers=2)
    eventually(lambda: store.status()["idle"] == 3)

    idle = list(store._slots._now.idle)
    for worker in idle:
        os.kill(worker.pid, signal.SIGKILL)
    eventually(lambda: not any(worker.alive() for worker in idle))
    for _ in range(6):
        assert b"true" in body(store, "ASK {}")


def test_killed_nursery_is_raised_again(pool):
    store = pool(workers=2)
    eventually(lambda: store.status()["idle"] == 3)

    os.kill(store._starter._process.pid, signal.SIGKILL)
    time.sleep(0.2)

    assert b"true" in body(store, "ASK {}")


def test_service_is_refused_and_nothing_connects(pool, store_path):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.3)
    address = f"<http://127.0.0.1:{listener.getsockname()[1]}/>"

    store = pool()
    with pytest.raises(QueryForbidden):
        body(store, f"SELECT * {{ SERVICE {address} {{ ?s ?p ?o }} }}")
    assert b"true" in body(store, f"ASK {{ service silent {address} {{}} }}")  # Federated Query 2.3
    for text in (f"LOAD {address}", "INSERT DATA { <a:a> <a:a> 1 }", "CLEAR ALL"):
        with pytest.raises(QueryForbidden):
            body(store, text)

    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_locked_in_process_has_no_network_no_programs_and_no_files_to_write(store_path, tmp_path):
    program = textwrap.dedent(
        f"""
        import os, signal, socket
        import pyoxigraph
        from kgservice.store import sandbox
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = pyoxigraph.Store.read_only({str(store_path)!r})
        assert sandbox.lock_in(1 << 30) == []
        def refused(what, *arguments):
            try:
                what(*arguments)
            except OSError as error:
                print(error.errno, end=" ")
        refused(socket.socket)
        refused(os.execv, "/bin/true", ["true"])
        refused(lambda: open({str(tmp_path / "file")!r}, "wb", buffering=0).write(b"x"))
        refused(store.query, "SELECT * {{ SERVICE <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}")
        print(bool(store.query("ASK {{ ?s ?p ?o }}")))
        """
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.stdout.split()[:3] == ["13", "13", "27"], done.stderr
    assert done.stdout.split()[-1] == "True"


def test_askers_are_served_first_come_first_served(pool):
    store = pool(workers=1)
    order = []

    def ask(number):
        body(store, "ASK {}", client=f"c{number}")
        order.append(number)

    with ThreadPoolExecutor(9) as threads:
        blocker = threads.submit(body, store, ENDLESS, seconds=1.0)
        eventually(lambda: store.status()["busy"] == 1)
        for number in range(8):
            threads.submit(ask, number)
            eventually(lambda n=number: store.status()["waiting"] == n + 1)
        with pytest.raises(QueryTimeout):
            blocker.result()

    assert order == sorted(order)
    assert len(order) == 8


def test_full_queue_and_long_wait_are_busy(pool):
    store = pool(workers=1, queue=1, queue_seconds=0.2)

    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(body, store, ENDLESS, id="q", seconds=5)
        eventually(lambda: store.status()["busy"] == 1)
        waiting = threads.submit(body, store, "ASK {}")
        eventually(lambda: store.status()["waiting"] == 1)
        with pytest.raises(Busy, match="KG_QUEUE"):
            body(store, "ASK {}")
        with pytest.raises(Busy, match="KG_QUEUE_SECONDS"):
            waiting.result()
        assert store.stop("q")
        with pytest.raises(QueryStopped):
            running.result()


def test_stop_ends_a_running_and_a_waiting_query_by_id(pool):
    store = pool(workers=1)

    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(body, store, ENDLESS, id="runs")
        eventually(lambda: store.status()["busy"] == 1)
        waiting = threads.submit(body, store, "ASK {}", id="waits")
        eventually(lambda: store.status()["waiting"] == 1)
        assert store.stop("waits")
        begun = time.monotonic()
        assert store.stop("runs")
        for future in (running, waiting):
            with pytest.raises(QueryStopped):
                future.result()

    assert time.monotonic() - begun < 2
    assert not store.stop("runs")
    assert not store.stop("")


def test_asker_who_leaves_a_stream_takes_the_worker_with_it(pool):
    store = pool(workers=1, spool_bytes=1000)

    answer = store.answer(Question("SELECT * { ?s ?p ?o . ?a ?b ?c }"))
    assert answer.size is None
    assert not answer.complete
    assert next(answer.chunks)
    answer.close()

    assert b"true" in body(store, "ASK {}")
    assert store.status()["busy"] == 0


def test_streamed_answer_equals_the_spooled_one(pool):
    whole = body(pool(), ALL)
    streamed = body(pool(spool_bytes=1000), ALL)

    assert streamed == whole


def test_too_large_answer_is_refused_whole_or_streaming(pool):
    with pytest.raises(ResultTooLarge, match="KG_RESULT_BYTES"):
        body(pool(result_bytes=100_000), ALL)
    with pytest.raises(ResultTooLarge):
        body(pool(result_bytes=200_000, spool_bytes=1000), ALL)


def test_late_stream_ends_with_an_error_not_with_an_end(pool):
    store = pool(spool_bytes=1000, query_seconds=0.5)

    answer = store.answer(Question("SELECT * { ?s ?p ?o . ?a ?b ?c }"))
    with contextlib.closing(answer), pytest.raises(QueryTimeout):
        for _ in answer.chunks:
            pass


def test_answers_not_fetched_share_one_limit_in_memory_and_one_on_disk(pool, monkeypatch):
    monkeypatch.setattr(spool, "_ALL_MEMORY", 1 << 20)
    store = pool()
    store._room.limit = 4_000_000
    query = Question("SELECT * { ?s ?p ?o . VALUES ?x { 1 2 3 } }")

    kept = [store.answer(query)]
    assert kept[0].size > 1 << 20
    with pytest.raises(Busy, match="KG_SPOOL_TOTAL"):
        kept += [store.answer(query) for _ in range(4)]
    for answer in kept:
        answer.close()

    assert store.status()["spooled"] == 0
    assert store._room._memory == 0
    assert store.status()["busy"] == 0


def test_worker_holds_the_lease_of_its_release(pool, tmp_path):
    first, second = release(tmp_path / "1", ""), release(tmp_path / "2", "")
    store = pool(first)

    with open(first.parent / "lease") as lease:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        store.adopt(second, second.parent / "lease")

        def free():
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True

        eventually(free)


def test_store_that_is_not_there_is_unavailable_and_adopting_it_changes_nothing(pool, tmp_path, store_path):
    with pytest.raises(StoreUnavailable):
        pool(tmp_path / "none" / "store")

    store = pool()
    with pytest.raises(StoreUnavailable):
        store.adopt(tmp_path / "none" / "store", None)
    assert store.answer(Question("ASK {}")).store == store_path


def test_no_worker_outlives_a_parent_that_is_killed(store_path, tmp_path):
    program = textwrap.dedent(
        f"""
        import sys, threading, time
        from pathlib import Path
        from kgservice.settings import Settings
        from kgservice.store.interface import Question
        from kgservice.store.pool import Pool
        settings = Settings.read({{"KG_STATE": {str(tmp_path)!r}, "KG_WORKERS": "2"}})
        made = []
        # the thread that makes the pool ends at once: workers must not end with it
        maker = threading.Thread(target=lambda: made.append(Pool(Path({str(store_path)!r}), None, settings)))
        maker.start(); maker.join()
        time.sleep(0.3)
        threading.Thread(target=made[0].answer, args=(Question({ENDLESS!r}, id="x"),), daemon=True).start()
        while made[0].status()["busy"] == 0 or made[0].status()["idle"] < 2:
            time.sleep(0.01)
        slots = made[0]._slots
        pids = [w.pid for w in (*slots._busy, *slots._now.idle)]
        print(made[0]._starter._process.pid, *pids, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 4
    assert all(running(pid) for pid in pids)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    eventually(lambda: not any(running(pid) for pid in pids), 3)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_closing_leaves_no_worker(pool):
    store = pool(workers=2)
    eventually(lambda: store.status()["idle"] == 3)
    pids = [store._starter._process.pid, *[worker.pid for worker in store._slots._now.idle]]

    store.close()

    eventually(lambda: not any(running(pid) for pid in pids))
    with pytest.raises(StoreUnavailable):
        body(store, "ASK {}")


def test_adopting_under_24_threads_fails_nobody_and_answers_the_new_release_at_once(pool, tmp_path):
    releases = [release(tmp_path / str(n), f'<http://e/s> <http://e/p> "{n}" .\n') for n in range(2)]
    store = pool(releases[0], workers=4, queue=100)
    over = threading.Event()
    failures: list[KgError] = []
    counted = [0] * 24

    def hammer(number):
        while not over.is_set():
            try:
                answer = store.answer(Question("SELECT ?o { ?s ?p ?o }", format="csv"))
                text = b"".join(answer.chunks)
                answer.close()
                assert text.split() == [b"o", str(releases.index(answer.store)).encode()]
                counted[number] += 1
            except KgError as error:
                failures.append(error)

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        time.sleep(0.1)
        target = releases[(turn + 1) % 2]
        store.adopt(target, target.parent / "lease")
        answer = store.answer(Question("ASK {}"))
        answer.close()
        assert answer.store == target
    over.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sum(counted) > 24


def test_reader_who_does_not_read_holds_no_worker(pool):
    store = pool(workers=1, spool_bytes=1000)

    answer = store.answer(Question("SELECT * { ?s ?p ?o . VALUES ?x { 1 2 3 4 5 6 7 8 9 } }"))
    assert answer.size is None
    assert b"true" in body(store, "ASK {}")
    assert store.status()["busy"] == 0
    assert len(b"".join(answer.chunks)) > 1 << 22
    answer.close()

    assert store.status()["spooled"] == 0


def test_stream_larger_than_the_room_waits_for_its_reader(pool):
    store = pool(workers=1, spool_bytes=1000)
    store._room.limit = 10_000_000

    answer = store.answer(Question("SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 100000"))
    eventually(lambda: store.status()["spooled"] > 9_000_000)
    size = sum(len(piece) for piece in answer.chunks)
    answer.close()

    assert size > 25_000_000
    assert store.status()["spooled"] == 0


MIXED = """SELECT ?v { VALUES ?v { 2 10 "15" "x"@en "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> <http://a>
    true 16777217 "16777216"^^<http://www.w3.org/2001/XMLSchema#float> 9007199254740993 9007199254740992e0 "abc"
    UNDEF
    "PT1H"^^<http://www.w3.org/2001/XMLSchema#duration> "P1M"^^<http://www.w3.org/2001/XMLSchema#duration> 1.5 } }"""


def test_order_by_any_mix_of_kinds_crashes_nothing(pool):
    store = pool()

    for direction in ("?v", "DESC(?v)"):
        assert body(store, f"{MIXED} ORDER BY {direction}", "tsv").count(b"\n") == 17
    numbers = "SELECT ?v { VALUES ?v { 10 9 2 1.5 -1 100 20e0 } } ORDER BY ?v"
    assert body(store, numbers, "csv").split() == [b"v", b"-1", b"1.5", b"2", b"9", b"10", b"20", b"100"]
    assert store.status()["crash"] == 0


def test_long_query_makes_way_for_short_ones_and_its_worker_is_replaced(pool, monkeypatch):
    monkeypatch.setattr(run, "_SLOW", 0.3)
    store = pool(workers=1)
    query = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 50 } ?d ?e ?f . FILTER(?c = ?f || ?a = ?f) }"

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(body, store, query, id="long")
        eventually(lambda: store._slots._busy)
        pid = worker_of(store, "long")
        before = os.getpriority(os.PRIO_PROCESS, pid)
        eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) > before)
        assert b'"n"' in running.result()

    assert b"true" in body(store, "ASK {}")
    assert pid not in [worker.pid for worker in store._slots._now.idle]


def test_worker_processes_have_neither_rdflib_nor_polars():
    program = (
        "import sys, kgservice.store.worker as w; w.import_engine('embedded'); w.import_engine('remote');"
        "print({'rdflib', 'polars', 'flask'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.stdout.strip() == "set()", done.stderr


def test_long_queries_leave_one_slot_to_short_ones(pool):
    store = pool(workers=2)

    with ThreadPoolExecutor(4) as threads:
        long = [threads.submit(body, store, ENDLESS, id=f"q{n}", client=f"c{n}", seconds=3.5) for n in range(2)]
        eventually(lambda: store.status()["paused"] == 1)
        for _ in range(20):
            begun = time.monotonic()
            assert b"true" in body(store, "ASK {}", client="short")
            assert time.monotonic() - begun < 2
        # when the long one ends, the paused one goes on
        paused = next(ticket.question.id for ticket in store._slots._busy.values() if ticket.paused)
        other = {"q0": "q1", "q1": "q0"}[paused]
        assert store.stop(other)
        eventually(lambda: store.status()["paused"] == 0)
        assert store.status()["busy"] == 1
        assert store.stop(paused)
        for future in long:
            with pytest.raises(QueryStopped):
                future.result()

    eventually(lambda: store.status()["idle"] == 3)
    assert store.status()["busy"] == 0


def test_paused_query_can_be_stopped_and_ends_at_its_deadline(pool):
    store = pool(workers=2)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(body, store, ENDLESS, id="first", seconds=8)
        eventually(lambda: store._slots._long() == 1)
        stopped = threads.submit(body, store, f"{ENDLESS} # another", id="stopped", seconds=8)
        eventually(lambda: store.status()["paused"] == 1)
        late = threads.submit(body, store, f"{ENDLESS} # a third", id="late", seconds=3)
        eventually(lambda: store.status()["paused"] == 2)
        with pytest.raises(Busy, match="long queries"):
            late.result()
        assert store.stop("stopped")
        with pytest.raises(QueryStopped):
            stopped.result()
        assert store.stop("first")
        with pytest.raises(QueryStopped):
            first.result()

    eventually(lambda: store.status()["idle"] == 3)


def test_who_asks_much_waits_for_who_asks_little(pool):
    store = pool(workers=1)
    store._slots._usage.add("much", 5.0)
    for _ in range(5):
        store._slots._usage.add("little", 0.01)
    order = []

    def ask(client):
        body(store, "ASK {}", client=client)
        order.append(client)

    with ThreadPoolExecutor(6) as threads:
        blocker = threads.submit(body, store, ENDLESS, seconds=0.8)
        eventually(lambda: store.status()["busy"] == 1)
        for number, client in enumerate(["much", "much", "new", "little", ""]):
            threads.submit(ask, client)
            eventually(lambda n=number: store.status()["waiting"] == n + 1)
        with pytest.raises(QueryTimeout):
            blocker.result()

    assert order == ["little", "", "new", "much", "much"]


def test_what_runs_and_waits_is_listed_with_age_and_memory(pool):
    store = pool(workers=1)

    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(body, store, ENDLESS, id="runs", client="somebody")
        eventually(lambda: store.status()["busy"] == 1)
        waiting = threads.submit(body, store, "ASK {}", id="waits")
        eventually(lambda: store.status()["waiting"] == 1)
        listed = store.running()
        store.stop("runs")
        with pytest.raises(QueryStopped):
            running.result()
        waiting.result()

    assert [(one.question.id, one.state) for one in listed] == [("runs", "running"), ("waits", "waiting")]
    assert listed[0].question.client == "somebody"
    assert listed[0].seconds > 0
    assert listed[0].memory > 1_000_000
    assert store.running() == []


def test_the_last_slot_is_kept_for_known_clients_that_ask_little(pool):
    store = pool(workers=4)
    for _ in range(5):
        store._slots._usage.add("known", 0.01)

    with ThreadPoolExecutor(12) as threads:
        strangers = [
            threads.submit(body, store, ENDLESS, id=f"q{n}", client=f"stranger {n}", seconds=20) for n in range(10)
        ]
        eventually(lambda: store.status()["paused"] >= 1)
        for _ in range(20):
            begun = time.monotonic()
            assert b"true" in body(store, "ASK {}", client="known")
            assert time.monotonic() - begun < 2
        store.close()
        for future in strangers:
            with pytest.raises(MachineryFailed):
                future.result()
