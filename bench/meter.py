"""CPU seconds of process trees, and services that a benchmark starts and ends."""

import contextlib
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        for task in Path(f"/proc/{current}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                waiting += [int(child) for child in task.read_text().split()]
    return found


def cpu(pid: int) -> float:
    """Return the CPU seconds that a tree of processes has used, ended children that were waited for included."""
    total = 0
    for process in tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def settle(pid: int, seconds: float = 20.0) -> None:
    """Wait until a service that has just started is at rest: its workers and its curation worker are up."""
    deadline, before = time.monotonic() + seconds, -1.0
    while time.monotonic() < deadline and (now := cpu(pid)) - before > 0.01:
        before = now
        time.sleep(0.7)


def memory(pid: int) -> int:
    """Return the resident bytes of one process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(text.partition("VmRSS:")[2].split()[0])


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def service(
    arguments: list[str], port: int, environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until its port answers (60 s at most), end it afterwards."""
    with log.open("ab") as out:
        process = subprocess.Popen(arguments, stdout=out, stderr=out, env={**os.environ, **environment})
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{arguments[0]} did not start, see {log}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Client:
    """One keep-alive connection that posts queries as forms."""

    def __init__(self, port: int, path: str = "/sparql", source: str = "127.0.0.1", patience: float = 120.0) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience, source_address=(source, 0))
        self._path = path

    def ask(self, body: bytes, accept: str = "application/sparql-results+json") -> tuple[int, bytes]:
        """Send one form body; return status and body."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def get(self, path: str, **headers: str) -> tuple[int, bytes, str]:
        """Send a GET; return status, body and entity tag."""
        self._connection.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        response = self._connection.getresponse()
        return response.status, response.read(), response.headers.get("ETag", "")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
