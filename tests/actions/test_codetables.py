"""Wordings that a code table lacks: said once, by whom they may be said, and read in every later delivery."""

from pathlib import Path

import pytest

from kgservice.errors import ParameterInvalid, Refused, ThingNotFound
from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, table, write_content

ANNA = "os:anna"
SOURCED = "graph/source/places/sourced"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A release, and the draft d2 with two wordings that the code table `evidence` lacks."""
    folder = tmp_path_factory.mktemp("codetables")
    content, state = write_content(folder / "content"), folder / "state"
    with build(Settings.read({"KG_STATE": str(state), "KG_CONTENT": str(content), "KG_BASE": BASE})) as service:
        service.publish.build(actor=ANNA)
        file = folder / "places.csv"
        file.write_text(table(40, "t-41,А,A,region,rumour", "t-42,Б,B,region,in  print", "t-43,В,C,region,rumour"))
        service.ingest.deliver("places", [file], actor=ANNA)
        yield service


def unknown(service):
    return [(one.table, one.wording, one.count, one.meaning) for one in service.codetables.unknown(draft(service))]


def draft(service, name="d2"):
    return service.review.draft(name)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (("places", "nowhere", "rumour", SOURCED), ParameterInvalid),
        (("places", "../evidence", "rumour", SOURCED), ParameterInvalid),
        (("places", "evidence", " ", SOURCED), ParameterInvalid),
        (("places", "evidence", "a\x01b", SOURCED), ParameterInvalid),
        (("places", "evidence", "x" * 501, SOURCED), ParameterInvalid),
        (("places", "evidence", "rumour", ""), ParameterInvalid),
        (("places", "evidence", "rumour", "nobody/knows"), ThingNotFound),
        (("places", "evidence", "rumour", "place/town-1"), ParameterInvalid),
        (("places", "evidence", "sourced", SOURCED), Refused),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_of_its_form_is_kept(service, row, error):
    with pytest.raises(error):
        service.codetables.say([("places", "evidence", "in print", SOURCED), row], ANNA)

    assert service.codetables.added("places") == []


def test_a_wording_is_said_once_and_read_in_this_delivery_and_in_later_ones(service):
    assert unknown(service) == [("evidence", "rumour", 2, ""), ("evidence", "in print", 1, "")]

    service.codetables.say([("places", "evidence", "rumour", "inferred"), ("places", "evidence", "in print", SOURCED)],
                           ANNA)  # fmt: skip
    service.codetables.say([("places", "evidence", "rumour", SOURCED)], "os:boris")  # a slip is said anew

    added = [(one.wording, one.meaning, one.by) for one in service.codetables.added("places")]
    assert added == [("in print", SOURCED, ANNA), ("rumour", SOURCED, "os:boris")]
    assert unknown(service) == [("evidence", "rumour", 2, SOURCED), ("evidence", "in print", 1, SOURCED)]
    again = service.codetables.again(draft(service), "places")
    files = [Path(name) for name in again["files"]]
    found = service.ingest.deliver("places", files, again["draft"], actor=ANNA, reading=again["reading"])
    assert (found.draft.id, found.report.conforms, unknown(service)) == ("d2", True, [])

    service.publish.release("d2", actor=ANNA)
    (reason,) = service.why.of(f"{BASE}id/place/t-41", "rdfs:label", '"А"@ru')
    assert [(cell.row, cell.column) for one in reason.deliveries for cell in one.cells] == [(42, "name_ru")]


def test_a_wording_that_is_taken_back_is_unknown_again(service):
    service.codetables.say([("places", "evidence", "hearsay", SOURCED)], ANNA)
    service.codetables.take_back("places", "evidence", "hearsay", ANNA)

    assert "hearsay" not in [one.wording for one in service.codetables.added("places")]
    with pytest.raises(ParameterInvalid):
        service.codetables.take_back("places", "evidence", "hearsay", ANNA)


def test_meanings_are_what_the_table_speaks_of_by_the_names_that_people_know(service):
    found, known = service.codetables.meanings("places", "evidence", "rumour", "en")

    assert found == []
    assert [one.label for one in known] == sorted(one.label for one in known)
    assert SOURCED in [one.value for one in known]
