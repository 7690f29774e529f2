import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgservice.search.words import Words, folded, latin, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Зелёный  Бор", "зеленый бор"),
        ("Zu\u200brich", "zurich"),
        ("CAFE\u0301", "cafe"),
        ("ФГБОУ\u00a0ВО", "фгбоу во"),
    ],
)
def test_case_yo_accents_and_invisible_characters_do_not_matter(one, other):
    assert folded(one) == other


def test_short_i_is_a_letter_of_its_own():
    assert folded("Йод, чай") == "йод, чай"


@pytest.mark.parametrize(
    "forms",
    [
        ("Кемеровский", "Кемеровского", "Кемеровскому", "Kemerovskiy", "Kemerovskij", "kemerovskogo"),
        ("техникум", "техникумы", "техникумов", "tekhnikum", "tehnikum"),
        ("Кузбасс", "Кузбасса", "Kuzbass"),
        ("Щёкино", "Shchekino", "Schekino"),
        ("Юрга", "Yurga", "Jurga"),
    ],
)
def test_forms_of_a_word_in_both_alphabets_share_a_key(forms):
    keys = Words()
    shared = set.intersection(*(set(keys.keys(folded(form))) for form in forms))

    assert shared


def test_latin_look_alikes_in_a_russian_word_are_mended():
    assert words(folded("Cибирский")) == ["сибирский"]
    assert words("siemens") == ["siemens"]


def test_a_hyphenated_word_counts_apart_and_joined():
    assert words("горно-технический") == ["горно", "технический", "горнотехнический"]


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_and_no_text_breaks_it(text):
    once = folded(text)

    assert folded(once) == once
    assert all(latin(word).isascii() or not word.isascii() for word in words(once))
    Words().tokens(words(once))
