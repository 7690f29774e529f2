"""Deliveries of our own sources for N organizations, with seeded errors and the truth about them.

Usage: python bench/deliveries.py N CONTENT_FOLDER [SHARE_OF_ERRORS]
"""

import csv
import json
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from network import ADJECTIVES, CITIES, NOUNS

CHECKOUT = Path(__file__).resolve().parents[1]
AUTHORED = ("ontology", "shapes", "queries")
KINDS = ("professional_educational_organization",) * 5 + ("enterprise",) * 4 + ("university",)
ROLES = ("network_college", "base_college", "employer", "anchor_employer", "educational_provider")
PLACES = ("kemerovo", "novokuznetsk")
TOWNS = (25, 18, 5, 4, 4, 2, 2, *(1,) * 9)
"""Organizations in each town of the real region, of 80 in all."""
REAL_PARTNERSHIPS = ("cl-met-2022", "cl-rail-2022", "cl-prolom-2023")


@dataclass(frozen=True)
class Seeded:
    """One error that was put in, and where a finding must name it."""

    file: str
    row: int
    column: str
    kind: str


Spoil = Callable[[dict[str, str], random.Random], str]


def _no_address(row: dict[str, str], _draw: random.Random) -> str:
    row["website"] = "javascript:alert(1)"
    return "website"


def _unknown_kind(row: dict[str, str], _draw: random.Random) -> str:
    row["kind"] = "unheard_of"
    return "kind"


def _unknown_evidence(row: dict[str, str], _draw: random.Random) -> str:
    row["evidence"] = "a rumour"
    return "evidence"


def _no_name(row: dict[str, str], _draw: random.Random) -> str:
    row["name_ru"] = ""
    return "name_ru"


SPOILS: tuple[Spoil, ...] = (_no_address, _unknown_kind, _unknown_evidence, _no_name)


def organizations(count: int, share: float, draw: random.Random) -> tuple[list[dict[str, str]], list[Seeded]]:
    """Return rows of organizations and what is wrong with some of them."""
    rows, truth = [], []
    for number in range(count):
        adjective, noun, city = draw.choice(ADJECTIVES), draw.choice(NOUNS), draw.choice(CITIES)
        row = {
            "org_id": f"g{number}",
            "name_ru": f"{city[0]}: {adjective[0]} {noun[0]} № {number}",
            "name_en": f"{city[1]}: {adjective[1]} {noun[1]} No {number}",
            "name_en_kind": "translated",
            "kind": draw.choice(KINDS),
            "city_id": draw.choice(PLACES),
            "city_evidence": "sourced",
            "region_id": "kuzbass",
            "website": f"https://g{number}.example/",
            "website_evidence": "sourced",
            "evidence": "sourced",
            "source_url": "https://edu.ruobr.ru/news/7263",
        }
        if draw.random() < share:
            spoil = draw.choice(SPOILS)
            column = spoil(row, draw)
            truth.append(Seeded("organizations.csv", number + 2, column, spoil.__name__.strip("_")))
        rows.append(row)
    return rows, truth


def parties(count: int, draw: random.Random) -> list[dict[str, str]]:
    """Return two party rows for each organization, no pair twice."""
    return [
        {
            "partnership_id": partnership,
            "org_id": f"g{number}",
            "role": draw.choice(ROLES),
            "evidence": "sourced",
            "note": "",
            "source_url": "https://edu.ruobr.ru/news/7263",
        }
        for number in range(count)
        for partnership in draw.sample(REAL_PARTNERSHIPS, 2)
    ]


def settled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Move organizations into towns as full as those of the real region, 80 to a region; return the towns' rows."""
    towns: dict[str, dict[str, str]] = {}
    within = [number for number, size in enumerate(TOWNS) for _ in range(size)]
    for number, row in enumerate(rows):
        region, place = divmod(number, len(within))
        town = f"town-{region}-{within[place]}"
        row["city_id"] = town
        names = {"name_ru": f"Город {region}-{within[place]}", "name_en": f"Town {region}-{within[place]}"}
        url = {"source_url": "https://www.geonames.org/"}
        towns[town] = {"place_id": town, **names, "kind": "city", "part_of": "kuzbass", "evidence": "sourced", **url}
    return list(towns.values())


def _append(path: Path, rows: list[dict[str, str]]) -> int:
    """Append rows to a real delivery under its own headings; return how many rows it had."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        known = list(reader)
        headings = reader.fieldnames or []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(known + rows)
    return len(known)


def content(count: int, folder: Path, share: float = 0.0, seed: int = 20261125, towns: bool = False) -> list[Seeded]:
    """Write a content folder: our authored files and sources, with `count` generated organizations beside the real.

    All of them lie in two cities, half of them in each; with `towns` in as many as a country has for them.
    The truth about seeded errors goes to `truth.json` in the folder and comes back.
    """
    draw = random.Random(seed)
    for name in (*AUTHORED, "data"):
        shutil.copytree(CHECKOUT / name, folder / name)
    sources = folder / "data" / "sources"
    rows, truth = organizations(count, share, draw)
    if towns:
        _append(sources / "places" / "deliveries" / "places.csv", settled(rows))
    real = _append(sources / "organizations" / "deliveries" / "organizations.csv", rows)
    shifted = [Seeded(s.file, s.row + real, s.column, s.kind) for s in truth]
    _append(sources / "parties" / "deliveries" / "parties.csv", parties(count, draw))
    (folder / "truth.json").write_text(json.dumps([asdict(s) for s in shifted], ensure_ascii=False, indent=1))
    return shifted


if __name__ == "__main__":
    found = content(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
    print(len(found), "errors seeded")
