"""Statement files: merged as sets, compared, written the same each time."""

from hypothesis import given
from hypothesis import strategies as st

from kgservice.releases import statements

LINES = st.sets(st.sampled_from([f"<a:{n}> <b:b> <c:{n % 3}> .\n".encode() for n in range(30)]))


def files(folder, *sets):
    paths = []
    for number, found in enumerate(sets):
        paths.append(folder / f"{number}.nt.gz")
        statements.write(paths[-1], sorted(found))
    return paths


@given(LINES, LINES, LINES)
def test_merge_is_the_union_in_order(tmp_path_factory, one, two, three):
    paths = files(tmp_path_factory.mktemp("merge"), one, two, three)

    assert list(statements.merged(paths)) == sorted(one | two | three)


@given(LINES, LINES)
def test_without_is_the_difference_in_order(one, two):
    assert list(statements.without(sorted(one), sorted(two))) == sorted(one - two)


def test_same_lines_give_the_same_bytes_and_the_hash_is_of_the_text(tmp_path):
    first = statements.write(tmp_path / "a.nt.gz", [b"<a:a> <b:b> <c:c> .\n"], "statements/a.nt.gz")
    second = statements.write(tmp_path / "b.nt.gz", [b"<a:a> <b:b> <c:c> .\n"])

    assert (tmp_path / "a.nt.gz").read_bytes() == (tmp_path / "b.nt.gz").read_bytes()
    assert (first.sha256, first.triples, first.file) == (second.sha256, 1, "statements/a.nt.gz")
