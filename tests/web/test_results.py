import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgservice.store.interface import Answer
from kgservice.terms import PREFIXES, Term, literal
from kgservice.web.results import PAGE, table, term

XSD = PREFIXES["xsd"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("<http://a/b>", Term("uri", "http://a/b")),
        ("_:b0", Term("bnode", "b0")),
        ('"a\\tb\\n\\"c\\" \\u0436"', Term("literal", 'a\tb\n"c" ж')),
        ('"да"@ru', Term("literal", "да", "ru")),
        (f'"2022-01-01"^^<{XSD}date>', Term("literal", "2022-01-01", "", XSD + "date")),
        ("-12", Term("literal", "-12", "", XSD + "integer")),
        ("1.50", Term("literal", "1.50", "", XSD + "decimal")),
        ("1E0", Term("literal", "1E0", "", XSD + "double")),
        ("true", Term("literal", "true", "", XSD + "boolean")),
        ("<<( <a> <b> <c> )>>", Term("literal", "<<( <a> <b> <c> )>>")),
    ],
)
def test_a_cell_is_read_as_turtle_writes_it(text, expected):
    assert term(text) == expected


@given(st.text())
def test_any_text_is_read_back_as_it_was_written(text):
    assert term(literal(text)) == Term("literal", text)


def answer(lines: int, size: int) -> Answer:
    body = b"?n\n" + b"".join(b"%d\n" % n for n in range(lines))
    return Answer("bindings", (body[at : at + size] for at in range(0, len(body), size)))


@given(st.integers(0, 350), st.integers(1, 999), st.integers(1, 5))
def test_a_page_has_its_rows_wherever_the_pieces_break(lines, size, page):
    read = table(answer(lines, size), page)

    expected = range((page - 1) * PAGE, min(lines, page * PAGE))
    assert [int(row[0].value) for row in read.rows] == list(expected)
    assert read.total == lines
    assert read.columns == ("n",)


def test_the_rest_of_a_counted_answer_is_not_read():
    counted = answer(250, 10)
    counted.rows = 250

    read = table(counted, 1)

    assert (len(read.rows), read.total, read.pages) == (100, 250, 3)
    assert next(counted.chunks)


def test_triples_are_a_table_of_three_columns():
    lines = b'<http://a> <http://b> "c\\n"@ru .\n_:x <http://b> <http://d> .\n'

    read = table(Answer("graph", iter([lines])), 1)

    assert read.columns == ("subject", "predicate", "object")
    assert read.rows[0][2] == Term("literal", "c\n", "ru")
    assert read.rows[1][0] == Term("bnode", "x")
