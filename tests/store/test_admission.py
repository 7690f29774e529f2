"""What is refused before it runs is told with its place, and with the line to add."""

import pytest

from kgservice.errors import QueryForbidden, QueryInvalid
from kgservice.store import admission
from kgservice.store.interface import Question
from kgservice.terms import PREFIXES


def test_a_prefix_of_ours_that_is_not_declared_is_told_with_its_line():
    with pytest.raises(QueryInvalid) as caught:
        admission.admit(Question("SELECT * { ?s a kg:College }"), admission.remembering())

    assert f"PREFIX kg: <{PREFIXES['kg']}>" in caught.value.hint


def test_an_update_is_told_where_it_begins_and_where_it_belongs():
    with pytest.raises(QueryForbidden, match=r"Line 2, column 1: DELETE is an update.*/drafts/<id>/update"):
        admission.admit(Question("# all\nDELETE WHERE { ?s ?p ?o }"), admission.remembering())
