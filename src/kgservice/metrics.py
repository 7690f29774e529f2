"""Counters, gauges and histograms of one process, and their text for Prometheus (text format 0.0.4)."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Media type of the text."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets of a duration."""
_MOST = (
    200  # series of one name; what comes after goes to the label `other`: labels must not grow with what clients send
)

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Family:
    kind: str
    help: str
    series: dict[Labels, list[float]] = field(default_factory=dict)


class Metrics:
    """What is counted, by name and labels; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._families: dict[str, _Family] = {}

    def declare(self, name: str, kind: str, text: str) -> None:
        """Make a family known before it is counted: `kind` is `counter`, `gauge` or `histogram`."""
        with self._lock:
            self._families.setdefault(name, _Family(kind, text))

    def count(self, name: str, number: float = 1, **labels: str) -> None:
        """Add to a counter that was declared."""
        with self._lock:
            self._of(name, labels, 1)[0] += number

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Put a duration in seconds into a histogram that was declared."""
        with self._lock:
            found = self._of(name, labels, len(SECONDS) + 3)
            found[bisect_left(SECONDS, value)] += 1
            found[-2] += value
            found[-1] += 1

    def value(self, name: str, **labels: str) -> float:
        """Return what a counter stands at; 0 where nothing was counted."""
        with self._lock:
            return self._families[name].series.get(_key(labels), [0.0])[0]

    def text(self, now: Iterable[tuple[str, str, float, Mapping[str, str]]] = ()) -> str:
        """Return everything as text; `now` are gauges read at this moment: name, help, value, labels."""
        lines: list[str] = []
        with self._lock:
            for name, family in sorted(self._families.items()):
                lines += [f"# HELP {name} {family.help}", f"# TYPE {name} {family.kind}"]
                for labels, found in sorted(family.series.items()):
                    lines += (
                        _histogram(name, labels, found)
                        if family.kind == "histogram"
                        else [_line(name, labels, found[0])]
                    )
        told = ""
        for name, text, value, given in now:
            if name != told:
                lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
                told = name
            lines.append(_line(name, _key(given), value))
        return "\n".join(lines) + "\n"

    def _of(self, name: str, labels: Mapping[str, str], width: int) -> list[float]:
        family = self._families[name]
        key = _key(labels)
        if key not in family.series and len(family.series) >= _MOST:
            key = tuple((label, "other") for label, _ in key)
        return family.series.setdefault(key, [0.0] * width)


def _key(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _histogram(name: str, labels: Labels, found: list[float]) -> list[str]:
    lines, total = [], 0.0
    for bound, number in zip((*map(str, SECONDS), "+Inf"), found, strict=False):
        total += number
        lines.append(_line(f"{name}_bucket", (*labels, ("le", bound)), total))
    return [*lines, _line(f"{name}_sum", labels, round(found[-2], 6)), _line(f"{name}_count", labels, found[-1])]


def _line(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
    return f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
