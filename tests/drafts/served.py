"""A real `kgservice serve` over a release of 50 rows, its drafts reached by plain HTTP."""

import base64
import http.client
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from commands import run
from region import write_content

KGSERVICE = Path(sys.executable).parent / "kgservice"


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]


@dataclass
class Served:
    """One state folder and the process that serves it."""

    state: Path
    environment: dict[str, str]
    url: str = ""
    token: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def command(self, *arguments: str, code: int = 0) -> str:
        """Run a command of the CLI and return what it prints."""
        done = run(list(arguments), self.environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.strip()

    def command_with(self, given: str, *arguments: str) -> str:
        """Run a command that reads standard input and return what it prints."""
        done = run(list(arguments), self.environment, given)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [KGSERVICE, "serve", "--port", "0"], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[1].rstrip("/")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=20)
            self.process = None

    def draft(self) -> "OpenDraft":
        return OpenDraft(self, self.command("drafts", "new"))

    def send(
        self, method: str, path: str, body: bytes | str | None = None, token: str | None = None, **headers: str
    ) -> Reply:
        """Send a request as it is written; names of headers use _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = self.token if token is None else token
        if given:
            named["Authorization"] = f"Bearer {given}"
        sent = body.encode() if isinstance(body, str) else body
        connection = http.client.HTTPConnection(str(urlsplit(self.url).netloc), timeout=60)
        connection.putrequest(method, path)
        for name, value in named.items():
            connection.putheader(name, value)
        if sent is not None:
            connection.putheader("Content-Length", str(len(sent)))
        connection.endheaders(sent)
        response = connection.getresponse()
        reply = Reply(response.status, response.headers, response.read())
        connection.close()
        return reply


@dataclass
class OpenDraft:
    """A draft of a service, with the requests that tests send most."""

    served: Served
    id: str

    @property
    def path(self) -> str:
        return f"/drafts/{self.id}"

    @property
    def folder(self) -> Path:
        return self.served.state / "drafts" / self.id

    def update(self, text: str, parameters: str = "") -> Reply:
        return self.served.send(
            "POST", f"{self.path}/update{parameters}", text, Content_Type="application/sparql-update"
        )

    def query(self, text: str, accept: str = "application/sparql-results+json") -> Reply:
        return self.served.send(
            "POST", f"{self.path}/sparql", text, Content_Type="application/sparql-query", Accept=accept
        )

    def ask(self, pattern: str) -> bool:
        reply = self.query(f"ASK {{ {pattern} }}")
        assert reply.status == 200, reply.body
        return b"true" in reply.body

    def graph(self, method: str, graph: str | None, body: str | None = None, **headers: str) -> Reply:
        target = "?default" if graph is None else f"?graph={quote(graph, safe='')}"
        if body is not None:
            headers.setdefault("Content_Type", "text/turtle")
        return self.served.send(method, f"{self.path}/graphs{target}", body, **headers)


def serve(folder: Path, **settings: str) -> Served:
    """Build a release of 50 rows and serve it."""
    content = write_content(folder / "content")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    own = {"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"}
    served = Served(folder / "state", kept | own | settings)
    served.command("build")
    served.token = served.command("token", "new", "curator", "--role", "curator")
    served.start()
    return served


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
