"""One state with people of every role for all tests of the desk, in process and as a running service."""

import re

import pytest

from drafts.served import serve
from kgservice.access import Access, People, Role, Sessions
from kgservice.access.sessions import form_token
from kgservice.app import create_app
from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, write_content

WORD = "correct horse"


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """A release, people and tokens of each role, and the application in this process."""
    folder = tmp_path_factory.mktemp("house")
    content = write_content(folder / "content")
    environment = {"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_BASE": BASE, "KG_WORKERS": "1"}
    settings = Settings.read(environment)
    with build(settings) as service:
        service.publish.build(actor="os:tests")
        yield House(service, create_app(service))


class House:
    def __init__(self, service, app):
        self.service, self.app, self.state = service, app, service.settings.state
        people, access = People(self.state), Access(self.state)
        for role in Role:
            people.add(role.word, role, WORD)
            setattr(self, f"{role.word}_token", access.new(role.word, role))
        people.add("limited", Role.OPERATOR, WORD, ["places"])

    def session(self, name):
        """A client that is signed in, and what its forms carry."""
        client, secret = self.app.test_client(), Sessions(self.state).new(name)
        client.set_cookie("kg", secret)
        return client, form_token(secret)

    def page(self, name, path):
        client, _ = self.session(name)
        return client.get(path, headers={"Accept": "text/html"})


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """A real `kgservice serve` over 50 rows, with a curator, a steward and an operator."""
    running = serve(tmp_path_factory.mktemp("desk"))
    for name in ("curator", "steward", "operator"):
        done = running.command_with(f"{WORD}\n", "user", "add", name, "--role", name, "--password-stdin")
        assert name in done
    yield running
    running.stop()


def token_of(html):
    return re.search(r'name="form_token" value="(\w+)"', html)[1]
