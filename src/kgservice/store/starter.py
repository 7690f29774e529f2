"""The parent's side of starting workers: one long-lived thread owns the nursery, handles watch single workers."""

import contextlib
import json
import os
import queue
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import kgservice
from kgservice.errors import StoreUnavailable
from kgservice.store import frames

# a sixth of what a short query's process gets; at 19 it starves to its deadline beside an import or another program
_SLOW = 10
_EXIT = re.compile(r"\nexit (-?\d+)\n")


class Worker:
    """A handle of one worker process: its channel, its error pipe, and the means to end it."""

    def __init__(self, pid: int, pidfd: int, channel: socket.socket, errors: int) -> None:
        self.pid = pid
        self.frames = frames.Frames(channel)
        self.generation = 0
        self.store: Path | None = None
        self.stopped = False
        self.rows = 0
        """Of the answer so far, as its worker counts them."""
        self.slowed = False
        self.metered = True
        """Charged by CPU; a worker that waits for others is charged by the clock."""
        self._before = 0.0
        self._spent: float | None = None
        self.missing: list[str] = []
        self._pidfd = pidfd
        channel.setblocking(False)
        self._channel = channel
        self._errors = errors
        self._lock = threading.Lock()
        self._closed = False

    def wait_ready(self, seconds: float) -> None:
        """Wait until the worker has opened its store.

        Raises:
            StoreUnavailable: it could not.
        """
        try:
            kind, payload = self.frames.next(time.monotonic() + seconds)
        except (frames.Ended, frames.Late):
            reason = self.bury()[1]
            raise StoreUnavailable("A query worker could not start: {reason}", reason=reason) from None
        if kind == frames.FAILED:
            self.bury()
            raise frames.raised(payload)
        ready = json.loads(payload)
        self.missing = ready["missing"]
        self._before = ready.get("cpu", 0.0)

    def send(self, data: bytes) -> bool:
        """Send a frame; tell whether the worker could take it."""
        try:
            sent = self._channel.send(data)
            if sent < len(data):
                self._channel.settimeout(5)
                self._channel.sendall(memoryview(data)[sent:])
                self._channel.setblocking(False)
        except OSError:
            return False
        return True

    def alive(self) -> bool:
        """Tell whether an idle worker is still there."""
        try:
            return bool(self._channel.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def kill(self) -> None:
        """End the worker at once, whatever it does."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._closed:
                return
            with contextlib.suppress(ProcessLookupError):
                if self._pidfd >= 0:
                    signal.pidfd_send_signal(self._pidfd, number)
                else:
                    os.kill(self.pid, number)

    def slow_down(self) -> None:
        """Let everything else go first: the worker's query turned out to be long. It cannot be undone."""
        self.slowed = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _SLOW)

    def used(self, begun: float) -> float:
        """Return the CPU seconds of the query that runs since `begun`; by the clock where CPU cannot be seen."""
        elapsed = time.monotonic() - begun
        if not self.metered:
            return elapsed
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return elapsed
        return max(0.0, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") - self._before)

    def charge(self, total: float) -> None:
        """Note the CPU seconds that the worker has used in all, at the end of a query."""
        self._spent = total - self._before
        self._before = total

    def spent(self, begun: float) -> float:
        """Return the seconds to charge for the query that ran since `begun`: CPU where the worker lived to tell."""
        spent, self._spent = self._spent, None
        return time.monotonic() - begun if spent is None or not self.metered else spent

    def pause(self) -> None:
        """Stop the worker's clock until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused worker go on."""
        self._signal(signal.SIGCONT)

    def bury(self) -> tuple[int | None, str]:
        """Kill the worker if need be, close everything, and return exit status (negative = signal) and last words."""
        self.kill()
        words = self._last_words(time.monotonic() + 1.0)
        self.retire()
        found = _EXIT.search(words)
        status = int(found[1]) if found else None
        return status, _EXIT.sub("", words).strip()

    def retire(self) -> None:
        """Let an idle worker go: it ends when its channel closes."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._channel.close()
            os.close(self._errors)
            if self._pidfd >= 0:
                os.close(self._pidfd)

    def _last_words(self, deadline: float) -> str:
        words = b""
        poll = select.poll()
        poll.register(self._errors, select.POLLIN)
        while poll.poll(max(0, int((deadline - time.monotonic()) * 1000))):
            piece = os.read(self._errors, 1 << 16)
            if not piece:
                break
            words = (words + piece)[-4000:]
        return words.decode(errors="replace")


class Starter:
    """Starts workers of a kind (`embedded`, `remote`) through a nursery process that this object's thread owns.

    NOTE: PR_SET_PDEATHSIG fires when the thread that started a child ends, hence one thread for the life of the pool.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._orders: queue.SimpleQueue[tuple[Mapping[str, Any], Future[Worker]] | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="kgservice-starter", daemon=True)
        self._thread.start()

    def start(self, order: Mapping[str, Any]) -> Worker:
        """Fork a worker and return its handle; it is not ready yet.

        Raises:
            StoreUnavailable: no worker can be started.
        """
        future: Future[Worker] = Future()
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The service is shutting down; ask again in a moment.")
            self._orders.put((order, future))
        return future.result()

    def close(self) -> None:
        """End the nursery, and with it every worker."""
        with self._lock:
            self._closed = True
            self._orders.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._orders.get()) is not None:
            order, future = item
            try:
                future.set_result(self._start(order))
            except (OSError, ValueError):
                self._end()
                try:  # the nursery was killed: raise a new one, once
                    future.set_result(self._start(order))
                except (OSError, ValueError) as error:
                    self._end()
                    problem = StoreUnavailable("No query worker can be started: {reason}", reason=error)
                    future.set_exception(problem)
        self._end()

    def _start(self, order: Mapping[str, Any]) -> Worker:
        control = self._control or self._open()
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        reading, writing = os.pipe()
        try:
            body = json.dumps({**order, "kind": self._kind}, default=str).encode()
            socket.send_fds(control, [body], [theirs.fileno(), writing])
            reply, handles, _, _ = socket.recv_fds(control, 4096, 1)
            pid = int(json.loads(reply)["pid"])
        except (OSError, ValueError):
            ours.close()
            os.close(reading)
            raise
        finally:
            theirs.close()
            os.close(writing)
        return Worker(pid, handles[0] if handles else -1, ours, reading)

    def _open(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(20)
        environment = {
            # nothing of the service's environment (secrets, proxies, KG_*) reaches a worker
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(kgservice.__file__).parent.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RUST_BACKTRACE": "0",
        }
        command = [sys.executable, "-s", "-P", "-m", "kgservice.store.worker"]
        self._process = subprocess.Popen(
            [*command, str(theirs.fileno()), str(os.getpid()), self._kind],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which then ends its workers
        )
        theirs.close()
        self._control = ours
        return ours

    def _end(self) -> None:
        if self._control:
            self._control.close()
            self._control = None
        if self._process:
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
