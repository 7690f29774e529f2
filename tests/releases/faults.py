"""Does a deed once for each fault, in a child of its own: killed, or out of space, at its n-th file operation.

Usage: python faults.py SPEC, where SPEC is JSON: [{"deed", "state", "folder", "fault", "moment"}, …]. Prints as JSON
how each ended: exit code (negative: a signal), standard error, and how many file operations there were.
"""

import errno
import json
import os
import resource
import signal
import sys
from pathlib import Path

from kgservice.access import Role
from kgservice.actions import backup, impact, publish
from kgservice.cli.endings import finish
from kgservice.settings import Settings
from kgservice.wiring import Service, build

DEEDS = {
    "import": lambda service, folder: service.ingest.deliver("places", [folder / "upload.csv"], actor="user:anna"),
    "accept": lambda service, _: service.decide.accept("d3", "user:boris", Role.STEWARD),
    "publish": lambda service, _: service.publish.release("d3"),
    "rollback": lambda service, _: service.keeping.rollback(1),
    "backup": lambda service, folder: service.backup.save(folder / "saved.tar", "os:tests", lambda *_: None),
}
MAKING = {"os.mkdir", "os.link", "os.rename"}
LOADED = (backup, impact, publish)
"""Loaded before the children are made."""


class Weather:
    """Counts what a process does with files below a folder, and strikes at one moment."""

    def __init__(self, folder: str, fault: str, moment: int) -> None:
        self.folder, self.fault, self.moment = folder, fault, moment
        self.count = 0

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if event != "open" and event not in MAKING:
            return
        target = args[1] if event in ("os.link", "os.rename") else args[0]
        if not isinstance(target, (str, os.PathLike)) or not os.fspath(target).startswith(self.folder):
            return
        if event == "open":
            flags = args[2] if isinstance(args[2], int) else 0
            if not flags & (os.O_WRONLY | os.O_RDWR) or (self.fault == "full" and os.path.exists(target)):
                return
        self.count += 1
        if self.fault == "killed" and self.count == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "full" and self.count >= self.moment and event != "os.rename":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(target))


def deed(service: Service, one: dict[str, object]) -> int:
    DEEDS[str(one["deed"])](service, Path(str(one["folder"])))
    return 0


def child(one: dict[str, object], said: int, counted: int) -> None:
    """Do a deed under its fault, and leave."""
    os.dup2(said, 2)
    environment = {**os.environ, "KG_STATE": str(one["state"])}
    service = build(Settings.read(environment))
    weather = Weather(str(Path(str(one["folder"]))), str(one["fault"]), int(str(one["moment"])))
    if one["fault"] == "small":  # no file grows past so many bytes: SQLite and the engine meet it too
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (weather.moment, weather.moment))
    else:
        sys.addaudithook(weather)
    code = finish(lambda: deed(service, one))
    os.write(counted, str(weather.count).encode())
    sys.stderr.flush()
    os._exit(code)


def done(one: dict[str, object]) -> dict[str, object]:
    said, counted = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        child(one, said[1], counted[1])
    os.close(said[1])
    os.close(counted[1])
    with os.fdopen(said[0], "rb") as told, os.fdopen(counted[0], "rb") as count:
        text, number = told.read().decode(), count.read()
    _, status = os.waitpid(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status), "said": text, "count": int(number or 0)}


if __name__ == "__main__":
    print(json.dumps([done(one) for one in json.loads(Path(sys.argv[1]).read_text("utf8"))]))
