"""A real browser on a running service; everything here is skipped, loudly, where there is no Chromium."""

import contextlib
import sys
import threading
from pathlib import Path

import pytest
from waitress.server import create_server

from fakes import fake_service
from kgservice.app import create_app
from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, write_content

AXE = Path(sys.prefix) / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a service over a release of a handful of things."""
    yield from serving(create_app(fake_service(tmp_path_factory.mktemp("browser"))))


@pytest.fixture(scope="session")
def region(tmp_path_factory):
    """The address of a whole service, workers and all, over a release of the region of 50 rows."""
    folder = tmp_path_factory.mktemp("region")
    content = str(write_content(folder / "content"))
    given = {"KG_STATE": str(folder / "state"), "KG_CONTENT": content, "KG_BASE": BASE, "KG_WORKERS": "2"}
    with build(Settings.read(given)) as service:
        service.publish.build()
        yield from serving(create_app(service))


def serving(app):
    server = create_server(app, host="127.0.0.1", port=0, threads=8, channel_request_lookahead=5)

    def run():
        with contextlib.suppress(OSError):  # it is closed under its hands
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@pytest.fixture(scope="session")
def accessible():
    """Return what axe finds wrong with a page, by axe-core of our npm lock."""
    if not AXE.exists():
        pytest.skip("axe-core is missing (make setup could not reach npm): accessibility is NOT checked")
    source = AXE.read_text("utf-8")

    def violations(page):
        page.evaluate(source)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        return [(one["id"], [node["target"] for node in one["nodes"]][:3], one["help"]) for one in found]

    return violations
