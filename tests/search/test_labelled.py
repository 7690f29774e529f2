"""How many pairs of a labelled set are found, and how many are shown that are two things."""

import re
from pathlib import Path

import pytest

from kgservice.search import Named, pairs

KINDS = {"": "organization", "p": "profession", "c": "competency"}


def read(kind, text, things):
    """Return the thing that a text of the set tells of, each once."""
    name, _, more = text.removesuffix("}").partition(" {")
    words = more.split()
    places = {f"http://x/id/place/{word[1:]}" for word in words if word.startswith("@")}
    told = [word for word in words if not word.startswith("@")]
    codes = set(zip(told[::2], told[1::2], strict=True))
    return things.setdefault((kind, text), Named(f"http://x/id/{kind}/{len(things):04}", kind, [name], codes, places))


@pytest.fixture(scope="module")
def labelled():
    """Return the labelled pairs as (same or not, one, other), and the pairs that are shown."""
    things, told = {}, {}
    for line in Path(__file__).with_name("labelled-pairs.txt").read_text("utf8").splitlines():
        if match := re.fullmatch(r"([pc]?)([=≠]) (.+) \| (.+)", line):
            one, other = (read(KINDS[match[1]], match[at], things) for at in (3, 4))
            told[frozenset((one.iri, other.iri))] = match[2] == "="
    return told, {frozenset((pair.one, pair.other)) for pair in pairs(list(things.values()), [])}


def test_most_of_what_is_one_is_found_and_little_else_is_shown(labelled):
    told, shown = labelled
    true = {pair for pair, same in told.items() if same}
    found, false = true & shown, (told.keys() - true) & shown

    assert len(told) > 200
    assert len(found) / len(true) >= 0.94
    assert len(found) / len(found | false) >= 0.97


def test_a_branch_is_not_the_branch_of_another_nor_its_parent():
    names = [
        "Новокузнецкий институт (филиал) ФГБОУ ВО «Кемеровский государственный университет»",
        "Юргинский технологический институт (филиал) Томского политехнического университета",
        "Кемеровский государственный университет",
    ]

    assert pairs([Named(f"http://x/{name}", "organization", [name]) for name in names], []) == []
