"""Each function turns the texts people write into values, and gives nothing for the rest."""

import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.rml.functions import LIBRARY
from kgservice.terms import PREFIXES


def run(name: str, text: str | None, **settings: object) -> object:
    column = pl.Series([text], dtype=pl.String)
    result = LIBRARY[PREFIXES["fn"] + name].body(text=column, **settings)[0]
    return result.to_list() if isinstance(result, pl.Series) else result


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("trim", " \u00a0Колледж \n Заря ", "Колледж Заря"),
        ("trim", " \t", None),
        ("lower", " ГПОУ ", "гпоу"),
        ("split", "a; b;;c;", ["a", "b", "c"]),
        ("split", ";", []),
        ("date", "2021-09-01", "2021-09-01"),
        ("date", " 01.09.2021 ", "2021-09-01"),
        ("date", "1.9.2021", "2021-09-01"),
        ("date", "2021-09-01T00:00:00", "2021-09-01"),
        ("date", "01.09.2021 г.", "2021-09-01"),
        ("date", "31.02.2021", None),
        ("date", "2021-02-31", None),
        ("date", "2021", None),
        ("date", "вчера", None),
        ("date", "1899-12-31", "1899-12-31"),
        ("date", "2021-09-01 about", None),
        ("date", "0000-01-01", None),
        ("date", "01.13.2021", None),
        ("year", "970", "0970"),
        ("year", " 2019 г.", "2019"),
        ("year", "19", "0019"),
        ("year", "20190", None),
        ("year", "0", None),
        ("integer", "120", "120"),
        ("integer", "12345678901234567890", "12345678901234567890"),
        ("integer", "007", "7"),
        ("integer", "1 200", "1200"),
        ("integer", "1\u2009200\u202f300", "1200300"),
        ("integer", "-0", "0"),
        ("integer", "+5", "5"),
        ("integer", "\u22125", "-5"),
        ("integer", "15.9", None),
        ("integer", "сто", None),
        ("integer", "12 34", None),
        ("integer", "١٢", None),
        ("integer", "1e5", None),
        ("decimal", "1 250,50", "1250.5"),
        ("decimal", "0.10", "0.1"),
        ("decimal", "10.0", "10"),
        ("decimal", "100", "100"),
        ("decimal", "-0,0", "0"),
        ("decimal", "1,2,3", None),
        ("decimal", "12%", None),
        ("decimal", "NaN", None),
        ("slug", "Колледж «Заря» № 1", "kolledzh-zaria-no-1"),
        ("slug", "Щёлково", "shchelkovo"),
        ("slug", "École", "ecole"),
        ("slug", "—", None),
        ("slug", "и\u0306од", "iod"),
        ("slug", "%D0%AF", "ia"),
        ("iri", " https://www.kit.ru/путь?x=1#a ", "https://www.kit.ru/путь?x=1#a"),
        ("iri", "HTTP://A.RU", "HTTP://A.RU"),
        ("iri", "javascript:alert(1)", None),
        ("iri", "http://a b", None),
        ("iri", "www.kit.ru", None),
        ("iri", "http://", None),
        ("iri", "http:///x", None),
        ("iri", "ftp://a", None),
        ("iri", "https://a/%zz", None),
        ("iri", "http://:80/", None),
        ("filled", "x", "true"),
        ("filled", " ", "false"),
    ],
)
def test_function_gives_the_value_or_nothing(name: str, text: str, value: object) -> None:
    assert run(name, text) == value


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2021-04", "2021-04-01", "2021-04-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2022-09-01", "2022-09-01", "2022-09-01"),
        ("2024-2025", "2024-01-01", "2025-12-31"),
        ("2024–2025", "2024-01-01", "2025-12-31"),
        ("2021/2022", "2021-01-01", "2022-12-31"),
        ("01.09.2021", "2021-09-01", "2021-09-01"),
        ("09.2021", "2021-09-01", "2021-09-30"),
        ("2022 г.", "2022-01-01", "2022-12-31"),
        ("сентябрь 2022", "2022-09-01", "2022-09-30"),
        ("мая 2022 года", "2022-05-01", "2022-05-31"),
        ("October 2025", "2025-10-01", "2025-10-31"),
        ("2021-Q2", "2021-04-01", "2021-06-30"),
        ("с 01.09.2021 по 30.06.2022", "2021-09-01", "2022-06-30"),
        ("2021-09..2022-06", "2021-09-01", "2022-06-30"),
        ("2025-2024", None, None),
        ("2021-13", None, None),
        ("31.02.2020", None, None),
        ("undated", None, None),
        ("2021 2022", None, None),
        ("20211", None, None),
        ("0000", None, None),
        ("", None, None),
    ],
)
def test_vague_time_has_a_first_and_a_last_day(text: str, first: str | None, last: str | None) -> None:
    assert (run("earliest", text), run("latest", text)) == (first, last)


@settings(deadline=None)
@given(st.dates())
def test_dates_are_read_as_iso_and_as_day_month_year(day: datetime.date) -> None:
    year = f"{day.year:04d}"
    for text in (day.isoformat(), f"{day.day:02d}.{day.month:02d}.{year}", f"{day.day}.{day.month}.{year}"):
        assert run("date", text) == run("earliest", text) == run("latest", text) == day.isoformat()


@settings(deadline=None)
@given(st.text(max_size=20))
def test_no_text_is_an_exception(text: str) -> None:
    for name in ("trim", "lower", "split", "date", "earliest", "latest", "integer", "decimal", "slug", "iri", "filled"):
        run(name, text)


@settings(deadline=None)
@given(st.integers())
def test_integers_of_any_size_come_back_equal(number: int) -> None:
    assert run("integer", str(number)) == str(number)


def test_lookup_reads_words_whatever_their_spaces_and_no_others() -> None:
    table = {"named in the source": "sourced"}

    assert run("lookup", " named  in the\u00a0source ", table=table) == "sourced"
    assert run("lookup", "Named in the source", table=table) is None


def test_settings_change_what_functions_do() -> None:
    assert run("split", "a, b", separator=",") == ["a", "b"]
    assert run("match", "№ 926 от", regex=r"№ (\d+)") == "926"
    assert run("match", "№ 926", regex=r"\d+") == "926"
    assert run("match", "none", regex=r"\d+") is None
    assert run("replace", "a.b", find=".", replacement="-") == "a-b"
    assert run("equal", " x ", value="x") == "true"
    assert run("otherwise", None, value="x") == "x"
    concat = LIBRARY[PREFIXES["fn"] + "concat"].body
    assert concat(first=pl.Series(["a"]), second=pl.Series(["b"])).to_list() == ["a b"]
    assert concat(first=pl.Series([None], dtype=pl.String), second=pl.Series(["b"])).to_list() == ["b"]


def test_every_function_says_what_it_expects() -> None:
    for function in LIBRARY.values():
        assert function.expects
        assert function.name == function.iri.removeprefix(PREFIXES["fn"])
        assert all(item.iri == PREFIXES["fn"] + item.name for item in function.parameters)


def test_conditions_tell_true_or_false() -> None:
    assert [run("empty", text) for text in (None, " ", "x")] == ["true", "true", "false"]
    assert [run("matches", text, regex=r"^\d\d$") for text in (" 01 ", "01.1")] == ["true", "false"]
