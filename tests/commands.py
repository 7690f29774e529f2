"""The command `kgservice` in processes forked from one that has imported it: a tenth of what starting costs.

What these do not show, that the program is installed and starts, tests/cli and each suite that serves show.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import kgservice

Ended = subprocess.CompletedProcess[str]
_LONGEST = 1 << 17
"""Bytes of a command with its environment."""


class Command:
    """A command that runs; its output goes to files, so that it never waits for who reads."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], given: str = "") -> None:
        self.args = ["kgservice", *arguments]
        self._files: list[IO[bytes]] = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115
        self._files[0].write(given.encode())
        self._files[0].seek(0)
        self._told, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        body = json.dumps({"arguments": self.args, "environment": dict(environment), "folder": os.getcwd()})
        with theirs:
            socket.send_fds(_parent(), [body.encode()], [*(file.fileno() for file in self._files), theirs.fileno()])
        self.pid = int(self._told.recv(32))

    def ended(self, seconds: float = 300) -> Ended:
        """Wait for its end; a command that takes longer is killed, and the test fails."""
        with self._told:
            self._told.settimeout(seconds)
            try:
                code = int(self._told.recv(32))
            except TimeoutError:
                os.kill(self.pid, signal.SIGKILL)
                raise
        said = []
        for file in self._files:
            with file:
                file.seek(0)
                said.append(file.read().decode().replace("\r\n", "\n"))  # as subprocess reads texts
        return Ended(self.args, code, said[1], said[2])


def run(arguments: list[str], environment: Mapping[str, str], given: str = "") -> Ended:
    """Run a command to its end."""
    return Command(arguments, environment, given).ended()


@functools.cache
def _parent() -> socket.socket:
    """Start the process that all commands are forked from; it ends with this one."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], env=bare,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def end() -> None:
        ours.close()
        process.wait(60)

    atexit.register(end)
    return ours


def _fork(asked: socket.socket) -> None:
    """Import what the commands need, and fork each that is asked for, until nobody can ask any more."""
    for module in pkgutil.walk_packages(kgservice.__path__, "kgservice."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.freeze()  # no child looks through what it never changes
    while True:
        message, files, _, _ = socket.recv_fds(asked, _LONGEST, 4)
        if not message:
            break
        if os.fork() == 0:
            asked.close()
            _run(json.loads(message), files)
            return
        for file in files:
            os.close(file)
        _wait(os.WNOHANG)
    _wait(0)


def _wait(how: int) -> None:
    """Wait for the children that have ended, or for all."""
    with contextlib.suppress(ChildProcessError):
        while os.waitid(os.P_ALL, 0, os.WEXITED | how):
            pass


def _run(command: dict, files: list[int]) -> None:
    """Run a command in a child, and tell its end to who asked; the child goes on to its own end as a program does."""
    told = socket.socket(fileno=files.pop())
    child = os.fork()
    if child:
        for file in files:
            os.close(file)
        told.send(str(child).encode())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        told.send(str(code).encode())
        os._exit(0)
    told.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    sys.argv = command["arguments"]
    code: object = 0
    try:
        importlib.import_module("kgservice.cli").main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))  # taking the modules down costs most


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    with socket.socket(fileno=int(sys.argv[1])) as socket_of_asker:
        _fork(socket_of_asker)
