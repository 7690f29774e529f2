"""Guards: files that would harm their reader are refused before they are read."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from kgservice.errors import SourceUnreadable
from kgservice.intake.guards import check_kind, check_xml, check_zip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.xlsx"


def packed(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_ordinary_zip_passes(path: Path) -> None:
    check_zip(packed(path, sheet=b"<row/>" * 1000), "people.xlsx", 1 << 20)


def test_member_that_inflates_a_thousandfold_is_refused(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="more than 100 times its packed size"):
        check_zip(packed(path, sheet=b"0" * 50_000_000), "people.xlsx", 1 << 30)


def test_sum_of_sizes_is_limited(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="larger than 1500 bytes"):
        check_zip(packed(path, one=b"x" * 1000, two=b"y" * 1000), "people.xlsx", 1500)


def test_size_that_the_directory_hides_is_counted_while_inflating(path: Path) -> None:
    packed(path, sheet=b"0" * 50_000_000)
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 1000)))

    with pytest.raises(SourceUnreadable):
        check_zip(path, "people.xlsx", 1 << 30)


def test_path_that_leads_out_is_refused(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="leads out"):
        check_zip(packed(path, **{"../../etc/passwd": b"x"}), "people.xlsx", 1000)


def test_too_many_members_are_refused(path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    path.write_bytes(buffer.getvalue())

    with pytest.raises(SourceUnreadable, match="files: 10001"):
        check_zip(path, "people.xlsx", 1000)


def test_ordinary_xml_passes() -> None:
    check_xml("<a>ё</a>".encode(), "a.xml")
    check_xml('<?xml version="1.0" encoding="windows-1251"?><a>ё</a>'.encode("cp1251"), "a.xml")


@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd">', '<!DOCTYPE a [<!ENTITY b "c">]>', "<!DOCTYPE a>"],
)
def test_any_doctype_is_refused(doctype: str) -> None:
    with pytest.raises(SourceUnreadable, match=r"a\.xml has a DOCTYPE"):
        check_xml(f"{doctype}<a/>".encode(), "a.xml")


def test_broken_xml_is_refused_with_line_and_column() -> None:
    with pytest.raises(SourceUnreadable, match=r"line 2, column 3 \(mismatched tag\)"):
        check_xml(b"<a>\n</b>", "a.xml")


def test_two_members_of_one_name_are_refused(path: Path) -> None:
    packed(path, **{"a.csv": b"1", "b.csv": b"2"})
    path.write_bytes(path.read_bytes().replace(b"b.csv", b"a.csv"))

    with pytest.raises(SourceUnreadable, match=r"two files named a\.csv"):
        check_zip(path, "people.zip", 1000)


def test_links_and_locked_members_are_refused(path: Path) -> None:
    link = zipfile.ZipInfo("people.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SourceUnreadable, match=r"holds a link \(people\.csv\)"):
        check_zip(path, "people.zip", 1000)

    data = bytearray(packed(path, one=b"x").read_bytes())
    data[6] |= 1
    data[data.find(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SourceUnreadable, match="locked with a password"):
        check_zip(path, "people.zip", 1000)


def test_limit_in_the_message_is_the_limit(path: Path) -> None:
    packed(path, one=b"x" * 900, two=b"0" * 900)
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 900), struct.pack("<I", 100), 4))

    with pytest.raises(SourceUnreadable):
        check_zip(path, "people.xlsx", 1000)


@pytest.mark.parametrize("head", [b"\x09\x08\x10\x00\x00\x06\x05\x00", b"people.csv" + b"\0" * 247 + b"ustar\x0000"])
def test_bare_workbooks_of_old_and_tar_archives_are_no_tables(head: bytes) -> None:
    with pytest.raises(SourceUnreadable, match=r"old \.xls|archive of a kind"):
        check_kind(head, "people.xls")


def test_letters_that_are_not_utf_8_are_told_where_xml_says_so() -> None:
    with pytest.raises(SourceUnreadable, match=r"a\.xml is not utf-8: line 2 holds the byte 0xEB"):
        check_xml("<a>\nлес</a>".encode("cp1251"), "a.xml")
    check_xml('<?xml version="1.0" encoding="utf-8"?><a>лес</a>', "a.xml")
