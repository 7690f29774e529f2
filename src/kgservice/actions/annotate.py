"""Make the workbook of a report in a process of its own: what it loads and what an owner's file costs stay there."""

import json
import resource
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from kgservice.errors import Busy, KgError, MachineryFailed, ParameterInvalid
from kgservice.settings import Settings

_SECONDS = 300
_WAIT = 20  # seconds that a request waits for another workbook
_PROGRAM = "kgservice.actions.annotate"


class Annotate:
    """Makes workbooks for requests, one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._alone = threading.Semaphore(1)

    def workbook(self, name: str, language: str, file: str = "", source: str = "") -> IO[bytes]:
        """Return a temporary file with the workbook, at its beginning; closing it removes it.

        Raises:
            ParameterInvalid: there is nothing to show, or no such file was delivered.
            Busy: other workbooks are being made.
            MachineryFailed: it took too long or too much memory.
        """
        settings = self._settings
        if not self._alone.acquire(timeout=_WAIT):
            raise Busy("Another workbook is being made; ask again in a moment.")
        try:
            target = tempfile.NamedTemporaryFile(prefix="kgservice-", suffix=".xlsx")  # noqa: SIM115 - the asker closes it
            given = {
                "settings": {"KG_STATE": str(settings.state), "KG_CONTENT": str(settings.content),
                             "KG_BASE": settings.base},
                "memory": settings.import_memory,
                "asked": [name, target.name, language, file, source],
            }  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-m", _PROGRAM], input=json.dumps(given).encode(), capture_output=True,
                timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            target.close()
            raise MachineryFailed("The workbook took longer than {seconds} s.", seconds=_SECONDS) from None
        finally:
            self._alone.release()
        if done.returncode:
            target.close()
            raise _told(done.stdout)
        return target


def _told(said: bytes) -> KgError:
    """Return the error that the process told; one that it could not tell is the machinery's."""
    try:
        body = json.loads(said)
        return ParameterInvalid(body["template"], **body["params"])
    except (ValueError, KeyError, TypeError):
        return MachineryFailed("The workbook could not be made; its file may be too large to be copied.")


def main() -> int:
    """Make the workbook that standard input asks for."""
    # only this process pays for them
    from kgservice.actions.content import Content
    from kgservice.actions.findings import Findings
    from kgservice.actions.reporting import Reporting
    from kgservice.releases import Drafts, Shelf

    given = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_DATA, (given["memory"], given["memory"]))
    settings = Settings.read(given["settings"])
    findings = Findings(Shelf(settings.state, settings.base), Drafts(settings.state, settings.base))
    name, path, language, file, source = given["asked"]
    try:
        with Path(path).open("wb") as target:
            Reporting(findings, Content(settings), settings).workbook(name, target, language, file, source)
    except KgError as error:
        sys.stdout.write(json.dumps({"template": error.template, "params": dict(error.params)}, default=str))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
