"""Fixtures of the web: a fake service, its application and a client."""

import pytest

from fakes import FakeService, fake_service
from kgservice.app import create_app


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A service over one release of a handful of things, shared by tests that do not change it."""
    return fake_service(tmp_path_factory.mktemp("web"))


@pytest.fixture
def service(shared) -> FakeService:
    shared.store.asked.clear()
    shared.store.failure, shared.store.spooled = None, True
    return shared


@pytest.fixture(scope="session")
def shared_app(shared):
    """One application for all: routes and templates are compiled once."""
    return create_app(shared)


@pytest.fixture
def app(service, shared_app):
    return shared_app


@pytest.fixture
def client(app):
    return app.test_client()
