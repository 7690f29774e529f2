"""Collects what intake finds: the first of every cause are kept, the rest are counted, so a million fit in memory."""

from collections import Counter
from collections.abc import Iterable

from kgservice.report import Cell, Finding, Report, Severity, Text

_OF_EACH = 50
_CELLS = 200


class Collector:
    """Findings of one job for one source; at most `cap` are kept, but always the first 50 of each rule."""

    def __init__(self, source: str, cap: int) -> None:
        self.source = source
        self.cap = cap
        self.counts: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._found: Counter[str] = Counter()

    def wants(self, rule: str) -> bool:
        """Tell whether another finding of this rule would be kept, so that a caller need not build it."""
        return self._found[rule] < _OF_EACH or len(self._findings) < self.cap

    def add(self, rule: str, severity: Severity, text: Text, remedy: Text, cells: Iterable[Cell]) -> None:
        """Keep a finding, or count it where there are enough; of its cells the first 200."""
        kept = self.wants(rule)
        self._found[rule] += 1
        if kept:
            few = tuple(cells)[:_CELLS]
            self._findings.append(Finding(rule, severity, text, remedy, few, self.source))
        else:
            self.omit(rule, 0)

    def omit(self, rule: str, more: int = 1) -> None:
        """Count findings of a rule that were not built."""
        self._found[rule] += more

    def found(self, start: str) -> bool:
        """Tell whether a rule that begins like this was broken."""
        return any(rule.startswith(start) for rule in self._found)

    def violation(self, rule: str, text: Text, remedy: Text, *cells: Cell) -> None:
        """Add a finding that stops a publish."""
        self.add(rule, Severity.VIOLATION, text, remedy, cells)

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
        return Report(tuple(self._findings), counts)
