"""Collects what intake finds: the first of every cause in memory, all into a file, so that a million need no memory."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice

from kgservice.report import Cell, Finding, Report, Severity, Text
from kgservice.report.writing import MOST, Writer

_OF_EACH = 50
_CELLS = 200


class Collector:
    """Findings of one job for one source; at most `cap` are kept, but always the first 50 of each rule.

    Those beyond go into the file of findings, if there is one, as all do.
    """

    def __init__(self, source: str, cap: int, file: Writer | None = None) -> None:
        self.source = source
        self.cap = cap
        self._file = file
        self._filed = 0
        self._keys: dict[tuple[str, str], Callable[[int], str]] = {}
        self.counts: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._found: Counter[str] = Counter()
        self._unfiled: Counter[str] = Counter()

    def wants(self, rule: str) -> bool:
        """Tell whether another finding of this rule would be kept, so that a caller need not build it."""
        return self._in_memory(rule) or (self._file is not None and self._filed < MOST)

    def keyed(self, file: str, sheet: str, key: Callable[[int], str]) -> None:
        """Take a function that tells the key of a row, for the findings to come at cells of a file or sheet."""
        self._keys[file, sheet] = key

    def add(
        self, rule: str, severity: Severity, text: Text, remedy: Text, cells: Iterable[Cell],
        expected: Text | None = None,
    ) -> None:  # fmt: skip
        """Keep a finding, or count it where there are enough; of its cells the first 200."""
        kept, filed = self._in_memory(rule), self._file is not None and self._filed < MOST
        self._found[rule] += 1
        if not (kept or filed):
            self._unfiled[rule] += 1
            return
        few = tuple(self._with_key(cell) for cell in islice(cells, _CELLS))
        finding = Finding(rule, severity, text, remedy, few, self.source, expected=expected)
        if kept:
            self._findings.append(finding)
        if self._file is not None:
            self._file.add(finding)
            self._filed += 1

    def omit(self, rule: str, more: int = 1) -> None:
        """Count findings of a rule that were not built."""
        self._found[rule] += more
        self._unfiled[rule] += more

    def found(self, start: str) -> bool:
        """Tell whether a rule that begins like this was broken."""
        return any(rule.startswith(start) for rule in self._found)

    def violation(self, rule: str, text: Text, remedy: Text, *cells: Cell, expected: Text | None = None) -> None:
        """Add a finding that stops a publish."""
        self.add(rule, Severity.VIOLATION, text, remedy, cells, expected)

    def warning(self, rule: str, text: Text, remedy: Text, *cells: Cell) -> None:
        """Add a finding that is shown."""
        self.add(rule, Severity.WARNING, text, remedy, cells)

    def info(self, rule: str, text: Text, remedy: Text, *cells: Cell) -> None:
        """Add a finding that is a hint."""
        self.add(rule, Severity.INFO, text, remedy, cells)

    def report(self) -> Report:
        """Return what was collected; `omitted` counts all that was not kept, `omitted:<rule>` those of a rule."""
        kept = Counter(finding.rule for finding in self._findings)
        counts = dict(self.counts)
        for rule, found in sorted(self._found.items()):
            if found > kept[rule]:
                counts[f"omitted:{rule}"] = found - kept[rule]
        counts["omitted"] = sum(self._found.values()) - len(self._findings)
        if self._file is not None:
            for rule, more in self._unfiled.items():
                self._file.omit(rule, self.source, more)
            self._file.note({f"{name}:{self.source}": number for name, number in self.counts.items()})
            self._unfiled.clear()
        return Report(tuple(self._findings), counts)

    def _in_memory(self, rule: str) -> bool:
        return self._found[rule] < _OF_EACH or len(self._findings) < self.cap

    def _with_key(self, cell: Cell) -> Cell:
        tell = self._keys.get((cell.file, cell.sheet)) if cell.row and not cell.key else None
        return replace(cell, key=tell(cell.row)) if tell else cell
