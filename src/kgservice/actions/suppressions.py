"""Statements of a source that people removed by hand: later deliveries do not bring them back while they say them."""

from collections.abc import Mapping
from pathlib import Path

from kgservice.releases import Draft, Release, Statements
from kgservice.releases.statements import lines, without, write

MOST = 1000
"""Of one graph; more removed statements than that are a wrong delivery, and are told instead of kept."""

Suppressed = Mapping[str, list[str]]
"""By graph, statements as N-Triples, sorted."""


def standing(draft: Draft, base: Release | None) -> Suppressed:
    """Return what is suppressed in a draft: its base's, changed as it says."""
    return {**(base.manifest.suppressed if base else {}), **draft.suppressed}


def recorded(before: list[str], held: Path, now: Path) -> list[str]:
    """Return what is suppressed in a graph that was changed by hand from the file `held` to the file `now`."""
    gone = {line.decode().rstrip("\n") for line in without(lines(held), lines(now))}
    if len(gone) > MOST:
        return before
    wanted = {*before, *gone}
    back = {text for line in lines(now) if (text := line.decode().rstrip("\n")) in wanted}
    return sorted(wanted - back)


def applied(
    known: Suppressed, graphs: Mapping[str, Statements], source: set[str], out: Path
) -> tuple[dict[str, Statements], dict[str, list[str]]]:
    """Return the graphs of a delivery without what is suppressed, and of that what the delivery still says.

    `source` are all graphs of the delivery's source; files are written into `out`, and named by their path.
    """
    left, still = dict(graphs), {}
    for number, graph in enumerate(sorted(graph for graph in known if graph in source)):
        found = graphs.get(graph)
        wanted = set(known[graph])
        said = (
            {text for line in lines(Path(found.file)) if (text := line.decode().rstrip("\n")) in wanted}
            if found
            else ()
        )
        still[graph] = sorted(said)
        if found and said:
            path = out / f"without-suppressed-{number}.nt.gz"
            removed = sorted(f"{text}\n".encode() for text in said)
            left[graph] = write(path, without(lines(Path(found.file)), removed), str(path))
    return {graph: statements for graph, statements in left.items() if statements.triples}, still
