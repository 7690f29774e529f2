"""A state folder of step 1 (the first layout that was ever served) goes on under this program, nothing lost."""

import hashlib
import json
import sqlite3

import pytest

from kgservice.access import Access, Role
from kgservice.app import create_app
from kgservice.wiring import build
from region import BASE, table

RELEASE = {"id", "parent", "created", "base", "origin", "actor", "graphs", "imports", "suppressed", "inputs", "counts",
           "dumps", "content_hash"}  # fmt: skip
DRAFT = {"id", "base_release", "created", "actor", "origin", "state", "changes", "imports", "hand", "edited",
         "suppressed", "inputs", "content_hash", "report_file", "release"}  # fmt: skip
IMPORT = {"delivery", "mapping", "lineage", "files", "received", "imported", "actor", "graphs"}
FINDING = {"rule", "severity", "text", "remedy", "cells", "source", "focus", "path", "value", "illustrative"}
CELL = {"file", "sheet", "row", "column", "value", "line"}
FILES = {"manifest.json", "report.json", "lease", "draft.json", "lineage.json", "rows.sqlite"}
LATER = {"findings.sqlite", "tables.sqlite", "predicates.json"}
FOLDERS = ("statements", "dumps", "store")
SECRET = "a token of step 1"


def only(entry: dict, known: set[str]) -> dict:
    return {name: value for name, value in entry.items() if name in known}


def step_1(state) -> None:
    """Take away from a state folder everything that step 1 did not know."""
    for path in sorted(state.rglob("*"), reverse=True):
        place = path.relative_to(state).parts
        if place[0] not in ("releases", "drafts") or not path.is_file() or any(part in FOLDERS for part in place):
            continue
        inside = "lineage" in place
        if path.name in LATER if inside else path.name not in FILES and not path.name.startswith("report-"):
            path.unlink()
        elif path.name in ("manifest.json", "draft.json"):
            body = only(json.loads(path.read_text("utf8")), RELEASE if path.name == "manifest.json" else DRAFT)
            body["imports"] = {name: [only(one, IMPORT) for one in found] for name, found in body["imports"].items()}
            path.write_text(json.dumps(body), "utf8")
        elif path.name.startswith("report") and path.suffix == ".json":
            body = json.loads(path.read_text("utf8"))
            findings = [only(one, FINDING) for one in body["findings"]]
            for one in findings:
                one["cells"] = [only(cell, CELL) for cell in one["cells"]]
            path.write_text(json.dumps({"counts": body["counts"], "findings": findings}), "utf8")
        elif path.name.startswith("report-"):
            path.unlink()
    for path in state.glob("desk.sqlite*"):
        path.unlink()
    (state / "logic.json").unlink(missing_ok=True)
    record = json.loads((state / "state.json").read_text())
    (state / "state.json").write_text(json.dumps(only(record, {"version", "base", "used"})))
    with sqlite3.connect(state / "desk.sqlite") as desk:
        desk.execute(
            "CREATE TABLE tokens (name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, "
            "created TEXT NOT NULL, expires TEXT)"
        )
        row = ("anna", "curator", hashlib.sha256(SECRET.encode()).hexdigest(), "2026-11-25T12:00:00Z", None)
        desk.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?)", row)
    desk.close()


@pytest.fixture
def former(service, settings, tmp_path):
    service.publish.build(actor="anna")
    upload = tmp_path / "upload.csv"
    upload.write_text(table(40, "new,Новый,New,region,sourced", "bad,Плохой,Bad,nowhere,sourced"), "utf8")
    service.ingest.deliver("places", [upload], actor="anna")
    upload.write_text(table(40, "new,Новый,New,region,sourced"), "utf8")
    service.ingest.deliver("places", [upload], actor="anna")
    service.close()
    step_1(settings.state)
    return settings


def test_what_step_1_left_is_served_searched_and_published(former):
    with build(former) as service:
        client = create_app(service).test_client()

        assert service.verify.state(lambda *_: None) == []
        assert client.get("/").status_code == 200
        assert client.get("/page/place/region").status_code == 200
        assert client.get("/releases/1/").status_code == 200
        assert client.get("/search?q=кузбасс", headers={"Accept": "application/json"}).status_code == 200
        assert client.get(f"/data?iri={BASE}id/place/region&format=ttl").status_code == 200
        assert Access(former.state).account(SECRET).role is Role.CURATOR
        assert service.publish.build(actor="anna").release is None
        assert {"blocked", "clean"} <= {draft.state for draft in service.review.drafts()}
        assert not service.review.report("d2").conforms
        service.ingest.check("d3", actor="boris", showing=True)  # its preview is of step 1, and made anew
        assert service.publish.release("d3", actor="boris").id == 2
        assert service.differences.releases(1, 2).summary().added == 1
        assert service.keeping.rollback(1, actor="boris").id == 1
