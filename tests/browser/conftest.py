"""A real browser on a running service; everything here is skipped, loudly, where there is no Chromium."""

import shutil
import threading

import pytest
from waitress.server import create_server

from fakes import fake_service
from kgservice.app import create_app


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a service over a release of a handful of things."""
    app = create_app(fake_service(tmp_path_factory.mktemp("browser")))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


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
