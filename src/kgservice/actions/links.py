"""Links into reference data (ESCO, a classifier) that is here: those that lead to nothing in it are findings."""

from collections.abc import Collection, Iterable
from pathlib import Path

from kgservice.actions.preview import Preview
from kgservice.releases.statements import lines
from kgservice.report import Finding, Report, Severity, Text
from kgservice.terms import Evidence, Graphs

_RULE = "link/lost"
_MOST = 1000  # links that are told


def report(seen: Preview, references: Collection[str], names: Graphs) -> Report:
    """Return, as warnings, links of other sources into reference sources of a preview that lead to nothing there.

    Where no source of `references` is in the preview, nothing is read. What is invented is left out.
    """
    held: dict[str, list[Path]] = {}
    others: list[Path] = []
    for graph, statements in sorted(seen.graphs.items()):
        source = names.split(graph)
        if source and source[0] in references:
            held.setdefault(source[0], []).append(Path(statements.file))
        elif source and source[1] != Evidence.ILLUSTRATIVE:
            others.append(Path(statements.file))
    if not held:
        return Report()
    links = _outward(others, names.base)
    found = []
    for name, files in held.items():
        for target in sorted(_lost(links, files)):
            found += [_finding(name, target, subject, predicate) for subject, predicate in links[target]]
    return Report(tuple(found[:_MOST]))


def _outward(files: Iterable[Path], base: str) -> dict[bytes, list[tuple[bytes, bytes]]]:
    """Return by address that is not ours who links to it, and how."""
    ours = f"<{base}".encode()
    found: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for path in files:
        for line in lines(path):
            subject, predicate, value = line.split(b" ", 2)
            if value.startswith(b"<") and not value.startswith(ours):
                found.setdefault(value[: value.index(b">") + 1], []).append((subject, predicate))
    return found


def _lost(links: Collection[bytes], files: Iterable[Path]) -> set[bytes]:
    """Return the links into the namespaces of what these files describe that they do not describe."""
    there: set[bytes] = set()
    homes: set[bytes] = set()
    last = b""
    for path in files:
        for line in lines(path):
            subject = line[: line.index(b" ")]
            if subject != last:
                last = subject
                homes.add(_home(subject))
                if subject in links:
                    there.add(subject)
    return {target for target in links if target not in there and _home(target) in homes}


def _home(iri: bytes) -> bytes:
    return iri[: max(iri.rfind(b"/"), iri.rfind(b"#")) + 1]


def _finding(source: str, target: bytes, subject: bytes, predicate: bytes) -> Finding:
    value = target.decode()
    text = Text("{iri} leads nowhere: {source} has nothing of that address.", {"iri": value[1:-1], "source": source})
    remedy = Text("Correct the address, or import the edition of {source} that has it.", {"source": source})
    return Finding(
        _RULE, Severity.WARNING, text, remedy, focus=subject[1:-1].decode(), path=predicate[1:-1].decode(), value=value
    )
