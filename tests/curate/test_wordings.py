"""What a wording means is said on the page of a draft, by who may work on its sources, and the delivery read again."""

from datetime import date, timedelta

import pytest

from region import table

JSON = {"Accept": "application/json"}
SOURCED = "graph/source/places/sourced"


@pytest.fixture(scope="module")
def draft(house, tmp_path_factory):
    """The id of a draft with a wording that the code table lacks, and the id of its cause."""
    path = tmp_path_factory.mktemp("wordings") / "places.csv"
    path.write_text(table(40, "t-41,А,A,region,<rumour>"))
    made = house.service.ingest.deliver("places", [path], actor="user:curator").draft.id
    (cause,) = [one.ident for one in house.service.findings.causes(made).causes if one.rule == "map/lookup"]
    return made, cause


def fields(wording="<rumour>", thing=SOURCED, source="places"):
    return {"source": source, "table": "evidence", "wording": wording, "thing": thing}


def test_a_form_at_the_cause_offers_what_the_table_speaks_of_to_curators(house, draft):
    path = f"/curate/drafts/{draft[0]}?cause={draft[1]}&means=Город&lang=ru"

    page = house.page("curator", path).text
    assert f'<option value="{SOURCED}">' in page
    assert "«&lt;rumour&gt;» — это" in page
    assert 'name="thing"' not in house.page("reader", path).text


def test_a_wording_that_is_said_is_read_by_a_job_and_can_be_taken_back(house, draft):
    client, form = house.session("curator")
    address, page = f"/curate/drafts/{draft[0]}", {"Accept": "text/html"}
    said = client.post(f"{address}/wordings", data={**fields(), "cause": draft[1], "form_token": form}, headers=page)
    assert (said.status_code, said.location) == (303, f"{address}?cause={draft[1]}#wordings-h")
    assert f"{address}/read-again" in client.get(said.location, headers=page).text

    signed = JSON | {"KG-Form-Token": form}
    job = client.post(f"{address}/read-again", data={"source": "places"}, headers=signed)
    assert (job.status_code, job.json["kind"]) == (202, "import")
    house.service.queue.cancel(job.json["id"])
    known = client.get(f"{address}/wordings", headers=JSON).json
    assert [(one["wording"], one["meaning"], one["by"]) for one in known["added"]] == [
        ("<rumour>", SOURCED, "user:curator")
    ]
    back = client.post(f"{address}/wordings/take-back", data=fields(), headers=signed)
    assert (back.status_code, client.get(f"{address}/wordings", headers=JSON).json["added"]) == (200, [])


def test_nothing_is_said_of_sources_that_the_draft_has_not_or_without_a_meaning(house, draft):
    client, form = house.session("curator")
    for wrong in (fields(source="places-illustrative"), fields(thing=""), fields(thing="place/town-1")):
        answer = client.post(f"/curate/drafts/{draft[0]}/wordings", data=wrong, headers=JSON | {"KG-Form-Token": form})
        assert answer.status_code == 400, wrong


def test_what_a_steward_lets_stand_is_shown_with_its_reason_and_taken_back(house, draft):
    client, form = house.session("steward")
    address, day = f"/curate/drafts/{draft[0]}", str(date.today() + timedelta(days=9))
    given = {"cause": draft[1], "comment": "asked the owner", "until": day, "form_token": form}
    page = client.post(f"{address}/waive", data=given, headers={"Accept": "text/html"}, follow_redirects=True).text
    assert "asked the owner" in page
    assert f"until {day}" in page
    (name,) = [one.name for one in house.service.waive.waivers() if one.cause == draft[1]]
    assert f'action="{address}/revoke"' not in house.page("curator", f"{address}?cause={draft[1]}").text

    fields = {"waiver": name, "cause": draft[1], "form_token": form}
    back = client.post(f"{address}/revoke", data=fields, headers={"Accept": "text/html"}, follow_redirects=True).text

    assert "asked the owner" not in back
    assert "Let it stand" in back
