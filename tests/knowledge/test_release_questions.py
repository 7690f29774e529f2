"""Questions about imports, datasets and harvests are answered from the catalogue that a publish writes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kgservice.knowledge.library import Library
from region import BASE

LIBRARY = Library(Path(__file__).parents[2] / "queries", BASE)


@pytest.fixture
def rows(service):
    """Rows of a question over a release of the small content folder."""
    service.publish.build(actor="tester")
    return lambda name, **values: service.ask.rows(LIBRARY.fill(name, values))


def test_catalogue_questions_are_answered(rows):
    imports = rows("imports-of-a-source")
    datasets = rows("datasets-of-the-release")
    harvest = rows("changes-since-a-date")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()

    assert {row["graph"].value for row in imports} >= {f"{BASE}graph/source/places/sourced"}
    assert all(row["checksum"].value for row in imports if "file" in row)
    assert any("endpoint" in row for row in datasets)
    assert any(row["things"].value != "0" for row in harvest)
    assert rows("changes-since-a-date", since=tomorrow) == []
