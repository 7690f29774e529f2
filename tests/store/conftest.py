"""Pools over a small release."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kgservice.settings import Settings
from kgservice.store.pool import Pool
from stores import ONE, OTHER, release


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(tmp_path_factory.mktemp("release"), one=ONE, other=OTHER)


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def read(**values: object) -> Settings:
        given = {f"KG_{name.upper()}": str(value) for name, value in values.items()}
        return Settings.read({"KG_STATE": str(tmp_path), "KG_WORKERS": "2"} | given)

    return read


@pytest.fixture
def pool(store_path: Path, settings: Callable[..., Settings]) -> Iterator[Callable[..., Pool]]:
    """Make pools over the session's release; they are closed at the end."""
    made: list[Pool] = []

    def make(path: Path = store_path, lease: bool = True, **values: object) -> Pool:
        made.append(Pool(path, path.parent / "lease" if lease else None, settings(**values)))
        return made[-1]

    yield make
    for one in made:
        one.close()
