"""Fixtures of the whole: settings of a state folder of one's own, a content folder of 50 rows, a wired service."""

import pytest

from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, write_content


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
