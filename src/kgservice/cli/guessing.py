"""The looker: says as JSON how one file is best read; a process of its own, which may die of what it reads."""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from kgservice.errors import KgError
from kgservice.intake.guess import guess

_MEMORY = 1 << 30
_KEYS = ("encoding", "separator", "sheet", "member")
_LONGEST = 200  # characters of a cell that is shown
_SHOWN = 60  # columns


def main() -> int:
    """Print what `intake.guess` makes of the file in the first argument, read as the second one (JSON) says."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reading = json.loads(sys.argv[2])
    given = {key: reading[key] for key in _KEYS if reading.get(key)}
    if given.get("separator") == "TAB":
        given["separator"] = "\t"
    row = str(reading.get("header_row", ""))
    try:
        found = asdict(guess(Path(sys.argv[1]), header_row=int(row) if row.isdecimal() else -1, **given))
    except KgError as error:
        params = {name: str(value) for name, value in error.params.items()}
        print(json.dumps({"error": {"template": error.template, "params": params}}, ensure_ascii=False))
        return 0
    found["rows"] = [[cell[:_LONGEST] for cell in row[:_SHOWN]] for row in found["rows"]]
    found["columns"] = [column[:_LONGEST] for column in found["columns"][:_SHOWN]]
    print(json.dumps(found, ensure_ascii=False, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
