import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgservice.web.negotiation import chosen, language, wants_page

JSON, XML, CSV, HTML = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv; charset=utf-8",
    "text/html",
)
OFFERS = [JSON, XML, CSV, HTML]
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/*", CSV),
        ("application/*", JSON),
        (XML, XML),
        (CHROMIUM, HTML),
        ("text/html;q=0.5, application/sparql-results+xml;q=0.6", XML),
        ("text/html, application/sparql-results+json", JSON),
        ("application/json", JSON),
        ("application/xml", XML),
        ("*/*;q=0.1, text/csv;q=0.2", CSV),
        ("application/sparql-results+json;q=0, */*", XML),
        ("application/sparql-results+json;q=0, application/json, text/csv;q=0.1", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;charset=utf-8", CSV),
        ('text/csv;charset="utf-8"', CSV),
        ("text/csv;header=absent", None),
        ("image/png", None),
        ("*/*;q=0", None),
        ("application/sparql-results+json;q=2", None),
        (",,;;,text/csv,", CSV),
        ("garbage", None),
        ("*/json, text/csv;q=0.3", CSV),
    ],
)
def test_the_wanted_type_wins_by_weight_and_closeness(accept, expected):
    assert chosen(accept, OFFERS) == expected


@given(st.text(max_size=200) | st.text(alphabet='*/;,q=0.1"\\ ax', max_size=400))
def test_no_accept_header_breaks_the_choice(accept):
    assert chosen(accept, OFFERS) in [*OFFERS, None]
    assert wants_page(accept) in (True, False)
    assert language(accept, ("en", "ru"), "en") in ("en", "ru")


def test_a_very_long_header_is_chosen_from_quickly():
    assert chosen("a/b," * 100_000, OFFERS) == OFFERS[0]
    assert chosen('"' * 100_000, OFFERS) == OFFERS[0]


def test_what_is_too_long_to_be_read_whole_is_never_refused():
    accept = ", ".join(["image/png"] * 1000) + ", text/csv"

    assert chosen(accept, ["application/sparql-results+json", "text/csv"]) == "application/sparql-results+json"
    assert chosen("text/csv;q=0.1, " + accept, ["application/sparql-results+json", "text/csv"]) == "text/csv"


def test_a_browser_gets_a_page_and_a_program_does_not():
    assert wants_page(CHROMIUM)
    assert not wants_page("*/*")
    assert not wants_page("application/json")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("de, ru;q=0.1", "ru"),
        ("ru;q=0", "en"),
        ("de", "en"),
    ],
)
def test_the_wanted_language_wins(accept, expected):
    assert language(accept, ("en", "ru"), "en") == expected
