"""Only lexical forms of a datatype pass, and what passes is written as the engine would store it."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from kgservice.rml.datatypes import XSD, canonical_column, wrong_column
from kgservice.terms import literal

KINDS = ("integer", "decimal", "boolean", "double", "date", "dateTime", "gYear", "gYearMonth", "time")


def right(text: str, name: str) -> bool:
    return not wrong_column(pl.Series([text], dtype=pl.String), XSD + name)[0]


def canonical(text: str, name: str) -> str:
    return str(canonical_column(pl.Series([text], dtype=pl.String), XSD + name)[0])


def stored(text: str, name: str) -> str:
    store = Store()
    store.load(f"<http://a/s> <http://a/p> {literal(text, XSD + name)} .".encode(), RdfFormat.N_TRIPLES)
    return str(next(iter(store)).object.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("12345678901234567890", "integer"),
        ("-7", "integer"),
        ("0.5", "decimal"),
        ("1", "boolean"),
        ("2024-02-29", "date"),
        ("2021-09-01Z", "date"),
        ("2021-09-01T10:00:00", "dateTime"),
        ("2021", "gYear"),
        ("2021-09", "gYearMonth"),
        ("1e5", "double"),
        ("INF", "double"),
        ("5", "nonNegativeInteger"),
        ("255", "unsignedByte"),
        ("true", "boolean"),
        ("any text", "string"),
        ("P1Y", "duration"),
    ],
)
def test_values_pass(text: str, name: str) -> None:
    assert right(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("15.9", "integer"),
        ("сто", "integer"),
        ("1 200", "integer"),
        ("", "integer"),
        ("1,5", "decimal"),
        ("yes", "boolean"),
        ("31.02.2010", "date"),
        ("2021-02-31", "date"),
        ("2023-02-29", "date"),
        ("вчера", "date"),
        ("2021-9-1", "date"),
        ("2021-09-01T25:00:00", "dateTime"),
        ("21", "gYear"),
        ("2021-13", "gYearMonth"),
        ("-1", "nonNegativeInteger"),
        ("256", "unsignedByte"),
        ("2147483648", "int"),
        ("x", "double"),
        ("2021-09-01\n", "date"),
        ("5\n", "integer"),
        ("2021\n", "gYear"),
        ("P", "duration"),
        ("١٢", "integer"),
    ],
)
def test_other_texts_do_not_pass(text: str, name: str) -> None:
    assert not right(text, name)


DAY = r"-?[0-9]{4,5}(-[01][0-9](-[0-3][0-9])?)?"
MOMENT = DAY + r"(T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-]0[0-9]:[0-5]0)?"
LIKELY = st.one_of(
    st.from_regex(r"[+-]?0{0,3}[0-9]{0,25}(\.[0-9]{0,12}0{0,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.dates().map(str), st.datetimes().map(lambda moment: moment.isoformat()), st.text(max_size=8),
    st.from_regex(MOMENT, fullmatch=True),
    st.floats().map(str),
    st.sampled_from(["true", "0", "1", "INF", "-INF", "NaN", "2021-09-01T24:00:00", "2021-01-01T00:00:00.100Z"]),
)  # fmt: skip


@settings(max_examples=150)
@given(LIKELY, st.sampled_from(KINDS))
def test_what_passes_is_written_as_the_engine_stores_it(text: str, name: str) -> None:
    if right(text, name):
        assert stored(canonical(text, name), name) == canonical(text, name)


def test_unknown_datatypes_hold_any_text() -> None:
    texts = pl.Series(["x", "1"])

    assert not wrong_column(texts, "http://a/own").any()
    assert canonical_column(texts, "http://a/own").to_list() == ["x", "1"]
