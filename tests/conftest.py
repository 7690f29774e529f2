"""Fixtures of the whole: settings of a state folder of one's own, a content folder of 50 rows, a wired service."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, write_content

# what a check of every change sees is the same each time; the soak (tools/suites.py --soak) looks further
hypothesis.settings.register_profile("fixed", derandomize=True, database=None)
hypothesis.settings.register_profile("explore", print_blob=True)
hypothesis.settings.load_profile(os.environ.get("KGTEST_PROPERTIES", "fixed"))


@pytest.fixture
def region(tmp_path):
    """A content folder of 50 rows; see tests/region.py."""
    return write_content(tmp_path / "content")


@pytest.fixture
def settings(tmp_path, region):
    return Settings.read(
        {
            "KG_STATE": str(tmp_path / "state"),
            "KG_CONTENT": str(region),
            "KG_BASE": BASE,
            "KG_WORKERS": "1",
        }
    )


@pytest.fixture
def service(settings):
    """A service over the content of 50 rows; nothing is built yet."""
    with build(settings) as service:
        yield service


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """The state folder of release 1 of the content of 50 rows, built once by os:anna."""
    folder = tmp_path_factory.mktemp("first")
    content = write_content(folder / "content")
    given = {"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_BASE": BASE, "KG_WORKERS": "1"}
    with build(Settings.read(given)) as service:
        assert service.publish.build(actor="os:anna").release.id == 1
    return folder / "state"


@pytest.fixture
def built(settings, first):
    """A service over a copy of that release, and over a content folder that is the same."""
    shutil.copytree(first, settings.state)
    with build(settings) as service:
        yield service


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """Settings of a state folder with one release of the real deliveries, built by the command itself.

    Where tools/suites.py names a folder for it, the first suite builds there and every suite takes a copy.
    """
    state = tmp_path_factory.mktemp("real") / "state"
    checkout = str(Path(__file__).parents[1])
    shared = Path(os.environ.get("KGTEST_SHARED") or state.parent)
    with (shared / "real.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "built" / "current").exists():
            bare = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
            subprocess.run(
                [sys.executable, "-c", "from kgservice.cli import main; main()", "build"],
                env={**bare, "KG_STATE": str(shared / "built"), "KG_CONTENT": checkout, "KG_BASE": BASE},
                check=True,
                capture_output=True,
            )
    shutil.copytree(shared / "built", state, symlinks=True)
    return Settings.read({"KG_STATE": str(state), "KG_CONTENT": checkout, "KG_BASE": BASE, "KG_WORKERS": "1"})


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium driven by playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page is looked at")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium here (apt-get install chromium): no page is looked at in a browser")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
