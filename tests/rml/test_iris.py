"""IRIs are strict (RFC 3987), and keys stay readable in them."""

import polars as pl
import pytest

from kgservice.rml.iris import absolute_column, invalid_column, iri_safe, is_valid, safe_column, uri_safe


@pytest.mark.parametrize(
    "text",
    [
        "http://a.ru/я?x=1#y",
        "https://пример.рф:8080/",
        "urn:x:y",
        "mailto:a@b.ru",
        "http://[::1]/",
        "a:b",
        "http://a/%D0%AF",
    ],
)
def test_iri_is_valid(text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "/a", "http://a b", "http://a/<b>", "http://a/%zz", "http://a/%", "http://a:x/", "http://a/[x]", "http://a#b#c",
        "http://a\n", "http://a/\x00", "1a:b", "http://a/\ue000", "http://[x", "http:///x", "http://a/{b}",
        'http://a/"', "a\\:b",
    ],
)  # fmt: skip
def test_text_is_no_iri(text: str) -> None:
    assert not is_valid(text)


def test_keys_keep_their_letters_and_lose_what_divides() -> None:
    assert iri_safe("Новый Узел/1?#") == "Новый%20Узел%2F1%3F%23"
    assert uri_safe("Ё-1") == "%D0%81-1"
    keys = pl.Series(["a", "б/в", "a b", "\ue000"])
    assert safe_column(keys).to_list() == ["a", "б%2Fв", "a%20b", "%EE%80%80"]
    assert safe_column(keys, ascii_only=True).to_list() == ["a", "%D0%B1%2F%D0%B2", "a%20b", "%EE%80%80"]


def test_relative_texts_get_the_base() -> None:
    texts = pl.Series(["id/x", "http://a/", "12:30"])

    assert absolute_column(texts, "http://base/").to_list() == ["http://base/id/x", "http://a/", "http://base/12:30"]
    assert invalid_column(pl.Series(["http://a/я", "http://a b"]), ascii_only=True).to_list() == [True, True]
