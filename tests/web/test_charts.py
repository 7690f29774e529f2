"""Pictures of answers: chosen by what the columns hold, drawn with every value named, refused where they do not fit."""

import pytest

from kgservice.terms import PREFIXES, Term
from kgservice.web.charts import Charts
from kgservice.web.curves import position
from kgservice.web.links import Links

XSD = PREFIXES["xsd"]


def year(value: int) -> Term:
    return Term("literal", str(value), "", XSD + "gYear")


def count(value: object) -> Term:
    return Term("literal", str(value), "", XSD + ("integer" if isinstance(value, int) else "decimal"))


def text(value: str) -> Term:
    return Term("literal", value)


def thing(value: str) -> Term:
    return Term("uri", f"http://kg.example/id/{value}")


@pytest.fixture
def charts() -> Charts:
    return Charts(Links("http://kg.example/"))


@pytest.mark.parametrize(
    ("rows", "picture"),
    [
        ([(year(2019), count(3)), (year(2020), count(5))], ("lines", "a", "b")),
        ([(count(3), year(2019)), (count(5), year(2020))], ("lines", "b", "a")),
        ([(count(1), count(3)), (count(2), count(5))], ("lines", "a", "b")),
        ([(text("dual"), count(3)), (text("cluster"), count(5))], ("bars", "a", "b")),
        ([(count(3), thing("x")), (count(4), thing("y"))], ("bars", "b", "a")),
        ([(thing("x"), thing("y"))], ("network", "a", "b")),
        ([(text("x"), text("y"))], ("bars", "a", "b")),
    ],
)
def test_a_picture_is_chosen_by_what_the_columns_hold(rows, picture):
    assert Charts.fitting(("a", "b"), rows) == picture


def test_one_column_is_not_drawn():
    assert Charts.fitting(("a",), [(count(1),)]) is None


def test_lines_join_the_values_of_a_series_in_order_and_say_their_ends_in_words(charts):
    rows = [
        {"year": year(when), "n": count(n), "kind": text(kind)}
        for when, n, kind in [(2020, 9, "dual"), (2018, 12, "dual"), (2019, 1.5, "cluster"), (2018, 3, "cluster")]
    ]

    drawn = charts.draw("lines", rows, ("year", "n", "kind"), {}, "", "en")

    assert drawn is not None
    assert (drawn.shown, drawn.left, drawn.legend) == (4, 0, ("dual", "cluster"))
    assert "n over year, from 2018 to 2020: least 1.5 (2019), most 12 (2018)." in drawn.body
    assert drawn.body.count("<path") == 2
    assert "<title>2019: 1.5</title>" in drawn.body
    assert "style=" not in drawn.body


def test_several_values_at_one_place_are_points_without_a_line(charts):
    rows = [{"x": count(x), "y": count(y)} for x, y in [(1, 1), (1, 2), (2, 3)]]

    drawn = charts.draw("lines", rows, ("x", "y"), {}, "", "en")

    assert drawn is not None
    assert "<path" not in drawn.body


def test_what_has_no_numbers_is_not_drawn_as_lines(charts):
    assert charts.draw("lines", [{"x": text("a"), "y": count(1)}, {"x": thing("b")}], ("x", "y"), {}, "", "en") is None


@pytest.mark.parametrize(
    ("term", "place"),
    [
        (Term("literal", "2021-07-01", "", XSD + "date"), 2021.5),
        (Term("literal", "2021-01-01T10:00:00Z", "", XSD + "dateTime"), 2021.0),
        (Term("literal", "2021-07", "", XSD + "gYearMonth"), 2021.5),
        (Term("literal", "NaN", "", XSD + "double"), None),
        (Term("literal", "soon", "", XSD + "date"), None),
        (Term("uri", "http://kg.example/1"), None),
    ],
)
def test_numbers_and_dates_have_a_place_on_the_axis(term, place):
    assert position(term) == place
