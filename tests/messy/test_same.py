"""The same table gives the same statements in whatever format it comes, and no cell of it is lost in any."""

import gzip
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messy.forms import FORMS, Row
from messy.pack import delivered, rows

SIGNS = st.characters(codec="cp1251", categories=("L", "N", "P", "Zs"), exclude_characters="\u00ad\x98\u00a0")
WORDS = st.text(SIGNS, min_size=1, max_size=12).map(str.strip).filter(bool)


def statements(table: list[Row], form_number: int) -> set[str]:
    form = FORMS[form_number]
    with tempfile.TemporaryDirectory() as folder:
        told = delivered(form, {form.file: form.write(table)}, Path(folder))
        made = set()
        for path in (Path(folder) / "out").glob("*.nt.gz"):
            made |= set(gzip.decompress(path.read_bytes()).decode().splitlines())
    assert told == []
    return made


@settings(max_examples=2, deadline=None)
@given(names=st.lists(WORDS, min_size=2, max_size=4), notes=st.lists(WORDS, min_size=2, max_size=4))
def test_any_table_gives_the_same_statements_in_every_format(names: list[str], notes: list[str]) -> None:
    table = rows(4, random.Random(1))
    for one, name, note in zip(table, names, notes, strict=False):
        one["name"], one["note"] = name, note
    made = [statements(table, number) for number in range(len(FORMS))]

    assert [FORMS[n].name for n, found in enumerate(made) if found != made[0]] == []
    filled = sum(1 for one in table for column, value in one.items() if value and column not in ("id", "evidence"))
    assert len(made[0]) == filled


@pytest.mark.soak
@settings(max_examples=100, deadline=None)
@given(names=st.lists(WORDS, min_size=2, max_size=4), notes=st.lists(WORDS, min_size=2, max_size=4))
def test_many_tables_do(names: list[str], notes: list[str]) -> None:
    test_any_table_gives_the_same_statements_in_every_format.hypothesis.inner_test(names, notes)
