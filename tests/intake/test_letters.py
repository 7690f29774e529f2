"""Characters that nobody sees, that no text holds or that were lost are told at their cells; the text stays."""

import gzip
import json
from pathlib import Path

from kgservice.report import Severity
from sourcefolders import BASE, MAPPING, converted, folder

HEAD = "id,name,born,friend,evidence,note\n"


def test_odd_characters_are_told_at_their_cells(tmp_path: Path) -> None:
    text = HEAD + (
        "1,Ко\u200bлл\u202eедж\u200b,,,seen,\n"  # zero width, and turned round
        "2,\u202eжделлоК,,,seen,\n"  # written from right to left
        "3,Ан\x07на,,,seen,\n"  # a bell
        "4,Гл\ufffdб,,,seen,\n"  # a lost letter
        "5\u200b,Вера,,,seen,\n"  # in a key
        "6,كلية אב,,,seen,\n"  # letters from right to left are letters
        "7,می\u200cخواهم 👨\u200d👩,,,seen,\n"  # joiners where they belong
        "8,два\u00a0слова,,,seen,\n"
    )
    made = converted(folder(tmp_path), tmp_path, people__csv=text)
    found = [(f.rule, f.cells[0].row, f.cells[0].column, f.severity) for f in made.report.findings]

    assert sorted(found) == [
        ("read/character-lost", 5, "name", Severity.VIOLATION),
        ("read/control-character", 4, "name", Severity.VIOLATION),
        ("read/invisible-character", 2, "name", Severity.WARNING),
        ("read/invisible-character", 3, "name", Severity.WARNING),
        ("read/invisible-character", 6, "id", Severity.VIOLATION),
    ]
    unseen = next(f for f in made.report.findings if f.rule == "read/invisible-character" and f.cells[0].row == 2)
    assert unseen.text.params["code"] == "U+200B, U+202E"
    statements = gzip.decompress(made.graphs[f"{BASE}graph/source/people/sourced"].path.read_bytes()).decode()
    assert '"Ко\u200bлл\u202eедж\u200b"@ru' in statements
    assert '"Ан\\u0007на"@ru' in statements


def test_they_are_found_inside_json_too(tmp_path: Path) -> None:
    table = 'file = "*.json"\nformat = "json"\niterator = "$[*]"\nkey = ["id"]\nunused = ["note"]'
    source = folder(tmp_path, table, MAPPING % {"formulation": "JSONPath"})
    people = [{"id": "1", "name": "А\u200bнна", "evidence": "seen", "born": None, "friend": None}]
    made = converted(source, tmp_path, people__json=json.dumps(people))

    assert [(f.rule, f.cells[0].row, f.cells[0].column) for f in made.report.findings] == [
        ("read/invisible-character", 1, "name")
    ]
