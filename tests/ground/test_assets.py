"""The browser's scripts: locked without addresses, built once, left out aloud without a network, and in the wheel."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kgservice.web.scripts import bundles

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "kgservice" / "web"
BUILT = WEB / "static" / "built"


def made(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "tools" / "assets.py")],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def checkout(tmp_path):
    """What the asset build needs of this checkout, with an environment that has no Node yet."""
    for name in ("tools/assets.py", "requirements-assets.lock", *(f"src/kgservice/web/assets/{n}" for n in sources())):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def sources() -> list[str]:
    return sorted(path.name for path in (WEB / "assets").iterdir() if path.is_file())


def test_the_lock_names_checksums_and_no_address():
    text = (WEB / "assets" / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    installed = [entry for name, entry in packages.items() if name]

    assert '"resolved"' not in text
    assert installed
    assert all(entry["integrity"].startswith("sha512-") for entry in installed)
    assert "omit-lockfile-registry-resolved=true" in (WEB / "assets" / ".npmrc").read_text("utf-8")
    assert "nodejs" not in (ROOT / "requirements.lock").read_text("utf-8")


def test_without_a_network_the_service_goes_without_the_editor_and_says_so(checkout):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0"}
    done = made(checkout, **nowhere, PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="0")

    assert done.returncode == 0, done.stderr
    assert "NO EDITOR" in done.stderr
    assert bundles(checkout / "src" / "kgservice" / "web" / "static") == {}


def test_a_second_build_does_nothing():
    if not BUILT.is_dir():
        pytest.skip("NO EDITOR: make setup could not reach npm; its build is NOT tested")
    before = {path: path.stat().st_mtime_ns for path in BUILT.iterdir()}
    done = made(ROOT)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {path: path.stat().st_mtime_ns for path in BUILT.iterdir()} == before


def test_a_wheel_holds_the_scripts_and_none_of_their_sources(tmp_path):
    if not BUILT.is_dir():
        pytest.skip("NO EDITOR: make setup could not reach npm; the wheel is NOT tested")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    (source / "src").symlink_to(ROOT / "src")
    subprocess.run([*pip, "-w", str(tmp_path), str(source)], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())

    static = "kgservice/web/static"
    assert f"{static}/built/{bundles(WEB / 'static')['editor']}" in names
    assert {f"{static}/built/meta.json", f"{static}/built/licences.txt", f"{static}/scripts/query.js"} <= names
    assert not any("/assets/" in name for name in names)
