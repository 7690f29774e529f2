import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgservice.search import Index


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("сибирского политехнического техникума", "spt"),
        ("СИБИРСКИЙ ПОЛИТЕХ", "spt"),
        ("polytechnic school", "spt"),
        ("kemerovskiy gornotekhnicheskiy tekhnikum", "mine"),
        ("kemerovo", "kemerovo"),
        ("зеленый бор", "trees"),
        ("Зелёного бора", "trees"),
        ("08.02.01", "08.02.01"),
        ("азот", "azot"),
        ("slesar", "odd"),
    ],
)
def test_names_are_found_in_any_form_and_alphabet(keys, typed, first):
    assert keys(typed)[0] == first


@pytest.mark.parametrize("typed", ["zzzzqqq", "qqq", "ййй", "шшшшш"])
def test_keys_hit_at_random_are_no_beginning_of_a_name(keys, typed):
    assert keys(typed) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("горнотехничский", "горнотехнический"),
        ("кемировский унивирситет", "кемеровский университет"),
        ("плоитехнический", "политехнический"),
        ("еемеровский", "кемеровский"),
        ("nt[ybrev", "техникум"),
        ("сименс", "siemens"),
    ],
)
def test_mistyped_words_are_taken_for_what_they_resemble_and_it_is_said(index, typed, meant):
    page = index.search(typed, "ru")

    assert page.meant == meant
    assert page.hits


def test_the_exact_name_comes_before_names_that_hold_it(keys):
    assert keys("Кемеровский государственный университет")[:2] == ["kemgu", "branch"]


def test_the_name_in_the_language_is_shown_beside_what_matched(index):
    hit = index.search("Kemerovo State University", "ru").hits[0]

    assert (hit.label, hit.matched) == ("Кемеровский государственный университет", "Kemerovo State University")
    assert index.search("Кемеровский университет", "en").hits[0].label == "Kemerovo State University"


def test_invented_things_come_after_known_ones(index):
    hits = index.search("техникум", "ru", kind="organization").hits

    assert [hit.invented for hit in hits] == [False, False, True]


def test_a_kind_or_a_class_narrows_and_kinds_are_counted(index, keys):
    page = index.search("кемерово", "ru")

    assert page.kinds["organization"] >= 3
    assert keys("кемерово", kind="place") == ["kemerovo"]
    assert keys("техникум", of="https://w3id.org/kgservice/ontology#College") == ["spt"]
    assert "spt" in keys("техникум", of="https://w3id.org/kgservice/ontology#Organization")


def test_pages_follow_each_other(keys):
    whole = keys("кемеровский", size=10)

    assert keys("кемеровский", size=2) + keys("кемеровский", size=2, start=2) == whole[:4]


def test_some_of_the_words_are_enough_when_none_has_all(keys):
    assert keys("университет лесхоз")[:2]


def test_nothing_is_found_for_nothing(index):
    for text in ("", "   ", "—", "\x00", '"', "абракадабра"):
        assert index.search(text, "ru").hits == ()
        assert index.complete(text, "ru") == []


def test_a_beginning_completes_to_what_begins_so_and_then_to_words_inside(index):
    found = index.complete("кемер", "ru", most=5)

    assert found[0].label == "Кемерово"
    assert found[0].count == 7
    assert {item.iri.rpartition("/")[2] for item in found} >= {"kemerovo", "kemgu", "mine"}
    assert index.complete("kemerovo st", "ru")[0].matched == "Kemerovo State University"
    assert index.complete("горнот", "ru")[0].iri.endswith("/mine")


def test_a_label_of_another_version_or_a_damaged_file_is_not_used(tmp_path):
    empty, broken = tmp_path / "empty.sqlite", tmp_path / "broken.sqlite"
    sqlite3.connect(empty).close()
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)

    assert not Index(empty).usable()
    assert not Index(broken).usable()


@given(st.text(max_size=40))
def test_no_text_breaks_a_search(index, text):
    index.search(text, "en")
    index.complete(text, "en")
