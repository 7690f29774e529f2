"""Knows a finding again: in the next delivery, whatever row it stands in then, and under the cause it shares."""

import hashlib
import re

from kgservice.report.model import Finding

_STEP = re.compile(r"\[\d+\]")


def place(finding: Finding) -> str:
    """Return what of the source a finding is about: the column, a path without record numbers, or the property."""
    if finding.cells and finding.cells[0].column:
        return _STEP.sub("[*]", finding.cells[0].column)
    return finding.path


def cause(rule: str, source: str, about: str) -> str:
    """Return the id of a cause, 12 hexadecimal digits: the same rule in the same place of the same source."""
    return hashlib.blake2b("\0".join((rule, source, about)).encode(), digest_size=6).hexdigest()


def fingerprint(finding: Finding, about: str) -> int:
    """Return a number (64 bits, signed) that is the same for the same fault of two deliveries.

    A thing of the graph or a row with a key is known by it, and stays at fault until the fault is mended; where there
    is no key, the value tells. Rows, lines and names of files have no part in it. Faults that are alike share a number:
    whoever compares counts them.
    """
    cell = finding.cells[0] if finding.cells else None
    key = finding.focus or (cell.key if cell else "")
    value = "" if key else (cell.value if cell else finding.value)
    where = finding.path if finding.focus else about
    source = "" if finding.focus else finding.source
    sheet = cell.sheet if cell and not key else ""
    parts = (finding.rule, source, sheet, where, key, value, "1" if finding.illustrative else "")
    digest = hashlib.blake2b("\0".join(parts).encode("utf8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
