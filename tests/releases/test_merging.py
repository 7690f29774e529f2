"""Two changes of one graph: the same in any order, or a contradiction that both orders name."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.releases import statements
from kgservice.releases.merging import contradictions, together

LINES = st.sets(st.sampled_from([f"<a:{n % 4}> <b:{n % 3}> <c:{n % 5}> .\n".encode() for n in range(60)]), max_size=14)


@settings(max_examples=150)
@given(LINES, LINES, LINES)
def test_two_drafts_in_any_order_give_the_same_or_contradict(tmp_path_factory, base, one, two):
    folder = tmp_path_factory.mktemp("graph")
    paths = [folder / f"{n}.nt.gz" for n in range(3)]
    for path, found in zip(paths, (base, one, two), strict=True):
        statements.write(path, sorted(found))
    before, first, second = paths

    ahead, back = contradictions(before, first, second), contradictions(before, second, first)

    assert [(c.subject, c.predicate, c.current, c.draft) for c in ahead] == [
        (c.subject, c.predicate, c.draft, c.current) for c in back
    ]
    if not ahead:
        joined = set(together(before, first, second))
        assert joined == set(together(before, second, first))
        assert joined == (base - (base - one) - (base - two)) | (one - base) | (two - base)


def test_values_that_both_only_add_stand_side_by_side(tmp_path):
    paths = [tmp_path / f"{n}.nt.gz" for n in range(3)]
    for path, found in zip(paths, ([], [b"<a:a> <b:b> <c:1> .\n"], [b"<a:a> <b:b> <c:2> .\n"]), strict=True):
        statements.write(path, found)

    assert contradictions(*paths) == []
    assert list(together(*paths)) == [b"<a:a> <b:b> <c:1> .\n", b"<a:a> <b:b> <c:2> .\n"]
    assert list(together(None, paths[1], paths[2])) == list(together(None, paths[2], paths[1]))


def test_a_contradiction_says_what_was_is_and_would_be(tmp_path):
    texts = ["before", "now", "draft"]
    paths = [tmp_path / f"{text}.nt.gz" for text in texts]
    for path, text in zip(paths, texts, strict=True):
        statements.write(path, [f'<a:a> <b:b> "{text}" .\n'.encode(), b'<a:b> <b:b> "same" .\n'])

    (found,) = contradictions(*paths)

    assert (found.subject, found.predicate) == ("<a:a>", "<b:b>")
    assert (found.base, found.current, found.draft) == (('"before"',), ('"now"',), ('"draft"',))
