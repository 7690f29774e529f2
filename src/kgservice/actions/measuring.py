"""The measures of a release: its parent's where no tie of the network and nothing in their making changed."""

import hashlib
from pathlib import Path

from kgservice.actions.preview import Preview
from kgservice.actions.show import LEDGER
from kgservice.knowledge import measures
from kgservice.releases.ledger import Ledger
from kgservice.releases.statements import file_name, lines
from kgservice.terms import PREFIXES, Graphs

TIES = (f"<{PREFIXES['kg']}member>", f"<{PREFIXES['kg']}partnership>")
"""Predicates (N-Triples) that the network is made of."""
_MADE_BY = "measures.code"


def measured(seen: Preview, folder: Path, number: int, base: str, names: Graphs) -> list[bytes]:
    """Return the lines of the graph of measures, sorted; each names the release that it was computed from.

    `folder` is the release that is being made, and holds its ledger already.
    """
    code = hashlib.sha256(Path(measures.__file__).read_bytes()).hexdigest()
    (folder / _MADE_BY).write_text(code, "ascii")
    parent = seen.parent
    if parent and _unchanged(parent.path, folder, code):
        there = parent.path / "dumps" / f"{file_name(names.measures, base)}.nt.gz"
        if there.exists():
            return list(lines(there))
    found = measures.measures(lines(Path(seen.known.file)), base, number)
    return sorted(f"{line}\n".encode() for line in found)


def _unchanged(parent: Path, folder: Path, code: str) -> bool:
    made_by = parent / _MADE_BY
    if not made_by.exists() or made_by.read_text("ascii") != code:
        return False
    return not Ledger(folder / LEDGER).tells(TIES)
