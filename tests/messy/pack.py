"""The messy pack: broken deliveries in every format, made from a known truth; what of it is found, missed and false.

Usage: python tests/messy/pack.py [--all] [--rows N] [--seed N]
"""

import argparse
import contextlib
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kgservice.errors import KgError, SourceUnreadable
from kgservice.intake.conversion import convert
from kgservice.intake.sources import load_source
from kgservice.intake.staging import stage
from kgservice.report import Severity
from messy.books import BOOKS
from messy.defects import DEFECTS
from messy.forms import FORMS, Form, Row
from messy.texts import TEXTS
from messy.whole import RIGHT, WHOLE

BASE = "https://example.org/"
HEAD = """
publisher = "p"
steward = "s"
origin = "o"
title = {en = "People"}
[[table]]
name = "people"
file = "people*"
format = "%s"
key = ["id"]
required = ["name"]
%s
"""
MAPPING = """
prefixes: {{ex: "https://example.org/word#"}}
mappings:
  person:
    sources: [[people~{formulation}{iterator}]]
    s: id/organization/$(id)
    g: {{function: "fn:lookup(text=$(evidence), table=evidence)", type: iri}}
    po:
      - [ex:name, $(name), ru~lang]
      - [ex:born, {{function: fn:date(text=$(born)), datatype: xsd:date}}]
      - [ex:size, {{function: fn:integer(text=$(size)), datatype: xsd:integer}}]
      - [ex:share, {{function: fn:decimal(text=$(share)), datatype: xsd:decimal}}]
      - [ex:kind, {{function: "fn:lookup(text=$(kind), table=kinds)", type: iri}}]
      - [ex:site, {{function: fn:iri(text=$(site)), type: iri}}]
      - [ex:note, $(note)]
"""
LOOKUPS = {
    "kinds": "from,to\nколледж,id/kind/college\nвуз,id/kind/university\nпредприятие,id/kind/enterprise\n",
    "evidence": "from,to\nвидели,graph/source/people/sourced\nвыдумано,graph/source/people/illustrative\n",
}


@dataclass(frozen=True)
class Outcome:
    """What came of one broken delivery."""

    name: str
    form: str
    seeded: int
    found: int
    missed: int
    false: int
    findings: int
    told: tuple[str, ...] = ()
    """What was missed or false, in words."""


def rows(count: int, draw: random.Random) -> list[Row]:
    """Return rows without a fault."""
    return [
        {
            "id": f"k{n}",
            "name": f"Колледж «Заря» № {n}",
            "born": f"{1950 + n % 70}-{n % 12 + 1:02}-{n % 28 + 1:02}",
            "size": str(draw.randrange(10, 5000)),
            "share": str(draw.randrange(1, 1000) / 8),
            "kind": draw.choice(["колледж", "вуз", "предприятие"]),
            "site": f"https://k{n}.example/",
            "evidence": draw.choice(["видели", "выдумано"]),
            "note": "примечание, «с кавычками»; и прочее" if n % 3 else "",
        }
        for n in range(count)
    ]


Told = tuple[str, int, str, str, str]
"""Rule, row, column, severity and file of a cell of a finding."""


def delivered(form: Form, files: dict[str, bytes], folder: Path, cap: int = 100_000) -> list[Told]:
    """Convert files as a delivery of a form; return the cells of its findings."""
    source = folder / "people"
    (source / "lookups").mkdir(parents=True)
    (source / "source.toml").write_text(HEAD % (form.format, form.keys), "utf-8")
    kind = {"CSV": "csv", "JSONPath": "jsonpath", "XPath": "xpath", "SQL2008Table": "sql"}[form.formulation]
    iterator = ', "$.people[*]"' if form.format == "json" else ', "/people/person"' if form.format == "xml" else ""
    (source / "mapping.yaml").write_text(MAPPING.format(formulation=kind, iterator=iterator), "utf-8")
    for name, table in LOOKUPS.items():
        (source / "lookups" / f"{name}.csv").write_text(table, "utf-8")
    incoming = folder / "incoming"
    incoming.mkdir()
    for name, data in files.items():
        (incoming / name).write_bytes(data)
    loaded = load_source(source)
    delivery = stage(loaded, sorted(incoming.iterdir()), folder / "kept", 1 << 28)
    report = convert(loaded, delivery, BASE, folder / "out", cap).report
    return [
        (finding.rule, cell.row, cell.column, finding.severity.value, cell.file)
        for finding in report.findings
        if finding.severity is not Severity.INFO
        for cell in finding.cells
    ]


def judged(name: str, form: Form, rule: str, truth: set[tuple[int, str]], files: dict[str, bytes]) -> Outcome:
    """Compare what is found with the truth: (row, column) of every wrong cell."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = delivered(form, files, Path(folder))
        except KgError as error:
            return Outcome(name, form.name, len(truth), 0, len(truth), 1, 1, (f"refused: {error}",))
    right = {(row, column) for found, row, column, _, _ in told if found == rule}
    false = [entry for entry in told if entry[0] != rule or (entry[1], entry[2]) not in truth]
    missed = sorted(truth - right)
    words = [*(f"missed {place}" for place in missed), *(f"false {entry[:3]}" for entry in false)]
    return Outcome(name, form.name, len(truth), len(truth & right), len(missed), len(false), len(told), tuple(words))


def cells(count: int, seed: int, every: bool) -> Iterator[Outcome]:
    """Yield defects of cells: each in two formats in turn, or in every one."""
    turn = 0
    for defect in DEFECTS:
        fitting = [form for form in FORMS if form.name.startswith(defect.forms)]
        for number in range(len(fitting) if every else 2):
            form = fitting[(turn + number) % len(fitting)]
            draw = random.Random(f"{seed} {defect.name} {form.name}")
            table = rows(count, draw)
            places = defect.spoil(table, draw)
            truth = {(place + form.first, column) for place, column in places}
            yield judged(defect.name, form, defect.rule, truth, {form.file: form.write(table)})
        turn += 2


def shapes(count: int, seed: int) -> Iterator[Outcome]:
    """Yield defects of a text file's rows and of a workbook's cells."""
    for name, rule, spoil in TEXTS:
        draw = random.Random(f"{seed} {name}")
        data, truth = spoil(rows(count, draw), draw)
        yield judged(name, FORMS[0], rule, truth, {"people.csv": data})
    for name, rule, form, mess in BOOKS:
        draw = random.Random(f"{seed} {name}")
        files, truth = mess(rows(count, draw), draw)
        yield judged(name, next(one for one in FORMS if one.name == form), rule, truth, files)


def whole(count: int) -> Iterator[Outcome]:
    """Yield files that must be refused with a message that says why, and odd ones that are right as they are."""
    table = rows(count, random.Random(1))
    for name, form_name, message, make in WHOLE:
        form = next(one for one in FORMS if one.name == form_name)
        with tempfile.TemporaryDirectory() as folder:
            said = "nothing was said"
            with contextlib.suppress(KeyError):
                try:
                    delivered(form, {form.file: make(form.write(table))}, Path(folder))
                except SourceUnreadable as error:
                    said = str(error)
        good = message in said and form.file.split(".")[0] in said
        yield Outcome(name, form.name, 1, int(good), int(not good), 0, 1, () if good else (f"said: {said[:200]}",))
    for name, form_name, change in RIGHT:
        form = next(one for one in FORMS if one.name == form_name)
        yield judged(name, form, "", set(), {form.file: form.write(change(rows(count, random.Random(2))))})
    for form in FORMS:
        yield judged("nothing is wrong", form, "", set(), {form.file: form.write(table)})


def outcomes(count: int, seed: int, every: bool) -> list[Outcome]:
    """Return what came of every delivery of the pack."""
    return [*cells(count, seed, every), *shapes(count, seed), *whole(count)]


def shown(told: Sequence[Outcome]) -> str:
    """Return the table of found, missed and false."""
    lines = [f"{'delivery':34} {'format':14} {'seeded':>6} {'found':>6} {'missed':>6} {'false':>6}"]
    for one in told:
        lines.append(f"{one.name:34} {one.form:14} {one.seeded:6} {one.found:6} {one.missed:6} {one.false:6}")
        lines += [f"    {words}" for words in one.told[:5]]
    total = [sum(getattr(one, name) for one in told) for name in ("seeded", "found", "missed", "false", "findings")]
    lines.append(f"{f'{len(told)} deliveries':34} {'':14} {total[0]:6} {total[1]:6} {total[2]:6} {total[3]:6}")
    lines.append(f"false: {100 * total[3] / max(total[4], 1):.2f} % of {total[4]} findings")
    return "\n".join(lines)


def main() -> int:
    """Print the table; return 1 when something was missed."""
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("--rows", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    told = outcomes(given.rows, given.seed, given.all)
    print(shown(told))
    return int(any(one.missed for one in told))


if __name__ == "__main__":
    raise SystemExit(main())
