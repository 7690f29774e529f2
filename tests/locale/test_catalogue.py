"""The Russian catalogue says everything that the source says, in forms that fit."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import messages
from kgservice.locale import plural, say, translate
from kgservice.report import Text

PO = messages.SRC / "locale" / "ru" / "LC_MESSAGES" / "kgservice.po"
NAMES = re.compile(r"\{(\w+?)(?:_(?:en|ru))?\b")  # a sentence that is there in both languages has two names


@pytest.fixture(scope="module")
def catalogue():
    with PO.open("rb") as file:
        return read_po(file, locale="ru")


@pytest.fixture(scope="module")
def said(catalogue):
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue if message.string}


@pytest.mark.parametrize(
    "collect", [messages.of_python, messages.of_templates, messages.of_tables, messages.of_columns]
)
def test_every_message_of_the_source_has_a_russian_one(collect, said):
    # rml puts the place before its own sentences
    missing = [
        f"{place}: {message}"
        for message, place in collect()
        if message not in said and f"{{file}}, line {{line}}: {message}" not in said
    ]

    assert "\n".join(missing) == ""


def test_no_heading_is_kept_that_no_question_has(said):
    kept = {message for message in said if str(message).startswith("column: ")}

    assert kept - {message for message, _ in messages.of_columns()} == set()


def test_no_translation_is_a_guess(catalogue):
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_the_header_names_language_and_plural_forms(catalogue):
    header = PO.read_text("utf8").partition("\n\n")[0]

    assert "Language: ru" in header
    assert "nplurals=3" in header


def test_a_translation_fills_the_same_names(catalogue):
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(NAMES.findall(ids[-1]))
        wrong += [(ids[0], text) for text in texts if not set(NAMES.findall(text)) <= wanted]

    assert wrong == []


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "строк"),
        (1, "строка"),
        (3, "строки"),
        (5, "строк"),
        (11, "строк"),
        (21, "строка"),
        (111, "строк"),
        (104, "строки"),
    ],
)
def test_russian_counts_in_three_forms(count, expected):
    if not Path(PO).with_suffix(".mo").exists():
        pytest.skip("the catalogue is not compiled: run `make setup`")

    assert plural("{n} row", "{n} rows", count, "ru").format(n=count) == f"{count} {expected}"


def test_english_is_the_message_id():
    assert translate("The query was stopped.", "en") == "The query was stopped."
    assert translate("", "ru") == ""


def test_an_authored_text_needs_no_catalogue():
    text = Text("Name {x}", {"x": "1"}, {"ru": "Имя {x}", "en": "Name {x}"})

    assert say(text, "ru") == "Имя 1"
    assert say(Text("Name {x}", {"x": "1"}), "en") == "Name 1"
