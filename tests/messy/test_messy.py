"""Every error of the messy pack is found at its cell, and at most one finding in a hundred is false."""

import pytest

from messy.pack import outcomes, shown


def held(count: int, seed: int, every: bool) -> None:
    told = outcomes(count, seed, every)
    found = sum(one.findings for one in told)
    print("\n" + shown(told))

    assert len(told) >= 60
    assert [(one.name, one.form, one.told) for one in told if one.missed] == []
    assert sum(one.false for one in told) * 100 <= found


def test_every_error_is_found_at_its_cell() -> None:
    held(12, 1, every=False)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [2, 3])
def test_every_error_is_found_in_every_format_and_in_long_tables(seed: int) -> None:
    held(2000, seed, every=True)
