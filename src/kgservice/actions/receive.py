"""Take in files that a browser sends: kept aside, looked at, corrected, and only then imported."""

import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Any

from kgservice.actions.content import Content
from kgservice.desk import now, written
from kgservice.errors import BodyInvalid, Refused, SourceNotFound, SourceUnreadable, UploadNotFound
from kgservice.intake.guards import check_kind
from kgservice.intake.interface import Source
from kgservice.releases import files
from kgservice.releases.files import guarded
from kgservice.settings import Settings

_BLOCK = 1 << 20
_SECONDS = 30.0  # that the look at a file may take
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]")
_PROGRAMS = re.compile(
    r"\.(exe|com|bat|cmd|ps1|sh|msi|scr|pif|jar|js|vbs|wsf|hta|lnk|dll|so|app|apk|deb|rpm|html?|svg|xlsm|xltm)$", re.I
)
_LOOKER = "kgservice.cli.guessing"
_RECORD = "upload.json"
_TOLD = ("encoding", "separator", "sheet", "header_row")
_FORGOTTEN = 14 * 24 * 3600.0  # seconds after which an upload that nobody went on with goes


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that were sent for a source and wait for somebody to say how they are read."""

    id: str
    source: str
    actor: str
    created: str
    """UTC, ISO 8601, to the second."""
    draft: str
    """Id of the draft that they are to go into; empty = a new one."""
    names: tuple[str, ...]
    size: int
    """Bytes of all files."""
    reading: Mapping[str, str] = field(default_factory=dict)
    """What a person said of how they are read."""
    looks: tuple[Mapping[str, Any], ...] = ()
    """By file, what `intake.guess` makes of it: its fields, or `error`."""


class Receive:
    """Uploads of one state folder, in `uploads/`; nothing of them is read into the graph here."""

    def __init__(self, content: Content, settings: Settings) -> None:
        self._content = content
        self._folder = settings.state / "uploads"
        self._limit = settings.delivery_bytes

    @property
    def folder(self) -> Path:
        """Return the folder of uploads, made where it is missing."""
        with guarded(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def source(self, name: str) -> Source:
        """Return the source that files are sent for. Raises SourceNotFound, SourceInvalid."""
        return self._content.source(name)

    def take(
        self, source: str, sent: Iterable[tuple[str, IO[bytes]]], actor: str, draft: str = "", new: bool = False
    ) -> Upload:
        """Keep files, given as name and content, and look at them; `new`: the source is still to be made.

        Raises:
            SourceNotFound: there is no such source.
            Refused: a source of that name is there, and a new one is wanted.
            BodyInvalid: there is no file, or two of one name.
            SourceUnreadable: a file is empty, too large, a program or of another kind that no reader takes.
            StateBroken: the disk is full.
        """
        self._tidy()
        if new and any((home / source).exists() for home in self._content.folders()):
            raise Refused("There is a source {name} already; choose another name, or edit its files.", name=source)
        name_of_source = source if new else self._content.source(source).name
        number = secrets.token_hex(8)
        folder = self.folder / number
        with guarded(folder):
            folder.mkdir()
            try:
                total, names = 0, []
                for given, stream in sent:
                    name = plain(given)
                    if name in names:
                        raise BodyInvalid("Two files are named {file}; rename one of them.", file=name)
                    total += self._keep(folder / "files" / name, stream, self._limit - total)
                    names.append(name)
                if not names:
                    raise BodyInvalid("No file came with the form: choose one, then send it.")
                upload = Upload(number, name_of_source, actor, written(now()), draft, tuple(names), total)
                return self._save(replace(upload, looks=self._looks(upload)))
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    def upload(self, number: str) -> Upload:
        """Return an upload.

        Raises:
            UploadNotFound: it is not there (any more).
        """
        path = self._folder / number / _RECORD
        if not number.isalnum() or not path.is_file():
            raise UploadNotFound("These files are not here any more: send them again.")
        body = files.read_json(path)
        return Upload(**{**body, "names": tuple(body["names"]), "looks": tuple(body["looks"])})

    def paths(self, upload: Upload) -> list[Path]:
        """Return where the files of an upload lie."""
        return [self._folder / upload.id / "files" / name for name in upload.names]

    def corrected(self, number: str, reading: Mapping[str, str]) -> Upload:
        """Look at an upload again, as a person says that it is to be read, and return it."""
        upload = replace(self.upload(number), reading={key: value for key, value in reading.items() if value != ""})
        return self._save(replace(upload, looks=self._looks(upload)))

    def discard(self, number: str) -> None:
        """Remove an upload. Raises UploadNotFound when it is not there."""
        shutil.rmtree(self._folder / self.upload(number).id, ignore_errors=True)

    def _tidy(self) -> None:
        """Remove uploads that nobody went on with."""
        for record in self.folder.glob(f"*/{_RECORD}"):
            if time.time() - record.stat().st_mtime > _FORGOTTEN:
                shutil.rmtree(record.parent, ignore_errors=True)

    def _keep(self, path: Path, stream: IO[bytes], left: int) -> int:
        path.parent.mkdir(exist_ok=True)
        size = 0
        with path.open("wb") as file:
            while block := stream.read(_BLOCK):
                if not size:
                    check_kind(block[:512], path.name)
                size += len(block)
                if size > left:
                    raise SourceUnreadable(
                        "{file} is too large: a delivery may have {limit} bytes in all (KG_DELIVERY_BYTES).",
                        file=path.name,
                        limit=self._limit,
                    )
                file.write(block)
        if not size:
            raise SourceUnreadable("{file} is empty.", file=path.name)
        return size

    def _looks(self, upload: Upload) -> tuple[Mapping[str, Any], ...]:
        """Look at each file as an import would read it; where that cannot be, as is best guessed, and say why."""
        found = []
        for path in self.paths(upload):
            own = self._own(upload.source, path.name)
            look = _look(path, {**own, **upload.reading})
            if own and "error" in look and "error" not in (free := _look(path, upload.reading)):
                look = {**free, "notes": [look["error"], *free["notes"]]}
            found.append(look)
        return tuple(found)

    def _own(self, source: str, name: str) -> dict[str, str]:
        """Return how the source reads a file of this name; empty for a source that is still to be made."""
        try:
            tables = self._content.source(source).tables
        except SourceNotFound:
            return {}
        table = next((table for table in tables if fnmatch(name.removesuffix(".gz"), table.file)), None)
        told = {key: str(getattr(table, key)) for key in _TOLD} if table else {}
        return {key: value for key, value in told.items() if value not in ("", "auto")}

    def _save(self, upload: Upload) -> Upload:
        with guarded(self._folder):
            files.replace(self._folder / upload.id / _RECORD, json.dumps(asdict(upload), ensure_ascii=False))
        return upload


def _look(path: Path, reading: Mapping[str, str]) -> dict[str, Any]:
    """Look at a file in a process of its own, which may die of what it reads."""
    command = [sys.executable, "-m", _LOOKER, str(path), json.dumps(dict(reading))]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        return dict(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError):
        return {"error": {"template": "This file cannot be shown before it is imported.", "params": {}}}


def plain(name: str) -> str:
    """Return the name of a file without folders and signs that some system gives a meaning.

    Raises:
        SourceUnreadable: nothing is left, or it names a program.
    """
    last = re.split(r"[/\\]", name)[-1]
    last = _UNSAFE.sub("_", last).strip().lstrip(".")
    if len(last.encode()) > 200:
        stem, dot, ending = last.rpartition(".")
        last = stem.encode()[:150].decode("utf8", "ignore") + dot + ending[:20]
    if not last:
        raise SourceUnreadable("The file has no name that can be kept; rename it.")
    if _PROGRAMS.search(last):
        raise SourceUnreadable(
            "{file} is a program, or may carry one; deliver the table itself as .xlsx, .ods, .csv or the like.",
            file=last,
        )
    return last
