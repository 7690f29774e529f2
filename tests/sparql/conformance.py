"""The W3C SPARQL 1.1 suite as plain tuples: read with rdflib from the folder that KG_CONFORMANCE names."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")


@dataclass(frozen=True)
class Case:
    """A test of a manifest: its name, its type's local name, and files."""

    name: str
    kind: str
    query: Path
    data: tuple[Path, ...] = ()
    graphs: tuple[tuple[str, Path], ...] = ()
    result: Path | None = None

    @property
    def update(self) -> bool:
        return "Update" in self.kind

    @property
    def positive(self) -> bool:
        return self.kind.startswith("Positive")


def folder() -> Path:
    """Return the folder of the suite; skip the test loudly where there is none."""
    named = os.environ.get("KG_CONFORMANCE", "")
    found = Path(named) / "sparql11"
    if not named or not found.is_dir():
        pytest.skip("KG_CONFORMANCE names no folder with the W3C suites: SPARQL conformance is NOT tested")
    return found


def cases(section: str) -> list[Case]:
    """Return the tests of a manifest that carry a query or update, in its order."""
    manifest = folder() / section / "manifest.ttl"
    graph = rdflib.Graph().parse(manifest, publicID=manifest.as_uri())
    entries = next(graph.objects(None, MF.entries))
    found = (_case(graph, entry, section) for entry in Collection(graph, entries))
    return [case for case in found if case is not None]


def _case(graph: rdflib.Graph, entry: rdflib.term.Node, section: str) -> Case | None:
    kind = str(graph.value(entry, RDF.type)).rpartition("#")[2]
    action = graph.value(entry, MF.action)
    name = f"{section}/{str(entry).rpartition('#')[2]}"
    query = graph.value(action, QT.query)
    if query is None and "Syntax" not in kind:
        return None
    named = [(str(node), _path(node)) for node in graph.objects(action, QT.graphData)]
    data = tuple(_path(node) for node in graph.objects(action, QT.data))
    result = graph.value(entry, MF.result)
    return Case(name, kind, _path(query or action), data, tuple(named), _path(result) if result else None)


def _path(node: object) -> Path:
    return Path(unquote(urlsplit(str(node)).path))
