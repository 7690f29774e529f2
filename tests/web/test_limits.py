"""Every limit of docs/http.md holds on a real server, is named with its setting, and leaves nothing behind."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from kgservice.settings import TABLE
from kgservice.web.problems import PROBLEMS
from region import write_content

PROGRAM = str(pathlib.Path(sys.executable).with_name("kgservice"))
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "http.md"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG = "SELECT ?a ?b ?c ?d ?e ?f ?g ?h { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
WIDE = f"SELECT ?a ?w {{ ?a ?b ?c . ?d ?e ?f BIND('{'w' * 5000}' AS ?w) }}"
# 3 MB come at once, then nothing more for ever
HALF = (
    f"SELECT ?w {{ {{ SELECT ?w {{ ?a ?b ?c BIND('{'w' * 5000}' AS ?w) }} LIMIT 600 }} UNION "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c < ?l && ?l < ?c) } }"
)

RUSSIAN = b"Accept-Language: ru-RU, en;q=0.5\r\n"


@dataclass
class Served:
    state: pathlib.Path
    environment: dict[str, str]
    port: int = 0
    token: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def send(
        self, method: str, path: str, body: bytes | None = None, own: str = "127.0.0.1", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(own, 0))
        connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        found = response.status, {name.lower(): text for name, text in response.getheaders()}, response.read()
        connection.close()
        return found

    def query(self, text: str, more: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.send("GET", f"/sparql?query={quote(text)}{more}", **headers)

    def refused(self, answer: tuple[int, dict[str, str], bytes], status: int, slug: str, *says: str) -> None:
        document = json.loads(answer[2])
        assert (answer[0], document["slug"]) == (status, slug), document
        for word in says:
            assert word in document["detail"], document["detail"]

    def posted(self, text: str) -> bytes:
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text.encode())}\r\n"
        return f"{head}Content-Type: application/sparql-query\r\n\r\n{text}".encode()

    def raw(self, sent: bytes, own: str = "127.0.0.1") -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(own, 0))
        made.sendall(sent)
        return made

    def counted(self, slug: str, name: str = 'kg_problems_total{type="%s"}') -> float:
        text = self.send("GET", "/-/metrics")[2].decode()
        found = re.search(rf"^{re.escape(name.replace('%s', slug))} (\S+)", text, re.M)
        return float(found[1]) if found else 0.0

    def rested(self) -> bool:
        """Tell whether a worker waits for a query, and none is starting."""
        text = self.send("GET", "/-/metrics")[2].decode()
        found = dict(re.findall(r'kg_workers{state="(\w+)"} (\d+)', text))
        return found["starting"] == "0" and found["idle"] != "0"

    def workers(self) -> int:
        found = re.findall(r'kg_workers{state="(?:busy|paused)"} (\d+)', self.send("GET", "/-/metrics")[2].decode())
        return sum(map(int, found))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("limits")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    low = {
        "KG_STATE": str(folder / "state"), "KG_CONTENT": str(write_content(folder / "content")), "KG_WORKERS": "2",
        "KG_ADDRESS_BYTES": "2000", "KG_QUERY_BYTES": "10000", "KG_QUERY_DEPTH": "5", "KG_QUERY_REPEATS": "10",
        "KG_PARAMETERS": "20",
        "KG_QUERY_SECONDS": "10", "KG_QUERY_MEMORY": "200000000", "KG_RESULT_ROWS": "20000",
        "KG_RESULT_BYTES": "30000000", "KG_SPOOL_BYTES": "1000000", "KG_CLIENT_QUERIES": "1",
        "KG_CONNECTIONS": "12", "KG_CLIENT_CONNECTIONS": "4", "KG_SPOOL_TOTAL": "8000000",
        "KG_REQUEST_SECONDS": "2", "KG_READER_SECONDS": "2", "KG_QUERY_LOG": "20000",
    }  # fmt: skip
    served = Served(folder / "state", kept | low)
    subprocess.run([PROGRAM, "build"], env=served.environment, check=True, capture_output=True)
    made = subprocess.run(
        [PROGRAM, "token", "new", "boss", "--role", "operator"],
        env=served.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    served.token = f"Bearer {made.stdout.strip()}"
    with (folder / "said").open("w") as said:
        served.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0"], env=served.environment, stdout=subprocess.PIPE, stderr=said, text=True
        )
    assert served.process.stdout
    found = re.search(r":(\d+)/", served.process.stdout.readline())
    assert found
    served.port = int(found[1])
    yield served
    served.process.send_signal(signal.SIGTERM)
    served.process.communicate(timeout=20)


def eventually(holds, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


def test_the_table_of_the_page_names_settings_and_problem_types_that_exist() -> None:
    text = PAGE.read_text("utf8").partition("## Limits")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| [^|]+ \| `(KG_\w+)` \| (\S+) \| `([\w-]+)` \|$", text, re.M)

    assert len(lines) >= 20
    assert {name for name, _, _ in lines} <= {setting.name for setting in TABLE}
    for _, status, slug in lines:
        assert slug in PROBLEMS
        assert status in ("(closed)", "431") or PROBLEMS[slug][0] == int(status)


def test_texts_are_as_long_and_deep_as_they_may_be(served: Served) -> None:
    served.refused(served.query("ASK {}" + " " * 2000), 414, "address-too-long", "2000", "KG_ADDRESS_BYTES")
    served.refused(
        served.send("POST", "/sparql", b"ASK {}" + b" " * 10000, Content_Type="application/sparql-query"),
        413, "request-too-large", "10000", "KG_QUERY_BYTES",
    )  # fmt: skip
    served.refused(served.send("GET", "/sparql?x=" + "a" * 90000), 431, "request-too-large", "KG_ADDRESS_BYTES")
    served.refused(served.query("ASK " + "{" * 6 + "}" * 6), 400, "query-too-complex", "5", "KG_QUERY_DEPTH")
    served.refused(
        served.query("ASK { FILTER(1" + "+1" * 11 + ") }"), 400, "query-too-complex", "10", "KG_QUERY_REPEATS"
    )
    served.refused(served.send("GET", "/sparql?" + "a=1&" * 21), 400, "parameter-invalid", "20", "KG_PARAMETERS")
    assert served.query("ASK " + "{" * 5 + "}" * 5)[0] == 200


def test_time_memory_rows_and_bytes_are_limited(served: Served) -> None:
    lowered = "timeout", "after 0.5 s", "KG_QUERY_SECONDS allows 10 s"
    served.refused(served.query(ENDLESS, "&timeout=0.5"), 503, "query-timeout", *lowered)
    served.refused(
        served.query(ENDLESS.replace("COUNT(*)", "COUNT(DISTINCT *)")), 500, "query-memory", "KG_QUERY_MEMORY"
    )
    served.refused(
        served.query("SELECT (1 AS ?row) { ?a ?b ?c . ?d ?e ?f }", "&format=csv&timeout=9"),
        500, "result-too-large", "20000", "KG_RESULT_ROWS",
    )  # fmt: skip


@pytest.mark.parametrize(("query", "least"), [(LONG, 1_000_000), (WIDE, 29_000_000)])  # by KG_RESULT_ROWS, …_BYTES
def test_an_answer_that_grows_too_long_while_it_streams_breaks_off(served: Served, query: str, least: int) -> None:
    outcome = 'kg_queries_total{outcome="%s"}'
    before = served.counted("result-too-large", outcome)
    with served.raw(served.posted(query)) as asker:
        answer = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := asker.recv(1 << 20):
                answer += piece

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"\r\nkg-complete: false\r\n" in answer[:4000].lower()
    assert not answer.endswith(b"0\r\n\r\n")  # of whole chunked bodies
    assert least < len(answer) < 32_000_000
    assert served.counted("result-too-large", outcome) == before + 1
    eventually(lambda: served.workers() == 0)


def test_one_client_has_so_many_queries_at_once_and_another_has_its_own(served: Served) -> None:
    asking = threading.Thread(target=served.query, args=(ENDLESS, "&timeout=3"), kwargs={"Query_Id": "first-one"})
    asking.start()
    eventually(lambda: served.workers() == 1)

    served.refused(served.query("ASK {}"), 429, "too-many-queries", "1", "KG_CLIENT_QUERIES")
    assert served.query("ASK {}", own="127.0.0.7")[0] == 200
    served.refused(served.query("ASK {}", Query_Id="first-one", own="127.0.0.7"), 409, "query-id-taken", "first-one")
    running = json.loads(served.send("GET", "/-/queries", Authorization=served.token)[2])
    stopped = served.send("DELETE", "/-/queries/first-one")[0]
    begun = time.monotonic()
    asking.join()

    assert [(one["id"], one["state"], one["release"]) for one in running] == [("first-one", "running", "1")]
    assert running[0]["query"] == ENDLESS
    assert running[0]["memory"] > 0
    assert stopped == 204
    assert time.monotonic() - begun < 0.5
    served.refused(served.send("DELETE", "/-/queries/first-one"), 404, "query-not-found")
    served.refused(served.send("GET", "/-/queries"), 401, "unauthenticated")


@pytest.mark.parametrize("query", [ENDLESS, HALF])
def test_a_connection_that_closes_stops_the_query_within_half_a_second(served: Served, query: str) -> None:
    assert served.process
    left = served.raw(served.posted(query), own="127.0.0.8")
    eventually(lambda: served.workers() == 1)
    if query == HALF:
        assert left.recv(1000).startswith(b"HTTP/1.1 200")
    there = [pathlib.Path(f"/proc/{pid}") for pid in workers_of(served.process.pid)]
    left.close()
    begun = time.monotonic()
    eventually(lambda: not all(worker.exists() for worker in there))

    assert time.monotonic() - begun < 0.5
    eventually(lambda: served.workers() == 0)


def test_there_are_so_many_connections_in_all(served: Served) -> None:
    before = served.counted("too-many-connections")
    with contextlib.ExitStack() as stack:
        for number in range(12):
            stack.enter_context(served.raw(b"GET / HTTP/1.1\r\n", own=f"127.0.0.{20 + number // 4}"))
        told = stack.enter_context(served.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", own="127.0.0.30")).recv(4096)

    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in told
    assert json.loads(told.partition(b"\r\n\r\n")[2])["slug"] == "too-many-connections"
    assert b"12 connections" in told
    assert b"(KG_CONNECTIONS)" in told
    eventually(lambda: served.query("ASK {}", own="127.0.0.30")[0] == 200)
    assert served.counted("too-many-connections") >= before + 1


def test_an_address_has_so_many_connections_and_a_slow_request_is_told(served: Served) -> None:
    before = served.counted("request-timeout")
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(served.raw(b"GET / HTTP/1.1\r\nHost: x\r\n" + RUSSIAN + b"X-Slow: ", own="127.0.0.9"))
            for _ in range(4)
        ]
        fifth = stack.enter_context(served.raw(b"GET / HTTP/1.1\r\n" + RUSSIAN + b"\r\n", own="127.0.0.9"))
        told = fifth.recv(4096)
        for _ in range(6):
            with contextlib.suppress(OSError):
                held[0].sendall(b"a")  # it keeps saying something
            time.sleep(0.4)
        slow = [one.recv(4096) for one in held]

    assert b"503" in told.partition(b"\r\n")[0]
    assert b"KG_CLIENT_CONNECTIONS" in told
    assert "соединений".encode() in told
    assert all("не пришло целиком".encode() in one for one in slow)
    assert all(b" 408 " in one.partition(b"\r\n")[0] and b"KG_REQUEST_SECONDS" in one for one in slow)
    assert served.counted("request-timeout") - before == 4
    assert served.query("ASK {}", own="127.0.0.9")[0] == 200


def test_a_reader_that_takes_nothing_fills_no_disk_and_is_let_go(served: Served) -> None:
    before = served.counted("reader-too-slow")
    spooled = []
    sleeper = socket.socket()
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.bind(("127.0.0.10", 0))
    sleeper.connect(("127.0.0.1", served.port))
    sleeper.sendall(served.posted(WIDE))

    def let_go() -> bool:
        spooled.append(served.counted("", "kg_spool_bytes"))
        return served.counted("reader-too-slow") == before + 1

    eventually(let_go, 10)
    sleeper.close()
    assert 4_000_000 < max(spooled) <= 8_000_000  # KG_SPOOL_TOTAL
    eventually(lambda: served.workers() == 0)


def test_what_cannot_be_read_is_a_problem_document_too(served: Served) -> None:
    for sent, title in (
        (b"NONSENSE\r\n\r\n", "The request is wrong"),
        (b"GET / HTTP/1.1\r\n" + RUSSIAN + b"Transfer-Encoding: gzip\r\n\r\n", "Запрос к службе неверен"),
        (b"GET / HTTP/1.1\r\n" + RUSSIAN + b"Content-Length: x\r\n\r\n", "Запрос к службе неверен"),
    ):
        with served.raw(sent) as connection:
            answer = b""
            while piece := connection.recv(4096):
                answer += piece
        assert b"application/problem+json" in answer
        document = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert (document["slug"], document["title"]) == ("request-invalid", title)


def test_a_query_that_ended_the_engine_twice_is_refused_until_an_operator_allows_it(served: Served) -> None:
    doomed = ENDLESS + " # doomed"
    assert served.process
    for _ in range(2):
        answers = []
        asking = threading.Thread(target=lambda: answers.append(served.query(doomed, own="127.0.0.12")))  # noqa: B023
        asking.start()
        eventually(lambda: served.workers() == 1 and served.rested(), 10)  # one killed while it starts is no crash
        for pid in workers_of(served.process.pid):
            os.kill(pid, signal.SIGSEGV)
        asking.join()
        served.refused(answers[0], 500, "engine-crash", "SIGSEGV")
    eventually(served.rested, 10)
    served.refused(served.query(doomed, own="127.0.0.12"), 500, "engine-crash", "2 times", "DELETE /-/crashes")
    ailing = json.loads(served.send("GET", "/-/crashes", Authorization=served.token)[2])
    allowed = served.send("DELETE", "/-/crashes", Authorization=served.token)[0]

    assert ailing == [{"query": doomed, "crashes": 2}]
    assert allowed == 204
    served.refused(served.query(doomed, "&timeout=0.2", own="127.0.0.12"), 503, "query-timeout", "0.2")
    served.refused(served.send("DELETE", "/-/crashes"), 401, "unauthenticated")


def workers_of(pid: int) -> list[int]:
    """Return the workers of a service: children of the process that forks them."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    lines = [line.split(None, 2) for line in listed.splitlines()]
    nurseries = {line[0] for line in lines if line[1] == str(pid) and "kgservice.store.worker" in line[2]}
    return [int(line[0]) for line in lines if line[1] in nurseries]


def test_the_log_of_queries_says_what_became_of_each_and_stays_small(served: Served) -> None:
    for _ in range(100):
        served.query("ASK {}" + " " * 200, own="127.0.0.11")
    files = sorted((served.state / "logs").iterdir())
    lines = [json.loads(line) for line in (served.state / "logs" / "queries.jsonl").read_text("utf8").splitlines()]

    assert [file.name for file in files] == ["queries.1.jsonl", "queries.jsonl"]
    assert sum(file.stat().st_size for file in files) <= 20000
    assert (lines[-1]["outcome"], lines[-1]["release"], lines[-1]["format"]) == ("answered", 1, "json")
    assert lines[-1]["query"].startswith("ASK {}")
    assert "client" not in lines[-1]


def test_nothing_is_left_behind(served: Served) -> None:
    text = served.send("GET", "/-/metrics")[2].decode()

    assert "kg_spool_bytes 0\n" in text
    assert "kg_queries_waiting 0\n" in text
    assert served.workers() == 0
    assert not list(served.state.glob(".body-*"))
    said = (served.state.parent / "said").read_text("utf8")
    assert "broke off" in said
    assert "Traceback" not in said
