"""A spool sorts any number of lines and keeps each once, however they come."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.intake.spooling import Spool

LINES = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x00\x01"), min_size=1, max_size=6)


def sorted_by_spool(folder: Path, batches: list[list[str]], chunk: int) -> list[str]:
    spool = Spool(folder, chunk)
    for batch in batches:
        spool.add(pl.Series(batch, dtype=pl.String))
    return [line for block in spool.sorted() for line in block.to_list()]


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(st.lists(LINES, max_size=30), max_size=6), chunk=st.integers(2, 40))
def test_lines_come_out_sorted_and_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], chunk: int
) -> None:
    folder = tmp_path_factory.mktemp("spool") / "s"

    assert sorted_by_spool(folder, batches, chunk) == sorted(
        {line for batch in batches for line in batch}, key=str.encode
    )
    assert not folder.exists()


def test_lines_that_grow_while_they_come_are_cut_again(tmp_path: Path) -> None:
    batches = [[f"{n:06}" for n in range(start, start + 100)] for start in range(0, 20_000, 100)]

    assert sorted_by_spool(tmp_path / "s", batches, 100) == [f"{n:06}" for n in range(20_000)]


def test_one_line_many_times_is_one_line(tmp_path: Path) -> None:
    assert sorted_by_spool(tmp_path / "s", [["x"] * 50] * 40 + [["y"]], 100) == ["x", "y"]
