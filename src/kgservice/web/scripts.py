"""Scripts of the browser: plain modules as they stand, and bundles under the names that set-up gave them."""

import json
from pathlib import Path

from flask import Flask, Response, request, url_for

_BUILT = "built"
_LASTING = "public, max-age=31536000, immutable"


class Scripts:
    """Addresses of scripts; a bundle has none where it was not built, and pages do without it."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self._folder = folder
        self._stamp = stamp
        self._bundles = bundles(folder)

    def plain(self, name: str) -> str:
        """Return the address of a module of ours, new whenever it changes."""
        return url_for("static", filename=f"scripts/{name}.js", v=self._stamp)

    def bundle(self, name: str) -> str:
        """Return the address of a bundle, or an empty text."""
        file = self._bundles.get(name)
        return url_for("static", filename=f"{_BUILT}/{file}") if file else ""


def bundles(folder: Path) -> dict[str, str]:
    """Return the files of the bundles by name, as esbuild's metafile says; none where set-up could not build them."""
    try:
        names = json.loads((folder / _BUILT / "meta.json").read_text("utf-8"))["names"]
    except (OSError, ValueError, KeyError):
        return {}
    return {entry.removesuffix(".js"): found["file"] for entry, found in names.items()}


def install(app: Flask, stamp: str) -> None:
    """Let browsers keep for ever what has its hash in the address."""

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            hashed = request.path.startswith(f"{app.static_url_path}/{_BUILT}/") or request.args.get("v") == stamp
            if hashed:
                response.headers["Cache-Control"] = _LASTING
        return response
