"""Search over a million names: ranked search, completion and typos, with a bare FTS5 query beside it.

Usage: python bench/search.py [LABELS]
"""

import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kgservice.search import Index, Named, build, pairs, things
from kgservice.search.remembered import Remembered
from kgservice.terms import PREFIXES
from names import BASE, lines

ROUNDS = 300


def measured(work: Callable[[str], object], asked: Sequence[str]) -> dict[str, float]:
    """Return p50, p95 and worst in milliseconds of CPU: others may be at work on the machine."""
    taken = []
    for text in asked:
        begun = time.process_time()
        work(text)
        taken.append((time.process_time() - begun) * 1000)
    taken.sort()
    return {
        "p50_ms": round(taken[len(taken) // 2], 2), "p95_ms": round(taken[int(len(taken) * 0.95)], 2),
        "worst_ms": round(taken[-1], 2),
    }  # fmt: skip


def mistyped(chance: random.Random, word: str) -> str:
    """Return a word with one letter lost, doubled, swapped or wrong."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice((
        word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + chance.choice("аеиостнр") + word[at + 1 :],
    ))  # fmt: skip


def run(labels: int) -> dict[str, object]:
    """Build the index and return what was measured."""
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.sqlite"
        begun = time.process_time()
        found = things(lines(labels))
        build(path, found, BASE)
        built = time.process_time() - begun
        size = path.stat().st_size
        names = [label[2] for thing in list(found.values())[:: max(1, len(found) // 5000)] for label in thing.labels]
        del found
        index, bare = Index(path), sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        whole = [
            " ".join(chance.sample(name.split(), min(2, len(name.split())))) for name in chance.sample(names, ROUNDS)
        ]
        one = [chance.choice(name.split()).strip("«»") for name in chance.sample(names, ROUNDS)]
        starts = [word[: chance.randint(1, 6)] for word in one if word]
        russian = [word for word in one if len(word) > 6 and not word.isascii()]
        wrong = [mistyped(chance, word) for word in russian]

        def found_again(text: str, meant: str) -> bool:
            page = index.search(text, "ru")
            return any(meant.lower() in (hit.label + hit.matched).lower() for hit in page.hits)

        again = sum(found_again(text, meant) for text, meant in zip(wrong, russian, strict=True))
        query = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT 400"
        return {
            "labels": labels,
            "build_cpu_s": round(built, 1),
            "size_mb": round(size / 1e6),
            "search": measured(lambda text: index.search(text, "ru"), [*whole, *one]),
            "complete": measured(lambda text: index.complete(text, "ru"), starts),
            "typos": measured(lambda text: index.search(text, "ru"), wrong),
            "typos_found": round(again / len(wrong), 3),
            "bare_fts5": measured(lambda text: bare.execute(query, (f'"{text.lower()}"',)).fetchall(), one),
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def duplicates(new: int, known: int) -> dict[str, object]:
    """Return CPU seconds to find the candidates of so many names against so many, as an import does and `bare`.

    An import finds the names of the graph spelled beside the release; `bare` spells every name anew.
    """
    made = things(lines(2 * known))
    listed = [Named(thing.iri, "organization", [label[2] for label in thing.labels]) for thing in made.values()]
    chance = random.Random(5)
    fresh = [
        Named(f"{BASE}id/organization/n{at}", "organization", [one.names[0].upper().replace("«", '"')])
        for at, one in enumerate(chance.sample(listed, new))
    ]
    told: dict[str, object] = {"new": new, "known": known}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "names.txt"
        beside = Remembered(BASE)
        beside.change((1, line) for thing in listed for line in _said(thing))
        beside.save(path, {})
        begun = time.process_time()
        remembered = Remembered.load(path, BASE, {})
        assert remembered is not None
        assert len(remembered.known) == len(listed)
        remembered.change((1, line) for thing in fresh for line in _said(thing))
        kept = [remembered.known[thing.iri] for thing in fresh]
        found = pairs(kept, list(remembered.known.values()), spellings=remembered.spelled)
        told |= {"cpu_s": round(time.process_time() - begun, 1), "pairs": len(found)}
    begun = time.process_time()
    bare = pairs(fresh, listed)
    return told | {"bare_cpu_s": round(time.process_time() - begun, 1), "bare_pairs": len(bare)}


def _said(thing: Named) -> list[bytes]:
    label = f"{PREFIXES['rdfs']}label"
    return [f"<{thing.iri}> <{label}> {json.dumps(name, ensure_ascii=False)} .\n".encode() for name in thing.names]


def figures(labels: int, new: int, known: int) -> dict[str, float]:
    """Return what was measured as one table of numbers."""
    found: dict[str, float] = {}
    for name, value in (run(labels) | {"duplicates": duplicates(new, known)}).items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        found |= {f"search.{name}{'.' if part else ''}{part}": float(one) for part, one in parts}
    return found


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    told = {"search": run(count), "duplicates": duplicates(min(10_000, count // 100), min(100_000, count // 10))}
    print(json.dumps(told, ensure_ascii=False, indent=1))
