"""The first records of an unknown file as plain texts, and a small file of its like to keep as a sample."""

import csv
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polars.selectors import by_name

from kgservice import rml
from kgservice.intake.findings import Collector
from kgservice.intake.guess import Guess
from kgservice.intake.interface import Table
from kgservice.intake.packing import opened
from kgservice.intake.readers import read
from kgservice.intake.trimming import trimmed

MOST = 5000
"""Records that are looked at."""
_WHOLE = 2_000_000  # bytes of a file that is kept whole as its own sample


@dataclass(frozen=True, slots=True)
class Sample:
    """Records of a file: headings (paths for JSON and XML), cells as text (None = empty), and how many there are."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    records: int


def sampled(path: Path, found: Guess, most: int = MOST) -> Sample:
    """Return the first records of a file that is read as guessed.

    Raises:
        SourceUnreadable: when it cannot be read.
    """
    table = Table(**{"name": "sample", "file": "*", **_keys(found)})
    sheet = read(table, path, found.member, path.name, Collector("", 10))
    if sheet.formulation in ("JSONPath", "XPath"):
        rows = [
            tuple("; ".join(rml.texts(record, sheet.formulation, name)) or None for name in found.columns)
            for record in sheet.records[:most]
        ]
        return Sample(found.columns, tuple(rows), len(sheet.records))
    columns = tuple(name for name in found.columns if name in sheet.columns) or tuple(sheet.columns)
    return Sample(columns, tuple(sheet.frame.select(by_name(columns)).head(most).iter_rows()), sheet.frame.height)


def cut(path: Path, found: Guess, folder: Path, rows: int) -> Path:
    """Write the first records of a file as a file of the same format; a small workbook, database or XML whole.

    What is packed comes unpacked.
    """
    with opened(path, found.member, path.name) as plain:
        name = Path(found.member).name if found.member else path.name.removesuffix(".gz")
        target = folder / name
        if found.format in ("csv", "tsv"):
            target.write_bytes(_lines(plain.read_bytes(), found, rows))
        elif found.format == "jsonl":
            target.write_text("".join(plain.open(encoding="utf-8-sig").readlines()[:rows]), "utf8")
        elif found.format == "json" and found.iterator == "$[*]":
            body = json.loads(plain.read_bytes())
            target.write_text(json.dumps(body[:rows], ensure_ascii=False, indent=1), "utf8")
        elif plain.stat().st_size <= _WHOLE or found.format == "rdf":
            shutil.copyfile(plain, target)
        else:
            trimmed(plain, found, target, rows)
    return target


def _lines(data: bytes, found: Guess, rows: int) -> bytes:
    """Return the first lines of delimited text: titles, headings, and so many records."""
    encoding = found.encoding or "utf-8"
    text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    separator = "\t" if found.format == "tsv" else found.separator or ","
    stream = io.StringIO(text, newline="")
    if found.quote:
        reader = csv.reader(stream, delimiter=separator)
    else:
        reader = csv.reader(stream, delimiter=separator, quoting=csv.QUOTE_NONE)
    for number, _ in enumerate(reader, 1):
        if number >= found.header_row + rows:
            break
    kept = "".join(text.splitlines(keepends=True)[: reader.line_num])
    return kept.encode(encoding)


def _keys(found: Guess) -> dict[str, Any]:
    lines: dict[str, Any] = found.lines()
    if isinstance(lines.get("columns"), list):
        lines["columns"] = tuple(found.columns)
    lines.pop("member", None)
    return lines
