import pytest

from kgservice.locale import date, number, size


def test_numbers_are_written_as_readers_write_them():
    assert number(1234567, "en") == "1,234,567"
    assert number(1234.5, "ru") == "1\u00a0234,5"


@pytest.mark.parametrize(("lang", "expected"), [("ru", "20 ноября 2026\u202fг."), ("en", "November 20, 2026")])
def test_a_day_is_written_in_words(lang, expected):
    assert date("2026-11-20T09:30:00Z", lang) == expected


def test_what_is_no_day_is_given_back():
    assert date("autumn", "ru") == "autumn"


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0\u00a0B"), (999, "999\u00a0B"), (1000, "1\u00a0kB"), (61_400, "61\u00a0kB"), (1_250_000, "1.2\u00a0MB")],
)
def test_sizes_are_short(count, expected):
    assert size(count, "en") == expected
