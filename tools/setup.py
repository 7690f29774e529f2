"""Make the environment of this checkout: .venv from the lock files, message catalogues, the program itself.

Only the standard library, so that a bare machine can run it. A second call does nothing when nothing changed.
Usage: python3 tools/setup.py run|test
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import assets

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCKS = {"run": ["requirements.lock"], "test": ["requirements.lock", "requirements-test.lock"]}
JARS = "requirements-jars.lock"
"""Packages of which only the jars are used: installed without what they depend on, for the tests."""
NEEDED_BYTES = 1_500_000_000
FULL = ("No space left", "Disk quota exceeded")
# pip retries in silence when it is quiet: an index that never answered is one that has no version of anything
UNREACHED = (
    "NewConnectionError",
    "Name or service not known",
    "Temporary failure",
    "Connection refused",
    "timed out",
    "(from versions: none)",
)


def stop(sentence: str) -> None:
    """End with one sentence that says what to do."""
    print(f"set-up: {sentence}", file=sys.stderr)
    raise SystemExit(3)


def fingerprint(kind: str) -> str:
    """Return a hash of everything the environment is made from."""
    digest = hashlib.sha256(sys.version.encode())
    catalogues = sorted((ROOT / "src" / "kgservice" / "locale").rglob("*.po"))
    for path in [
        ROOT / "pyproject.toml",
        Path(__file__),
        *(ROOT / lock for lock in LOCKS[kind]),
        ROOT / JARS,
        *catalogues,
    ]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(arguments: list[str], failure: str) -> None:
    """Run a command quietly; on failure say what is to be done, after its last lines where the cause is not known."""
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        text = " ".join(lines)
        if any(word in text for word in FULL):
            stop(f"the disk under {ROOT} or the temporary folder is full: free some space and call make again")
        if any(word in text for word in UNREACHED):
            stop("the package index cannot be reached: check the network (or pip's index setting) and call make again")
        print("\n".join(lines[-6:]), file=sys.stderr)
        stop(failure)


def install(kind: str) -> None:
    """Fill .venv from the lock files, the program and the catalogues."""
    python = VENV / "bin" / "python"
    if shutil.disk_usage(ROOT).free < NEEDED_BYTES and not python.exists():
        stop(f"{ROOT} has less than {NEEDED_BYTES // 10**9 + 1} GB free: the environment needs that much")
    if not python.exists():
        print("set-up: making .venv", flush=True)
        run(
            [sys.executable, "-m", "venv", str(VENV)],
            "python3 -m venv failed: install the package python3-venv and call make again",
        )
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    print(f"set-up: installing what the lock names ({kind})", flush=True)
    run(
        [*pip, "--require-hashes", "-r", str(ROOT / LOCKS[kind][-1])],
        "the packages of the lock could not be installed (see above)",
    )
    if kind == "test":
        run(
            [*pip, "--no-deps", "--require-hashes", "-r", str(ROOT / JARS)],
            "the jars of the reasoners could not be installed (see above)",
        )
    run(
        [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
        "the program itself could not be installed (see above)",
    )
    compile_catalogues(python)


def compile_catalogues(python: Path) -> None:
    """Compile the message catalogues; the language is named, else its plural rule is silently wrong."""
    for catalogue in (ROOT / "src" / "kgservice" / "locale").glob("*/LC_MESSAGES/kgservice.po"):
        language = catalogue.parts[-3]
        run(
            [
                str(python), "-m", "babel.messages.frontend", "-q", "compile", "-l", language,
                "-i", str(catalogue), "-o", str(catalogue.with_suffix(".mo")),
            ],
            f"{catalogue} could not be compiled",
        )  # fmt: skip


def main() -> None:
    """Install when the fingerprint of the last complete set-up differs."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "run"
    if sys.version_info < (3, 11) or sys.version_info >= (3, 14):
        stop(f"Python 3.11, 3.12 or 3.13 is needed, this is {sys.version.split()[0]}: call `make PYTHON=python3.11 …`")
    stamp = VENV / f"stamp-{kind}"
    wanted = fingerprint(kind)
    done = {path.read_text() for path in VENV.glob("stamp-*")} if VENV.exists() else set()
    if wanted in done or (kind == "run" and fingerprint("test") in done):
        return
    try:
        install(kind)
        stamp.write_text(wanted)
    except OSError as error:
        stop(f"{error.strerror}: {error.filename or ROOT}; free space or rights are missing, then call make again")


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    main()
    assets.make()
