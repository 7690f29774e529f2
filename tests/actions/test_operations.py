"""Backup, restore, verify and doctor: what an operator relies on when a disk or a file fails."""

import dataclasses
import json
import os
import sqlite3
import tarfile

import pytest

from kgservice.access import Access, Role
from kgservice.actions.restore import Restore
from kgservice.errors import BackupInvalid, ConfirmationNeeded, ParameterInvalid, StateLocked, StateMismatch
from kgservice.wiring import build
from region import table

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def quiet(*_: object) -> None:
    """Tell nobody."""


def count(service):
    return int(service.ask.rows(COUNT)[0]["n"].value)


@pytest.fixture
def saved(built, tmp_path):
    path = tmp_path / "backup.tar"
    built.backup.save(path, "anna", quiet)
    return path


def damage(path):
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 0xFF
    path.write_bytes(bytes(body))


def test_a_restored_state_answers_as_the_saved_one_did(built, settings, tmp_path):
    secret = Access(settings.state).new("anna", Role.CURATOR)
    draft = built.ingest.deliver("places", [upload(tmp_path)], actor="anna").draft
    saved = built.backup.save(tmp_path / "backup.tar", "anna", quiet)
    other = dataclasses.replace(settings, state=tmp_path / "other")

    restored = Restore(other).file(saved.path, confirmed=False, progress=quiet)

    assert (restored.releases, restored.drafts, restored.current) == (1, 1, 1)
    with build(other) as service:
        assert count(service) == count(built)
        assert service.verify.state(quiet) == []
        assert service.shelf.current().manifest == built.shelf.current().manifest
        assert Access(other.state).account(secret).name == "anna"
        assert service.publish.release(draft.id, actor="boris").id == 2


def upload(folder):
    path = folder / "upload.csv"
    path.write_text(table(40, "new,Новый,New,region,sourced"), "utf8")
    return path


def test_a_backup_never_overwrites_a_file(built, saved):
    with pytest.raises(ParameterInvalid, match="is there already"):
        built.backup.save(saved, "anna", quiet)


def test_restore_over_a_state_needs_a_yes_and_keeps_the_former(built, saved, settings):
    with pytest.raises(ConfirmationNeeded, match="--yes"):
        Restore(settings).file(saved, confirmed=False, progress=quiet)
    (settings.state / "state.json").write_text("broken")  # also over a damaged state

    Restore(settings).file(saved, confirmed=True, progress=quiet)

    (former,) = settings.state.parent.glob("state.before-*")
    assert (former / "state.json").read_text() == "broken"
    with build(settings) as service:
        assert count(service) == count(built)


def test_restore_of_a_served_state_is_refused(built, saved, settings):
    with built.shelf.lock("serve", actor="kgservice serve", job="serving"), pytest.raises(StateLocked, match="serving"):
        Restore(settings).file(saved, confirmed=True, progress=quiet)


def test_a_damaged_or_cut_backup_changes_nothing(saved, settings, tmp_path):
    whole = saved.read_bytes()
    other = dataclasses.replace(settings, state=tmp_path / "other")
    for number in (10, len(whole) // 3, len(whole) // 2, len(whole) - 12_000):
        saved.write_bytes(whole[:number])
        with pytest.raises(BackupInvalid):
            Restore(other).file(saved, confirmed=False, progress=quiet)
    saved.write_bytes(whole)
    with tarfile.open(saved) as archive:
        entry = next(entry for entry in archive if entry.name.endswith("places.csv"))
    body = bytearray(whole)
    body[entry.offset_data + 3] ^= 0xFF
    saved.write_bytes(bytes(body))

    with pytest.raises(BackupInvalid, match=r"places\.csv"):
        Restore(other).file(saved, confirmed=False, progress=quiet)

    assert not other.state.exists()
    assert not list(tmp_path.glob(".other*"))


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil"])
def test_a_backup_that_leads_out_of_the_folder_is_refused(saved, settings, tmp_path, name):
    with tarfile.open(saved, "a") as archive:
        archive.addfile(tarfile.TarInfo(name))

    with pytest.raises(BackupInvalid, match="must not be in it"):
        Restore(dataclasses.replace(settings, state=tmp_path / "other")).file(saved, confirmed=False, progress=quiet)


def test_a_backup_of_another_base_is_refused(saved, settings, tmp_path):
    other = dataclasses.replace(settings, state=tmp_path / "other", base="https://other.example/")

    with pytest.raises(StateMismatch, match="KG_BASE"):
        Restore(other).file(saved, confirmed=False, progress=quiet)

    assert not other.state.exists()


@pytest.mark.parametrize(
    "file",
    ["releases/1/statements/*.nt.gz", "releases/1/dumps/*.nq.gz", "releases/1/manifest.json", "releases/1/report.json",
     "deliveries/*/*", "current", "desk.sqlite"],
)  # fmt: skip
def test_verify_names_the_damaged_file(built, settings, file):
    Access(settings.state).new("anna", Role.CURATOR)
    path = sorted(settings.state.glob(file))[0]
    if path.suffix == ".json" or path.name == "current":
        path.write_text("{")
    else:
        with sqlite3.connect(settings.state / "desk.sqlite") as desk:
            desk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        body = bytearray(path.read_bytes())
        body[: len(body) // 2] = os.urandom(len(body) // 2)
        path.chmod(0o600)
        path.write_bytes(bytes(body))

    found = {damage.path for damage in built.verify.state(quiet)}

    assert path.relative_to(settings.state).as_posix() in found


def test_verify_finds_a_store_that_lost_statements(built, settings):
    import pyoxigraph

    store = pyoxigraph.Store(str(settings.state / "releases" / "1" / "store"))
    store.remove(next(iter(store)))
    store.flush()
    del store

    (damage,) = built.verify.state(quiet)

    assert damage.path == "releases/1/store"


def test_the_doctor_finds_a_sound_installation_fine(built):
    assert {sign.name: sign.state for sign in built.doctor.signs() if sign.state == "broken"} == {}


def test_the_doctor_sees_a_clock_that_went_backwards_and_changed_inputs(built, settings, region):
    path = settings.state / "releases" / "1" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "created": "2999-01-01T00:00:00Z"}))
    (region / "queries" / "places" / "new.rq").write_text("SELECT * { ?s ?p ?o }")
    with build(settings) as service:
        signs = {sign.name: sign for sign in service.doctor.signs()}

    assert signs["clock"].state == "broken"
    assert signs["inputs"].state == "look"


@pytest.mark.parametrize("damaged", ["manifest.json", "store"])
def test_a_service_starts_on_the_last_good_release_when_the_current_one_is_damaged(built, settings, damaged):
    expected = count(built)
    built.publish.build(actor="anna", again=True)
    built.close()
    path = settings.state / "releases" / "2" / damaged
    if path.is_dir():
        (path / "CURRENT").write_text("nothing")  # its other files are those of release 1 too
    else:
        path.write_text("{")
    with build(settings) as service:
        told = service.steady.settle("kgservice serve")

        assert told.params["broken"] == "2"
        assert service.shelf.current().id == 1
        assert count(service) == expected
        assert service.steady.settle("kgservice serve") is None
