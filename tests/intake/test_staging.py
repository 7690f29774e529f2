"""Staging: a delivery is kept under the hash of its bytes, whole or not at all."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from kgservice.errors import SourceUnreadable
from kgservice.intake.interface import Source
from kgservice.intake.staging import stage


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source("people", tmp_path, {}, {}, "", "", "", "", "whole", "deliveries/*", (), tmp_path / "wordings")


def delivered(folder: Path, **files: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return [folder / f"{name}.csv" for name in files]


def test_files_are_kept_under_the_hash_of_their_bytes(source: Source, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    delivery = stage(source, delivered(tmp_path / "in", b="2", a="1"), kept, 100)

    assert [one.name for one in delivery.files] == ["a.csv", "b.csv"]
    assert delivery.files[0].sha256 == hashlib.sha256(b"1").hexdigest()
    assert delivery.files[0].path == kept / delivery.files[0].sha256 / "a.csv"
    assert delivery.files[0].path.read_text() == "1"
    assert sorted(path.name for path in kept.iterdir()) == sorted(one.sha256 for one in delivery.files)


def test_same_files_give_the_same_hash_in_any_order(source: Source, tmp_path: Path) -> None:
    files = delivered(tmp_path / "in", b="2", a="1")

    assert (
        stage(source, files, tmp_path / "kept", 100).sha256 == stage(source, files[::-1], tmp_path / "k2", 100).sha256
    )


def test_delivery_past_the_limit_leaves_nothing_behind(source: Source, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    with pytest.raises(SourceUnreadable, match=r"b\.csv is too large: .* 15 bytes"):
        stage(source, delivered(tmp_path / "in", b="2" * 10, a="1" * 10), kept, 15)

    assert [path.name for path in kept.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("files", "message"),
    [([], "No file was delivered"), (["missing.csv"], "does not exist"), (["empty.csv"], r"empty\.csv is empty")],
)
def test_what_is_not_there_is_refused(source: Source, tmp_path: Path, files: list[str], message: str) -> None:
    (tmp_path / "empty.csv").write_text("")

    with pytest.raises(SourceUnreadable, match=message):
        stage(source, [tmp_path / name for name in files], tmp_path / "kept", 100)


def test_two_files_of_one_name_are_refused(source: Source, tmp_path: Path) -> None:
    files = delivered(tmp_path / "one", a="1") + delivered(tmp_path / "two", a="2")

    with pytest.raises(SourceUnreadable, match=r"Two files are named a\.csv"):
        stage(source, files, tmp_path / "kept", 100)


@pytest.mark.parametrize("written", ["id,name\n1,Inna\n", "id,name\n1,Anna\n2,Boris\n"])
def test_file_that_changes_while_it_is_read_is_refused_and_not_kept(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    (file,) = delivered(tmp_path / "in", a="id,name\n1,Anna\n")

    class Meanwhile:
        """A digest in whose first update somebody else saves the file."""

        def update(self, _block: bytes) -> None:
            file.write_text(written)
            os.utime(file, ns=(1, 1))

    monkeypatch.setattr(hashlib, "sha256", Meanwhile)

    with pytest.raises(SourceUnreadable, match=r"a\.csv changed while it was read"):
        stage(source, [file], tmp_path / "kept", 100)

    assert list((tmp_path / "kept").iterdir()) == []


def test_zip_bomb_is_refused_and_not_kept(source: Source, tmp_path: Path) -> None:
    bomb = tmp_path / "people.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet", b"0" * 50_000_000)

    with pytest.raises(SourceUnreadable, match=r"people\.xlsx is refused"):
        stage(source, [bomb], tmp_path / "kept", 1 << 30)

    assert list((tmp_path / "kept").iterdir()) == []
