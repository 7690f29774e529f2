"""Damaged files: whatever was done to its bytes, a file is read or refused, and no reader falls over."""

import io
import random
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers import READERS

SEEDS = {
    "csv": b'id,name\n1,"a\nb"\n2,x\n',
    "json": b'{"a": [{"id": 1, "name": "x"}, {"id": 2}]}',
    "jsonl": b'{"id": 1}\n{"id": 2}\n',
    "xml": b'<?xml version="1.0"?><a><b id="1">x</b><b id="2"/></a>',
}
ITERATORS = {"json": "$.a[*]", "xml": "/a/b"}
SPLINTERS = [b'"', b"\x00", b"999999999", b"-1", b"<", b">", b"\xff\xfe", b"\n", b"&", b"nan", b"<!DOCTYPE a>"]


def workbook_parts() -> dict[str, bytes]:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("A")
        sheet.write_row(0, 0, ["id", "name", "size", "known", "sum"])
        for row in range(1, 6):
            sheet.write_row(row, 0, [row, "x", 1.5, True])
            sheet.write_formula(row, 4, "=1+1", None, 2)
        sheet.merge_range(7, 0, 8, 1, "m")
        book.add_worksheet("B")
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def damaged(data: bytes, chance: random.Random) -> bytes:
    body = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(body) + 1)
        what = chance.random()
        if what < 0.4 and at < len(body):
            body[at] = chance.randrange(256)
        elif what < 0.6:
            del body[at : at + chance.randint(1, 20)]
        else:
            body[at:at] = chance.choice([*SPLINTERS, bytes(body[at : at + 30])])
    return bytes(body)


def packed(parts: dict[str, bytes], chance: random.Random) -> bytes:
    hit = chance.choice(list(parts))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, damaged(data, chance) if name == hit else data)
    return buffer.getvalue()


@pytest.mark.parametrize("rounds", [60, pytest.param(3000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "xml", "xlsx"])
def test_damaged_file_is_read_or_refused(tmp_path: Path, kind: str, rounds: int) -> None:
    chance = random.Random(rounds)
    parts = workbook_parts()
    table = Table("t", "*", kind, iterator=ITERATORS.get(kind, ""), key=("@id" if kind == "xml" else "id",))
    path = tmp_path / f"file.{kind}"
    refused: list[str] = []
    for _ in range(rounds):
        path.write_bytes(packed(parts, chance) if kind == "xlsx" else damaged(SEEDS[kind], chance))
        try:
            READERS[kind](table, path, path.name, Collector("t", 10))
        except SourceUnreadable as error:
            refused.append(str(error))

    assert all(path.name in message for message in refused)
    assert len(refused) < rounds


def test_workbook_that_promises_more_texts_than_it_has_bytes_is_refused(tmp_path: Path) -> None:
    parts = workbook_parts()
    strings = parts["xl/sharedStrings.xml"]
    parts["xl/sharedStrings.xml"] = strings.replace(b'uniqueCount="', b'uniqueCount="99999999')
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)

    with pytest.raises(SourceUnreadable) as caught:
        READERS["xlsx"](Table("t", "*", "xlsx", key=("id",)), path, path.name, Collector("t", 10))

    assert "uniqueCount" in str(caught.value)
