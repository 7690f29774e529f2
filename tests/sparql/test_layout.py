"""The canonical form of query files: nothing but layout changes, and the form of a form is itself."""

import pytest

from kgservice.errors import QueryInvalid
from kgservice.sparql import parse
from kgservice.sparql.layout import canonical
from kgservice.sparql.tree import Tree
from sparql import conformance


def test_lines_are_indented_and_keywords_stand_in_capitals() -> None:
    text = """#+ summary: x

prefix kg: <u:>


select ?s   (count(*) as ?n) # rows
where {
?s a kg:A ;
kg:p ( ?x
1 ) .  
   optional { ?s kg:q '''a
  b''', true }
# last
}
group by ?s"""  # noqa: W291

    found = canonical(text)

    assert (
        found
        == """#+ summary: x

PREFIX kg: <u:>

SELECT ?s (COUNT(*) AS ?n)  # rows
WHERE {
  ?s a kg:A ;
    kg:p ( ?x
      1 ) .
  OPTIONAL { ?s kg:q '''a
  b''', true }
  # last
}
GROUP BY ?s
"""
    )
    assert canonical(found) == found


def words(tree: Tree) -> list[str]:
    return ["".join(tree.word(at).lower().split()) for at in range(len(tree.tokens))]


def test_lines_of_a_text_are_left_alone() -> None:
    text = 'SELECT * {\n  ?s ?p """a\n\n\n  b  \n""" .\n}\n'

    assert canonical(f"\n\n{text}\n\n\n") == text


@pytest.mark.conformance
def test_form_of_the_w3c_corpus_keeps_tokens_and_is_stable() -> None:
    seen = 0
    for path in sorted(conformance.folder().rglob("*.r[qu]")):
        text = path.read_bytes().decode("utf8", "replace")
        try:
            before = parse(text).tree
        except QueryInvalid:
            continue
        found = canonical(text)
        after = parse(found).tree

        assert [token.kind for token in before.tokens] == [token.kind for token in after.tokens], path
        assert words(before) == words(after)
        assert text.count("#") == found.count("#"), path
        assert canonical(found) == found, path
        seen += 1

    assert seen > 500
