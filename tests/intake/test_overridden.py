"""What is said of one delivery goes before source.toml, and stays with the delivery for its lineage."""

from dataclasses import replace
from pathlib import Path

import pytest

from kgservice.errors import SourceInvalid, SourceUnreadable
from kgservice.intake.conversion import convert
from kgservice.intake.lineage import locate
from kgservice.intake.sources import overridden
from sourcefolders import BASE, delivered, folder

TEXT = "Люди;;\nid;name;born;friend;evidence;note\n1;Анна;;;seen;\n"
READING = {"encoding": "cp866", "separator": ";", "header_row": "2"}


def test_a_delivery_is_read_as_was_said_and_its_cells_are_found_again(tmp_path: Path) -> None:
    source = folder(tmp_path)
    delivery = delivered(source, tmp_path, people__csv=TEXT.encode("cp866"))
    with pytest.raises(SourceUnreadable):
        convert(source, delivery, BASE, tmp_path / "other", 100)
    made = convert(source, replace(delivery, reading=READING), BASE, tmp_path / "out", 100)
    (cell,) = locate(made.lineage, f"{BASE}id/organization/1", f"{BASE}word#name")

    assert made.report.conforms
    assert (cell.row, cell.column, cell.value) == (3, "name", "Анна")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("key", "id", "cannot be said for one delivery"),
        ("encoding", "cp-none", "must be an encoding or auto"),
        ("separator", "::", "must be one character or auto"),
        ("header_row", "two", "must be a whole number"),
        ("header_row", "0", "columns must be"),
    ],
)
def test_what_cannot_be_said_is_refused(tmp_path: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(SourceInvalid, match=message):
        overridden(folder(tmp_path), {key: value})


def test_a_tab_has_a_name(tmp_path: Path) -> None:
    assert overridden(folder(tmp_path), {"separator": "TAB"}).tables[0].separator == "\t"
