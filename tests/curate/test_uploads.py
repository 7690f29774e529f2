"""Files come in: any name is made harmless, programs and too much are refused, nothing is read in before it is seen."""

import io
from pathlib import Path

import pytest

from kgservice.actions.receive import plain
from kgservice.errors import SourceUnreadable
from region import table

JSON = {"Accept": "application/json"}


@pytest.fixture
def by_program(house):
    client = house.app.test_client()
    headers = {"Authorization": f"Bearer {house.curator_token}"} | JSON

    def send(name, content, source="places", **fields):
        data = {"file": (io.BytesIO(content), name), **fields}
        return client.post(f"/curate/sources/{source}/upload", data=data, headers=headers)

    send.client, send.headers = client, headers
    return send


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.csv", "x.csv"),
        ("..\\..\\windows\\x.csv", "x.csv"),
        ("/etc/passwd", "passwd"),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("партнёры ноябрь.xlsx", "партнёры ноябрь.xlsx"),
        ("я" * 300 + ".csv", "я" * 75 + ".csv"),
    ],
)
def test_a_name_is_made_harmless(given, kept):
    assert plain(given) == kept


@pytest.mark.parametrize("name", ["", "..", "../", "x.exe", "table.csv.sh", "x.JS", "macro.xlsm", "page.html"])
def test_names_of_programs_and_no_names_are_refused(name):
    with pytest.raises(SourceUnreadable):
        plain(name)


def test_files_lie_inside_the_folder_of_uploads_whatever_they_are_called(by_program, house):
    sent = by_program("../../../evil.csv", table(40).encode())

    assert sent.status_code == 201
    assert sent.json["names"] == ["evil.csv"]
    assert [path.name for path in house.state.glob("uploads/*/files/*") if "evil" in path.name] == ["evil.csv"]
    assert not list(Path(house.state).parent.glob("evil*"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00\x03" + b"\x00" * 60,
        b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
        b"%PDF-1.7\n%\xe2\xe3",
        b"<html><script>",
    ],
    ids=["empty", "exe", "elf", "pdf", "html"],
)
def test_what_is_no_table_is_refused_by_its_bytes_and_leaves_nothing(by_program, house, content):
    before = len(list(house.state.glob("uploads/*")))
    refused = by_program("places.csv", content)

    assert (refused.status_code, refused.json["slug"]) == (400, "source-unreadable")
    assert len(list(house.state.glob("uploads/*"))) == before


def test_more_than_the_limit_is_refused_before_it_is_read(by_program, house):
    headers = by_program.headers | {"Content-Type": "multipart/form-data; boundary=x"}
    refused = by_program.client.post(
        "/curate/sources/places/upload", input_stream=io.BytesIO(b"--x"), headers=headers,
        environ_overrides={"CONTENT_LENGTH": str(2 << 30)},
    )  # fmt: skip

    assert (refused.status_code, refused.json["slug"]) == (413, "request-too-large")


def test_a_form_without_a_file_an_unknown_source_and_a_lost_upload_are_told(by_program):
    empty = by_program.client.post("/curate/sources/places/upload", data={}, headers=by_program.headers)

    assert (empty.status_code, empty.json["slug"]) == (400, "body-invalid")
    assert by_program("x.csv", b"a\n1\n", source="nowhere").status_code == 404
    for number in ("abc", "..%2f..%2fstate.json"):
        assert by_program.client.get(f"/curate/uploads/{number}", headers=by_program.headers).status_code == 404


def test_the_guess_is_shown_and_can_be_corrected_before_anything_is_read(by_program, house):
    text = "код;название\nn-1;Посёлок\n"
    sent = by_program("places.csv", text.encode("cp1251")).json
    look = sent["looks"][0]

    assert (look["encoding"], look["separator"]) == ("cp1251", ";")
    assert look["rows"][0] == ["n-1", "Посёлок"]
    wrong = by_program.client.post(
        f"/curate/uploads/{sent['id']}", data={"do": "look", "encoding": "koi8-r"}, headers=by_program.headers
    ).json
    assert wrong["looks"][0]["rows"][0][1] != "Посёлок"
    assert house.service.queue.of("nowhere") is None
    page = by_program.client.get(f"/curate/uploads/{sent['id']}", headers=by_program.headers | {"Accept": "text/html"})
    assert "koi8-r" in page.text


def test_a_file_is_looked_at_as_the_source_reads_it_and_as_guessed_where_that_cannot_be(by_program, house):
    settled = house.service.settings.content / "data" / "sources" / "places" / "source.toml"
    before = settled.read_text("utf8")
    text = before.replace('format = "csv"', 'format = "csv"\nencoding = "koi8-r"\nheader_row = 2', 1)
    try:
        settled.write_text(text, "utf8")
        sent = "Отчёт;\nкод;название\nn-1;Посёлок\n".encode("koi8-r")
        look = by_program("places.csv", sent).json["looks"][0]
        assert (look["encoding"], look["header_row"], look["rows"][0]) == ("koi8-r", 2, ["n-1", "Посёлок"])

        settled.write_text(text.replace("koi8-r", "utf-8"), "utf8")
        look = by_program("places.csv", sent).json["looks"][0]
        assert "error" not in look
        assert look["rows"]
    finally:
        settled.write_text(before, "utf8")


def test_an_import_is_a_job_with_what_was_said_of_the_reading(by_program, house):
    sent = by_program("places.csv", table(40).encode()).json
    begun = by_program.client.post(
        f"/curate/uploads/{sent['id']}", data={"do": "import", "header_row": "1"}, headers=by_program.headers
    )

    assert begun.status_code == 202
    job = house.service.queue.job(begun.json["id"])
    assert begun.headers["Location"] == f"/curate/jobs/{job.id}"
    assert (job.kind, job.source, job.actor, job.params["reading"]) == (
        "import", "places", "token:curator", {"header_row": "1"},
    )  # fmt: skip
    again = by_program.client.post(f"/curate/jobs/{job.id}/cancel", headers=by_program.headers)
    assert again.json["state"] == "cancelled"
