"""Ten errors put into the real deliveries are named at their ten cells, and the graph that readers see stays."""

import csv
import io
from pathlib import Path

from kgservice.report import Severity
from kgservice.wiring import build

SOURCES = Path(__file__).parents[1] / "data" / "sources"
SEEDED = {
    "organizations": (
        (2, "kind", "unheard_of"),
        (3, "website", "javascript:alert(1)"),
        (4, "inn", "4205012343"),
        (5, "evidence", "a rumour"),
        (6, "name_ru", ""),
        (7, "city_id", "nowhere"),
    ),
    "parties": ((3, "role", "boss"), (4, "partnership_id", "cl-nowhere")),
    "demand": ((3, "value", "many"), (4, "period_read", "2015-13")),
}
"""By source: row as a spreadsheet shows it, column, what is put there."""


def spoiled(source, folder):
    original = SOURCES / source / "deliveries" / f"{source}.csv"
    rows = list(csv.DictReader(io.StringIO(original.read_text("utf-8-sig"))))
    for row, column, value in SEEDED[source]:
        rows[row - 2][column] = value
    path = folder / original.name
    with path.open("w", newline="", encoding="utf8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_ten_seeded_errors_are_named_at_their_ten_cells(real, tmp_path):
    wanted = {(f"{s}.csv", row, column) for s, seeds in SEEDED.items() for row, column, _ in seeds}
    with build(real) as service:
        before = service.shelf.current()
        draft = None
        for source in SEEDED:
            outcome = service.ingest.deliver(source, [spoiled(source, tmp_path)], draft, confirmed=True)
            draft = outcome.draft.id
        found = [one for one in outcome.report.findings if one.severity is Severity.VIOLATION]
        named = {(cell.file, cell.row, cell.column) for one in found for cell in one.cells}
        service.review.discard(draft, "test")

    assert len(wanted) == 10
    assert wanted - named == set()
    assert outcome.draft.state == "blocked"
    assert service.shelf.current() == before
