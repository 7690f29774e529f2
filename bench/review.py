"""Reviewing and publishing: 100 changed rows of a full delivery, rollback, backup while serving, a diff of 10,000 rows.

Usage: python bench/review.py [STATEMENTS …]
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import deliveries
from filling import PROGRAM
from meter import Client
from serving import form, ours

ROWS = 10_000
"""Organizations of a delivery: about 120,000 statements, and as many of their parties."""
CHANGED = 100
SOURCE = """
publisher = "bench"
steward = "bench"
origin = "generated"
[title]
en = "Register"
[[table]]
name = "register"
file = "*.csv"
format = "csv"
key = ["id"]
"""
MAPPING = """
mappings:
  entry:
    sources: register
    s: id/publication/$(id)
    po:
      - [a, "http://example.org/Entry"]
      - [rdfs:label, $(name), ru~lang]
      - ["http://example.org/code", $(code)]
      - ["http://example.org/next", id/publication/$(next)~iri]
"""


def figures(work: Path, sizes: tuple[int, ...]) -> dict[str, float]:
    """Measure each size of graph; times of commands are their own, start included."""
    found: dict[str, float] = {}
    for size in sizes:
        found |= {f"review.{name}_{size}": value for name, value in _one(work / str(size), size).items()}
    return found


def _one(work: Path, size: int) -> dict[str, float]:
    content = work / "content"
    # half of all organizations in one city, as other benches have it, is what no country does: a rule that looks for
    # the same name in the same place would look at everything
    deliveries.content(ROWS, content, 0.0, towns=True)
    rest = (size - 24 * ROWS) // 4
    if rest > 0:
        _register(content / "data" / "sources" / "register", rest)
    environment = {**os.environ, "KG_STATE": str(work / "state"), "KG_CONTENT": str(content)}

    def run(*arguments: str, out: Path | None = None) -> tuple[float, float]:
        before, begun = _children(), time.monotonic()
        with (out or work / "log").open("wb") as file:
            subprocess.run([PROGRAM, *arguments], env=environment, check=True, stdout=file, stderr=subprocess.STDOUT)
        spent = _children() - before, time.monotonic() - begun
        print(f"{size:>9,} {' '.join(arguments[:2])}: {spent[0]:.1f} CPU s, {spent[1]:.1f} s", file=sys.stderr)
        return spent

    built, _ = run("build")
    delivery = next((content / "data" / "sources" / "organizations" / "deliveries").iterdir())
    few = _changed(delivery, work / "few.csv", CHANGED)
    import_cpu, import_wall = run("import", "organizations", str(few))
    publish_cpu, publish_wall = run("publish", "d2")
    _, back = run("rollback", "1")
    run("rollback", "2")
    with ours(work / "state", content, work / "serve.log") as (port, _), _asked(port) as answered:
        _, saved = run("backup", str(work / "saved.tar"))
    found = {
        "build.cpu_seconds": built,
        "ready.cpu_seconds": import_cpu,
        "ready.wall_seconds": import_wall,
        "publish.cpu_seconds": publish_cpu,
        "publish.wall_seconds": publish_wall,
        "rollback.wall_seconds": back,
        "backup.wall_seconds": saved,
        "backup.requests": len(answered),
        "backup.failed": sum(status != 200 for status in answered),
    }
    if rest > 0:
        return found  # a diff costs what differs, whatever the size of the graph
    run("import", "organizations", str(_changed(delivery, work / "many.csv", ROWS)))
    diff_cpu, _ = run("review", "d3", "--format", "json", out=work / "review.json")
    told = json.loads((work / "review.json").read_text("utf8"))
    return {**found, "diff.things": len(told["things"]), "diff.cpu_seconds": diff_cpu}


@contextmanager
def _asked(port: int) -> Iterator[list[int]]:
    """Ask a service again and again for the length of a `with` block; gives the list of the answers' statuses."""
    stop, statuses = threading.Event(), []

    def ask() -> None:
        client, body = Client(port), form("SELECT ?s WHERE { ?s a ?type } LIMIT 10")
        while not stop.is_set():
            statuses.append(client.ask(body)[0])
            time.sleep(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield statuses
    finally:
        stop.set()
        asking.join()


def _register(folder: Path, rows: int) -> None:
    (folder / "deliveries").mkdir(parents=True)
    (folder / "source.toml").write_text(SOURCE, "utf8")
    (folder / "mapping.yaml").write_text(MAPPING, "utf8")
    with (folder / "deliveries" / "register.csv").open("w", encoding="utf8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "name", "code", "next"])
        out.writerows([f"r{n}", f"Запись {n}", n, f"r{(n + 1) % rows}"] for n in range(rows))


def _changed(delivery: Path, path: Path, count: int) -> Path:
    """Write a delivery in which so many rows have another name, spread over it."""
    with delivery.open(encoding="utf8", newline="") as file:
        rows = list(csv.reader(file))
    name, step = rows[0].index("name_ru"), max((len(rows) - 1) // count, 1)
    for row in rows[1 : 1 + step * count : step]:
        row[name] += " (новое)"
    with path.open("w", encoding="utf8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _children() -> float:
    used = os.times()
    return used.children_user + used.children_system


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asked = tuple(int(size) for size in sys.argv[1:]) or (100_000,)
        for figure, value in figures(Path(folder), asked).items():
            print(f"{figure:52} {value:14,.3f}")
