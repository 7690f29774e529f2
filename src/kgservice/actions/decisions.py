"""The decision files of stewards on findings: `decisions/waivers/*.toml` of the content and of the state folder."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from kgservice.errors import AuthoredInvalid
from kgservice.releases.files import guarded, replace
from kgservice.report.waivers import Waiver
from kgservice.settings import Settings

_TEXTS = ("reason", "by", "rule", "cause", "focus", "source", "revoked_by")
_DAYS = ("given", "until", "revoked")
_NEEDED = ("reason", "by", "given", "until")


def folders(settings: Settings) -> list[Path]:
    """Return the folders that waivers lie in; a file of the later one stands for one of its name in the earlier."""
    return [
        settings.content / "data" / "decisions" / "waivers",
        settings.state / "content" / "decisions" / "waivers",
    ]


def waivers(settings: Settings) -> list[Waiver]:
    """Return every waiver, those that expired or were revoked too, by name.

    Raises:
        AuthoredInvalid: a file is no waiver; names file and key.
    """
    found = {path.stem: path for folder in folders(settings) for path in sorted(folder.glob("*.toml"))}
    return [_read(path) for _, path in sorted(found.items())]


def write(settings: Settings, waiver: Waiver) -> Path:
    """Write a waiver into the state folder, whole or not at all, and return its file."""
    folder = folders(settings)[-1]
    with guarded(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{waiver.name}.toml"
        lines = []
        for name in (*_TEXTS, *_DAYS):
            value = getattr(waiver, name)
            if value:
                # a basic string of TOML is written as JSON writes it (TOML 1.0, String), but for DEL
                said = value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
                lines.append(f"{name} = {said}".replace("\x7f", "\\u007f"))
        replace(path, "\n".join(lines) + "\n")
    return path


def _read(path: Path) -> Waiver:
    try:
        body: dict[str, Any] = tomllib.loads(path.read_text("utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoredInvalid("{file} is not TOML: {reason}.", file=str(path), reason=str(error)) from None
    for name, value in body.items():
        fits = isinstance(value, str) if name in _TEXTS else type(value) is date and name in _DAYS
        if not fits:
            raise AuthoredInvalid(
                "{file}: {key} is not what a waiver holds; texts are {texts}, days are {days}.",
                file=str(path),
                key=name,
                texts=", ".join(_TEXTS),
                days=", ".join(_DAYS),
            )
    missing = [name for name in _NEEDED if not body.get(name)]
    if missing or not (body.get("rule") or body.get("cause")):
        raise AuthoredInvalid(
            "{file}: {key} is missing; a waiver needs {needed}, and a rule or a cause.",
            file=str(path),
            key=", ".join(missing) or "rule",
            needed=", ".join(_NEEDED),
        )
    return Waiver(name=path.stem, **body)
