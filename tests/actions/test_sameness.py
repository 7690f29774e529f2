"""What decisions about several things mean together: all that are one have one that stays, whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from kgservice.actions.sameness import Decision, replacements

NAMES = "ABCDEF"


def same(kept: str, replaced: str, decided: str = "") -> Decision:
    things = (min(kept, replaced), max(kept, replaced))
    return Decision("same", things, "seen", "user:anna", decided, kept)


def test_two_things_that_are_one_with_a_third_are_one() -> None:
    found = replacements([same("A", "X", "1"), same("B", "X", "2")])

    assert found == {"X": "B", "A": "B"}


def test_thing_that_stands_for_an_older_one_brings_it_along() -> None:
    assert replacements([same("A", "X", "1"), same("X", "B", "2")]) == {"X": "A", "B": "A"}


def test_things_that_are_different_or_put_off_stay() -> None:
    apart = [Decision(what, ("A", "B"), "seen", "user:anna", "1") for what in ("different", "later")]

    assert replacements(apart) == {}


@given(st.lists(st.tuples(st.permutations(NAMES), st.integers(0, 9)), max_size=8), st.randoms())
def test_groups_are_those_of_the_decisions_and_each_has_one_that_stays(drawn, random) -> None:
    made = [same(names[0], names[1], str(moment)) for names, moment in drawn]
    groups = {name: {name} for name in NAMES}
    for one in made:
        whole = groups[one.things[0]] | groups[one.things[1]]
        groups |= dict.fromkeys(whole, whole)

    found = replacements(made)

    for name, group in groups.items():
        stays = {found.get(other, other) for other in group}
        assert len(stays) == 1, name
        assert stays <= group - found.keys()
    random.shuffle(made)
    assert len({one.decided + "".join(one.things) for one in made}) < len(made) or replacements(made) == found
