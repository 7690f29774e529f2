"""One served state for all tests of drafts; each test takes a draft of its own."""

import pytest

from drafts.served import serve


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("drafts"))
    yield running
    running.stop()


@pytest.fixture
def draft(served):
    return served.draft()
