"""The worker program: a nursery that imports once, and forks off one locked-in worker per slot.

`python -m kgservice.store.worker FD` is started by `kgservice.store.starter` and obeys the socket FD: each order
comes with two descriptors (channel and error pipe) and is answered with the worker's process id. A worker takes the
lease, opens its store read-only, locks itself in, and answers one question at a time until its channel closes.
"""

import contextlib
import fcntl
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Protocol

from kgservice.errors import EngineCrash, KgError, QueryMemory, StoreUnavailable
from kgservice.sparql import Bounds, parse
from kgservice.store import frames, sandbox
from kgservice.store.interface import Question
from kgservice.store.serialisation import Sink


class Evaluator(Protocol):
    """Answers questions inside a worker."""

    def answer(self, question: Question, sink: Sink) -> None:
        """Write the answer into the sink."""


def main() -> None:
    """Run the nursery; in a child, run the worker."""
    control = socket.socket(fileno=int(sys.argv[1]))
    sandbox.die_with_parent(int(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the service ends its workers itself, after it has ended
    import_engine(sys.argv[3])
    gc.freeze()
    order = Nursery(control).run()
    if order is not None:
        live(order)


def import_engine(kind: str) -> None:
    """Import what workers of a kind need, so that forked ones find it ready."""
    if kind == "remote":
        import kgservice.store.relay
    elif kind == "draft":
        import kgservice.store.draft_worker
    else:
        import kgservice.store.evaluation  # noqa: F401
    parse("ASK {}")  # builds the parser's tables


class Nursery:
    """Forks workers on order and, when one ends, writes how it ended into its error pipe."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._errors: dict[int, int] = {}
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        os.set_blocking(self._wake, False)

    def run(self) -> dict[str, Any] | None:
        """Serve until the control socket closes (returns None); returns the order in each forked child."""
        signal.set_wakeup_fd(self._waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._bury()
            if self._control.fileno() in ready:
                message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 2)
                if not message:
                    self._end()
                    return None
                order = self._fork(json.loads(message), *descriptors)
                if order is not None:
                    return order

    def _fork(self, order: dict[str, Any], channel: int, errors: int) -> dict[str, Any] | None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for descriptor in (self._wake, self._waker, *self._errors.values()):
                os.close(descriptor)
            return {**order, "channel": channel, "errors": errors, "parent": parent}
        os.close(channel)
        self._errors[pid] = errors
        handle = [os.pidfd_open(pid)] if sys.platform == "linux" else []
        socket.send_fds(self._control, [json.dumps({"pid": pid}).encode()], handle)
        for descriptor in handle:
            os.close(descriptor)
        return None

    def _bury(self) -> None:
        while self._errors:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            errors = self._errors.pop(pid)
            with contextlib.suppress(OSError):
                os.write(errors, f"\nexit {os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(errors)

    def _end(self) -> None:
        for pid in self._errors:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def live(order: dict[str, Any]) -> None:
    """Be a worker until the channel closes; never returns."""
    os.set_blocking(order["errors"], False)  # NOTE: a worker that babbles must not hang on a full pipe
    os.dup2(order["errors"], 2)
    os.close(order["errors"])
    sandbox.die_with_parent(order["parent"])
    channel = socket.socket(fileno=order["channel"])
    os.nice(2)  # the web process goes first
    code = 1
    try:
        evaluator = open_evaluator(order)
        kind = order["kind"]
        missing = sandbox.lock_in(order["memory"], network=kind == "remote", files=kind == "draft")
        channel.sendall(frames.document(frames.READY, {"missing": missing, "cpu": time.process_time()}))
        serve(channel, evaluator, order["memory"], order["rows"])
        code = 0
    except KgError as error:
        channel.sendall(frames.failure(error))
    except BaseException:  # the pool reads what happened from the error pipe
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def open_evaluator(order: dict[str, Any]) -> Evaluator:
    """Open what the worker answers from; the lease is taken first and held until the process ends.

    Raises:
        StoreUnavailable: the release has no store any more, or it cannot be opened.
    """
    if order["kind"] == "remote":
        from kgservice.store.relay import Relay

        return Relay(str(order["endpoint"]), Bounds(*order["bounds"]))
    if order["kind"] == "draft":
        from kgservice.store.draft_worker import Desk

        desk: Evaluator = Desk(Path(order["folder"]), str(order["base"]), Bounds(*order["bounds"]))
        return desk
    from kgservice.store.evaluation import Evaluation

    store = Path(order["store"])
    try:
        if order["lease"]:
            lease = os.open(order["lease"], os.O_RDONLY)
            fcntl.flock(lease, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if not (store / "CURRENT").exists():
            raise FileNotFoundError(store)
        return Evaluation(store, order["known"], Bounds(*order["bounds"]))
    except OSError as error:
        raise StoreUnavailable(
            "The store {store} cannot be opened: {reason}. Publish again or choose another release.",
            store=store,
            reason=error,
        ) from None


def serve(channel: socket.socket, evaluator: Evaluator, memory: int, rows: int) -> None:
    """Answer questions one at a time until the pool closes the channel."""
    questions = frames.Frames(channel)
    patience = getattr(evaluator, "patience", None)
    while True:
        try:
            kind, payload = questions.next(time.monotonic() + patience if patience else None)
        except frames.Late:
            if evaluator.unwanted():  # type: ignore[attr-defined]  # who has patience can tell
                return
            continue
        except frames.Ended:
            return
        sink = Sink(channel, rows)
        try:
            if kind == frames.CHANGE:
                evaluator.change(json.loads(payload), sink)  # type: ignore[attr-defined]  # sent to drafts only
            else:
                evaluator.answer(_question(json.loads(payload)), sink)
            sink.end()
        except KgError as error:
            channel.sendall(frames.failure(error))
        except (BrokenPipeError, ConnectionResetError):
            return
        except MemoryError:
            channel.sendall(frames.failure(QueryMemory(frames.MEMORY, bytes=memory)))
            return
        except Exception as error:
            channel.sendall(frames.failure(EngineCrash("The engine failed on this query: {reason}", reason=error)))


def _question(body: dict[str, Any]) -> Question:
    for name in ("default_graphs", "named_graphs"):
        body[name] = tuple(body[name])
    return Question(**body)


if __name__ == "__main__":
    main()
