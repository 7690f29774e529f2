"""A built release served over real HTTP, for suites that look from outside."""

import contextlib
import http.client
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from waitress.server import create_server

from kgservice.app import create_app
from kgservice.settings import Settings
from kgservice.wiring import Service, build
from region import BASE, write_content

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True)
class Server:
    """A running service; `url` ends with a slash."""

    url: str
    port: int
    service: Service

    def send(self, method: str, path: str, body: str | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begun = time.monotonic()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body.encode() if body is not None else None, sent)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        reply = Reply(response.status, found, response.read(), time.monotonic() - begun)
        connection.close()
        return reply

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, **headers)

    def query(self, text: str, accept: str = "", **more: str) -> Reply:
        headers = {"Accept": accept} if accept else {}
        return self.get("/sparql?" + urlencode({"query": text, **more}), **headers)


@pytest.fixture(scope="package")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    content = write_content(folder / "content")
    shutil.copytree(REPOSITORY / "queries" / "portals", content / "queries" / "portals")
    shutil.copy(REPOSITORY / "data" / "catalogue.toml", content / "data")
    listener = create_server(lambda *_: [], host="127.0.0.1", port=0, threads=1)
    port = listener.effective_port
    listener.close()
    url = f"http://127.0.0.1:{port}/"
    settings = Settings.read(
        {"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_BASE": BASE, "KG_URL": url,
         "KG_WORKERS": "2"}
    )  # fmt: skip
    with build(settings) as service:
        service.publish.build(actor="test")
        server = create_server(create_app(service), host="127.0.0.1", port=port, threads=4, ident="kgservice")

        def run() -> None:
            with contextlib.suppress(OSError):  # it is closed under its hands
                server.run()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield Server(url, port, service)
        server.close()
        thread.join(5)
