"""A million rows by nine columns: read, mapped and sorted in a child of its own, so that its memory can be told.

Usage: python bench/million.py [ROWS]
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kgservice.intake.conversion import convert
from kgservice.intake.sources import load_source
from kgservice.intake.staging import stage
from kgservice.rml import load, map_table

BASE = "http://localhost:8080/"
SOURCE = """
publisher = "bench"
steward = "bench"
origin = "generated"
[title]
en = "People"
[[table]]
name = "people"
file = "*.csv"
format = "csv"
key = ["id"]
required = ["name_ru"]
"""
MAPPING = """
mappings:
  person:
    sources: people
    s: id/organization/$(id)
    po:
      - [a, kg:Organization]
      - [rdfs:label, $(name_ru), ru~lang]
      - [rdfs:label, $(name_en), en~lang]
      - [kg:founded, {function: fn:date(text=$(founded)), datatype: xsd:date}]
      - [kg:employees, {function: fn:integer(text=$(employees)), datatype: xsd:integer}]
      - [kg:city, id/place/$(city)~iri]
      - [kg:sector, id/sector/$(sector)~iri]
      - [kg:partner, id/organization/$(partner)~iri]
      - [kg:note, $(note), ru~lang]
"""


def written(folder: Path, rows: int) -> Path:
    """Write the source and its delivery; return the folder."""
    source = folder / "people"
    (source / "deliveries").mkdir(parents=True)
    (source / "source.toml").write_text(SOURCE, "utf-8")
    (source / "mapping.yaml").write_text(MAPPING, "utf-8")
    with (source / "deliveries" / "people.csv").open("w", encoding="utf-8") as file:
        file.write("id,name_ru,name_en,founded,employees,city,sector,partner,note\n")
        for n in range(rows):
            note = f"примечание {n % 977}" if n % 10 else ""
            file.write(
                f"g{n},Предприятие номер {n},Enterprise number {n},{n % 28 + 1:02}.{n % 12 + 1:02}.{1950 + n % 70},"
                f"{n % 5000},city{n % 300},s{n % 40},g{(n * 7) % rows},{note}\n"
            )
    return source


def measured(folder: Path) -> dict[str, float]:
    """Convert the delivery in this process; return triples, CPU seconds, and megabytes at the peak."""
    source = load_source(folder)
    delivery = stage(source, sorted((folder / "deliveries").iterdir()), folder.parent / "kept", 1 << 32)
    begun = time.process_time()
    made = convert(source, delivery, BASE, folder.parent / "out", 10_000)
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    triples = sum(file.triples for file in made.graphs.values())
    assert made.report.conforms, made.report.findings[:3]
    return {"triples": triples, "conversion_cpu_seconds": spent, "megabytes": peak}


def mapped(folder: Path) -> dict[str, float]:
    """Map the table as a whole, without reading and sorting; return triples per CPU second."""
    import polars

    rules = load(folder / "mapping.yaml")
    table = polars.read_csv(folder / "deliveries" / "people.csv", infer_schema=False).with_row_index("__row", offset=2)
    begun, count = time.process_time(), 0
    for part in map_table(rules, "people", table, BASE):
        count += part.statements.height
    return {"triples_per_cpu_second": count / (time.process_time() - begun)}


def million(work: Path, rows: int) -> dict[str, float]:
    """Return the figures of both, each measured in its own process."""
    folder = written(work / "million", rows)
    figures: dict[str, float] = {"rows": rows}
    for part in ("mapped", "measured"):
        told = subprocess.run([sys.executable, __file__, part, str(folder)], check=True, capture_output=True, text=True)
        figures |= json.loads(told.stdout)
    return {f"million.{name}": value for name, value in figures.items()}


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("mapped", "measured"):
        print(json.dumps({"mapped": mapped, "measured": measured}[sys.argv[1]](Path(sys.argv[2]))))
    else:
        with tempfile.TemporaryDirectory() as work_folder:
            for figure, value in million(Path(work_folder), int(sys.argv[1]) if sys.argv[1:] else 1_000_000).items():
                print(f"{figure:40} {value:14,.1f}")
