"""Switching: a publish under load fails no request, and readers see the new release at once."""

import http.client
import json
import os
import subprocess
import threading
import time
from pathlib import Path

from filling import PROGRAM
from meter import Client
from serving import form, ours

QUERY = "SELECT ?s WHERE { ?s a ?type } LIMIT 10"


def publish(work: Path, checkout: Path, clients: int = 4) -> dict[str, float]:
    """Roll back and forth under load; count failures and time how long answers of the old release go on."""
    state, log = work / "real", work / "switching.log"
    environment = {**os.environ, "KG_STATE": str(state), "KG_CONTENT": str(checkout)}
    subprocess.run([PROGRAM, "build", "--again"], env=environment, check=True, capture_output=True)
    listed = json.loads(
        subprocess.run(
            [PROGRAM, "releases", "--format", "json"], env=environment, check=True, capture_output=True
        ).stdout
    )
    newest, before = listed[0]["id"], listed[1]["id"]
    failed, answered, longest, stop = 0, 0, 0.0, threading.Event()
    lock = threading.Lock()

    def ask(port: int, number: int) -> None:
        nonlocal failed, answered, longest
        client, body = Client(port, source=f"127.0.0.{20 + number}"), form(QUERY)
        while not stop.is_set():
            started = time.monotonic()
            status, _ = client.ask(body)
            with lock:
                answered += 1
                failed += status != 200
                longest = max(longest, time.monotonic() - started)

    with ours(state, checkout, log) as (port, _):
        threads = [threading.Thread(target=ask, args=(port, n)) for n in range(clients)]
        for thread in threads:
            thread.start()
        delays = [_switch(port, environment, target, log) for target in (before, newest, before, newest)]
        stop.set()
        for thread in threads:
            thread.join()
    return {
        "switch.requests": answered,
        "switch.failed": failed,
        "switch.longest_request_ms": 1000 * longest,
        "switch.slowest_ms": 1000 * max(delays),
    }


def _switch(port: int, environment: dict[str, str], target: int, log: Path) -> float:
    """Point readers at a release; return the seconds from the pointer's move to the first answer from it."""
    pointer = Path(environment["KG_STATE"]) / "current"
    with log.open("ab") as out:
        subprocess.run([PROGRAM, "rollback", str(target)], env=environment, check=True, stdout=out, stderr=out)
    moved = pointer.stat().st_mtime
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    while True:
        asked = time.time()
        connection.request("POST", "/sparql", form(QUERY), {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        response.read()
        if response.headers["KG-Release"] == str(target):
            # the command itself takes longer than the switch: an answer from the new release at once means it was over
            return max(0.0, min(asked - moved, time.time() - asked))
