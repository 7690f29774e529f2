"""Findings: a delivery imported, checked and reported, and again unchanged; many of them grouped; a marked workbook.

Usage: python bench/findings.py
"""

import io
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

import deliveries
from kgservice.report import Cell, Finding, Severity, Text, finishing
from kgservice.report.reading import Reader
from kgservice.report.writing import Writer
from kgservice.reports import annotated, flat
from kgservice.reports.summary import About

PROGRAM = str(Path(sys.executable).with_name("kgservice"))
COLUMNS = tuple(f"column {number}" for number in range(9))


def _spent(who: int = resource.RUSAGE_CHILDREN) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def delivery(work: Path, rows: int) -> dict[str, float]:
    """Import a table of organizations, a fiftieth of them faulty, and write its report; then the same once more.

    It comes to a release of our own content, as a delivery does: the places that it names are there.
    """
    content = work / "content"
    deliveries.content(0, content)
    truth = deliveries.content(rows, work / "made", share=0.02)
    table = work / "made" / "data" / "sources" / "organizations" / "deliveries" / "organizations.csv"
    sent = shutil.copy(table, work / "organizations.csv")
    environment = {**os.environ, "KG_STATE": str(work / "state"), "KG_CONTENT": str(content)}

    def run(*words: str) -> str:
        done = subprocess.run([PROGRAM, *words], env=environment, check=False, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    figures = {"findings.import.rows": float(rows), "findings.import.errors": float(len(truth))}
    run("build")
    begun = _spent()
    draft = re.findall(r"Draft (d\d+)", run("import", "organizations", sent, "--yes"))[0]
    run("report", draft, "--format", "csv", "-o", str(work / "report.csv"))
    figures["findings.import.cpu_seconds"] = _spent() - begun
    begun = _spent()
    run("import", "organizations", sent, "--yes", "--draft", draft)
    figures["findings.again.cpu_seconds"] = _spent() - begun
    return figures


def _file(path: Path, count: int, seed: int) -> Path:
    """Write a finished file of that many findings in a table of nine columns."""
    draw = random.Random(seed)
    with Writer(path) as writer:
        for row in range(2, count + 2):
            column, value = draw.choice(COLUMNS), f"value {draw.randrange(5000)}"
            writer.add(
                Finding(
                    f"map/{draw.choice(('date', 'lookup', 'integer'))}", Severity.VIOLATION,
                    Text("“{value}” is no date", {"value": value}), Text("Mend it."),
                    (Cell("x.xlsx", "Data", row, column, value, key=str(row)),), "s",
                )
            )  # fmt: skip
        writer.note({"records:s": count, "cells:s": count * len(COLUMNS)})
    return path


def grouped(work: Path, count: int) -> dict[str, float]:
    """Group findings by cause, and read what a page of them shows; then write all of them as CSV."""
    path = _file(work / f"findings-{count}", count, 1)
    begun = time.process_time()
    finishing.settle(path)
    with Reader(path) as reader:
        causes = reader.causes()
        window = reader.window(0, 50, cause=causes[0].ident)
    figures = {"findings.grouped.cpu_seconds": time.process_time() - begun}
    assert sum(cause.count for cause in causes) == count
    assert len(window) == 50
    begun = time.process_time()
    with Reader(path) as reader:
        figures["findings.grouped.csv_megabytes"] = sum(len(b) for b in flat.as_csv(reader, "ru")) / 1e6
    figures["findings.grouped.csv_cpu_seconds"] = time.process_time() - begun
    return figures


def marked(work: Path, rows: int) -> dict[str, float]:
    """Mark every fifth row of a workbook of nine columns in a copy of it."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(COLUMNS)
    for row in range(rows):
        sheet.append([f"value {row} {column}" for column in range(len(COLUMNS))])
    book.save(work / "x.xlsx")
    path = _file(work / "marks", rows // 5, 2)
    finishing.settle(path)
    about = About("Table", ("x.xlsx",), "d1", "", "steward", "ru", False)
    begun = time.process_time()
    with Reader(path) as reader:
        page = annotated.Page("Data", COLUMNS, 1)
        cells = annotated.write(io.BytesIO(), work / "x.xlsx", "x.xlsx", reader, about, [page], ["s"])
    return {"findings.xlsx.marked": cells, "findings.xlsx.cpu_seconds": time.process_time() - begun}


def figures(work: Path, rows: int) -> dict[str, float]:
    """Return all figures of findings."""
    work.mkdir(parents=True)
    found = delivery(work, rows) | grouped(work, 10 * rows) | marked(work, rows)
    return found | {"findings.megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name, value in figures(Path(folder) / "findings", 10_000).items():
            print(f"{name:48} {value:12,.2f}")
