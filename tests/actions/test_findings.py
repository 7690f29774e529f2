"""Findings of drafts: compared with the last delivery, waived for a while, reported, shown at their rows, explained."""

import dataclasses
import io
import json
from datetime import date, timedelta

import openpyxl
import pytest
from rdflib import Graph

from kgservice.access import Access, Role
from kgservice.actions import decisions
from kgservice.app import create_app
from kgservice.errors import (
    AuthoredInvalid,
    DecisionNotFound,
    ParameterInvalid,
    PublishBlocked,
    SettingInvalid,
    ThingNotFound,
)
from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, table, write_content

ANNA = "os:anna"
RULE = "https://w3id.org/kgservice/shapes#Place-within"
BROKEN = table(40, "town-40,,,region,sourced", "town-41,Город 41,Town 41,atlantis,sourced", "t-42,Г,T,region,rumour")


@pytest.fixture
def delivery(tmp_path):
    def write(text, name="upload.csv"):
        path = tmp_path / name
        path.write_text(text, "utf8")
        return [path]

    return write


@pytest.fixture
def blocked(service, delivery):
    """A service with release 1 and the blocked draft d2."""
    service.publish.build(actor=ANNA)
    service.ingest.deliver("places", delivery(BROKEN), actor=ANNA)
    return service


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The same for tests that change nothing."""
    folder = tmp_path_factory.mktemp("findings")
    content, state = write_content(folder / "content"), folder / "state"
    read = Settings.read({"KG_STATE": str(state), "KG_CONTENT": str(content), "KG_BASE": BASE, "KG_WORKERS": "1"})
    (folder / "upload.csv").write_text(BROKEN, "utf8")
    with build(read) as service:
        service.publish.build(actor=ANNA)
        service.ingest.deliver("places", [folder / "upload.csv"], actor=ANNA)
        yield service


def marks(service, draft):
    found = service.findings.window(draft, count=100) + service.findings.window(draft, count=100, mark="fixed")
    return sorted((one.finding.rule.rpartition("#")[2], one.mark) for one in found)


def test_next_delivery_tells_what_is_new_old_and_fixed(blocked, delivery):
    assert {mark for _, mark in marks(blocked, "d2")} == {"new"}
    moved = table(38, "t-42,Г,T,region,rumour", "town-41,Город 41,Town 41,atlantis,sourced", ",Ж,,region,sourced")
    blocked.ingest.deliver("places", delivery(moved, "december.csv"), actor="os:boris")

    found = dict.fromkeys(marks(blocked, "d3"))
    assert ("map/lookup", "old") in found
    assert ("Place-within", "old") in found
    assert ("Place-label", "fixed") in found
    assert ("table/key-empty", "new") in found
    tally = blocked.findings.causes("d3").tally
    assert (tally["fixed"], tally["old"]) == (1, 2)

    # the same delivery checked again is compared with the same one before
    blocked.ingest.check("d3", actor=ANNA)
    assert dict.fromkeys(marks(blocked, "d3")) == found


def test_waived_violation_does_not_block_and_ends_by_itself(blocked, settings):
    days = [date(2026, 11, 25)]
    waive = blocked.waive
    waive.today = lambda: days[0]
    for rule in (RULE, RULE.replace("within", "label")):
        waive.give("d2", rule=rule, reason="asked the owner", until=days[0] + timedelta(days=2), actor=ANNA)
    assert blocked.review.draft("d2").state == "blocked"
    one, covered = waive.give("d2", rule="map/lookup", focus="t-42", reason="so be it", until=days[0], actor=ANNA)
    assert covered == 1

    draft = blocked.review.draft("d2")
    assert (draft.state, draft.report().conforms) == ("clean", True)
    assert {finding.waived for finding in draft.report().findings if finding.severity == "violation"} >= {one.name}
    blocked.ingest._today = lambda: days[0] + timedelta(days=1)
    with pytest.raises(PublishBlocked, match=r"\(1\)"):
        blocked.publish.release("d2", actor=ANNA)
    blocked.ingest._today = lambda: days[0]
    release = blocked.publish.release("d2", actor=ANNA)

    record = json.loads((release.path / "report.json").read_text("utf8"))
    assert {entry["waived"] for entry in record["findings"] if entry["severity"] == "violation"} != {""}
    with blocked.findings.of(str(release.id)) as (reader, _):
        assert reader.tally()["waived"] == 3
        assert "so be it" in reader.facts["waivers"]


def test_revoked_waiver_blocks_again_and_stays_on_record(blocked, settings):
    until = date.today() + timedelta(days=1)
    names = [
        blocked.waive.give("d2", rule=rule, reason="r", until=until, actor=ANNA)[0].name
        for rule in (RULE, RULE.replace("within", "label"), "map/lookup")
    ]
    assert blocked.review.draft("d2").state == "clean"

    blocked.waive.revoke(names[0], actor="os:boris")

    assert blocked.review.draft("d2").state == "blocked"
    states = {one.name: one.state(date.today()) for one in blocked.waive.waivers()}
    assert [states[name] for name in names] == ["revoked", "holds", "holds"]
    with pytest.raises(ParameterInvalid, match="was revoked on"):
        blocked.waive.revoke(names[0], actor=ANNA)
    with pytest.raises(DecisionNotFound):
        blocked.waive.revoke("nobody", actor=ANNA)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rule": RULE, "reason": " "}, "needs a reason"),
        ({"reason": "r"}, "names a rule or a cause"),
        ({"rule": RULE, "reason": "r", "until": date(2020, 1, 1)}, "at most 400 days"),
        ({"rule": RULE, "reason": "r", "until": date(2090, 1, 1)}, "at most 400 days"),
        ({"rule": "map/nothing", "reason": "r"}, "d2 has no finding of map/nothing"),
    ],
)
def test_waiver_that_says_too_little_or_too_much_is_refused(shared, given, message):
    given.setdefault("until", date.today())

    with pytest.raises(ParameterInvalid, match=message):
        shared.waive.give("d2", actor=ANNA, **given)
    assert shared.waive.waivers() == []


def test_decision_files_of_both_folders_are_read_strictly(settings):
    authored, written = decisions.folders(settings)
    authored.mkdir(parents=True)
    text = 'reason = "r"\nby = "os:anna"\nrule = "map/date"\ngiven = 2026-01-01\nuntil = 2026-02-01\n'
    (authored / "w1.toml").write_text(text, "utf8")
    (one,) = decisions.waivers(settings)
    decisions.write(settings, dataclasses.replace(one, reason='quoted "\\ \n\x7f', focus="https://example.org/é"))

    assert (written / "w1.toml").is_file()
    assert [waiver.reason for waiver in decisions.waivers(settings)] == ['quoted "\\ \n\x7f']
    for broken in (text + 'what = "x"\n', text.replace("until", "til"), text.replace("rule", "focus"), "= x"):
        (written / "w1.toml").write_text(broken, "utf8")
        with pytest.raises(AuthoredInvalid, match=r"w1\.toml"):
            decisions.waivers(settings)


def test_reports_of_a_draft_come_in_every_form(shared):
    def whole(shape, language="en"):
        return b"".join(shared.reporting.stream("d2", shape, language)).decode()

    body = json.loads(whole("json"))
    assert (body["draft"], body["conforms"]) == ("d2", False)
    causes = {(cause["rule"], cause["column"]): cause for cause in body["causes"]}
    assert causes["map/lookup", "evidence"]["share"] == pytest.approx(1 / 43)
    assert len(body["findings"]) == sum(cause["count"] for cause in body["causes"])
    assert "violation,map/lookup,upload.csv,,44,,evidence,rumour," in whole("csv")
    assert "нарушение" in whole("text", "ru")
    assert len(Graph().parse(data=whole("turtle"), format="turtle")) > 50
    output = io.BytesIO()
    assert shared.reporting.workbook("d2", output, "ru") == "rows"
    sheet = openpyxl.load_workbook(output).worksheets[1]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [42, 43, 44]
    with shared.annotate.workbook("d2", "en") as made:
        assert openpyxl.load_workbook(made).sheetnames[0] == "Findings"
    with pytest.raises(ParameterInvalid, match="no delivered file other"):
        shared.annotate.workbook("d2", "en", file="other.csv")


def test_window_shows_the_delivered_table_with_its_marks(shared):
    (sheet,) = [one for one in shared.findings.sheets("d2") if one.source == "places"]
    window = shared.findings.table("d2", "places", sheet.file, start=40, count=2)
    marked = shared.findings.table("d2", "places", sheet.file, marked=True)

    assert (sheet.rows, window.total, sheet.at_fault) == (43, 43, True)
    assert [row for row, _ in window.rows] == [42, 43]
    assert window.rows[1][1][3] == "atlantis"
    assert list(window.marks[43]) == ["within"]
    assert [row for row, _ in marked.rows] == [42, 43, 44]


def test_why_names_the_cell_the_delivery_and_the_publisher(service, delivery):
    service.publish.build(actor=ANNA)
    service.ingest.deliver("places", delivery(table(42)), actor="os:boris")
    service.publish.release("d2", actor="os:clara")
    town = f"{BASE}id/place/town-41"

    for exact in (True, False):
        (one,) = service.why.of(town, "rdfs:label", "Город 41", exact)
        (told,) = one.deliveries
        (cell,) = [cell for cell in told.cells if cell.column == "name_ru"]
        assert (cell.file, cell.row, cell.value) == ("upload.csv", 43, "Город 41")
        assert (told.actor, one.publisher, one.release, one.origin) == ("os:boris", "os:clara", 2, "d2")
    with pytest.raises(ThingNotFound):
        service.why.of(town, "rdfs:label", "Ничто")
    with pytest.raises(ParameterInvalid):
        service.why.of("not an iri", "rdfs:label", "")


def test_build_of_a_bare_content_folder_is_refused_by_the_action(service, settings, tmp_path):
    (tmp_path / "bare").mkdir()

    bare = build(dataclasses.replace(settings, content=tmp_path / "bare"))
    with bare, pytest.raises(SettingInvalid, match="has no ontology/, shapes/, data/sources/"):
        bare.publish.build(actor=ANNA)
    assert service.shelf.current() is None


def test_reports_causes_windows_and_waivers_come_over_http(blocked, settings):
    client = create_app(blocked).test_client()
    steward = {"Authorization": f"Bearer {Access(settings.state).new('s', Role.STEWARD, 1)}"}
    assert client.get("/drafts/d2/report.csv").status_code == 401
    kinds = {"txt": "text/plain", "csv": "text/csv", "json": "application/json", "ttl": "text/turtle"}
    for ending, media in kinds.items():
        answer = client.get(f"/drafts/d2/report.{ending}", headers=steward)
        assert (answer.status_code, answer.mimetype) == (200, media)
        answer.close()
    assert client.get("/drafts/d2/report.pdf", headers=steward).status_code == 400
    causes = client.get("/drafts/d2/causes?lang=ru", headers=steward).json
    (lookup,) = [cause for cause in causes["causes"] if cause["rule"] == "map/lookup"]
    rows = client.get(
        "/drafts/d2/rows?source=places&file=upload.csv&marked=true&count=5", headers=steward
    ).json  # fmt: skip
    assert [row["number"] for row in rows["rows"]] == [42, 43, 44]
    assert rows["rows"][1]["cells"][3] == {"text": "atlantis", "severity": "violation",
                                           "message": "A place lies within a place that is described."}  # fmt: skip
    found = client.get(f"/drafts/d2/findings?cause={lookup['cause']}&mark=new", headers=steward).json["findings"]
    assert [one["cells"][0]["row"] for one in found] == [44]

    given = {"cause": lookup["cause"], "reason": "r", "until": str(date.today())}
    answer = client.post("/drafts/d2/waivers", json=given, headers=steward)
    assert (answer.status_code, answer.json["covered"], answer.json["by"]) == (201, 1, "token:s")
    name = answer.json["name"]
    assert client.post(f"/waivers/{name}/revoke", headers=steward).json["state"] == "revoked"
    assert [one["state"] for one in client.get("/waivers", headers=steward).json["waivers"]] == ["revoked"]


def test_page_of_a_statement_says_why_it_is_there(shared):
    client = create_app(shared).test_client()
    town = f"{BASE}id/place/town-1"

    page = client.get("/why", query_string={"subject": town, "predicate": "rdfs:label", "object": '"Город 1"@ru'},
                      headers={"Accept": "text/html", "Accept-Language": "ru"})  # fmt: skip

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert ".csv" in text
    assert "name_ru" in text
    assert 'href="/why?' in client.get("/page/place/town-1", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert client.get("/why?subject=x&predicate=y").status_code == 400


def test_the_same_delivery_again_changes_nothing_and_is_not_read_anew(blocked, delivery, monkeypatch):
    before = next(one for one in blocked.review.drafts() if one.id == "d2")
    monkeypatch.setattr(blocked.ingest, "into", None)  # not called

    outcome = blocked.ingest.deliver("places", delivery(BROKEN), draft_id="d2", actor=ANNA)

    assert (outcome.draft, outcome.report) == (before, before.report())
