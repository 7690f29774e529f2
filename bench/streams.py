"""Big answers: when their first byte comes, what the web process holds while many read them, and workbooks."""

import contextlib
import http.client
import re
import socket
import threading
import time
import urllib.parse
from pathlib import Path

from meter import Client, cpu, memory, tree
from network import generate
from serving import MANY_ROWS, form, ours, release_of

ALL = "SELECT ?s ?p ?o WHERE {{ ?s ?p ?o }} LIMIT {rows}"
SPOOL = 8_000_000  # bytes; KG_SPOOL_BYTES of the runs
READERS = 64


def answers(work: Path, content: Path, size: int) -> dict[str, float]:
    """Measure what big answers cost who waits for them, and the service that sends them."""
    state, log = work / "streams", work / "serving.log"
    release_of(generate(size, work / "streams.nt"), state)
    rows = min(size, 700_000)  # about 100 MB
    settings = {"KG_SPOOL_BYTES": str(SPOOL), "KG_QUEUE_SECONDS": "300", "KG_QUERY_SECONDS": "300"}
    figures: dict[str, float] = {}
    with ours(state, content, log, **settings) as (port, pid):
        figures |= first_byte(port, rows)
        figures |= readers(port, pid, min(size, 60_000))
    with ours(state, content, log, KG_QUERY_SECONDS="300") as (port, pid):
        figures |= workbook(port, pid, min(size, 100_000))
    return figures


def first_byte(port: int, rows: int) -> dict[str, float]:
    """Compare the first byte of a streamed answer with the whole of one that just fits the spool (median of five)."""
    _, size = _first(port, ALL.format(rows=rows // 50))
    fits = int(rows // 50 * SPOOL / size * 0.98)
    whole = sorted(_first(port, ALL.format(rows=fits))[0] for _ in range(5))[2]
    streamed = [_first(port, ALL.format(rows=rows)) for _ in range(5)]
    return {
        "stream.megabytes": streamed[0][1] / 1e6,
        "stream.whole_seconds": whole,
        "stream.first_byte_past_spool_seconds": sorted(first for first, _ in streamed)[2] - whole,
    }


def _first(port: int, query: str) -> tuple[float, int]:
    """Return the seconds until the first byte of a body, and the bytes of it all."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    begun = time.monotonic()
    connection.request("GET", f"/sparql?format=json&query={urllib.parse.quote(query)}")
    response = connection.getresponse()
    if response.status != 200:
        raise RuntimeError(f"{response.status}: {response.read(300)!r}")
    size = len(response.read(1))
    first = time.monotonic() - begun
    while piece := response.read(1 << 20):
        size += len(piece)
    connection.close()
    return first, size


def readers(port: int, pid: int, rows: int) -> dict[str, float]:
    """Let sixty-four clients read a streamed answer at once, slowly at first; return the web process' largest size."""
    path = f"/sparql?format=json&query={urllib.parse.quote(ALL.format(rows=rows))}"
    peak, done, begun, whole = [0], threading.Event(), [0] * READERS, [0] * READERS
    everybody = threading.Event()

    def read(number: int) -> None:
        taken = 0
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            one.bind((f"127.0.2.{number + 1}", 0))
            one.settimeout(300)
            one.connect(("127.0.0.1", port))
            one.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
            last = b""
            while piece := one.recv(1 << 16):
                taken += len(piece)
                begun[number] = 1
                last = (last + piece)[-7:]
                if not everybody.is_set():
                    everybody.wait(0.05)
        whole[number] = int(last.endswith(b"0\r\n\r\n") and taken > SPOOL)

    def look() -> None:
        while not done.wait(0.05):
            peak[0] = max(peak[0], memory(pid))
            if all(begun):
                everybody.set()

    watcher = threading.Thread(target=look)
    watcher.start()
    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    return {"stream.readers_whole": sum(whole), "stream.web_megabytes": peak[0] / 1e6}


def workbook(port: int, pid: int, rows: int) -> dict[str, float]:
    """Measure a workbook of many rows: CPU, and by how much its worker grows beyond a workbook of a fifth of them."""
    accept = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    client = Client(port)
    client.ask(form(MANY_ROWS.replace("100000", "100")), accept)
    status, _ = client.ask(form(MANY_ROWS.replace("100000", str(rows // 5))), accept)
    small = _largest(pid)
    before = cpu(pid)
    status, body = client.ask(form(MANY_ROWS.replace("100000", str(rows))), accept)
    spent = cpu(pid) - before
    client.close()
    if status != 200:
        raise RuntimeError(f"{status}: {body[:300]!r}")
    return {
        "xlsx.rows": rows,
        "xlsx.cpu_seconds": spent,
        "xlsx.megabytes": len(body) / 1e6,
        "xlsx.worker_grows_megabytes": (_largest(pid) - small) / 1e6,
    }


def _largest(pid: int) -> int:
    """Return the most bytes that any process of a service has ever had, the web process left out."""
    found = [0]
    for process in tree(pid)[1:]:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{process}/status").read_text()
            if peak := re.search(r"VmHWM:\s+(\d+)", status):
                found.append(1024 * int(peak[1]))
    return max(found)
