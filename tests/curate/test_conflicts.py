"""Two drafts that contradict each other: told by page, by command and over HTTP, work by hand too; nothing is lost."""

import json

import pytest

from region import BASE, SOURCED, table

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TOWN = f"{BASE}id/place/town-31"
VERSIONS = ["Town 31\nГород 31", "Town 31\nПервый", "Town 31\nВторой"]


@pytest.fixture(scope="module")
def drafts(served, tmp_path_factory):
    """Three drafts that name one town anew, of which the first is published: ids of a delivery and of work by hand."""
    file = tmp_path_factory.mktemp("conflicts") / "places.csv"
    found = []
    for name in ("Первый", "Второй"):
        file.write_text(table(40).replace("town-31,Город 31,", f"town-31,{name},"), "utf8")
        found.append(json.loads(served.command("import", "places", str(file), "--format", "json"))["draft"])
    hand = served.draft()
    assert hand.update(edit("Город 31", "Третий")).status == 204
    served.command("publish", found[0])
    return found[1], hand


def edit(old, new):
    wanted = [f'{verb} DATA {{ GRAPH <{SOURCED}> {{ <{TOWN}> <{LABEL}> "{name}"@ru }} }}'
              for verb, name in (("DELETE", old), ("INSERT", new))]  # fmt: skip
    return " ; ".join(wanted)


def test_commands_and_addresses_tell_all_three_versions(served, drafts):
    fights, _ = drafts
    (told,) = json.loads(served.command("drafts", "conflicts", fights, "--format", "json", code=1))
    (sent,) = json.loads(served.send("GET", f"/drafts/{fights}/conflicts").body)

    assert [told["base"], told["current"], told["draft"]] == VERSIONS
    assert told == sent
    said = served.command("drafts", "conflicts", fights, "--lang", "ru", code=1)
    assert "как было: Town 31; Город 31" in said
    assert "в черновике: Town 31; Второй" in said


def test_the_findings_page_says_what_contradicts_and_where_to_see_it(served, drafts):
    fights, _ = drafts
    page = served.send("GET", f"/curate/drafts/{fights}", Accept="text/html", Accept_Language="en").body.decode()

    assert "1 value contradicts the release that readers see" in page
    assert f"/curate/drafts/{fights}/review#conflicts-h" in page


def test_work_by_hand_is_folded_in_before_conflicts_are_told_and_can_be_mended(served, drafts):
    _, hand = drafts
    reply = served.send("GET", f"{hand.path}/conflicts")
    assert (reply.status, json.loads(reply.body)["type"].rpartition("/")[2]) == (409, "preview-stale")

    (told,) = json.loads(served.command("drafts", "conflicts", hand.id, "--format", "json", code=1))
    assert [told["base"], told["current"], told["draft"]] == [*VERSIONS[:2], "Town 31\nТретий"]
    assert json.loads(served.send("GET", f"{hand.path}/conflicts").body) == [told]
    served.command("drafts", "rebase", hand.id, code=1)

    assert hand.update(edit("Третий", "Первый")).status == 204
    assert "contradicts" in served.command("drafts", "conflicts", hand.id)
    served.command("drafts", "rebase", hand.id)
    assert served.send("GET", f"{hand.path}/conflicts").body.strip() == b"[]"
