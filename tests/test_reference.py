"""Reference sources: samples hold, real files convert without a violation, and our links to ESCO lead somewhere."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from kgservice.intake.contract import check
from kgservice.intake.conversion import convert
from kgservice.intake.sources import load_source
from kgservice.intake.staging import stage
from tables import SOURCES

ROOT = Path(__file__).parents[1] / "data" / "reference"
NAMES = sorted(path.parent.name for path in ROOT.glob("*/source.toml"))
SMALL = {
    "okved2": (["ru/okved2_rosstat_20231201_cp1251.csv"], 11_575),
    "specialities": (["ru/specialities_ru_2013.csv"], 6_559),
    "ror": (["ror/ror_v2_ru_kz_by_ua.jsonl.gz"], 10_000),
}
ESCO = "http://data.europa.eu/esco/"


@pytest.fixture
def reference() -> Path:
    root = os.environ.get("KG_REFERENCE_DATA")
    if not root:
        pytest.skip("KG_REFERENCE_DATA is not set: real reference data were not read")
    return Path(root)


def test_there_are_five() -> None:
    assert NAMES == ["esco", "okved2", "onet", "ror", "specialities"]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_becomes_what_it_promises(name: str) -> None:
    assert [(finding.rule, finding.text) for finding in check(load_source(ROOT / name))] == []


@pytest.mark.parametrize("name", SMALL)
def test_real_files_convert_without_a_violation(name: str, reference: Path, tmp_path: Path) -> None:
    files, triples = SMALL[name]
    source = load_source(ROOT / name)
    delivery = stage(source, [reference / file for file in files], tmp_path / "kept", 1 << 28)
    report = convert(source, delivery, "https://example.org/", tmp_path / "out", 100).report

    assert report.conforms
    assert report.counts["triples"] >= triples


def labels(reference: Path) -> dict[str, str]:
    """Return the label of every occupation, skill and group of ESCO 1.1.1."""
    found = {}
    csv.field_size_limit(1 << 24)
    with zipfile.ZipFile(reference / "esco" / "ESCO-v1.1.1-classification-en-csv.zip") as archive:
        for name in ("occupations_en.csv", "skills_en.csv", "ISCOGroups_en.csv", "skillGroups_en.csv"):
            with archive.open(name) as stream:
                for row in csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", newline="")):
                    found[row["conceptUri"]] = row["preferredLabel"]
    return found


def test_links_of_professions_and_competencies_lead_to_what_esco_has(reference: Path) -> None:
    known = labels(reference)
    text = (SOURCES / "professions" / "deliveries" / "professions.csv").read_bytes().decode("cp1251")
    wrong = []
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";"):
        for column in ("Адрес ESCO", "Адрес МСКЗ"):
            if row[column] and row[column] not in known:
                wrong.append((row["Код"], column, row[column]))
        if row["Адрес ESCO"] and row["Занятие ESCO"] not in ("", known.get(row["Адрес ESCO"], "")):
            wrong.append((row["Код"], row["Занятие ESCO"], known.get(row["Адрес ESCO"], "")))
    body = json.loads((SOURCES / "competencies" / "deliveries" / "competencies.json").read_text("utf-8"))
    skills = [one for each in body["lists"] for one in each["competencies"]]
    addresses = {value for one in skills for value in map(str, one.values()) if value.startswith(ESCO)}

    assert addresses
    assert addresses - set(known) == set()
    assert wrong == []
