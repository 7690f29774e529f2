"""Every command of docs/http.md prints what the page shows."""

import re
import subprocess
from pathlib import Path

from drafts.served import KGSERVICE

PAGE = Path(__file__).parents[2] / "docs" / "http.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.S)


def commands():
    for block in BLOCK.findall(PAGE.read_text("utf8")):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def test_every_command_of_the_page_prints_what_the_page_shows(served, tmp_path):
    environment = served.environment | {"PATH": f"{KGSERVICE.parent}:{served.environment['PATH']}"}
    found = list(commands())
    lines = [f"KG={served.url}"]
    for number, (command, _) in enumerate(found):
        lines += [f"echo '=== {number}'", command]
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    printed = re.split(r"^=== \d+\n", done.stdout, flags=re.M)[1:]

    for (command, shown), text in zip(found, printed, strict=True):
        assert matches(shown.strip(), text.strip().replace("\r", "")), f"$ {command}\n{text}\n{done.stderr}"


def matches(shown: str, printed: str) -> bool:
    """Compare what the page shows with what was printed; `…` stands for anything."""
    return re.fullmatch(".*?".join(map(re.escape, shown.split("…"))), printed, re.S) is not None
